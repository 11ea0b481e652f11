"""The price of a period: the steps that touch it, or the nearest one where none does.

A price list ends, calls do not: one from before the first known price, or after the last, is
priced at the nearest (`cost.py` says so). Prices from packages and from pins are found alike.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from footprint.estimators.series import Series

if TYPE_CHECKING:
    from decimal import Decimal

#: The beginning of the names of all prices and thresholds (`rows.PRICES`, `rows.tier_of`).
_PRICE = "API price, "
_DAY_NS = 86_400 * 10**9


def is_price(name: str) -> bool:
    """Whether a factor of this name is a price by the token, or the threshold of one."""
    return name.startswith(_PRICE)


def touching_or_nearest(steps: Series, since_ns: int, until_ns: int) -> Series:
    """The steps that touch [since, until), whole; where none does, the one before, else after."""
    part = steps.between(since_ns, until_ns)
    if len(part) or not len(steps):
        return part
    near = max(bisect_left(steps.starts, until_ns) - 1, 0)
    return Series((steps.starts[near],), (steps.ends[near],), (steps.values[near],), steps.unit)


def price_at(steps: Series, t_ns: int) -> Decimal | float:
    """The price at an instant, or the nearest one. Of prices by the hour of one day, that hour's.

    A price list tells hours apart by the day, so a history of one day stands for all days.
    """
    start, end = steps.starts[0], steps.ends[-1]
    if len(steps) > 1 and end - start == _DAY_NS:
        t_ns = start + (t_ns - start) % _DAY_NS
    price: Decimal | float = touching_or_nearest(steps, t_ns, t_ns + 1).values[0]
    return price
