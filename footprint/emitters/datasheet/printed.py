"""Figures as a datasheet prints them, `12.3 kWh (11.1 to 14)`, in a unit of their size."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from footprint.estimators.quantity import Quantity
from footprint.estimators.units import convert, dimension
from footprint.words import Words

#: Dimension -> units, each from so much of it on (in the first one's own measure).
_SIZES = {
    "energy": (("MWh", 1.0), ("kWh", 0.1), ("J", 1.0), ("mJ", 1.0), ("µJ", 0.0)),
    "mass": (("t", 1.0), ("kg", 1.0), ("g", 1.0), ("mg", 1.0), ("µg", 0.0)),
    "volume": (("m3", 1.0), ("L", 1.0), ("mL", 1.0), ("µL", 0.0)),
}
_NUMBER = re.compile(r"^(-?[\d.,\u202f]+(?:e[-+]?\d+)?)(?: (\w+))?(?: \(.*\))?$")


class Printed(NamedTuple):
    """A figure read back: its value and one of its last digit, in J, g, L or the currency."""

    value: float
    step: float


def sized(quantity: Quantity) -> Quantity:
    """The same in the unit in which it is easiest to read; zero stays as it is."""
    for unit, least in _SIZES.get(dimension(quantity.unit), ()):
        one = quantity.to(unit)
        if one.mid >= least and one.mid > 0:
            return one
    return quantity


def figure(quantity: Quantity, w: Words) -> str:
    """With its unit and interval, three significant digits."""
    one = sized(quantity)
    return _said(one, w, f" {one.unit}")


def money(quantity: Quantity, w: Words) -> str:
    """An amount without its currency, which the column names."""
    return _said(quantity, w, "")


def bounds(quantity: Quantity, w: Words) -> tuple[str, str]:
    """Both ends alone, in the unit that suits the upper one: of what was not measured."""
    top = sized(Quantity(quantity.high, quantity.high, quantity.high, quantity.unit))
    low = convert(quantity.low, quantity.unit, top.unit)
    return f"{number(low, w)} {top.unit}", f"{number(top.mid, w)} {top.unit}"


def number(value: float, w: Words, digits: int = 3) -> str:
    """Significant digits, without an exponent where people would read one."""
    return w.fixed(value, digits) if 0 < abs(value) < 1e-3 else w.number(value, digits)


def _said(one: Quantity, w: Words, unit: str) -> str:
    mid = number(one.mid, w) + unit
    if one.low == one.mid == one.high:
        return mid
    return w("figure", mid=mid, low=number(one.low, w), high=number(one.high, w))


def parsed(cell: str, unit: str, point: str) -> Printed | None:
    """A printed figure in `unit`; None where the cell holds none.

    Args:
        unit: J, g, L; for money its own currency, which the cell does not name.
        point: what stands before decimals in the document's language.
    """
    found = _NUMBER.match(cell.strip())
    if found is None:
        return None
    text, own = found.groups()
    thousands = "," if point == "." else "\u202f"
    text = text.replace(thousands, "").replace(point, ".")
    try:
        value, step = float(text), _step(float(text))
        if own is None:
            return Printed(value, step)
        return Printed(convert(value, own, unit), convert(step, own, unit))
    except ValueError:  # EstimatorError is one: a unit of something else
        return None


def _step(value: float) -> float:
    """One of the last digit: three significant ones, and never fewer than the whole part's.

    Zeros at the end are not printed: `10` says as much as `10.0`.
    """
    return 10.0 ** min(math.floor(math.log10(abs(value))) - 2, 0) if value else 0.0
