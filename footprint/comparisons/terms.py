"""The place and the prices that predictions are made at: options, else the user's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from footprint import settings
from footprint.accounts.pricing import declared_from
from footprint.estimators.contracts import Contracts
from footprint.estimators.costs.rental import rentals, shipped_rentals
from footprint.estimators.declared import Declared
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange, by_currency, priced
from footprint.estimators.predict.estimate import DeviceTime, Estimate, Prediction, estimate
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.sources import Registry
from footprint.factors.opened import opened
from footprint.settings import DECLARED

OWNED = (
    "bought hardware is paid day and night here: the purchase's own utilisation is left out, "
    "--utilisation says how much of its capacity is used"
)
_FILES = ("factors", "factor_sources")


class Terms(NamedTuple):
    """What predictions are priced by.

    Attributes:
        declared: zone, PUE, tariff, rental, ...
        registry, contracts: where factors come from, and what was bought or agreed.
    """

    declared: Declared
    registry: Registry
    contracts: Contracts

    def priced(self, prediction: Prediction) -> Estimate:
        """A prediction at this place. Raises EstimatorError as `estimate`."""
        return estimate(prediction, self.declared, self.registry, self.contracts)


class Hourly(NamedTuple):
    """What a machine costs an hour whatever it does; None where that is not known."""

    price: MoneyRange | None
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()


def terms(given: Mapping[str, Any]) -> Terms:
    """From options, by setting, each checked. Raises UsageError for a broken file of factors."""
    asked = {name: value for name, value in given.items() if value is not None}
    resolved = settings.resolve({name: asked.pop(name, None) for name in _FILES})
    fallback = {name: getattr(resolved, name) for name in DECLARED}
    if "tariff_per_kwh" in asked:  # a rental of the settings would take its place
        fallback["rental_per_device_hour"] = fallback["instance"] = None
    declared = declared_from(asked, "option").over(declared_from(fallback, "settings"))
    sources = opened(resolved, pins=False)
    return Terms(declared, sources.registry, sources.contracts)


def hourly(place: Terms, devices: Mapping[str, int]) -> Hourly:
    """The cost of a machine of these devices for an hour: rental or amortised purchase.

    Where neither is declared, nor a tariff that says the hardware is one's own, the first list
    price of the table of rentals is taken, and said.
    """
    times = tuple(DeviceTime(name, exact(float(count), "h")) for name, count in devices.items())
    idle = Prediction("inference", (), Quantity(0.0, 0.0, 0.0, "kWh"), None, times)
    # Paid day and night, used or not: what idle hours cost is not put on the used ones again.
    always = tuple(each._replace(utilisation=exact(1.0, "1")) for each in place.contracts.purchases)
    found = place._replace(contracts=place.contracts._replace(purchases=always)).priced(idle)
    parts = by_currency(part.amount for part in found.cost_parts if part.name != "electricity")
    if parts:
        (price, *others) = parts.values()
        known = None if others or not price.high else price
        notes = (OWNED,) if any(part.name == "purchase" for part in found.cost_parts) else ()
        return Hourly(known, found.factors, notes)
    if place.declared.tariff_per_kwh is not None or place.contracts.tariff is not None:
        return Hourly(None)
    return _listed(devices)


def _listed(devices: Mapping[str, int]) -> Hourly:
    prices: list[MoneyRange] = []
    factors: list[Factor] = []
    for name, count in devices.items():
        found = rentals(name, shipped_rentals())
        if not found:
            return Hourly(None)
        each = found[0].row.per_device_hour()
        prices.append(priced(exact(float(count), "1"), each))
        factors.append(found[0].factor)
    if len({each.currency for each in prices}) != 1:
        return Hourly(None)
    (price,) = by_currency(prices).values()
    told = ", ".join(f"{each.subject}: {each.value} {each.unit}" for each in factors)
    return Hourly(
        price,
        tuple(factors),
        (
            f"no rental, tariff or purchase was given: the list price is taken ({told}); prices "
            "differ by seller and term: give yours (--rental)",
        ),
    )
