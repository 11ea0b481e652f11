"""Prices of a period that a price list does not reach."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.series import Series, series
from footprint.estimators.systems.nearest import is_price, price_at, touching_or_nearest
from footprint.estimators.systems.rows import ENERGY_IN, PRICES, in_tier, tier_of

HISTORY = series("s", [(0, 10, 1.0), (10, 20, 2.0), (30, 40, 3.0)], "USD/Mtok")


def test_within_the_history_it_is_what_touches_the_period() -> None:
    for since, until in ((0, 5), (5, 12), (12, 35), (0, 40)):
        assert touching_or_nearest(HISTORY, since, until) == HISTORY.between(since, until)


def test_outside_it_is_one_step_the_one_before_where_there_is_one() -> None:
    def value(since: int, until: int) -> tuple[float, ...]:
        return touching_or_nearest(HISTORY, since, until).values

    assert value(-9, -3) == (1.0,)
    assert value(22, 28) == (2.0,)
    assert value(40, 50) == (3.0,)
    assert touching_or_nearest(Series((), (), (), "1"), 0, 1) == Series((), (), (), "1")


@given(st.integers(-50, 90), st.integers(1, 30))
def test_there_is_always_a_price(since: int, width: int) -> None:
    assert len(touching_or_nearest(HISTORY, since, since + width)) >= 1


def test_prices_and_thresholds_are_told_from_other_factors() -> None:
    assert all(is_price(name) for name in (*PRICES, tier_of(1), in_tier(PRICES[0], 2)))
    assert not is_price(ENERGY_IN)


def test_the_price_at_a_time_is_one_of_the_list() -> None:
    assert [price_at(HISTORY, t) for t in (-5, 5, 10, 25, 99)] == [1.0, 1.0, 2.0, 2.0, 3.0]


def test_prices_by_the_hour_hold_on_any_day() -> None:
    hour = 3600 * 10**9
    one_day = series("s", [(0, 8 * hour, 1.0), (8 * hour, 24 * hour, 2.0)], "USD/Mtok")
    assert price_at(one_day, 240 * hour + 1) == 1.0
    assert price_at(one_day, 240 * hour + 9 * hour) == 2.0
