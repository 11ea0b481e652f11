import copy
import math
import pickle
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import (
    Quantity,
    exact,
    independent_product,
    independent_sum,
    total,
)
from footprint.estimators.units import _UNITS, convert, dimension, ratio


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


# Against Monte Carlo, over inputs that Hypothesis chooses. An input's interval is its central 95 %.
# With 4,000 samples a coverage of 95 % is seen within 93.5 to 96.5 % in all but 1 of 70,000 tries.

Z95 = 1.959964
SAMPLES = 4_000
carlo = settings(max_examples=30, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def coverage(interval: Quantity, samples: np.ndarray) -> float:
    return float(((samples >= interval.low) & (samples <= interval.high)).mean())


def lognormal(q: Quantity, rng: np.random.Generator) -> np.ndarray:
    """Samples with median mid, of which 95 % lie between mid / r and mid * r."""
    return q.mid * np.exp(rng.normal(size=SAMPLES) * math.log(q.high / q.mid) / Z95)


def split_lognormal(q: Quantity, rng: np.random.Generator) -> np.ndarray:
    """The same where the distances down and up differ: half of the samples on either side."""
    z = rng.normal(size=SAMPLES) / Z95
    return q.mid * np.exp(z * np.where(z < 0, math.log(q.mid / q.low), math.log(q.high / q.mid)))


def triangular_quantile(low: float, mode: float, high: float, p: float) -> float:
    if p < (mode - low) / (high - low):
        return low + math.sqrt(p * (high - low) * (mode - low))
    return high - math.sqrt((1 - p) * (high - low) * (high - mode))


@carlo
@given(
    st.lists(st.floats(1, 100), min_size=4, max_size=30),
    st.floats(1.05, 2),
    st.floats(1, 900),
    seeds,
)
def test_a_shared_error_does_not_average_out(parts, spread, mid, seed):
    """One factor for all parts, drawn once: applied after summing its coverage is the sum's.

    Treated as if each part had a factor of its own, the interval would be far too narrow.
    """
    rng = np.random.default_rng(seed)
    energy = [exact(part, "kWh") for part in parts]
    factor = Quantity(mid / spread, mid, mid * spread, "g/kWh")
    grams = sum(parts) * lognormal(factor, rng)
    assert 0.935 < coverage(total(energy, "kWh").times(factor, "g"), grams) < 0.965
    averaged = independent_sum([each.times(factor, "g") for each in energy], "g")
    largest = max(parts) / sum(parts)
    if largest < 0.3:
        assert coverage(averaged, grams) < 0.9


@carlo
@given(st.lists(st.tuples(st.floats(0.1, 1e3), st.floats(1.01, 3)), min_size=1, max_size=6), seeds)
def test_independent_relative_errors_keep_their_coverage(factors, seed):
    """Lognormal factors in quadrature in log space: exact, so 95 % stays 95 %."""
    rng = np.random.default_rng(seed)
    quantities_ = [Quantity(mid / r, mid, mid * r, "1") for mid, r in factors]
    product = np.prod([lognormal(q, rng) for q in quantities_], axis=0)
    assert 0.935 < coverage(independent_product(quantities_, "1"), product) < 0.965


@carlo
@given(
    st.lists(st.tuples(st.floats(1.01, 2.7), st.floats(1.01, 2.7)), min_size=1, max_size=6), seeds
)
def test_lopsided_relative_errors_nearly_keep_their_coverage(factors, seed):
    rng = np.random.default_rng(seed)
    quantities_ = [Quantity(1 / down, 1, up, "1") for down, up in factors]
    product = np.prod([split_lognormal(q, rng) for q in quantities_], axis=0)
    assert 0.925 < coverage(independent_product(quantities_, "1"), product) < 0.985


@carlo
@given(st.lists(st.floats(0.02, 0.3), min_size=1, max_size=6), seeds)
def test_triangular_errors_nearly_keep_their_coverage(widths, seed):
    """Up to 30 % either way, at the triangles' central 95 %."""
    rng = np.random.default_rng(seed)
    quantities_ = [
        Quantity(*(triangular_quantile(1 - w, 1, 1 + w, p) for p in (0.025, 0.5, 0.975)), "1")
        for w in widths
    ]
    product = np.prod([rng.triangular(1 - w, 1, 1 + w, SAMPLES) for w in widths], axis=0)
    assert 0.925 < coverage(independent_product(quantities_, "1"), product) < 0.975


@carlo
@given(st.lists(quantities(), min_size=1, max_size=6), quantities(unit="g/kWh"), seeds)
def test_plain_bounds_hold_every_sample(parts, factor, seed):
    """Ends and all between, however the errors go together; nothing is left out of the interval."""
    rng = np.random.default_rng(seed)
    draws = rng.choice([0.0, 1.0, -1.0], size=(len(parts) + 1, 200))  # both ends, or between
    draws = np.where(draws < 0, rng.uniform(size=draws.shape), draws)
    drawn = [q.low + (q.high - q.low) * d for q, d in zip([*parts, factor], draws, strict=True)]
    energy = np.sum(drawn[:-1], axis=0)
    summed = parts[0]
    for part in parts[1:]:
        summed = summed + part
    for interval, samples in (
        (summed, energy),
        (total(parts, "J"), energy),
        (total(parts, "J").times(factor, "g"), energy * drawn[-1]),
        (total(parts, "J") * -2.5, energy * -2.5),
        (total(parts, "J") / 7, energy / 7),
        (total(parts, "J").to("kWh"), energy / 3.6e6),
    ):
        assert all(holds(interval, float(value), 1e-9) for value in samples)


units = st.sampled_from(sorted(_UNITS))


@given(quantities(), units, units)
def test_conversions_come_back_and_keep_to_their_dimension(q, unit, to):
    q = Quantity(q.low, q.mid, q.high, unit)
    if dimension(unit) != dimension(to):
        with pytest.raises(EstimatorError, match="cannot convert"):
            q.to(to)
        with pytest.raises(EstimatorError, match="cannot convert"):
            total([q], to)
        return
    assert close(q.to(to).to(unit), q, rel=1e-15 * 4)
    assert close(total([q, q], to), (q + q).to(to), rel=1e-15 * 4)
    assert q.to(unit) is q


@given(st.floats(0, 1e9), units, units, units)
def test_by_way_of_a_third_unit_is_the_same(value, one, two, three):
    if not dimension(one) == dimension(two) == dimension(three):
        return
    direct = convert(value, one, three)
    assert math.isclose(convert(convert(value, one, two), two, three), direct, rel_tol=1e-15 * 4)
    (a, b), (c, d), (e, f) = ratio(one, two), ratio(two, three), ratio(one, three)
    assert a * c * f == b * d * e  # the ratios themselves are exact


def test_a_product_that_overflows_is_refused_in_one_line():
    with pytest.raises(EstimatorError, match="give finite numbers"):
        independent_product([Quantity(1, 1, 1e300, "1"), Quantity(1, 1e100, 1e300, "1")] * 2, "1")
