"""Figures in a CycloneDX document: their units, and what their properties are called.

Units are CycloneDX's kWh and tCO2eq; of one call, item or 1,000 tokens J and gCO2eq.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from footprint.emitters.digits import fixed
from footprint.emitters.view import Figures
from footprint.estimators.quantity import Quantity


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
