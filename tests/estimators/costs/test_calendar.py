from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.costs.calendar import TIME_UNITS, units_between
from footprint.estimators.series import parse_utc_ns


def at(text):
    return parse_utc_ns("time", text)


instants = st.integers(at("2019-12-01T00:00:00Z"), at("2029-02-01T00:00:00Z"))


@pytest.mark.parametrize(
    ("unit", "since", "until", "expected"),
    [
        ("hour", "2026-03-29T00:00Z", "2026-03-30T00:00Z", Fraction(24)),
        ("week", "2026-03-29T00:00Z", "2026-03-30T00:00Z", Fraction(1, 7)),
        ("month", "2026-02-01T00:00Z", "2026-03-01T00:00Z", Fraction(1)),
        ("month", "2026-02-22T00:00Z", "2026-03-02T00:00Z", Fraction(7, 28) + Fraction(1, 31)),
        ("year", "2027-12-31T00:00Z", "2028-01-02T00:00Z", Fraction(1, 365) + Fraction(1, 366)),
        ("year", "2026-01-01T00:00Z", "2036-01-01T00:00Z", Fraction(10)),
    ],
)
def test_units_of_a_period(unit, since, until, expected):
    assert units_between(unit, at(since), at(until)) == expected


@given(st.lists(instants, min_size=3, max_size=3).map(sorted), st.sampled_from(TIME_UNITS))
def test_adjoining_periods_add_up(ends, unit):
    a, b, c = ends
    assert units_between(unit, a, b) + units_between(unit, b, c) == units_between(unit, a, c)
    assert units_between(unit, b, a) == 0
