"""Numbers in the steps and assumptions of an estimate."""

from __future__ import annotations

from footprint.estimators.quantity import Quantity


def ranged(quantity: Quantity) -> str:
    """`400`, or `0.89 (0.54 to 1)`."""
    middle = number(quantity.mid)
    if quantity.low == quantity.high:
        return middle
    return f"{middle} ({number(quantity.low)} to {number(quantity.high)})"


def number(value: float) -> str:
    return f"{value:,.0f}" if 1e4 <= value < 1e15 else f"{value:,.5g}"
