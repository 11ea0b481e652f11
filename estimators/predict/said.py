"""Numbers in the steps and assumptions of an estimate."""

from __future__ import annotations

from footprint.estimators.quantity import Quantity


def ranged(quantity: Quantity) -> str:
    """`400`, or `0.89 (0.54 to 1)`."""
    middle = number(quantity.mid)
    if quantity.low == quantity.high:
        return middle
    return f"{middle} ({number(quantity.low)} to {number(quantity.high)})"


def number(value: float, digits: int = 5) -> str:
    """`1,000,000`, `16.4`: so many digits, all of a whole number's, no exponent from 1e-6 on."""
    if 10 ** (digits - 1) <= abs(value) < 1e15:
        return f"{value:,.0f}"
    text = f"{value:,.{digits}g}"
    return f"{value:.12f}".rstrip("0") if "e-" in text and abs(value) >= 1e-6 else text
