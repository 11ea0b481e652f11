"""Figures read back: from every format, in both languages, to the precision printed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footprint.emitters.datasheet import HTML, JSON, MARKDOWN
from footprint.emitters.datasheet.printed import bounds, figure, money, parsed
from footprint.emitters.emitter import Emitter
from footprint.emitters.stated import Stated, current
from footprint.emitters.view import View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from footprint.words import words

from .conftest import rendered

FORMATS = [(each, lang) for each in (MARKDOWN, HTML, JSON) for lang in ("en", "fr")]


def back(emitter: Emitter, view: View, lang: str) -> list[Stated]:
    assert emitter.read is not None
    return list(emitter.read(rendered(view, emitter, lang).encode()))


@pytest.mark.parametrize(("emitter", "lang"), FORMATS)
@pytest.mark.parametrize("which", ["full", "real"])
def test_every_figure_comes_back(
    emitter: Emitter, lang: str, which: str, request: pytest.FixtureRequest
) -> None:
    view: View = request.getfixturevalue(which)
    found = back(emitter, view, lang)
    names = {(each.kind, each.figure, each.per) for each in found}
    assert len(names) == len(found)
    assert {("training", "energy_j", "total"), ("inference", "energy_j", "item")} <= names
    assert ("inference", "carbon_location_g", "1000 tokens") in names
    for each in found:
        now = current(view, each)
        assert now is not None, each
        assert each.agrees(Quantity(now.mid, now.mid, now.mid, now.unit)), (each, now)


@pytest.mark.parametrize(("emitter", "lang"), FORMATS)
def test_a_real_ledgers_joules_come_back(emitter: Emitter, lang: str, real: View) -> None:
    found = {(each.kind, each.figure, each.per): each.value for each in back(emitter, real, lang)}
    assert found["training", "energy_j", "total"] == pytest.approx(400.0, rel=1e-9)
    assert found["inference", "energy_j", "total"] == pytest.approx(200.0, rel=1e-9)
    assert found["inference", "energy_j", "call"] == pytest.approx(20.0, rel=1e-9)
    assert found["inference", "energy_j", "item"] == pytest.approx(5.0, rel=1e-9)


@pytest.mark.parametrize(("emitter", "lang"), FORMATS)
def test_the_same_view_gives_the_same_bytes(emitter: Emitter, lang: str, full: View) -> None:
    assert rendered(full, emitter, lang) == rendered(full, emitter, lang)


@pytest.mark.parametrize("emitter", [MARKDOWN, HTML])
@pytest.mark.parametrize(
    "document", [b"", b"# A card\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", b"\xff"]
)
def test_what_is_no_datasheet_is_refused(emitter: Emitter, document: bytes) -> None:
    assert emitter.read is not None
    with pytest.raises(UsageError, match="make it anew"):
        emitter.read(document)


@pytest.mark.parametrize(("emitter", "lang"), FORMATS)
def test_a_datasheet_that_states_no_figure_is_one_all_the_same(
    emitter: Emitter, lang: str, plain: View
) -> None:
    below = tuple(each._replace(floor="too short") for each in plain.activities)
    assert back(emitter, plain._replace(activities=below), lang) == []


amounts = st.floats(min_value=1e-12, max_value=1e15)


@given(amounts, st.sampled_from(["J", "g", "L"]), st.sampled_from(["en", "fr"]))
def test_a_printed_figure_is_parsed_to_its_last_digit(value: float, unit: str, lang: str) -> None:
    w = words(lang, "datasheet")
    point = "," if lang == "fr" else "."
    quantity = Quantity(value / 2, value, value * 2, unit)
    for cell, found in ((figure(quantity, w), None), (money(quantity, w), unit)):
        printed = parsed(cell, unit, point)
        assert printed is not None, (cell, found)
        assert abs(printed.value - value) <= printed.step / 2 * (1 + 1e-9)
        assert printed.step <= max(value / 99, 1e-300)


hostile = st.text(st.sampled_from("|`\\<>&*_[]()#-+1. \n\r\t\u2028aé\x00'\"!=~:"), max_size=30)


@given(hostile, hostile, st.sampled_from([MARKDOWN, HTML]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_whatever_is_named_the_figures_stay(
    plain: View, name: str, text: str, emitter: Emitter
) -> None:
    told = {"model": {"licence": text, "description": text}, "data": {"uses": text}}
    shown = plain._replace(model=name, zone=text, given=told)
    assert back(emitter, shown, "en") == back(emitter, plain, "en")


def test_bounds_are_in_one_unit() -> None:
    w = words("en", "datasheet")
    assert bounds(Quantity(0.0, 10.0, 50.0, "J"), w) == ("0 J", "50 J")
    assert bounds(Quantity(100.0, 1e6, 7.2e6, "J"), w) == ("0.0000278 kWh", "2 kWh")


@pytest.mark.parametrize("cell", ["", "-", "not known", "12 parsecs", "1 kWh of it", "1.2.3 J"])
def test_a_cell_without_a_figure_gives_none(cell: str) -> None:
    assert parsed(cell, "J", ".") is None
