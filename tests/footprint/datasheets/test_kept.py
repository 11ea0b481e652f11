"""A kept report that somebody changed: one line says which of its values cannot be."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasheet_ledgers import PRICES, several
from footprint.datasheets import make
from footprint.datasheets.kept import wrong
from footprint.emitters import own
from footprint.errors import UsageError

JUNK = (None, True, 5, -1.5, 1e308, "x", [1], {"a": 1})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return make.booked([several(tmp_path_factory.mktemp("several") / "L")], **PRICES)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there is a value in a report."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        yield (*way, key)
        if isinstance(each, dict | list):
            yield from places(each, (*way, key))


def test_a_report_of_our_own_is_as_it_should_be(report: dict[str, Any]) -> None:
    assert list(wrong(report)) == []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_value_may_be_anything(
    report: dict[str, Any], tmp_path: Path, data: st.DataObject
) -> None:
    changed = copy.deepcopy(report)
    way = data.draw(st.sampled_from([way for way in places(report) if way[0] != "schema"]))
    inner: Any = changed
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = data.draw(st.sampled_from(JUNK))
    path = tmp_path / "report.json"
    path.write_text(json.dumps(changed))
    try:
        view = make.make(make.kept(path), "net", "2")
    except UsageError:
        return
    for emitter in own():
        try:
            make.document(view, emitter)
        except UsageError:
            assert emitter.name == "boamps"  # what it needs is not in the sheet file


def test_the_line_says_where(report: dict[str, Any], tmp_path: Path) -> None:
    report["groups"][0]["spans"] = None
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    with pytest.raises(UsageError, match=r"damaged \(groups\[0\].spans is 'None', not a whole"):
        make.kept(path)
