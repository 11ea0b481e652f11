"""A use priced: the factors of a place applied to energy and held hardware."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from footprint.estimators import carbon, cost
from footprint.estimators.applied import Mean, Rate, Use, held_cost, mean, money_mean, unknown
from footprint.estimators.costs.exchange import Rate as Exchange
from footprint.estimators.costs.total import ELECTRICITY, PURCHASE, tco
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.embodied import embodied_g
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity, exact, total
from footprint.estimators.water import water_l
from footprint.estimators.zones import Zone


class FactorSet(NamedTuple):
    """Factors that were looked up, and what to say about them; made by `resolve`.

    Attributes:
        zone: the place; None where none was declared.
        intensity, tariff: candidates in order: where the first is a series with a hole, the next
            stands in; empty where not known.
        pue, wue, generation: facility per IT energy, water on site, water of generation.
        market: the market-based intensity, where contracts are known (`estimators.market`).
        embodied: (kg, lifetime in h) by device name.
        rates: what holding a device costs.
        exchange: rates between currencies, for `cost_usd`.
        until: the last day of the period, for the choice of a rate.
        factors, assumptions, gaps: all that is used, and what to say of it.
    """

    zone: Zone | None = None
    intensity: tuple[Factor, ...] = ()
    pue: Factor | None = None
    tariff: tuple[Factor, ...] = ()
    wue: Factor | None = None
    generation: Factor | None = None
    market: Factor | None = None
    embodied: Mapping[str, tuple[Factor, Factor]] = {}
    rates: tuple[Rate, ...] = ()
    exchange: tuple[Exchange, ...] = ()
    until: date | None = None
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def changing(self) -> Iterable[Factor]:
        """The factors that may change with time."""
        return (*self.intensity, *self.tariff)


class Priced(NamedTuple):
    """What a use comes to.

    Attributes:
        carbon_location_g, carbon_market_g: g CO2e; None where not known.
        embodied_g: g CO2e of manufacture; None where any device's is not known.
        water_l: litres; None where not known.
        cost: by currency, exact decimals; empty where not known.
        cost_usd: in floats, unit `USD`; None unless all is in dollars or has a dated rate.
        cost_parts: `cost` by part: electricity, rental, purchase.
        factors, assumptions: of the whole FactorSet.
        gaps: of the FactorSet, and of this use (a series without a value).
    """

    carbon_location_g: Quantity | None
    cost: dict[str, MoneyRange]
    cost_usd: Quantity | None
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]
    carbon_market_g: Quantity | None = None
    embodied_g: Quantity | None = None
    water_l: Quantity | None = None
    cost_parts: Mapping[str, Mapping[str, MoneyRange]] = {}


NOT_HELD = Gap(
    "cost",
    "hardware is paid for by the hour, and for how long it was held is not known",
    "measure the work, or give device-hours",
)


def apply(factors: FactorSet, use: Use | Quantity | float) -> Priced:
    """Carbon, water and cost of a use that is summed already.

    Args:
        use: a Use; or its energy alone: a Quantity in any unit of energy, or joules.

    Raises:
        EstimatorError: not an energy, or the result is not finite.
    """
    if not isinstance(use, Use):
        use = Use(use if isinstance(use, Quantity) else exact(use, "J"))
    kwh = use.energy.to("kWh")
    if kwh.low < 0:
        raise EstimatorError(
            f"energy is {use.energy.low!r} to {use.energy.high!r} {use.energy.unit}: give 0 or more"
        )
    gaps = list(factors.gaps)
    pue = factors.pue.quantity if factors.pue else None
    location = None
    if factors.intensity:
        found = mean(factors.intensity, use.weights)
        if found.value is None:
            gaps.append(_hole("carbon_location_g", factors.intensity, found))
        else:
            location = carbon.operational_g(kwh, found.value, pue)
    market = None
    if factors.market is not None:
        market = carbon.operational_g(kwh, factors.market.quantity, pue)
    water, _ = water_l(
        kwh,
        wue=factors.wue.quantity if factors.wue else None,
        pue=pue,
        generation=factors.generation.quantity if factors.generation else None,
    )
    parts = _cost(factors, use, kwh, pue, gaps)
    # Electricity beside a rental is there on purpose: the rental excludes it.
    owned = tco(parts, rates=factors.exchange, on=factors.until, is_power_apart=True)
    return Priced(
        location,
        owned.total,
        None if owned.usd is None else owned.usd.to_quantity(),
        factors.factors,
        factors.assumptions,
        tuple(dict.fromkeys(gaps)),
        market,
        _made(factors, use),
        water,
        owned.parts,
    )


def sci_parts(factors: FactorSet, use: Use) -> tuple[Quantity | None, Quantity | None]:
    """(O, M) of a use in g CO2e: of its electricity, location-based, and of what was held.

    As `apply` has them, without what else it works out; None where not known.
    """
    found = mean(factors.intensity, use.weights).value if factors.intensity else None
    pue = factors.pue.quantity if factors.pue else None
    operational = None if found is None else carbon.operational_g(use.energy, found, pue)
    return operational, _made(factors, use)


def _hole(what: str, candidates: Sequence[Factor], found: Mean) -> Gap:
    return unknown(what, candidates[0], found.unknown_at or 0)


def _cost(
    factors: FactorSet, use: Use, kwh: Quantity, pue: Quantity | None, gaps: list[Gap]
) -> list[tuple[str, MoneyRange]]:
    """What held devices cost, and the electricity; nothing where one of them is not known."""
    parts: list[tuple[str, MoneyRange]] = []
    if factors.rates:
        if use.held_s is None:
            gaps.append(NOT_HELD)
            return []
        parts = held_cost(use.held_s, factors.rates)
        bought = any(rate.part == PURCHASE for rate in factors.rates)
        if bought and kwh.high and not factors.tariff:
            return []  # bought hardware draws electricity, whose price is not known
    if factors.tariff:
        per_kwh, found = money_mean(factors.tariff, use.weights)
        if per_kwh is None:
            gaps.append(_hole("cost", factors.tariff, found))
            return []
        parts.append((ELECTRICITY, cost.electricity_cost(kwh, per_kwh, pue)))
    return parts


def _made(factors: FactorSet, use: Use) -> Quantity | None:
    """Embodied carbon of the devices held: TE x time / lifetime; None where one is not known."""
    if use.held_s is None or any(name not in factors.embodied for name in use.held_s):
        return None
    if not factors.embodied:  # no device is known of the work, and it had some
        return None
    found = []
    for name, seconds in use.held_s.items():
        made, kept = factors.embodied[name]
        found.append(embodied_g(made.quantity, seconds, kept.quantity))
    return total(found, "g")
