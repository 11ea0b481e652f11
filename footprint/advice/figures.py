"""What a group used, at a ratio: the figures of a suggestion that changes its energy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from footprint.advice.differences import less
from footprint.advice.view import Figure
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity

#: What figures of a suggestion are made of, as factors say what they are used for.
USES = frozenset({"energy_j", "energy_kwh", "carbon_location_g", "embodied_g", "cost"})

FREED = (
    "time on bought or rented hardware that is not needed any more is given back, or filled with "
    "other work"
)


def used_for(factors: Iterable[Factor], uses: Collection[str] = USES) -> tuple[Factor, ...]:
    """Of some factors those that are used for one of these, each once."""
    return tuple(dict.fromkeys(each for each in factors if not set(uses).isdisjoint(_uses(each))))


def _uses(factor: Factor) -> list[str]:
    return factor.used_for.split(", ")


def scaled(now: Quantity, ratio: Quantity) -> Figure:
    """A figure that follows the ratio: then = ratio x now, saved = (1 - ratio) x now.

    What is not known of the figure itself is the same on both sides, and is applied once.
    """
    less = Quantity(1.0 - ratio.high, 1.0 - ratio.mid, 1.0 - ratio.low, "1")
    return Figure(now, now.times(ratio, now.unit), now.times(less, now.unit))


def only(amounts: Mapping[str, MoneyRange]) -> Quantity | None:
    """An amount in its one currency, which is the unit; None where there are several, or none."""
    if len(amounts) != 1:
        return None
    (amount,) = amounts.values()
    return amount.to_quantity()


def rated(here: Quantity, there: Quantity, times: Quantity) -> Figure:
    """Two rates in one unit that share nothing, of one amount: saved = (here - there) x amount."""
    saved = less(here, there, here.unit)
    return Figure(*(each.times(times, here.unit) for each in (here, there, saved)))
