"""Reports that somebody edited: a replay tells what differs, or says in one line that it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audited import factors, record, stated
from footprint import report
from footprint.errors import FootprintError
from footprint.reports.audit.replay import replay
from footprint.reports.audit.verdict import as_json, lines

T = TypeVar("T")

JUNK = st.sampled_from([None, True, -1, 1e400, "", "x" * 50, [], [None], [5], {}, {"a": 1}, "2026"])

BASE = '[base_year]\nreport = "report.json"\nledger = "L"\nthreshold = "5 %"\n'


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    if path:
        yield path
    children = value.items() if isinstance(value, dict) else ()
    children = enumerate(value) if isinstance(value, list) else children
    for key, each in children:
        yield from places(each, (*path, key))


@pytest.fixture
def document() -> dict[str, Any]:
    """The JSON of a report, of a ledger `L` in the directory that the test runs in."""
    record(Path("L"))
    made = report("L", by="model", factors=factors(Path(), 50.0), tariff_per_kwh="0.1 USD")
    found: dict[str, Any] = json.loads(made.to_json())
    return found


def edited(document: dict[str, Any], data: st.DataObject) -> str:
    """The document with one value that makes no sense, mostly in what made it."""
    found = json.loads(json.dumps(document))
    section = data.draw(st.sampled_from(["made", "made", "ledger_heads", "totals", None]))
    at: Any = found if section is None else {section: found[section]}
    where = data.draw(st.sampled_from(list(places(at))))
    holder = found
    for key in where[:-1]:
        holder = holder[key]
    if data.draw(st.booleans()):
        holder[where[-1]] = data.draw(JUNK)
    else:
        del holder[where[-1]]
    return json.dumps(found)


def tried(work: Callable[[], T]) -> tuple[T | None, str]:
    """What comes out, else the line that says why nothing does."""
    try:
        return work(), ""
    except FootprintError as error:
        return None, str(error)


SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SETTINGS
@given(data=st.data())
def test_a_replay_answers_or_says_why_it_cannot(
    document: dict[str, Any], data: st.DataObject
) -> None:
    path = Path("report.json")
    path.write_text(edited(document, data))
    found, refused = tried(lambda: replay(path))
    assert "\n" not in refused
    if found is None:
        return
    assert "\n".join(lines(found)).startswith("report.json: ")
    json.dumps(as_json(found))


@SETTINGS
@given(data=st.data())
def test_a_base_year_is_read_or_refused_in_one_line(
    document: dict[str, Any], data: st.DataObject
) -> None:
    Path("report.json").write_text(edited(document, data))
    file = stated(Path(), BASE)
    made, refused = tried(lambda: report("L", factors="factors.toml", organisation=file))
    assert "\n" not in refused
    if made is None:
        return
    for form in ("text", "json"):
        made.render(form, "fr")
