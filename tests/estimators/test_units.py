import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import checked, checked_count, convert, dimension, ratio

UNITS = {
    "energy": ["nJ", "mJ", "J", "kJ", "MJ", "Wh", "kWh", "MWh"],
    "mass": ["µg", "mg", "g", "kg", "t"],
    "volume": ["mL", "L", "m3"],
    "time": ["ns", "ms", "s", "h"],
    "power": ["mW", "W", "kW"],
    "carbon intensity": ["g/kWh", "kg/MWh", "kg/kWh", "lb/MWh"],
}
pairs = st.sampled_from(sorted(UNITS)).flatmap(
    lambda name: st.tuples(st.sampled_from(UNITS[name]), st.sampled_from(UNITS[name]))
)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (3_600_000, "J", "kWh", 1.0),
        (1, "kWh", "MJ", 3.6),
        (1_287, "MWh", "kWh", 1_287_000),
        (83.524, "g", "kg", 0.083524),
        (24_690_000, "g", "t", 24.69),
        (0.385, "kg/kWh", "g/kWh", 385),
        (1, "lb/MWh", "g/kWh", 0.45359237),
        (1, "nJ", "J", 1e-9),
        (2, "h", "s", 7_200),
        (1, "m3", "L", 1_000),
    ],
)
def test_conversions(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-15)


def test_every_unit_has_its_dimension():
    assert {name: [u for u in units if dimension(u) == name] for name, units in UNITS.items()} == (
        UNITS
    )


@given(st.floats(-1e200, 1e200), pairs)
def test_there_and_back(value, pair):
    unit, to = pair
    back = convert(convert(value, unit, to), to, unit)
    assert back == pytest.approx(value, rel=1e-15, abs=1e-300)


@given(pairs)
def test_ratios_are_inverse(pair):
    assert Fraction(*ratio(*pair)) * Fraction(*ratio(*reversed(pair))) == 1


def test_another_dimension_is_refused():
    with pytest.raises(EstimatorError, match=r"cannot convert J \(energy\) to g \(mass\)"):
        convert(1, "J", "g")


def test_an_unknown_unit_is_refused():
    with pytest.raises(EstimatorError, match=r"unit 'kwh' cannot be converted: use one of .*kWh"):
        convert(1, "kwh", "J")


@pytest.mark.parametrize(
    "value",
    [57, 57.0, "57", " 57.0 ", Decimal(57), Fraction(57), np.float32(57), np.int64(57)],
)
def test_numbers_are_taken(value):
    assert checked("--carbon-intensity", value, "g/kWh") == 57.0


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        np.bool_(True),
        None,
        "",
        "abc",
        "0,18",
        b"57",
        [57],
        1j,
        math.nan,
        math.inf,
        -math.inf,
        "nan",
        "inf",
        Decimal("NaN"),
        Decimal("sNaN"),
        -1,
        -1e-300,
        "-3",
        10**400,
    ],
)
def test_the_rest_is_refused_with_both_facts(value):
    with pytest.raises(EstimatorError) as caught:
        checked("--carbon-intensity", value, "g/kWh")
    text = str(caught.value)
    assert text.startswith(f"--carbon-intensity is {repr(value)[:30]}")
    assert text.endswith("give a number of g/kWh 0 or more")
    assert "\n" not in text


def test_the_range_is_named():
    with pytest.raises(EstimatorError, match=r"^pue is 0\.9: give a number from 1 to 5$"):
        checked("pue", 0.9, low=1, high=5)
    with pytest.raises(EstimatorError, match=r"^x is nan: give a number that is finite$"):
        checked("x", math.nan, low=-math.inf)
    assert checked("pue", 1, low=1, high=5) == 1
    assert checked("pue", 5, low=1, high=5) == 5


def test_minus_zero_becomes_zero():
    assert math.copysign(1, checked("x", -0.0)) == 1


def test_counts_are_whole():
    assert checked_count("items", "64") == 64
    with pytest.raises(EstimatorError, match=r"items is 1\.5: give a whole number, 0 or more"):
        checked_count("items", 1.5)
