import math
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.instants import NS_PER_S
from footprint.estimators.series import Series, from_json, series

H = 3600 * NS_PER_S


@st.composite
def some_series(draw: st.DrawFn, *, regular: bool | None = None) -> Series:
    """Up to nine steps of a few ns with holes between them, or all of one width without."""
    if draw(st.booleans()) if regular is None else regular:
        width = draw(st.integers(1, 9))
        begin = draw(st.integers(-20, 20))
        rows = [
            (begin + index * width, begin + (index + 1) * width, value)
            for index, value in enumerate(draw(st.lists(st.floats(0, 1e4), min_size=1, max_size=9)))
        ]
        return series("test", rows, "g/kWh")
    at = draw(st.integers(-20, 20))
    rows = []
    for value in draw(st.lists(st.floats(0, 1e4), min_size=1, max_size=9)):
        width = draw(st.integers(1, 9))
        rows.append((at, at + width, value))
        at += width + draw(st.sampled_from([0, 0, 1, 4]))
    return series("test", rows, "g/kWh")


stretches = st.tuples(st.integers(-40, 120), st.integers(0, 60)).map(lambda p: (p[0], p[0] + p[1]))


def brute(steps: Series, since: int, until: int) -> Fraction | None:
    """The mean, ns by ns and in fractions."""
    if since == until:
        value = steps.at(since)
        return None if value is None else Fraction(value)
    values = [steps.at(t) for t in range(since, until)]
    if None in values:
        return None
    return sum(map(Fraction, values), Fraction(0)) / len(values)


@given(some_series(), stretches)
def test_a_mean_is_what_ns_by_ns_comes_to(steps, stretch):
    found, expected = steps.mean(*stretch), brute(steps, *stretch)
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(float(expected), rel=1e-12, abs=1e-12 * max(steps.values))
        assert min(steps.values) <= found <= max(steps.values)


@given(some_series(), st.lists(stretches, max_size=12))
def test_many_means_at_once_are_the_single_ones(steps, pairs):
    since, until = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    found = steps.means(since, until)
    assert found.shape == (len(pairs),)
    for got, pair in zip(found, pairs, strict=True):
        alone = steps.mean(*pair)
        assert (
            math.isnan(got)
            if alone is None
            else math.isclose(got, alone, rel_tol=1e-9, abs_tol=1e-9 * max(steps.values))
        )
        if alone is not None and not steps.cuts(*pair):
            assert got == alone  # within one step there is nothing to round


@given(some_series(), stretches)
def test_holes_are_the_instants_without_a_value(steps, stretch):
    missing = {t for start, end in steps.holes(*stretch) for t in range(start, end)}
    assert missing == {t for t in range(*stretch) if steps.at(t) is None}
    for start, end in steps.holes(*stretch):
        assert stretch[0] <= start < end <= stretch[1]


@given(some_series(), stretches)
def test_between_two_cuts_nothing_changes(steps, stretch):
    since, until = stretch
    cuts = steps.cuts(since, until)
    assert all(since < cut < until for cut in cuts)
    edges = [since, *cuts, until]
    for left, right in pairwise(edges):
        assert len({steps.at(t) for t in range(left, right)}) <= 1


@given(some_series(), stretches)
def test_a_part_knows_the_same(steps, stretch):
    part = steps.between(*stretch)
    assert [part.at(t) for t in range(*stretch)] == [steps.at(t) for t in range(*stretch)]
    assert len(part) <= len(steps)


@given(some_series())
def test_json_and_back(steps):
    assert from_json(steps.to_json(), steps.unit) == steps


@given(st.lists(st.decimals(-10, 10, places=6), min_size=1, max_size=5))
def test_decimals_come_back_exactly(prices):
    rows = [(i * H, (i + 1) * H, price) for i, price in enumerate(prices)]
    steps = series("tariff", rows, "EUR/kWh", low=-math.inf)
    back = from_json(steps.to_json(), "EUR/kWh", decimals=True)
    assert back == steps
    assert [str(value) for value in back.values] == [str(price) for price in prices]


def test_a_short_stretch_over_an_edge_late_in_a_long_series_keeps_its_digits():
    year = series("grid", [(i * H, (i + 1) * H, 100.0 + i % 7) for i in range(8_760)], "g/kWh")
    edge = 8_000 * H
    since, until = np.array([edge - 10]), np.array([edge + 30])
    left, right = year.at(edge - 1), year.at(edge)
    assert year.means(since, until)[0] == (left * 10 + right * 30) / 40


def test_means_of_nothing_and_before_and_after():
    steps = series("grid", [(0, 10, 5.0)], "g/kWh")
    assert steps.means(np.array([], np.int64), np.array([], np.int64)).size == 0
    found = steps.means(np.array([-5, -5, 0, 5, 10, 10]), np.array([-1, 5, 10, 11, 10, 12]))
    assert np.array_equal(found, [np.nan, np.nan, 5.0, np.nan, np.nan, np.nan], equal_nan=True)
    empty = Series((), (), (), "g/kWh")
    assert np.isnan(empty.means(np.array([0]), np.array([1]))).all()
    assert empty.mean(0, 1) is None


def test_a_stretch_backward_is_refused():
    steps = series("grid", [(0, 10, 5.0)], "g/kWh")
    with pytest.raises(EstimatorError, match="from 5 to 3 ns ends before it starts"):
        steps.mean(5, 3)
    with pytest.raises(EstimatorError, match="from 5 to 3 ns ends before it starts"):
        steps.means(np.array([1, 5]), np.array([2, 3]))
    with pytest.raises(EstimatorError, match="2 starts and 1 ends"):
        steps.means(np.array([1, 5]), np.array([2]))


def test_rows_in_any_order_end_where_the_next_one_starts():
    steps = series("grid", [(2 * H, None, 3.0), (0, None, 1.0), (H, None, 2)], "g/kWh")
    assert steps.values == (1.0, 2.0, 3.0)
    assert steps.ends == (H, 2 * H, 3 * H)
    assert type(steps.values[1]) is float


def test_a_missing_row_leaves_a_hole():
    steps = series("grid", [(0, None, 1.0), (H, None, 2.0), (3 * H, None, 3.0)], "g/kWh")
    assert steps.holes(0, 4 * H) == [(2 * H, 3 * H)]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30], id="months"),
        pytest.param([365, 365, 366, 365], id="years with a leap year"),
        pytest.param([1] * 5 + [25 / 24] + [1] * 3 + [23 / 24], id="local days, two clock changes"),
    ],
)
def test_calendar_steps_have_no_holes(days):
    starts = [0]
    for width in days:
        starts.append(starts[-1] + round(width * 24) * H)
    steps = series("tariff", [(start, None, 1.0) for start in starts], "g/kWh")
    assert steps.holes(0, starts[-1]) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "grid: holds no values"),
        ([(0, H, 1.0), (0, H, 2.0)], "grid at 1970-01-01T00:00:00Z: there are two values"),
        ([(0, 0, 1.0)], "it ends at 1970-01-01T00:00:00Z, not after its start"),
        ([(H, 0, 1.0)], "it ends at 1970-01-01T00:00:00Z, not after its start"),
        ([(0, 2 * H, 1.0), (H, 3 * H, 2.0)], "lasts until 1970-01-01T02:00:00Z and overlaps"),
        ([(0, None, 1.0)], "it is not said until when"),
        ([(0, H, math.nan)], "grid at 1970-01-01T00:00:00Z is nan: give a number of g/kWh"),
        ([(0, H, math.inf)], "is inf: give a number"),
        ([(0, H, -1.0)], "is -1.0: give a number of g/kWh 0 or more"),
        ([(0, H, True)], "is True: give a number"),
        ([(0, H, Decimal("NaN"))], "NaN"),
        ([(0, H, 1.0), (H, 2 * H, Decimal(2))], "give all values as Decimal or none"),
        ([(0, H, Decimal(2)), (H, 2 * H, 1.0)], "give all values as Decimal or none"),
        ([(0, H, Decimal(2)), (H, 2 * H, 1)], "give all values as Decimal or none"),
        ([(0.5, H, 1.0)], "grid: 0.5 is no instant"),
        ([(None, H, 1.0)], "grid: None is no instant"),
        ([(0, 2**63, 1.0)], "is no instant: give whole nanoseconds of UTC"),
    ],
)
def test_what_is_refused(rows, message):
    with pytest.raises(EstimatorError) as error:
        series("grid", rows, "g/kWh")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_negative_prices_where_they_are_allowed():
    rows = [(0, H, Decimal("-0.02")), (H, 2 * H, Decimal("0.30"))]
    assert series("day ahead", rows, "EUR/kWh", low=-math.inf).values[0] == Decimal("-0.02")
