"""Figures of a report that was kept, read from its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity
from footprint.reports.view import QUANTITIES, Amounts


def amounts(of: Mapping[str, Any]) -> Amounts:
    """The amounts of a group, or of the totals, which have their energy in kWh.

    Raises KeyError, TypeError, ArithmeticError or EstimatorError for what is none.
    """
    if "energy_kwh" in of:
        kwh = quantity(of["energy_kwh"], "kWh")
        energy_j = None if kwh is None else kwh.to("J")
    else:
        energy_j = quantity(of["energy_j"], "J")

    def known(name: str) -> Quantity | None:
        return quantity(of[name], QUANTITIES[name])

    return Amounts(
        energy_j=energy_j,
        carbon_location_g=known("carbon_location_g"),
        carbon_market_g=known("carbon_market_g"),
        embodied_g=known("embodied_g"),
        water_l=known("water_l"),
        cost={currency: _money(bounds, currency) for currency, bounds in of["cost"].items()},
        cost_usd=quantity(of["cost_usd"], "USD"),
    )


def quantity(bounds: Mapping[str, float] | None, unit: str) -> Quantity | None:
    """A quantity; None where it is not known."""
    if bounds is None:
        return None
    return Quantity(bounds["low"], bounds["mid"], bounds["high"], unit)


def _money(bounds: Mapping[str, float], currency: str) -> MoneyRange:
    low, mid, high = (Decimal(repr(bounds[bound])) for bound in ("low", "mid", "high"))
    return MoneyRange(low, mid, high, currency)
