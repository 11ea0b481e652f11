"""A use priced: the factors of a place applied to energy and held hardware."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from footprint.estimators import carbon, cost
from footprint.estimators.applied import Mean, Rate, Use, held_cost, mean, money_mean, unknown
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.embodied import embodied_g
from footprint.estimators.money import MoneyRange, by_currency
from footprint.estimators.quantity import Quantity, exact, total
from footprint.estimators.water import water_l


class FactorSet(NamedTuple):
    """Factors that were looked up, and what to say about them; made by `resolve`.

    Attributes:
        intensity, tariff: candidates in order: where the first is a series with a hole, the next
            stands in; empty where not known.
        pue, wue, generation: facility per IT energy, water on site, water of generation.
        market: the market-based intensity, where contracts are known (`estimators.market`).
        embodied: (kg, lifetime in h) by device name.
        rates: what holding a device costs.
        factors, assumptions, gaps: all that is used, and what to say of it.
    """

    intensity: tuple[Factor, ...] = ()
    pue: Factor | None = None
    tariff: tuple[Factor, ...] = ()
    wue: Factor | None = None
    generation: Factor | None = None
    market: Factor | None = None
    embodied: Mapping[str, tuple[Factor, Factor]] = {}
    rates: tuple[Rate, ...] = ()
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
        cost_usd: in floats, unit `USD`; None unless all cost is in dollars.
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
    prices = by_currency(one for part in parts.values() for one in part.values())
    usd = prices["USD"].to_quantity() if list(prices) == ["USD"] else None
    return Priced(
        location,
        prices,
        usd,
        factors.factors,
        factors.assumptions,
        tuple(dict.fromkeys(gaps)),
        market,
        _made(factors, use),
        water,
        parts,
    )


def _hole(what: str, candidates: Sequence[Factor], found: Mean) -> Gap:
    return unknown(what, candidates[0], found.unknown_at or 0)


def _cost(
    factors: FactorSet, use: Use, kwh: Quantity, pue: Quantity | None, gaps: list[Gap]
) -> dict[str, dict[str, MoneyRange]]:
    parts = {name: by_currency(each) for name, each in held_cost(use.held_s, factors.rates).items()}
    if factors.tariff:
        per_kwh, found = money_mean(factors.tariff, use.weights)
        if per_kwh is None:
            gaps.append(_hole("cost", factors.tariff, found))
        else:
            paid = cost.electricity_cost(kwh, per_kwh, pue)
            parts["electricity"] = {paid.currency: paid}
    return parts


def _made(factors: FactorSet, use: Use) -> Quantity | None:
    """Embodied carbon of the devices held: TE x time / lifetime; None where one is not known."""
    if not use.held_s or any(name not in factors.embodied for name in use.held_s):
        return None
    found = []
    for name, seconds in use.held_s.items():
        made, kept = factors.embodied[name]
        found.append(embodied_g(made.quantity, seconds, kept.quantity))
    return total(found, "g")
