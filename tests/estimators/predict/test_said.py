"""Numbers in steps and assumptions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.predict.said import number


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1_000_000, 5, "1,000,000"),
        (84_038.4, 3, "84,038"),
        (7_209.1, 3, "7,209"),
        (545.4, 3, "545"),
        (16.4, 5, "16.4"),
        (4.984, 5, "4.984"),
        (0.00248, 3, "0.00248"),
        (0.0000248, 3, "0.0000248"),
        (2.5e-9, 3, "2.5e-09"),
        (3.5e23, 5, "3.5e+23"),
        (0, 5, "0"),
    ],
)
def test_numbers(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


@given(value=st.floats(1e-6, 1e14), digits=st.integers(3, 6))
def test_a_number_reads_back_to_its_digits(value: float, digits: int) -> None:
    text = number(value, digits)
    assert "e" not in text
    assert float(text.replace(",", "")) == pytest.approx(value, rel=10 ** (1 - digits))
