"""Numbers in formats for machines: fixed-point, and how fine they are.

A figure is written with six significant digits, whatever its size. A reader knows from the number
alone how far it was rounded (`step_of`), so that reading back gives the same joules to that step.
"""

from __future__ import annotations

from decimal import Decimal

#: Significant digits of every figure in such a format.
DIGITS = 6


def rounded(value: float) -> float:
    """A number to `DIGITS` significant digits, for JSON."""
    return float(f"{value:.{DIGITS}g}")


def fixed(value: float) -> str:
    """The same as a plain decimal: `0.00000277778`, never `2.77778e-06`, which xsd:decimal bars."""
    return format(Decimal(f"{value:.{DIGITS}g}"), "f")


def step_of(value: float) -> float:
    """One of the last of `DIGITS` significant digits of a number; 0 for 0, which is exact."""
    return float(Decimal(1).scaleb(Decimal(repr(value)).adjusted() - DIGITS + 1)) if value else 0.0
