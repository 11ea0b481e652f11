"""The order of sources: the default, the user's, and what cannot be one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.sources import Query
from footprint.estimators.standard import sources
from footprint.estimators.zones import resolve_zone
from footprint.factors.explained import explain
from footprint.factors.registry import known_names, registry
from report_ledgers import Recorder

FRA = resolve_zone("FRA")
OWN = '[[factor]]\nname="grid intensity"\nzone="FRA"\nvalue=21.7\nunit="g/kWh"\nsource="RTE"\n'
THINGS = ["hardware", "rental prices", "systems"]
TABLES = [source.name for source in sources() if source.name not in THINGS] + THINGS


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "factors.toml"
    path.write_text(OWN)
    return path


def names(**options: object) -> list[str]:
    return [source.name for source in registry(**options).sources]  # type: ignore[arg-type]


def test_the_default_order(own: Path) -> None:
    assert TABLES[:3] == ["cloud-regions", "codecarbon", "ecologits"]
    assert names() == ["pinned", *TABLES]
    assert names(own=own) == ["pinned", "own", *TABLES]
    assert names(own=own, live={"eco2mix": {}}) == ["pinned", "own", "eco2mix", *TABLES]
    assert names(pins=False) == TABLES


def test_the_users_order_replaces_it(own: Path) -> None:
    assert names(order=["codecarbon", "own"], own=own) == ["pinned", "codecarbon", "own", *THINGS]
    assert names(order=["codecarbon"], pins=False) == ["codecarbon", *THINGS]
    assert names(order=["pinned", "ecologits"]) == ["pinned", "ecologits", *THINGS]
    assert names(order=["eco2mix", "codecarbon"]) == ["pinned", "eco2mix", "codecarbon", *THINGS]


def test_tables_of_things_follow_unless_they_are_named() -> None:
    order = ["systems", "codecarbon"]
    assert names(order=order, pins=False) == [*order, "hardware", "rental prices"]


def test_the_first_that_answers_is_taken(own: Path) -> None:
    query = Query("grid intensity", FRA)
    first = registry(own=own).find(query)
    assert first.chosen is not None
    assert first.chosen.source == "RTE"
    assert [one.version for one in first.candidates[1:]] != []
    other = registry(["codecarbon", "own"], own=own).find(query).chosen
    assert other is not None
    assert other.source.startswith("codecarbon")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (["codecarbn"], "source 'codecarbn' is not known: Did you mean codecarbon?"),
        (["electricity-map"], "Did you mean electricity-maps?"),
        (["codecarbon", "codecarbon"], "source codecarbon is in the order twice"),
        (["codecarbon", "pinned"], "pins come first"),
        (["own"], "give it with --factors FILE"),
    ],
)
def test_what_cannot_be_an_order_is_refused(order: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        registry(order)
    assert said in " ".join(str(caught.value).split())


def test_options_of_no_provider_are_refused() -> None:
    with pytest.raises(UsageError, match="Did you mean watttime"):
        registry(live={"wattime": {}})


def test_an_own_file_that_the_order_leaves_out_is_refused(own: Path) -> None:
    with pytest.raises(UsageError, match="the order of sources does not name own"):
        registry(["codecarbon"], own=own)


def test_all_names_are_known() -> None:
    found = known_names()
    assert found[:2] == ("pinned", "own")
    assert set(TABLES) <= set(found)
    assert "electricity-maps" in found


def test_it_tells_what_it_was_asked_and_what_is_odd(tmp_path: Path, own: Path) -> None:
    own.write_text(OWN.replace('source="RTE"', ""))
    asked = registry(own=own, ledgers=[Recorder(tmp_path / "L").journal.path.parent.parent])
    assert asked.own is not None
    assert asked.own.file.path == own
    assert [note.endswith("it states no source") for note in asked.notes] == [True]
    query = Query("grid intensity", FRA)
    found = asked.find(query)
    assert asked.answers == {query: found}


def test_no_live_provider_is_loaded_unless_it_is_named() -> None:
    code = (
        "import sys; from footprint.factors.registry import registry;"
        "from footprint.estimators.sources import Query;"
        "from footprint.estimators.zones import resolve_zone;"
        "registry().find(Query('grid intensity', resolve_zone('FRA'), '', 0, 10**18));"
        "print([m for m in sys.modules if m.startswith('footprint.factors.live')"
        " or m in ('httpx', 'httpx2', 'http.client')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_region_of_the_users_own_is_no_mistake(own: Path) -> None:
    own.write_text(OWN.replace("FRA", "FRA-CAMPUS"))
    query = Query("grid intensity", resolve_zone("FRA-CAMPUS"))
    found = registry(own=own).find(query).chosen
    assert found is not None
    assert found.zone == "FRA-CAMPUS"
    shown = explain(registry(own=own), query)
    assert shown.used == (found,)
    (problem,) = (each.problem for each in shown.answers if each.source == "codecarbon")
    assert "has no grid intensity of its own" in problem
    for ask in (registry().find, lambda query: explain(registry(), query)):
        with pytest.raises(EstimatorError, match="FRA-CAMPUS"):
            ask(query)
