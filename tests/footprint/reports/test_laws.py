"""Laws of a priced report: nothing is lost between lines, groups, places and factors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.estimators.money import by_currency
from footprint.reports.view import QUANTITIES, Amounts, Group, Report
from priced_ledgers import (
    H100,
    LENGTH,
    STEPS,
    UTC,
    Host,
    factors,
    ledgers,
    stamp,
    steps,
    written,
)
from report_ledgers import MS

values = st.lists(st.sampled_from((0.0, 21.5, 56.0, 380.0)), min_size=1, max_size=5)
prices = st.lists(st.sampled_from(("0", "0.07", "0.18")), min_size=1, max_size=4)
absorptions = st.sampled_from(("none", "full"))


def periods() -> st.SearchStrategy[dict[str, Any]]:
    """None, or one that cuts cells and calls."""
    ends = st.tuples(st.integers(0, 1400), st.integers(1500, 3000))
    return st.just({}) | ends.map(
        lambda each: {
            "since": stamp(UTC + each[0] * MS + 333_000),
            "until": stamp(UTC + each[1] * MS + 777_000),
        }
    )


def figures(amounts: Amounts) -> dict[str, float | None]:
    """Every figure by name, its middle; of costs each part's."""
    found: dict[str, float | None] = {}
    for name in (*QUANTITIES, "cost_usd"):
        quantity = getattr(amounts, name)
        found[name] = None if quantity is None else quantity.mid
    for part, by in amounts.cost_parts.items():
        for currency, money in by.items():
            found[f"{part} {currency}"] = float(money.mid)
    return found


def summed(parts: Iterable[Amounts]) -> dict[str, float | None]:
    """The sum of each figure; None where any part's is."""
    found: dict[str, float | None] = {}
    for each in parts:
        for name, value in figures(each).items():
            known = found.get(name, 0.0)
            found[name] = None if known is None or value is None else known + value
    return found


def agree(left: dict[str, float | None], right: dict[str, float | None], **near: Any) -> None:
    for name in {*left, *right}:
        # A part of the cost that is 0 may be missing; nothing else may.
        default = 0.0 if " " in name else None
        one, other = left.get(name, default), right.get(name, default)
        if one is None or other is None:
            assert one is other, name
        else:
            assert one == pytest.approx(other, **near), name


NEAR = {"rel": 1e-6, "abs": 1e-12}


def check(made: Report) -> None:
    """The laws that hold for every report."""
    agree(summed(line.amounts for line in made.lines), figures(made.totals), **NEAR)
    of_groups = [line.amounts for line in made.lines if line.part in ("calls", "own time", "api")]
    if made.groups:
        agree(summed(each.amounts for each in made.groups), summed(of_groups), **NEAR)
    for amounts in (made.totals, *(line.amounts for line in made.lines)):
        owned = [money for by in amounts.cost_parts.values() for money in by.values()]
        assert by_currency(owned) == amounts.cost  # decimals: exactly
        for name in QUANTITIES:
            quantity = getattr(amounts, name)
            assert quantity is None or quantity.low >= 0
    for group in made.groups:
        check_group(group, made)


def check_group(group: Group, made: Report) -> None:
    """The laws of what a group tells beside its figures."""
    energy = group.amounts.energy_j
    assert energy is not None
    on = [each.energy_j for each in group.devices]
    for bound in ("low", "mid", "high"):
        own = sum(getattr(each, bound) for each in on)
        assert own == pytest.approx(getattr(energy, bound), rel=1e-9, abs=1e-12)
    assert list(group.devices) == sorted(group.devices, key=lambda each: each[:2])
    (first, last), (start, end) = made.period, group.period
    assert None not in (first, last, start, end)
    assert str(first) <= str(start) <= str(end) <= str(last)
    lasted = datetime.fromisoformat(str(end)) - datetime.fromisoformat(str(start))
    assert group.active_s is not None
    assert group.busy_s is not None
    assert group.active_s <= lasted.total_seconds() + 1e-6
    assert group.active_s <= group.busy_s + 1e-6
    # At most all of its calls ran at once.
    assert group.busy_s <= group.active_s * max(1, made_calls(made)) + 1e-6
    assert set(group.zones) <= {"FRA", "DEU"}
    assert group.zones
    if energy.mid == 0:
        assert group.floor is not None


def made_calls(made: Report) -> int:
    """A bound of how many calls ran at once; a call that is cut off is not counted as one."""
    return sum(group.spans for group in made.groups) + 12


@settings(deadline=None, max_examples=40)
@given(ledgers, values, prices, absorptions, periods())
def test_lines_groups_and_parts_add_up(
    recorded: tuple[Host, ...],
    intensity: list[float],
    price: list[str],
    absorption: str,
    period: dict[str, Any],
) -> None:
    with written(recorded) as ledger:
        file = factors(ledger, intensity, price)
        made = report(ledger, factors=file, absorption=absorption, **period)
        other = report(ledger, factors=file, **period)
    check(made)
    assert made.totals.carbon_location_g is not None
    assert made.totals.embodied_g is not None
    assert made.totals.cost_usd is not None
    # Where idle energy is booked changes no total.
    agree(figures(made.totals), figures(other.totals), **NEAR)


@settings(deadline=None, max_examples=25)
@given(ledgers, values)
def test_the_total_is_the_integral_of_power_times_intensity(
    recorded: tuple[Host, ...], intensity: list[float]
) -> None:
    """The total knows nothing of calls. Of a cell that a change of factors cuts it does: what was
    active in it has its energy on either side by that, so that changes lie between cells here.
    """
    assume(LENGTH // STEPS * STEPS // len(intensity) % (LENGTH // STEPS) == 0)
    recorded = tuple(host._replace(zone="FRA") for host in recorded)
    with written(recorded) as ledger:
        made = report(ledger, factors=factors(ledger, intensity, ["0.1"]))
    cell, width = LENGTH // STEPS, LENGTH // len(intensity)
    grams = 0.0
    for host in recorded:
        for watts in (host.gpu, host.cpu, host.dram):
            for at, power in enumerate(watts):
                start, end = at * cell, (at + 1) * cell
                for step, value in enumerate(intensity):
                    last = step == len(intensity) - 1
                    upto = end if last else min(end, (step + 1) * width)
                    inside = max(0, upto - max(start, step * width))
                    grams += power * inside / 1e9 / 3.6e6 * value
    assert made.totals.carbon_location_g is not None
    assert made.totals.carbon_location_g.mid == pytest.approx(grams, rel=1e-6, abs=1e-12)


@settings(deadline=None, max_examples=25)
@given(
    ledgers,
    st.lists(st.integers(-50, 3100), max_size=4, unique=True).map(sorted),
    absorptions,
    periods(),
)
def test_a_series_of_one_value_is_the_value(
    recorded: tuple[Host, ...], cuts: list[int], absorption: str, period: dict[str, Any]
) -> None:
    constant = (
        '[[factor]]\nname = "grid intensity"\nzone = "FRA"\nvalue = 57\nunit = "g/kWh"\n'
        '[[factor]]\nname = "grid intensity"\nzone = "DEU"\nvalue = 57\nunit = "g/kWh"\n'
    )
    with written(recorded) as ledger:
        (ledger.parent / "s.csv").write_text(
            steps([57.0] * (len(cuts) + 1), [c * MS for c in cuts])
        )
        file = ledger.parent / "factors.toml"
        file.write_text(constant)
        plain = report(ledger, factors=file, absorption=absorption, **period)
        file.write_text(constant.replace("value = 57", 'series = "s.csv"'))
        stepped = report(ledger, factors=file, absorption=absorption, **period)
    check(stepped)
    agree(figures(stepped.totals), figures(plain.totals), rel=1e-9, abs=1e-15)
    for one, other in zip(stepped.groups, plain.groups, strict=True):
        agree(figures(one.amounts), figures(other.amounts), rel=1e-9, abs=1e-15)


@settings(deadline=None, max_examples=25)
@given(ledgers, absorptions, periods())
def test_rent_pays_for_every_second_once(
    recorded: tuple[Host, ...], absorption: str, period: dict[str, Any]
) -> None:
    with written(recorded) as ledger:
        made = report(ledger, rental_per_device_hour="3.60 EUR", absorption=absorption, **period)
    check(made)
    seconds = sum(
        row.covered_s + row.missing_s for row in made.conservation if row.name == H100.name
    )
    assert float(made.totals.cost["EUR"].mid) == pytest.approx(seconds / 1000, rel=1e-6)
    assert made.totals.cost_usd is None
