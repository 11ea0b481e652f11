import copy
import math
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import (
    Quantity,
    exact,
    independent_product,
    independent_sum,
    total,
)


def quantities(floor=0.0, unit="J"):
    return st.lists(st.floats(floor, 1e9), min_size=3, max_size=3).map(
        lambda bounds: Quantity(*sorted(bounds), unit)
    )


positive = quantities(1e-3, "1")


def close(a: Quantity, b: Quantity, rel: float = 1e-12) -> bool:
    return a.unit == b.unit and all(
        math.isclose(x, y, rel_tol=rel, abs_tol=1e-300)
        for x, y in zip((a.low, a.mid, a.high), (b.low, b.mid, b.high), strict=True)
    )


def holds(q: Quantity, value: float, rel: float = 1e-12) -> bool:
    slack = rel * max(abs(q.low), abs(q.high))
    return q.low - slack <= value <= q.high + slack


def draw_inside(q: Quantity, rng: random.Random) -> float:
    return rng.uniform(q.low, q.high)


def test_is_a_value():
    q = Quantity(1, 2.0, 3, "J")
    assert (q.low, q.mid, q.high, q.unit) == (1.0, 2.0, 3.0, "J")
    assert type(q.low) is float
    assert q == Quantity(1.0, 2.0, 3.0, "J") != Quantity(1.0, 2.0, 3.0, "kWh")
    assert q != (1.0, 2.0, 3.0, "J")
    assert hash(q) == hash(Quantity(1, 2, 3, "J"))
    assert pickle.loads(pickle.dumps(q)) == copy.deepcopy(q) == q
    assert repr(q) == "Quantity(1.0, 2.0, 3.0, 'J')"
    assert q.to_json() == {"low": 1.0, "mid": 2.0, "high": 3.0}


def test_cannot_be_changed():
    q = exact(1, "J")
    with pytest.raises(AttributeError, match="immutable"):
        q.mid = 2.0
    with pytest.raises(AttributeError, match="immutable"):
        del q.mid
    with pytest.raises(AttributeError):
        q.other = 1


@pytest.mark.parametrize(
    "bounds",
    [(2, 1, 3), (1, 4, 3), (3, 2, 1), (1, 2, math.nextafter(math.nextafter(2, 0), 0))],
)
def test_order_is_checked(bounds):
    with pytest.raises(EstimatorError, match="give finite numbers with low <= mid <= high"):
        Quantity(*bounds, "J")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, True, None, "x"])
def test_bounds_are_finite_numbers(bad):
    for bounds in ((bad, 2.0, 3.0), (1.0, bad, 3.0), (1.0, 2.0, bad)):
        with pytest.raises(EstimatorError, match=r"of a quantity|give finite numbers"):
            Quantity(*bounds, "J")


def test_a_unit_is_needed():
    for unit in ("", None, 3):
        with pytest.raises(EstimatorError, match="name it, '1' where it has none"):
            Quantity(1, 2, 3, unit)


def test_one_rounding_off_is_moved_onto_mid():
    up, down = math.nextafter(2.0, 3.0), math.nextafter(2.0, 1.0)
    assert Quantity(up, 2.0, 3.0, "J").low == 2.0
    assert Quantity(1.0, 2.0, down, "J").high == 2.0


def test_units_must_agree():
    with pytest.raises(EstimatorError, match=r"cannot add kWh to J: convert one with to\('J'\)"):
        exact(1, "J") + exact(1, "kWh")
    with pytest.raises(TypeError):
        exact(1, "J") + 1
    with pytest.raises(EstimatorError, match=r"use times\(factor, unit\)"):
        exact(1, "kWh") * exact(1, "g/kWh")


def test_divided_by_nothing_counted():
    assert exact(10, "J") / 4 == exact(2.5, "J")
    with pytest.raises(EstimatorError, match="divisor is 0: leave the figure out"):
        exact(1, "J") / 0


def test_conversion():
    assert Quantity(1.8e6, 3.6e6, 7.2e6, "J").to("kWh") == Quantity(0.5, 1, 2, "kWh")
    with pytest.raises(EstimatorError, match="cannot convert J"):
        exact(1, "J").to("g")


def test_total_of_nothing_is_zero():
    assert total([], "J") == exact(0, "J")


def test_overflow_is_refused():
    with pytest.raises(EstimatorError):
        exact(1e308, "J") + exact(1e308, "J")


@given(st.lists(quantities(), max_size=12), st.randoms(use_true_random=False))
def test_total_does_not_depend_on_order(parts, rng):
    shuffled = parts[:]
    rng.shuffle(shuffled)
    assert total(shuffled, "J") == total(parts, "J")


@given(quantities(), quantities(), quantities())
def test_sums_associate_and_commute(a, b, c):
    assert a + b == b + a
    assert close((a + b) + c, a + (b + c))
    assert close(a + b, total([a, b], "J"))


@given(quantities(), st.floats(-1e6, 1e6))
def test_scaling_keeps_the_order(q, k):
    scaled = q * k
    assert scaled.low <= scaled.mid <= scaled.high
    assert scaled == k * q
    assert close(q * 1, q)


@given(st.lists(quantities(), min_size=1, max_size=6), quantities(unit="g/kWh"))
def test_a_shared_factor_after_summing(parts, factor):
    once = total(parts, "J").times(factor, "g")
    each = total([part.times(factor, "g") for part in parts], "g")
    assert close(once, each)


@given(st.lists(quantities(), min_size=1, max_size=5), quantities(unit="g/kWh"), st.integers())
def test_what_is_drawn_inside_stays_inside(parts, factor, seed):
    rng = random.Random(seed)
    summed = total(parts, "J")
    product = summed.times(factor, "g")
    for _ in range(20):
        value = math.fsum(draw_inside(part, rng) for part in parts)
        assert holds(summed, value)
        assert holds(product, value * draw_inside(factor, rng))


@given(quantities(-1e9), quantities(-1e9, "1"), st.integers())
def test_products_of_any_sign_hold_every_product(a, b, seed):
    rng = random.Random(seed)
    product = a.times(b, "J")
    for _ in range(20):
        value = draw_inside(a, rng) * draw_inside(b, rng)
        assert holds(product, value) or math.isclose(value, product.low, abs_tol=1e-6)


@given(st.lists(quantities(), max_size=8))
def test_independent_sums_lie_inside_plain_ones(parts):
    plain, independent = total(parts, "J"), independent_sum(parts, "J")
    assert plain.low <= independent.low <= independent.mid == plain.mid
    assert independent.high <= plain.high


@given(quantities())
def test_one_part_is_itself(q):
    alone = independent_sum([q], "J")
    assert (alone.low, alone.high) == pytest.approx((q.low, q.high), abs=1e-12 * q.high)


@given(st.lists(positive, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_independent_products_lie_inside_plain_ones(factors, rng):
    plain = factors[0]
    for factor in factors[1:]:
        plain = plain.times(factor, "1")
    independent = independent_product(factors, "1")
    assert plain.low * (1 - 1e-9) <= independent.low
    assert independent.high <= plain.high * (1 + 1e-9)
    shuffled = factors[:]
    rng.shuffle(shuffled)
    assert close(independent_product(shuffled, "1"), independent, rel=1e-9)


def test_factors_of_two_up_and_down_are_the_same_distance():
    q = independent_product([Quantity(0.5, 1, 2, "1"), Quantity(0.5, 1, 2, "1")], "1")
    assert q.high == pytest.approx(2 ** math.sqrt(2))
    assert q.low * q.high == pytest.approx(1)


def test_a_factor_that_reaches_zero_has_no_logarithm():
    with pytest.raises(EstimatorError, match="reaches zero: use times"):
        independent_product([Quantity(0, 1, 2, "1")], "1")


def test_independent_errors_against_monte_carlo():
    """95 % intervals of independent normal errors combine to a 95 % interval of the sum."""
    rng = random.Random(20)
    parts = [Quantity(m - s, m, m + s, "J") for m, s in ((100, 10), (50, 20), (200, 5), (30, 15))]
    interval, plain = independent_sum(parts, "J"), total(parts, "J")
    sums = [
        math.fsum(rng.gauss(p.mid, (p.high - p.mid) / 1.959964) for p in parts)
        for _ in range(4_000)
    ]
    inside = sum(interval.low <= s <= interval.high for s in sums) / len(sums)
    assert 0.935 < inside < 0.965
    assert sum(plain.low <= s <= plain.high for s in sums) / len(sums) > 0.998


def test_independent_relative_errors_against_monte_carlo():
    rng = random.Random(21)
    factors = [Quantity(m / r, m, m * r, "1") for m, r in ((3.0, 1.5), (0.2, 1.1), (40.0, 2.0))]
    interval = independent_product(factors, "1")
    products = [
        math.prod(
            f.mid * math.exp(rng.gauss(0, math.log(f.high / f.mid) / 1.959964)) for f in factors
        )
        for _ in range(4_000)
    ]
    inside = sum(interval.low <= p <= interval.high for p in products) / len(products)
    assert 0.935 < inside < 0.965
