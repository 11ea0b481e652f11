"""Noise of ratios of means, against known truths, tables of Student's t, and brute force."""

from __future__ import annotations

import math
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.compare import (
    MOST_BLOCKS,
    Part,
    against,
    joined,
    mean,
    systematic,
    t_quantile,
    within_t,
)
from footprint.estimators.errors import EstimatorError

#: Two-sided quantiles: (share, degrees of freedom, t), NIST/SEMATECH e-Handbook, 1.3.6.7.2.
TABLE = [
    (0.95, 1, 12.706),
    (0.95, 4, 2.776),
    (0.99, 8, 3.355),
    (0.99, 38, 2.712),
]


@pytest.mark.parametrize(("share", "freedom", "t"), TABLE)
def test_students_t_is_that_of_the_tables(share: float, freedom: float, t: float) -> None:
    assert t_quantile(share, freedom) == pytest.approx(t, abs=1e-3)
    assert within_t(t, freedom) == pytest.approx(share, abs=2e-4)


def group(rng: random.Random, calls: int, level: float, skew: float) -> list[tuple[float, float]]:
    """Calls of 1 to 20 items whose energy per item is log-normal with a mean of `level`."""
    drawn = []
    for _ in range(calls):
        items = float(rng.randint(1, 20))
        drawn.append((level * items * math.exp(rng.gauss(-(skew**2) / 2, skew)), items))
    return drawn


@pytest.mark.parametrize(("calls", "skew"), [((5, 5), 0.1), ((6, 30), 0.5), ((60, 60), 1.0)])
def test_equal_groups_are_seldom_called_different(calls: tuple[int, int], skew: float) -> None:
    rng = random.Random(20261122)
    trials = 200
    same = sum(
        not against(*(mean(joined(group(rng, each, 1.0, skew))) for each in calls)).beyond
        for _ in range(trials)
    )
    assert same >= 0.95 * trials


def test_a_difference_is_found_with_the_truth_inside() -> None:
    rng = random.Random(7)
    trials = 100
    found = [
        against(*(mean(joined(group(rng, 40, level, 0.2))) for level in (1.0, 0.6)))
        for _ in range(trials)
    ]
    assert all(each.beyond and each.p_value < 0.01 for each in found)
    assert sum(each.ratio.low <= 0.6 <= each.ratio.high for each in found) >= 0.97 * trials


def test_more_comparisons_make_wider_intervals() -> None:
    rng = random.Random(1)
    base, other = (mean(joined(group(rng, 20, 1.0, 0.3))) for _ in range(2))
    one, ten = (against(base, other, comparisons) for comparisons in (1, 10))
    assert ten.ratio.low < one.ratio.low <= one.ratio.high < ten.ratio.high
    assert ten.p_value == pytest.approx(min(1.0, 10 * one.p_value))


def test_exact_repetitions_leave_no_noise() -> None:
    flat, less = [(10.0, 2.0)] * 6, [(6.0, 2.0)] * 6
    assert against(mean(flat), mean(flat)).ratio.mid == 1.0
    assert not against(mean(flat), mean(flat)).beyond
    found = against(mean(flat), mean(less))
    assert (found.ratio.low, found.ratio.high, found.p_value) == (0.6, 0.6, 0.0)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(1, 100)), max_size=200))
def test_blocks_lose_nothing(samples: list[tuple[float, float]]) -> None:
    blocks = joined(samples)
    assert len(blocks) == min(len(samples), MOST_BLOCKS)
    for at in (0, 1):
        whole = math.fsum(each[at] for each in samples)
        assert math.fsum(each[at] for each in blocks) == pytest.approx(whole)


def test_a_drift_is_seen() -> None:
    rising = [(1.0 + at, 1.0) for at in range(20)]
    assert mean(rising).alike > 0.8
    rng = random.Random(3)
    assert abs(mean(joined(group(rng, 400, 1.0, 0.3))).alike) < 0.5


@pytest.mark.parametrize(
    "blocks", [[], [(1.0, 1.0)], [(1.0, 1.0), (0.0, 1.0)], [(1.0, 0.0), (1.0, 1.0)], [(-1.0, 1.0)]]
)
def test_what_has_no_spread_is_refused(blocks: list[tuple[float, float]]) -> None:
    with pytest.raises(EstimatorError):
        mean(blocks)


amounts = st.floats(0.1, 100)
parts = st.builds(
    Part,
    st.tuples(amounts, amounts).map(lambda pair: (min(pair), max(pair))),
    st.tuples(amounts, amounts).map(lambda pair: (min(pair), max(pair))),
    st.sampled_from([(0.95, 1.05), (0.9, 1.2), (1.0, 1.0)]),
)


@given(st.lists(parts, min_size=1, max_size=5))
def test_the_ends_are_those_of_all_combinations(devices: list[Part]) -> None:
    ratios = []
    for gains in product(*(each.gain for each in devices)):
        for ends in ((1, 0), (0, 1)):
            base = sum(g * each.base[ends[0]] for g, each in zip(gains, devices, strict=True))
            other = sum(g * each.other[ends[1]] for g, each in zip(gains, devices, strict=True))
            ratios.append(other / base)
    low, high = systematic(devices)
    assert low == pytest.approx(min(ratios))
    assert high == pytest.approx(max(ratios))


def test_the_gain_of_one_device_cancels_and_that_of_two_does_not() -> None:
    assert systematic([Part((10.0, 10.0), (6.0, 6.0), (0.95, 1.05))]) == pytest.approx((0.6, 0.6))
    apart = [
        Part((10.0, 10.0), (0.0, 0.0), (0.95, 1.05)),
        Part((0.0, 0.0), (6.0, 6.0), (0.95, 1.05)),
    ]
    assert systematic(apart) == pytest.approx((0.6 * 0.95 / 1.05, 0.6 * 1.05 / 0.95))


def test_a_base_that_may_be_nothing_has_no_greatest_ratio() -> None:
    assert systematic([Part((0.0, 10.0), (6.0, 6.0))]) == (0.6, None)
    with pytest.raises(EstimatorError, match="base"):
        systematic([Part((0.0, 0.0), (6.0, 6.0))])
