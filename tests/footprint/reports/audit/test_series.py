"""A report over time and by hour: the parts are the whole, and what was not recorded is not 0."""

from __future__ import annotations

import random
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.estimators.quantity import Quantity
from footprint.ledger.journal import prepare
from footprint.reports.view import QUANTITIES, Report
from random_ledgers import random_journals
from recorded import UTC
from report_ledgers import CPU, GPU, Recorder, S

HOUR, DAY = 3600 * S, 86_400 * S
#: So that a millisecond of a random ledger is 100 s: 3 to 4 days in all.
LONG = 100 * S
DECLARED: dict[str, Any] = {"zone": "FRA", "pue": 1.2, "tariff_per_kwh": "0.18 EUR"}


def mid(quantity: Quantity | None) -> float:
    return 0.0 if quantity is None else quantity.mid


def total(found: Report, name: str) -> float | None:
    quantity = getattr(found.totals, name)
    return None if quantity is None else quantity.mid


def sums_are_the_totals(found: Report) -> None:
    series = found.series
    assert series is not None
    for name in QUANTITIES:
        if (whole := total(found, name)) is not None:
            parts = sum(mid(getattr(each.amounts, name)) for each in series.periods)
            assert parts == pytest.approx(whole, rel=1e-9, abs=1e-12), name
    cost = sum(float(m.mid) for each in series.periods for m in each.amounts.cost.values())
    whole_cost = sum(float(money.mid) for money in found.totals.cost.values())
    assert cost == pytest.approx(whole_cost, rel=1e-9)
    lines = {line.part: mid(line.amounts.energy_j) for line in found.lines}
    for name in ("idle", "unattributed"):
        own = sum(mid(getattr(each, name).energy_j) for each in series.periods)
        assert own == pytest.approx(lines.get(name, 0.0), rel=1e-9, abs=1e-12)
    attributed = sum(mid(each.attributed.energy_j) for each in series.periods)
    calls = lines.get("calls", 0.0) + lines.get("own time", 0.0)
    assert attributed == pytest.approx(calls, rel=1e-9, abs=1e-12)
    for each in series.periods:
        groups = [*each.groups, *([] if each.others is None else [each.others])]
        in_groups = sum(mid(flow.energy_j) for flow in groups)
        own = mid(each.attributed.energy_j) + mid(each.api.energy_j)
        assert in_groups == pytest.approx(own, rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 2**32), st.sampled_from(["name", "host", "model,name,kind"]))
def test_periods_and_hours_add_up_to_the_totals(seed: int, by: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "L"
        random_journals(random.Random(seed), ledger, ms=LONG, utc=UTC)
        found = report(ledger, by=by, **DECLARED)
    sums_are_the_totals(found)
    hours = found.hours
    if hours is None:
        assert not any(row.metered_j for row in found.conservation)
        return
    for name in ("metered_j", "attributed_j", "idle_j", "unattributed_j"):
        parts = sum(j for day in hours.days for j in getattr(day, name) if j is not None)
        whole = sum(getattr(row, name) for row in found.conservation)
        assert parts == pytest.approx(whole, rel=1e-12, abs=1e-12), name
    grams = sum(g for day in hours.days for g in day.carbon_location_g if g is not None)
    metered = mid(found.totals.carbon_location_g)
    assert grams == pytest.approx(metered, rel=1e-9, abs=1e-15)


def recorder(ledger: Path, at: str, number: int = 1, **given: Any) -> Recorder:
    """A writer that begins at an instant of UTC, in a boot of its own."""
    utc_ns = int(datetime.fromisoformat(f"{at}+00:00").timestamp()) * S
    given = {"boot": f"boot-{number}", "host": "host-a", **given}
    return Recorder(ledger, number, utc_ns=utc_ns, **given)


def test_a_day_on_which_nothing_was_recorded_is_not_zero(tmp_path: Path) -> None:
    for number, day in ((1, "2026-11-20"), (2, "2026-11-22")):
        one = recorder(tmp_path / "L", f"{day}T10:00:00", number)
        one.counter(GPU, [100.0] * number, step=S)
        one.span(one.path("a"), 0, number * S)
        one.close(number * S)
    series = report(tmp_path / "L", by="name", **DECLARED).series
    assert series is not None
    assert series.step == "day"
    assert [each.start for each in series.periods] == [date(2026, 11, day) for day in (20, 21, 22)]
    energies = [each.amounts.energy_j for each in series.periods]
    assert [None if each is None else each.mid for each in energies] == [100.0, None, 200.0]
    assert [mid(each.groups[0].energy_j) for each in series.periods] == [100.0, 0.0, 200.0]
    assert series.periods[1].idle.energy_j is None


def test_a_metered_day_on_which_nothing_ran_attributed_zero(tmp_path: Path) -> None:
    one = recorder(tmp_path / "L", "2026-11-20T10:00:00")
    one.counter(GPU, [50.0] * 4, step=S)
    one.close(4 * S)
    series = report(tmp_path / "L", **DECLARED).series
    assert series is not None
    (day,) = series.periods
    assert day.attributed.energy_j == Quantity(0.0, 0.0, 0.0, "J")
    assert day.attributed.carbon_location_g == Quantity(0.0, 0.0, 0.0, "g")
    assert (mid(day.idle.energy_j), day.others, day.groups) == (200.0, None, ())


def test_few_groups_stand_alone_and_the_rest_together(tmp_path: Path) -> None:
    one = recorder(tmp_path / "L", "2026-11-20T10:00:00")
    one.counter(GPU, [100.0] * 66, step=S)
    at = 0
    for number in range(1, 12):
        one.span(one.path(f"f{number}", devices=[0]), at, at + number * S)
        at += number * S
    one.close(at)
    found = report(tmp_path / "L", by="name", **DECLARED)
    series = found.series
    assert series is not None
    assert [dict(key)["name"] for key, _ in series.groups] == [f"f{n}" for n in range(11, 3, -1)]
    (day,) = series.periods
    assert [mid(each.energy_j) for each in day.groups] == [100.0 * n for n in range(11, 3, -1)]
    assert day.others is not None
    assert mid(day.others.energy_j) == pytest.approx(100.0 * (1 + 2 + 3))
    sums_are_the_totals(found)


def test_api_calls_are_in_the_period_in_which_they_ended(tmp_path: Path) -> None:
    tags = {"provider": "openai"}
    for number, day in ((1, "2026-11-20"), (2, "2026-11-21")):
        one = recorder(tmp_path / "L", f"{day}T10:00:00", number)
        path = one.path("ask", kind="api", model="gpt-4o-mini", tags=tags, devices=["cpu"])
        for call in range(number):
            one.span(path, call * S, (call + 1) * S, tokens_in=100.0, tokens_out=50.0)
        one.close(number * S)
    found = report(tmp_path / "L", by="model", **DECLARED)
    assert found.series is not None
    first, second = found.series.periods
    assert mid(first.api.energy_j) > 0
    assert mid(second.api.energy_j) == pytest.approx(2 * mid(first.api.energy_j))
    assert second.amounts.cost["USD"].mid == 2 * first.amounts.cost["USD"].mid
    sums_are_the_totals(found)


def test_hours_are_those_of_utc_and_weekdays_are_means(tmp_path: Path) -> None:
    for number, day in ((1, "2026-11-16"), (2, "2026-11-23")):  # Mondays
        one = recorder(tmp_path / "L", f"{day}T09:59:58", number)
        one.counter(GPU, [100.0 * number] * 4, step=S)
        one.close(4 * S)
    hours = report(tmp_path / "L", **DECLARED).hours
    assert hours is not None
    assert [day.date for day in hours.days] == [date(2026, 11, 16), date(2026, 11, 23)]
    assert [day.metered_j[9:11] for day in hours.days] == [(200.0, 200.0), (400.0, 400.0)]
    assert hours.days[0].metered_j[8] is None
    assert hours.weekdays[0][9:11] == (300.0, 300.0)
    assert hours.weekdays[1] == (None,) * 24


def test_carbon_by_hour_is_not_known_where_places_differ(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    for number, zone in ((1, "FRA"), (2, "DEU")):
        one = recorder(ledger, "2026-11-20T10:00:00", number, boot="one", declared={"zone": zone})
        one.counter(CPU, [100.0] * 4, step=S)
        one.span(one.path("a"), 0, 4 * S)
        one.close(4 * S)
    hours = report(ledger).hours
    assert hours is not None
    assert hours.days[0].metered_j[10] == 400.0
    assert hours.days[0].carbon_location_g[10] is None
    one_zone = report(ledger, zone="FRA").hours
    assert one_zone is not None
    assert one_zone.days[0].carbon_location_g[10] is not None


def test_carbon_by_hour_goes_by_the_steps_of_the_hour(tmp_path: Path) -> None:
    one = recorder(tmp_path / "L", "2026-11-20T10:00:00")
    one.counter(GPU, [3600.0] * 2, step=HOUR)
    one.close(2 * HOUR)
    (tmp_path / "fra.csv").write_text(
        "start,end,value\n"
        "2026-11-20T10:00:00Z,2026-11-20T10:30:00Z,100\n"
        "2026-11-20T10:30:00Z,2026-11-20T11:00:00Z,300\n"
        "2026-11-20T11:00:00Z,2026-11-20T12:30:00Z,50\n"
    )
    own = tmp_path / "factors.toml"
    own.write_text(
        '[[factor]]\nname = "grid intensity"\nzone = "FRA"\nseries = "fra.csv"\nunit = "g/kWh"\n'
    )
    hours = report(tmp_path / "L", zone="FRA", factors=own).hours
    assert hours is not None
    grams = hours.days[0].carbon_location_g[10:12]
    assert grams == (pytest.approx(3.6 * 200), pytest.approx(3.6 * 50))


def test_nothing_recorded_has_no_series(tmp_path: Path) -> None:
    prepare(tmp_path / "L")
    found = report(tmp_path / "L")
    assert (found.series, found.hours, found.coverage) == (None, None, None)


def test_the_json_of_many_days_has_those_of_the_week_alone(tmp_path: Path) -> None:
    for number in range(1, 64):
        one = recorder(tmp_path / "L", f"2026-{1 + number // 28:02}-{1 + number % 28:02}", number)
        one.counter(GPU, [100.0], step=S)
        one.close(S)
    hours = report(tmp_path / "L").hours
    assert hours is not None
    assert len(hours.days) == 63
    assert hours.to_json()["days"] == []
    assert [each["weekday"] for each in hours.to_json()["weekdays"]] == [1, 2, 3, 4, 5, 6, 7]
    short = hours._replace(days=hours.days[:62]).to_json()
    assert len(short["days"]) == 62
