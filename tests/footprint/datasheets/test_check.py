"""A document's figures against a ledger: exact ones, those that moved, those that are gone."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasheet_ledgers import PRICES, several, short
from footprint.datasheets import make
from footprint.datasheets.check import (
    SCHEMA,
    Checked,
    again,
    as_json,
    as_text,
    check,
    figures_of,
    model_of,
    subject,
)
from footprint.emitters.stated import Stated
from footprint.emitters.view import View
from footprint.errors import UsageError

CARD = Path("README.md")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return make.booked([several(tmp_path_factory.mktemp("m") / "L")], **PRICES)


@pytest.fixture(scope="module")
def view(report: dict[str, Any]) -> View:
    return make.make(report, "net", "2")


def one(view: View, stated: Stated) -> Checked:
    return check(CARD, view, [stated])


@pytest.mark.parametrize(
    ("figure", "per", "value"),
    [
        ("energy_j", "total", 400.0),
        ("energy_j", "call", 100.0),
        ("energy_j", "item", 12.5),
        ("energy_j", "1000 calls", 100_000.0),
        ("energy_j", "1000 tokens", 800.0),
        ("carbon_location_g", "total", 0.004),
        ("cost_usd", "total", 0.00004),
    ],
)
def test_what_the_ledger_says_agrees_and_the_next_digit_does_not(
    view: View, figure: str, per: str, value: float
) -> None:
    step = value / 1e5
    stated = Stated("inference", figure, per, value, step)
    assert not one(view, stated).failed
    for off in (value - step, value + step):
        assert one(view, stated._replace(value=off)).failed


@given(digits=st.integers(1, 9), energy_j=st.floats(1e-6, 1e9))
def test_a_rounded_figure_agrees_with_what_it_was_rounded_from(
    digits: int, energy_j: float
) -> None:
    text = f"{energy_j:.{digits - 1}e}"
    step = 10.0 ** (int(text.partition("e")[2]) - digits + 1)
    stated = Stated("inference", "energy_j", "total", float(text), step * (1 + 1e-9))
    from footprint.estimators.quantity import exact

    assert stated.agrees(exact(energy_j, "J"))


def test_what_the_ledger_no_longer_has_says_why(view: View, tmp_path: Path) -> None:
    (row,) = one(view, Stated("training", "energy_j", "total", 3000.0, 1)).rows
    assert (row.agrees, row.now, row.why) == (False, None, "the ledger has no training of it")
    (row,) = one(view, Stated("inference", "water_l", "total", 1.0, 1)).rows
    assert (row.agrees, row.why) == (False, "not known")
    below = make.make(make.booked([short(tmp_path / "L")]))
    (row,) = one(below, Stated("inference", "energy_j", "total", 1.5, 1)).rows
    assert (row.agrees, row.why) == (False, "below what the meter can tell")


def test_the_table_has_what_no_longer_matches_and_nothing_else(view: View) -> None:
    rows = [
        Stated("inference", "energy_j", "call", 100.0, 1, "line 12"),
        Stated("inference", "energy_j", "item", 15.0, 0.1, "line 13"),
        Stated("training", "carbon_location_g", "total", 1.0, 0.1, "line 14"),
    ]
    found = check(CARD, view, rows)
    lines = as_text(found).splitlines()
    assert lines[0].split() == ["figure", "stated", "now", "interval", "where"]
    assert [" ".join(line.split()) for line in lines[1:]] == [
        "inference: energy_j, item 15 J 12.5 J 12.5 to 12.5 line 13",
        "training: carbon_location_g, total 1 g the ledger has no training of it line 14",
    ]
    assert found.unsaid == ("fine-tuning",)


def test_all_that_matches_is_one_line(view: View) -> None:
    found = one(view, Stated("inference", "energy_j", "total", 400.0, 1))
    assert as_text(found) == "README.md: the figure of net 2 matches the ledger\n"


def test_the_json_has_every_figure(view: View) -> None:
    stated = [
        Stated("inference", "energy_j", "total", 400.0, 1, "a"),
        Stated("inference", "cost_eur", "total", 1.0, 0.1, "b"),
    ]
    found = json.loads(as_json(check(CARD, view, stated)))
    assert (found["schema"], found["agrees"]) == (SCHEMA, False)
    assert (found["model"], found["version"], found["document"]) == ("net", "2", "README.md")
    first, second = found["figures"]
    assert first == {
        "kind": "inference",
        "figure": "energy_j",
        "per": "total",
        "unit": "J",
        "stated": 400.0,
        "step": 1,
        "now": {"low": 400.0, "mid": 400.0, "high": 400.0},
        "agrees": True,
        "why": None,
        "where": "a",
    }
    assert (second["unit"], second["now"], second["why"]) == ("EUR", None, "not known")


@pytest.mark.parametrize("text", ["# tiny\n", "Its name is `tiny`.", "{'name': 'tiny'}"])
def test_the_model_is_the_only_one_of_the_ledgers_that_the_document_names(
    report: dict[str, Any], text: str
) -> None:
    assert model_of(report, text.encode()) == "tiny"


@pytest.mark.parametrize("text", ["tiny and net", "tiny-net", "nothing", "tinynet"])
def test_a_document_that_names_none_or_several_needs_the_option(
    report: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError, match="choose one with --model: gpt-4o, net, tiny"):
        model_of(report, text.encode())


ONE = Stated("inference", "energy_j", "total", 400.0, 1)
NET_2, TINY = ONE._replace(model="net", version="2"), ONE._replace(model="tiny")


def test_figures_that_say_of_which_model_they_are_are_held_against_that_one(
    report: dict[str, Any],
) -> None:
    view = subject(report, b"", [NET_2])  # the ledger has a version 1 too
    assert (view.model, view.version) == ("net", "2")
    assert figures_of(view, [NET_2, TINY, ONE]) == [NET_2, ONE]
    tiny = subject(report, b"", [NET_2, TINY], "tiny")
    assert figures_of(tiny, [NET_2, TINY]) == [TINY]


def test_figures_of_several_models_need_the_option(report: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="2 models: choose one with --model: net, tiny"):
        subject(report, b"", [NET_2, TINY])
    with pytest.raises(UsageError, match="give one of them"):
        subject(report, b"", [NET_2, NET_2._replace(version="1")])
    with pytest.raises(UsageError, match="'nett' is not in the ledger"):
        subject(report, b"", [NET_2._replace(model="nett")])


def test_the_command_that_is_named_can_be_run_as_it_stands(report: dict[str, Any]) -> None:
    tiny, net = (make.make(report, *of) for of in (("tiny",), ("net", "2")))
    path = Path("a card's README.md")
    for view, version in ((tiny, []), (net, ["--model-version", "2"])):
        wanted = ["footprint", "datasheet", "--model", view.model, *version, "--into", str(path)]
        assert shlex.split(again(report, view, path)) == wanted
