"""One energy at two factors: now, then, and what is saved, with the joint interval.

    saved = energy x (PUE x factor here - PUE x factor there)

The energy, and the PUE where both have the same, are applied once, to the difference of what
differs: their errors are the same on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence

from footprint.advice.view import Figure
from footprint.estimators.applied import Use, money_mean
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import Quantity, total


def figure(
    kwh: Quantity,
    pue: Quantity,
    other_pue: Quantity | None,
    here: Quantity,
    there: Quantity,
    unit: str,
) -> Figure:
    """now, then and saved of one use; `other_pue` None: the same, shared by both."""
    now = kwh.times(pue, "kWh").times(here, unit)
    if other_pue is None:
        then = kwh.times(pue, "kWh").times(there, unit)
        saved = kwh.times(pue, "kWh").times(less(here, there, unit), unit)
    else:
        then = kwh.times(other_pue, "kWh").times(there, unit)
        rates = pue.times(here, unit), other_pue.times(there, unit)
        saved = kwh.times(less(*rates, unit), unit)
    return Figure(now, then, saved)


def less(a: Quantity, b: Quantity, unit: str) -> Quantity:
    """a - b, which share nothing."""
    return Quantity(a.low - b.high, a.mid - b.mid, a.high - b.low, unit)


def summed(parts: Sequence[Figure]) -> Figure:
    """The sum of some figures of one unit, whose errors may go together; at least one."""
    unit = parts[0].now.unit
    return Figure(*(total((part[at] for part in parts), unit) for at in range(3)))


def times(factor: Quantity, one: Figure) -> Figure:
    """A figure times a factor that holds for all of it, now and then."""
    return Figure(*(each.times(factor, each.unit) for each in one))


def tariff(own: FactorSet, use: Use) -> Quantity | None:
    """The tariff over a use, per kWh; its unit is the currency."""
    if not own.tariff:
        return None
    found, _ = money_mean(own.tariff, use.weights)
    return None if found is None else found.to_quantity()
