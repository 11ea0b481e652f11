"""Traces: what is found below a figure adds up to it, exactly."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.accounts.timelines.fills import FILL, FILL_END, FILL_START
from footprint.errors import UsageError
from footprint.estimators.quantity import total
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from footprint.model import Device
from footprint.reports import trace
from footprint.reports.as_json import as_dict
from footprint.reports.as_text import written
from footprint.reports.tracing.address import Address, SpanId, parse
from footprint.reports.tracing.as_json import render
from footprint.reports.tracing.tables import page
from footprint.reports.tracing.view import SpanTrace, Trace
from random_ledgers import random_journals
from report_ledgers import Recorder, S

GPU = Device("GPU-1", "gpu", "a GPU", "counter", "gpu", None, 0.95, 1.05, number=0)


def figure(*arguments: object, **options: object) -> Trace:
    found = trace(*arguments, **options)  # type: ignore[arg-type]
    assert isinstance(found, Trace)
    return found


def span(*arguments: object, **options: object) -> SpanTrace:
    found = trace(*arguments, **options)  # type: ignore[arg-type]
    assert isinstance(found, SpanTrace)
    return found


def text(found: Trace, lang: str = "en") -> str:
    out = io.StringIO()
    written(page(found, lang), out)
    return out.getvalue()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Ten seconds at 100 W, then ten at 300 W; thirty calls of a second, two at a time."""
    recorder = Recorder(tmp_path / "L", declared={"zone": "FRA", "pue": 1.2, "tariff": "0.2 USD"})
    recorder.counter(GPU, [100.0] * 100 + [300.0] * 100)
    path = recorder.path("f", kind="inference", model="net")
    for each in range(30):
        recorder.span(path, each * S // 2, each * S // 2 + S, tokens_out=10)
    recorder.close(20 * S)
    return tmp_path / "L"


def test_a_groups_figure_down_to_its_readings(ledger: Path) -> None:
    (group,) = report(ledger).groups
    found = figure("groups[model=net].carbon_location_g", ledger, most=3)
    assert found.value == group.amounts.carbon_location_g
    (step,) = found.steps
    assert (step.what, step.result) == ("metered in FRA", found.value)
    assert {each.name for each in step.factors} == {"grid intensity", "PUE"}
    assert step.energy_j == group.amounts.energy_j
    # By hand: joules x PUE x grams per kWh.
    grams = next(each for each in step.factors if each.name == "grid intensity").quantity.mid
    assert step.energy_j is not None
    assert step.result.mid == pytest.approx(step.energy_j.mid * 1.2 * grams / 3.6e6)
    (day,) = found.days
    assert (day.day, day.device, day.energy_j) == ("2026-11-22", "GPU-1", 2650.0)
    assert [each.energy_j.mid for each in found.spans] == [225.0, 150.0, 150.0]
    assert (found.more_spans, found.more_j) == (27, 2650.0 - 525.0)
    (readings,) = found.readings
    assert (readings.readings, readings.first_j, readings.last_j) == (201, 1000.0, 5000.0)
    assert found.notes == (
        "the parts add up to the figure",
        "the spans add up to what was booked on their days, to the nJ",
    )


def test_what_was_filled_in_is_named_with_its_rule(tmp_path: Path) -> None:
    """A call from 1 s before the first reading to 0.25 s after the last: 2 s at 100 W between."""
    recorder = Recorder(tmp_path / "L")
    recorder.counter(GPU, [100.0] * 20)
    recorder.span(recorder.path("f"), -1 * S, 2 * S + S // 4)
    recorder.close(3 * S)
    for path in ("groups[0].energy_j", "totals.energy_j", "conservation[GPU-1].metered_j"):
        found = figure(path, tmp_path / "L")
        assert [(each.energy_j, each.filled_at_most_j) for each in found.days] == [(325.0, 125.0)]
        (note,) = (each for each in found.notes if "filled in" in each)
        for longest in (FILL_START, FILL_END, FILL):
            assert f"up to {longest / S:g} s" in note
        assert json.loads(render(found))["days"][0]["filled_at_most_j"] == 125.0
        assert "125" in text(found)
        assert "complété" in text(found, "fr")
    (later,) = figure(
        "conservation[GPU-1].metered_j", tmp_path / "L", since="2026-11-22T11:00:00Z"
    ).days
    assert (later.energy_j, later.filled_at_most_j) == (225.0, 25.0)


def test_calls_have_no_more_of_what_was_filled_in_than_touches_them(tmp_path: Path) -> None:
    """The first call begins 1 s before the first reading; between the two the GPU idles."""
    recorder = Recorder(tmp_path / "L")
    recorder.counter(GPU, [100.0] * 20)
    recorder.span(recorder.path("early"), -1 * S, S // 2)
    recorder.span(recorder.path("late"), S, 2 * S)
    recorder.close(2 * S)
    for name, energy_j, filled_j in (("early", 150.0, 100.0), ("late", 100.0, 0.0)):
        found = figure(f"groups[name={name}].energy_j", tmp_path / "L", by="name")
        (day,) = found.days
        assert (day.energy_j, day.filled_at_most_j) == (energy_j, filled_j)
        assert any("filled in" in each for each in found.notes) == bool(filled_j)
    (idle,) = figure("conservation[GPU-1].idle_j", tmp_path / "L").days
    assert (idle.energy_j, idle.filled_at_most_j) == (50.0, 50.0)


def test_what_is_divided_says_by_what(ledger: Path) -> None:
    found = figure("groups[0].per_1000_tokens.energy_j", ledger)
    assert found.per == ("1,000 tokens", 0.3)
    assert found.value.mid == pytest.approx(2650 / 0.3)
    assert "the parts add up to the figure" in found.notes


def test_a_span_reading_by_reading(ledger: Path) -> None:
    most = figure("groups[0].energy_j", ledger, most=1).spans[0]
    found = span(most.id, ledger)
    assert found.span == most
    assert dict(found.declared)["model"] == "net"
    # For half a second it shared 300 W with the call before, then it had them alone.
    assert [each.booked_j for each in found.cells] == [15.0] * 5 + [30.0] * 5
    assert all(each.metered_j == 30.0 for each in found.cells)


def test_where_sealed_readings_lie(ledger: Path) -> None:
    before = figure("conservation[GPU-1].attributed_j", ledger)
    seal(LocalStore(ledger))
    found = figure("conservation[GPU-1].attributed_j", ledger)
    assert found._replace(readings=()) == before._replace(readings=())
    (file,) = found.readings[0].files
    assert (ledger / file.path).is_file()
    assert file.path.startswith("sealed/point/date=2026-11-22/")
    assert (file.first, file.stop) == (0, 201)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_what_is_below_adds_up_to_the_figure(seed: int, sealed: bool) -> None:
    with TemporaryDirectory() as name:
        random_journals(random.Random(seed), Path(name) / "L", spans=15)
        if sealed:
            seal(LocalStore(Path(name) / "L"))
        ledger = Path(name) / "L"
        made = report(ledger, by="name,kind", zone="FRA")
        for number, group in enumerate(made.groups[:3]):
            if group.amounts.energy_j is None:
                continue
            found = figure(f"groups[{number}].energy_j", ledger, by="name,kind", zone="FRA")
            assert found.value == group.amounts.energy_j
            parts = total([step.result for step in found.steps], "J")
            assert parts.mid == pytest.approx(found.value.mid)
            below = sum(each.energy_j.mid for each in found.spans) + found.more_j
            assert below == pytest.approx(sum(each.energy_j for each in found.days))
            assert not [note for note in found.notes if "mistake" in note]
            for each in found.spans[:1]:
                cells = span(each.id, ledger, by="name,kind").cells
                assert sum(cell.booked_j for cell in cells) == pytest.approx(each.energy_j.mid)
        lines = ("metered", "attributed", "idle", "unattributed")
        for row, line in zip(made.conservation, lines, strict=False):
            path = f"conservation[{row.host}/{row.device}].{line}_j"
            found = figure(path, ledger, by="name,kind", zone="FRA", most=1)
            own = sum(each.energy_j for each in found.days)
            assert own == pytest.approx(getattr(row, f"{line}_j"), abs=1e-9)


def test_the_json_is_that_of_the_report(ledger: Path) -> None:
    printed = json.loads(render(trace("totals.energy_kwh", ledger)))
    assert printed["schema"] == "footprint.trace/1"
    assert printed["value"] == as_dict(report(ledger))["totals"]["energy_kwh"]
    assert printed["unit"] == "kWh"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("totals.energy_kwh", Address("totals", "", "", "energy_kwh")),
        ("lines[own time].cost.EUR", Address("lines", "own time", "", "cost.EUR")),
        (
            "groups[model=a.b,kind=x].per_item.cost.USD",
            Address("groups", "model=a.b,kind=x", "per_item", "cost.USD"),
        ),
        (f"{'0' * 31}1:7", SpanId(f"{'0' * 31}1", 7)),
    ],
)
def test_paths(text: str, found: object) -> None:
    assert parse(text) == found
    assert isinstance(found, SpanId) or parse(str(found)) == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("energy", "is no figure: write it as in the report's JSON"),
        ("group[0].energy_j", "Did you mean groups?"),
        ("groups.energy_j", "say which of them: groups[0].energy_j"),
        ("groups[0].energyj", "Did you mean energy_j"),
        ("groups[0].per_itme.energy_j", "Did you mean per_item?"),
        ("totals.per_item.energy_j", "of groups"),
        ("groups[7].energy_j", "the report has 1 groups, counted from 0"),
        ("groups[model=other].energy_j", "no group of the report fit"),
        ("groups[net].energy_j", "write groups[FIELD=VALUE,...]"),
        ("lines[nothing].energy_j", "it has calls, idle, unattributed"),
        ("conservation[GPU-2].idle_j", "Did you mean GPU-1?"),
        ("conservation[host-b/GPU-1].idle_j", "it has GPU-1"),
        ("totals.carbon_market_g", "its gaps say why"),
        ("totals.cost.EUR", "its gaps say why"),
        (f"{'0' * 32}:1", "there is no such span"),
    ],
)
def test_what_there_is_not_is_one_line(ledger: Path, path: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        trace(path, ledger)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_an_option_that_is_not_known(ledger: Path) -> None:
    with pytest.raises(UsageError, match="zones= is not known"):
        trace("totals.energy_j", ledger, zones="FRA")
