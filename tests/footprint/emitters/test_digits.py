"""Numbers in formats for machines: fixed-point, and no further off than they say."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.emitters.digits import fixed, rounded, step_of

NUMBERS = st.floats(-1e15, 1e15).filter(lambda x: x == 0 or abs(x) > 1e-15)


@pytest.mark.parametrize(
    ("value", "text", "step"),
    [
        (0.0, "0", 0.0),
        (2.77777777e-6, "0.00000277778", 1e-11),
        (0.004, "0.004", 1e-8),
        (12.34567, "12.3457", 1e-4),
        (1234567.8, "1234570", 10.0),
        (999999.7, "1000000", 10.0),
        (-0.5, "-0.5", 1e-6),
    ],
)
def test_exact_numbers(value: float, text: str, step: float) -> None:
    assert (fixed(value), step_of(float(text))) == (text, step)


@given(NUMBERS)
def test_a_number_is_plain_and_lies_within_half_a_step_of_what_it_was(value: float) -> None:
    text = fixed(value)
    assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", text)
    assert float(text) == rounded(value)
    off = abs(Fraction(text) - Fraction(value))
    # The step is told from what is printed, which may have gained a digit: 999999.7 -> 1000000.
    assert off <= Fraction(step_of(float(text))) / 2 * (1 + Fraction(1, 10**9))


@given(NUMBERS)
def test_what_was_rounded_stays(value: float) -> None:
    assert fixed(rounded(value)) == fixed(value)
    assert rounded(rounded(value)) == rounded(value)
