"""Factors applied to a use: means over joules, holes, hours of hardware."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.applied import Rate, Use, held_cost, mean, money_mean, unknown
from footprint.estimators.factors import GRID_INTENSITY, TARIFF, Factor
from footprint.estimators.money import Money, MoneyRange, exact_money
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series

HOUR = 3600 * 10**9


def grams(*values: float, start: int = 0) -> Factor:
    """One value an hour."""
    at = [start + HOUR * each for each in range(len(values) + 1)]
    steps = Series(at[:-1], at[1:], [float(each) for each in values], "g/kWh")
    return Factor(GRID_INTENSITY, steps, "g/kWh", source="s")


def euros(*values: str) -> Factor:
    at = [HOUR * each for each in range(len(values) + 1)]
    prices = [Decimal(each) for each in values]
    return Factor(TARIFF, Series(at[:-1], at[1:], prices, "EUR/kWh"), "EUR/kWh", source="s")


def flat(value: Quantity) -> Factor:
    return Factor(GRID_INTENSITY, value, "g/kWh", source="annual")


def test_the_mean_is_over_joules_and_not_over_hours() -> None:
    found = mean([grams(100, 400)], {0: 3, HOUR: 1})
    assert found.value == exact(175.0, "g/kWh")


def test_a_constant_needs_no_weights() -> None:
    own = exact(56.0, "g/kWh")
    assert mean([flat(own)], {}).value == own
    assert mean([flat(own)], {0: 5}).value == own


def test_the_next_source_stands_in_for_a_hole_with_its_interval() -> None:
    found = mean([grams(100), flat(Quantity(40, 60, 90, "g/kWh"))], {0: 1, HOUR: 1})
    assert found.value == Quantity(70, 80, 95, "g/kWh")


def test_a_hole_that_nobody_fills_is_named_by_its_first_instant() -> None:
    found = mean([grams(100)], {0: 1, HOUR: 1})
    assert (found.value, found.unknown_at) == (None, HOUR)
    gap = unknown("cost", grams(100), HOUR)
    assert gap.why == (
        "grid intensity from s has no value at 1970-01-01T01:00:00Z, and no other source has"
    )


def test_time_without_energy_may_be_a_hole() -> None:
    assert mean([grams(100)], {0: 1, HOUR: 0}).value == exact(100.0, "g/kWh")


def test_when_it_was_used_is_not_known() -> None:
    """Then it may have been at any value of the series: no step is picked."""
    assert mean([grams(100, 100, 400)], {}).value == Quantity(100, 200, 400, "g/kWh")


def test_prices_are_weighted_as_decimals() -> None:
    per_kwh, _ = money_mean([euros("0.1", "0.2")], {0: 1, HOUR: 2})
    third = Decimal("0.5") / 3
    assert per_kwh is not None
    assert per_kwh.currency == "EUR"
    assert per_kwh.low == per_kwh.mid == per_kwh.high
    assert per_kwh.mid == pytest.approx(third, rel=Decimal("1e-27"))
    exactly, _ = money_mean([euros("0.1", "0.3")], {0: 1, HOUR: 1})
    assert exactly == exact_money(Money("0.2", "EUR"))


def test_a_price_whose_time_is_not_known_is_a_range() -> None:
    per_kwh, _ = money_mean([euros("0.1", "0.3")], {})
    assert per_kwh == MoneyRange(Decimal("0.1"), Decimal("0.2"), Decimal("0.3"), "EUR")


def test_held_hours_cost_their_rate_and_none_cost_nothing() -> None:
    rates = [Rate("rental", "A", exact_money(Money("3.6", "USD")))]
    assert held_cost({"A": 1.5, "B": 9.0}, rates)[0][1].mid == Decimal("0.0015")
    assert held_cost({"B": 9.0}, rates)[0][1].mid == 0
    assert held_cost({"A": 1.0}, []) == []


def test_a_use_says_whether_holding_is_known() -> None:
    assert Use(exact(1, "J")).held_s is None


steps = st.lists(st.floats(0, 1000), min_size=1, max_size=6)
weights = st.dictionaries(st.integers(0, 5), st.integers(0, 10**18), max_size=6)


@given(steps, weights)
def test_a_mean_lies_between_the_values_of_the_time_that_was_used(
    values: list[float], used: dict[int, int]
) -> None:
    used = {at: nj for at, nj in used.items() if at < len(values)}
    found = mean([grams(*values)], {at * HOUR: nj for at, nj in used.items()})
    of = [values[at] for at, nj in used.items() if nj] or values
    assert min(of) <= found.value.mid * (1 + 1e-12)
    assert found.value.mid * (1 - 1e-12) <= max(of)


@given(st.floats(0, 1000), weights)
def test_steps_of_one_value_are_the_value(value: float, used: dict[int, int]) -> None:
    found = mean([grams(*[value] * 6)], {at * HOUR: nj for at, nj in used.items()})
    assert found.value.mid == pytest.approx(value, rel=1e-12)


@given(
    st.lists(st.floats(0, 1000), min_size=2, max_size=4),
    st.tuples(*[st.floats(0, 1000)] * 3).map(sorted),
    st.floats(0, 1),
)
def test_the_interval_holds_every_value_that_the_stand_in_may_have(
    values: list[float], bounds: list[float], at: float
) -> None:
    low, mid, high = bounds
    real = low + (high - low) * at
    used = {each * HOUR: each + 1 for each in range(len(values) + 2)}
    wide = mean([grams(*values), flat(Quantity(low, mid, high, "g/kWh"))], used).value
    sure = mean([grams(*values), flat(exact(min(max(real, low), high), "g/kWh"))], used).value
    assert wide.low <= sure.mid * (1 + 1e-9) + 1e-9
    assert sure.mid <= wide.high * (1 + 1e-9) + 1e-9
