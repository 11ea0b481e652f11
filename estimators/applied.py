"""Factors applied: what a use of electricity and hardware comes to in grams, litres and money.

    carbon_location_g = energy_kwh x PUE x intensity
    carbon_market_g   = energy_kwh x PUE x market-based intensity
    water_l           = energy_kwh x (WUE + PUE x water intensity)
    embodied_g        = sum over devices of TE x held time / lifetime        (SCI's M)
    cost              = energy_kwh x PUE x tariff, or held hours x price per hour

A factor that changes with time is weighted with the energy by stretch of time: its mean over the
joules, not over the hours. The energy is summed first and the factor applied once, since its error
is the same for all parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import CONTEXT, Money, MoneyRange, exact_money
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series, iso


class Use(NamedTuple):
    """What is to be priced.

    Attributes:
        energy: of the IT equipment, any unit of energy, summed already.
        weights: UTC ns of an instant -> nJ used in the stretch of time that it stands for; empty
            where no factor changes with time.
        held_s: seconds by the name of the device that was held; empty where none was, None where
            it is not known.
    """

    energy: Quantity
    weights: Mapping[int, int] = {}
    held_s: Mapping[str, float] | None = None


class Mean(NamedTuple):
    """A factor's mean over a use.

    Attributes:
        value: None where some of the use is at instants that no candidate knows.
        unknown_at: the first such instant, UTC ns.
    """

    value: Any
    unknown_at: int | None = None


def mean(candidates: Sequence[Factor], weights: Mapping[int, int]) -> Mean:
    """The mean of the first candidate that knows each instant, weighted by energy.

    Where it is not known when energy was used, the factor is as wide as the series: its least,
    its mean by time, its greatest.

    Returns a Quantity for physical factors, a Decimal for prices.
    """
    first = candidates[0]
    if not isinstance(first.value, Series):
        return Mean(first.value)
    used = {at: amount for at, amount in weights.items() if amount > 0}
    if not used:
        return Mean(first.quantity)
    found: dict[int, Any] = {}
    for at in used:
        value = _at(candidates, at)
        if value is None:
            return Mean(None, at)
        found[at] = value
    whole = sum(used.values())
    if all(isinstance(value, Decimal) for value in found.values()):
        area = Decimal(0)
        for at, amount in used.items():
            area = CONTEXT.add(area, CONTEXT.multiply(found[at], Decimal(amount)))
        return Mean(CONTEXT.divide(area, Decimal(whole)))
    if not all(isinstance(value, float) for value in found.values()):
        return Mean(_ranges(found, used, whole, first.unit))
    joules = math.fsum(found[at] * amount for at, amount in used.items())
    return Mean(exact(joules / whole, first.unit))


def _ranges(found: Mapping[int, Any], used: Mapping[int, int], whole: int, unit: str) -> Quantity:
    """The mean where a candidate with an interval stands in for some of the time."""
    parts = {at: _quantity(value, unit) for at, value in found.items()}

    def of(bound: Callable[[Quantity], float]) -> float:
        return math.fsum(bound(parts[at]) * amount for at, amount in used.items()) / whole

    return Quantity(of(lambda q: q.low), of(lambda q: q.mid), of(lambda q: q.high), unit)


def _quantity(value: Any, unit: str) -> Any:
    return exact(value, unit) if isinstance(value, float) else value


def _at(candidates: Iterable[Factor], at: int) -> Any:
    for factor in candidates:
        value = factor.value.at(at) if isinstance(factor.value, Series) else factor.value
        if value is not None:
            return value
    return None


def unknown(what: str, factor: Factor, at: int) -> Gap:
    """The gap of a figure whose factor has a hole."""
    return Gap(
        what,
        f"{factor.name} from {factor.source} has no value at {iso(at)}, and no other source has",
        "complete the series, or name a further source for the time that it lacks",
    )


class Rate(NamedTuple):
    """What holding a device costs: `part` of the total, money per hour, for whom."""

    part: str
    subject: str
    per_hour: MoneyRange


def held_cost(held_s: Mapping[str, float], rates: Iterable[Rate]) -> list[tuple[str, MoneyRange]]:
    """(part, cost) of holding devices: hours x rate; nothing to pay for one that was not held."""
    found: list[tuple[str, MoneyRange]] = []
    for rate in rates:
        seconds = held_s.get(rate.subject, 0.0)
        hours = CONTEXT.divide(Decimal(repr(float(seconds))), Decimal(3600))
        bounds = rate.per_hour.low, rate.per_hour.mid, rate.per_hour.high
        low, mid, high = (CONTEXT.multiply(each, hours) for each in bounds)
        found.append((rate.part, MoneyRange(low, mid, high, rate.per_hour.currency)))
    return found


def money_mean(
    candidates: Sequence[Factor], weights: Mapping[int, int]
) -> tuple[MoneyRange | None, Mean]:
    """A tariff's mean over a use, as money per kWh; the candidates are of one currency."""
    found = mean(candidates, weights)
    if found.value is None:
        return None, found
    currency = candidates[0].unit.partition("/")[0]
    if not isinstance(found.value, Quantity):
        return exact_money(Money(found.value, currency)), found
    bounds = (found.value.low, found.value.mid, found.value.high)
    low, mid, high = (Decimal(repr(each)) for each in bounds)
    return MoneyRange(low, mid, high, currency), found
