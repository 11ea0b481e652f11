"""What a group used, at a ratio: the figures of a suggestion that changes its energy."""

from __future__ import annotations

from collections.abc import Mapping

from footprint.advice.differences import less
from footprint.advice.view import Figure
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity


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
