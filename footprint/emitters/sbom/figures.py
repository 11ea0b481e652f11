"""Figures in a bill of materials: how numbers are written, and what their properties are called.

A number has 6 significant digits, in fixed point: every reader of JSON takes it, and what is read
back is the figure to the last digit printed. Units are CycloneDX's kWh and tCO2eq.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from footprint.emitters.view import Figures
from footprint.estimators.quantity import Quantity

#: Significant digits; the whole part has all of its own.
DIGITS = 6


class Written(NamedTuple):
    """How a figure is written.

    Attributes:
        stem: of its properties' names.
        unit: in the document, as it calls it.
        converted: the same unit, as `footprint.estimators.units` calls it.
    """

    stem: str
    unit: str
    converted: str


#: Figure of an activity's total -> how it is written.
TOTAL: Mapping[str, Written] = {
    "energy_j": Written("energy", "kWh", "kWh"),
    "carbon_location_g": Written("carbon:location", "tCO2eq", "t"),
    "carbon_market_g": Written("carbon:market", "tCO2eq", "t"),
    "embodied_g": Written("carbon:embodied", "tCO2eq", "t"),
    "water_l": Written("water", "L", "L"),
}

#: The same for one call, one item, 1,000 tokens: in units of that size.
SHARE: Mapping[str, Written] = {
    "energy_j": Written("energy", "J", "J"),
    "carbon_location_g": Written("carbon:location", "gCO2eq", "g"),
    "carbon_market_g": Written("carbon:market", "gCO2eq", "g"),
    "embodied_g": Written("carbon:embodied", "gCO2eq", "g"),
    "water_l": Written("water", "L", "L"),
}

#: What a share is of -> how a property's name begins.
PER = {"call": "per_call", "item": "per_item", "1000 tokens": "per_1000_tokens"}


def fixed(value: float) -> str:
    """`0.000000277778`, `12.3457`, `1234568`: fixed point."""
    rounded = Decimal(f"{value:.{DIGITS - 1}e}")
    exponent = rounded.as_tuple().exponent
    return f"{value:.0f}" if isinstance(exponent, int) and exponent > 0 else f"{rounded:f}"


def step(text: str) -> Decimal:
    """One of the last digit that was printed, for a number that `fixed` wrote.

    A tool that writes a document anew leaves zeros at the end out (`0.5` for `0.500000`), so that
    the digits are counted from the first one where there are fewer than we print.
    """
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    last = exponent if isinstance(exponent, int) else 0
    least = value.adjusted() - DIGITS + 1 if value else last
    return Decimal((0, (1,), min(last, least)))


def totals(figures: Figures) -> Iterator[tuple[str, str]]:
    """Properties of an activity's total: names and values, without what the format has a field for.

    `footprint:energy:low_kWh`, `footprint:carbon:market_tCO2eq`, `footprint:cost_EUR`.
    """
    for name, how in TOTAL.items():
        quantity: Quantity | None = getattr(figures, name)
        if quantity is not None:
            has_field = name in {"energy_j", "carbon_location_g"}
            found = quantity.to(how.converted)
            yield from _bounds(f"footprint:{how.stem}", found, how.unit, has_field)
    yield from _costs("footprint:cost", figures)


def shares(figures: Figures, per: str) -> Iterator[tuple[str, str]]:
    """Properties of one call, item or 1,000 tokens: `footprint:per_call:energy_J`."""
    start = f"footprint:{PER[per]}"
    for name, how in SHARE.items():
        quantity: Quantity | None = getattr(figures, name)
        if quantity is not None:
            yield from _bounds(f"{start}:{how.stem}", quantity.to(how.converted), how.unit)
    yield from _costs(f"{start}:cost", figures)


def _costs(stem: str, figures: Figures) -> Iterator[tuple[str, str]]:
    for currency, amount in sorted(figures.cost.items()):
        yield from _bounds(stem, amount, currency)


def _bounds(
    stem: str, quantity: Quantity, unit: str, has_field: bool = False
) -> Iterator[tuple[str, str]]:
    if not has_field:
        yield f"{stem}_{unit}", fixed(quantity.mid)
    if quantity.low < quantity.high:
        yield f"{stem}:low_{unit}", fixed(quantity.low)
        yield f"{stem}:high_{unit}", fixed(quantity.high)
