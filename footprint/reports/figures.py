"""Figures for people: three significant digits, and the unit that keeps them short.

English unless a language is given: reports and their gaps hold English sentences, as data.
"""

from __future__ import annotations

import math

from footprint.estimators.quantity import Quantity
from footprint.reports.blocks import NOTHING
from footprint.words import TO, marked, typeset
from footprint.words import unit as unit_in

__all__ = [
    "ABOUT",
    "NOTHING",
    "amount",
    "both",
    "count",
    "digits",
    "interval",
    "middle",
    "scale",
    "share",
    "shared",
]

#: Stands before a best estimate that is an order of magnitude (`Quantity.is_rough`).
ABOUT = "≈"

#: Dimension's unit -> (from this much of it, unit, how many of it one is).
_SCALES: dict[str, tuple[tuple[float, str, float], ...]] = {
    "J": (
        (7.2e6, "kWh", 3.6e6),
        (1e4, "Wh", 3600.0),
        (1e3, "kJ", 1e3),
        (1.0, "J", 1.0),
        (1e-3, "mJ", 1e-3),
        (0.0, "µJ", 1e-6),
    ),
    # Of estimates, whose steps are in it, however small.
    "Wh": ((1e3, "kWh", 1e3), (0.0, "Wh", 1.0)),
    "g": (
        (1e6, "t", 1e6),
        (1e3, "kg", 1e3),
        (1.0, "g", 1.0),
        (1e-3, "mg", 1e-3),
        (0.0, "µg", 1e-6),
    ),
    "L": (
        (1e3, "m3", 1e3),
        (1.0, "L", 1.0),
        (1e-3, "mL", 1e-3),
        (0.0, "µL", 1e-6),
    ),
    "ms": ((1e3, "s", 1e3), (1.0, "ms", 1.0), (0.0, "µs", 1e-3)),
    "s": (
        (172_800.0, "d", 86_400.0),
        (7_200.0, "h", 3_600.0),
        (120.0, "min", 60.0),
        (1.0, "s", 1.0),
        (0.0, "ms", 1e-3),
    ),
}


def digits(value: float, lang: str = "en") -> str:
    """Three significant digits; whole numbers are not rounded below their last digit.

    Below 0.0001 with a power of ten, `4.11×10⁻⁶`: nobody counts zeros.
    """
    return marked(lang, f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}")


def scale(value: float, unit: str) -> tuple[str, float]:
    """(unit to show, how many of `unit` it is) for a value; zero keeps its unit."""
    if not value:
        return unit, 1.0
    for least, name, size in _SCALES.get(unit, ()):
        if abs(value) >= least:
            return name, size
    return unit, 1.0


def amount(value: float | None, unit: str, lang: str = "en") -> str:
    """`12.3 kJ`."""
    if value is None:
        return NOTHING
    name, size = scale(value, unit)
    return f"{digits(value / size, lang)} {unit_in(lang, name)}"


def shared(quantity: Quantity) -> tuple[str, float]:
    """(unit, how many of the quantity's own it is) that its middle and both ends are shown in.

    That of the middle, else the next in which all three are readable (0.01 to 9,999, at worst
    0.001); where there is none (an interval of many orders of magnitude), that of the middle after
    all. Of a middle of zero, that of the high end.
    """
    ends = quantity.low, quantity.mid, quantity.high
    own = scale(quantity.mid or quantity.high or quantity.low, quantity.unit)
    others = [(name, size) for _, name, size in _SCALES.get(quantity.unit, ())]
    others.sort(key=lambda each: abs(math.log(each[1] / own[1])))
    for least in (0.01, 0.001):
        for name, size in (own, *others):
            if all(_readable(end / size, least) for end in ends):
                return name, size
    return own


def _readable(value: float, least: float = 0.0) -> bool:
    return not value or least <= abs(value) < 9_999.5


def middle(quantity: Quantity | None, lang: str = "en") -> str:
    """A quantity's best estimate, in the unit that its interval is shown in."""
    if quantity is None:
        return NOTHING
    name, size = shared(quantity)
    return f"{digits(quantity.mid / size, lang)} {unit_in(lang, name)}"


def interval(quantity: Quantity | None, lang: str = "en") -> str:
    """`11.1 to 14`, in the unit of `middle`; empty where there is no interval.

    `0 to 27.4 Wh`, named, where no unit is short enough for all three: 4 mJ and 27.4 Wh.
    """
    if quantity is None or quantity.low == quantity.mid == quantity.high:
        return ""
    _, size = shared(quantity)
    wide, wide_size = scale(quantity.high, quantity.unit)
    far = not _readable(quantity.high / size) and wide_size != size
    size = wide_size if far else size
    low, high = digits(quantity.low / size, lang), digits(quantity.high / size, lang)
    shown = f"{low} {TO[lang]} {high}"
    return f"{shown} {unit_in(lang, wide)}" if far else shown


def both(quantity: Quantity | None, lang: str = "en") -> str:
    """`12.3 kJ (11.1 to 14)`."""
    bounds, mid = interval(quantity, lang), middle(quantity, lang)
    return f"{mid} ({bounds})" if bounds else mid


def count(value: float | None, lang: str = "en") -> str:
    """A number of things."""
    if value is None:
        return NOTHING
    return marked(lang, f"{value:,.0f}") if value == int(value) else digits(value, lang)


def share(value: float, lang: str = "en") -> str:
    """`12.3 %`."""
    return typeset(lang, f"{digits(100 * value, lang)} %")
