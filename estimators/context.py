"""From what was declared to a priced energy: `declare` -> `resolve` -> `apply`.

`declare` checks settings where they enter. `resolve` looks factors up, once a report.
`apply` multiplies, once a group, after the group's energy is summed: the factors are shared by
all its parts. Nothing is assumed in place of what was not declared: the figure is None, with a
gap that says how to get it.
"""

from __future__ import annotations

from typing import NamedTuple

from footprint.estimators import carbon, cost, grid
from footprint.estimators.declared import Declared, declare
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import Money, MoneyRange
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.zones import resolve_zone

__all__ = ["Declared", "FactorSet", "Priced", "apply", "declare", "price", "resolve"]

NO_ZONE = Gap(
    "carbon_location_g",
    "neither a zone nor a carbon intensity was declared",
    "declare the zone (--zone FRA, FOOTPRINT_ZONE=FRA or zone='FRA'), or the intensity "
    "(--carbon-intensity in g CO2e per kWh)",
)
NO_TARIFF = Gap(
    "cost_usd",
    "no electricity tariff was declared",
    "declare it in USD per kWh (--tariff 0.18, FOOTPRINT_TARIFF=0.18 or tariff_usd_per_kwh='0.18')",
)


class FactorSet(NamedTuple):
    """Factors that were looked up, and what to say about them; made by `resolve`."""

    intensity: Factor | None
    pue: Factor | None
    tariff: Factor | None
    tariff_per_kwh: Money | None
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]


class Priced(NamedTuple):
    """An energy's carbon and cost.

    Attributes:
        carbon_location_g: g CO2e; None without a zone or an intensity.
        cost: by currency, exact decimals; empty without a tariff.
        cost_usd: in floats, unit `USD`; None unless all cost is in dollars.
        factors, assumptions, gaps: of the whole FactorSet.
    """

    carbon_location_g: Quantity | None
    cost: dict[str, MoneyRange]
    cost_usd: Quantity | None
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]


def _intensity(declared: Declared) -> tuple[Factor | None, str | None, Gap | None]:
    """(factor, assumption, gap)."""
    value, zone = declared.carbon_intensity_g_per_kwh, declared.zone
    if value is not None:
        why = _why("given", declared.origin("carbon_intensity"))
        note = None
        if 0 < value < 1:
            note = (
                f"carbon intensity of {value:g} g/kWh is below that of any grid: "
                "was kg/kWh meant? It is taken as given"
            )
        return carbon.intensity_factor(value, zone or "", why), note, None
    if zone is None:
        return None, None, NO_ZONE
    place = resolve_zone(zone)
    factor = grid.intensity(place)
    if factor is None:
        why = f"codecarbon's table has no grid intensity for {place.name} ({place.code})"
        return None, None, Gap(NO_ZONE.what, why, "give --carbon-intensity in g CO2e per kWh")
    return (
        factor._replace(why=_why(factor.why, declared.origin("zone"))),
        grid.ANNUAL_MEAN,
        None,
    )


def _why(reason: str, origin: str) -> str:
    return f"{reason}: {origin}" if origin else reason


def resolve(declared: Declared) -> FactorSet:
    """The factors that `declared` leads to, with assumptions and gaps; call once a report.

    Raises:
        EstimatorError: a region without a row, or codecarbon's tables are missing.
    """
    intensity, note, gap = _intensity(declared)
    gaps = [gap] if gap else []
    assumptions = [note] if note else []
    pue = tariff = None
    if declared.pue is not None:
        pue = carbon.pue_factor(declared.pue, _why("given", declared.origin("pue")))
    if declared.tariff_per_kwh is None:
        gaps.append(NO_TARIFF)
    else:
        why = _why("given", declared.origin("tariff"))
        tariff = cost.tariff_factor(declared.tariff_per_kwh, why)
        currency = declared.tariff_per_kwh.currency
        if currency != "USD":
            why = f"the tariff is in {currency}, and no currency is converted"
            gaps.append(Gap("cost_usd", why, f"read `cost` in {currency}, or give a USD tariff"))
    if pue is None and (intensity or tariff):
        assumptions.append(carbon.IT_ONLY)
    factors = tuple(factor for factor in (intensity, pue, tariff) if factor)
    return FactorSet(
        intensity,
        pue,
        tariff,
        declared.tariff_per_kwh,
        factors,
        tuple(assumptions),
        tuple(gaps),
    )


def apply(factors: FactorSet, energy: Quantity | float) -> Priced:
    """Carbon and cost of an energy that is summed already.

    Args:
        energy: a Quantity in any unit of energy, or joules.

    Raises:
        EstimatorError: not an energy, or the result is not finite.
    """
    quantity = energy if isinstance(energy, Quantity) else exact(energy, "J")
    kwh = quantity.to("kWh")
    if kwh.low < 0:
        raise EstimatorError(
            f"energy is {quantity.low!r} to {quantity.high!r} {quantity.unit}: give 0 or more"
        )
    pue = factors.pue.quantity if factors.pue else None
    grams = None
    if factors.intensity is not None:
        grams = carbon.operational_g(kwh, factors.intensity.quantity, pue)
    prices: dict[str, MoneyRange] = {}
    tariff = factors.tariff_per_kwh
    if tariff is not None:
        prices[tariff.currency] = cost.electricity_cost(kwh, tariff, pue)
    usd = prices["USD"].to_quantity() if list(prices) == ["USD"] else None
    return Priced(grams, prices, usd, factors.factors, factors.assumptions, factors.gaps)


def price(energy: Quantity | float, declared: Declared) -> Priced:
    """`apply(resolve(declared), energy)`: for one figure; keep the FactorSet for many."""
    return apply(resolve(declared), energy)
