"""A figure in a table's cell, in a unit that people read, and back: `1.23 kWh (1.10 to 1.40)`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from footprint.estimators.quantity import Quantity
from footprint.estimators.units import convert
from footprint.words import Words

#: Unit of a figure -> the units that it is shown in, from small to large.
SHOWN = {
    "J": ("mJ", "J", "Wh", "kWh", "MWh"),
    "g": ("µg", "mg", "g", "kg", "t"),
    "L": ("µL", "mL", "L"),
}
#: Significant digits; never fewer than the whole part's.
DIGITS = 3

_TO = {"en": "to", "fr": "à"}
#: Language -> the decimal mark, and what may stand between thousands.
_MARKS = {"en": (".", ","), "fr": (",", "\u202f\u00a0 ")}
_CELL = re.compile(r"(?P<number>\d[\d.,\u202f\u00a0 ]*?) (?P<unit>[^\W\d_]+)(?: \(.*\))?\Z")


def shown(w: Words, quantity: Quantity) -> str:
    """The figure with its unit, then its bounds in the same unit where it has an interval."""
    found = quantity.to(_unit(quantity))
    mid = f"{w.fixed(found.mid, DIGITS)} {found.unit}"
    if found.low == found.mid == found.high:
        return mid
    low, high = w.fixed(found.low, DIGITS), w.fixed(found.high, DIGITS)
    return f"{mid} ({low} {_TO[w.lang]} {high})"


def bound(w: Words, quantity: Quantity, value: float) -> str:
    """One of a figure's bounds, with its unit."""
    return shown(w, Quantity(value, value, value, quantity.unit))


def read(lang: str, cell: str) -> tuple[float, float, str] | None:
    """What a cell states: value and one of its last digit, both in J, g, L or the currency; unit.

    None for a cell without a figure.
    """
    found = _CELL.match(cell.strip())
    if found is None:
        return None
    point, thousands = _MARKS[lang]
    digits = "".join(each for each in found["number"] if each not in thousands)
    try:
        number = Decimal(digits.replace(point, "."))
    except InvalidOperation:
        return None
    unit = found["unit"]
    exponent = number.as_tuple().exponent
    value, step = float(number), 10.0 ** (exponent if isinstance(exponent, int) else 0)
    for base, units in SHOWN.items():
        if unit in units:
            return convert(value, unit, base), convert(step, unit, base), base
    return value, step, unit


def _unit(quantity: Quantity) -> str:
    """The largest unit in which the figure is at least 1; its upper end, where it is 0."""
    size = quantity.mid or quantity.high
    units = SHOWN.get(quantity.unit)
    if not size or units is None:
        return quantity.unit
    fits = [unit for unit in units if abs(convert(size, quantity.unit, unit)) >= 1]
    return fits[-1] if fits else units[0]
