"""The prices that were applied to some calls, as factors: what the bill says, not the price list.

A model's prices are a history, with tiers and kinds of tokens that a call may not have. Of these
only what was charged is shown, at the price that it was charged at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import NS_PER_S, Series, iso
from footprint.estimators.systems.book import PriceBook
from footprint.estimators.systems.rows import PRICES, tier_of


class Charge(NamedTuple):
    """Tokens or requests that were charged at one price.

    Attributes:
        part: what they are: input tokens, requests, ...
        name: which of `rows.PRICES` they were charged at.
        tokens: how many, or requests.
        price: for `rows.PER` of them; amount: what they cost together.
        step, tier: of the price book.
        last_ns: the last of the calls.
    """

    part: str
    name: str
    tokens: float
    price: Decimal
    amount: Decimal
    step: int
    tier: int
    last_ns: int


def applied(book: PriceBook, charges: Sequence[Charge]) -> tuple[Factor, ...]:
    """The factors of the charges, one for each price by name and tier, and the tiers' thresholds.

    One price is a Decimal, as it was charged. Several are a range: low and high the least and the
    greatest price, the middle their mean over the tokens, so that it times the tokens is the cost.
    """
    by_name: dict[str, list[Charge]] = {}
    for charge in charges:
        by_name.setdefault(book.named(charge.step, charge.tier, charge.name), []).append(charge)
    tiers = sorted({charge.tier for charge in charges if charge.tier})
    found = [_factor(book.factors[name], group) for name, group in sorted(by_name.items(), key=_at)]
    for tier in tiers:
        threshold = book.factors[tier_of(tier)]
        group = [charge for charge in charges if charge.tier == tier]
        limits = [Decimal(repr(book.tiers[each.step][tier][0])) for each in group]
        found.append(
            _factor(
                threshold,
                [each._replace(price=at) for each, at in zip(group, limits, strict=True)],
            )
        )
    return tuple(found)


def _at(entry: tuple[str, list[Charge]]) -> tuple[int, str]:
    """Input before output, a price before its tiers."""
    return PRICES.index(entry[1][0].name), entry[0]


def _factor(listed: Factor, charges: Sequence[Charge]) -> Factor:
    """A price of the list, as it was charged; one without a history is itself."""
    steps = listed.value
    if not isinstance(steps, Series):
        return listed
    last_ns = min(max(charge.last_ns for charge in charges), steps.ends[-1] - 1)
    year = datetime.fromtimestamp(max(last_ns, steps.starts[0]) // NS_PER_S, UTC).year
    prices = sorted({charge.price for charge in charges})
    if len(prices) == 1:
        value: Quantity | Decimal = prices[0]
        said = _since(steps, charges[0].price, last_ns)
    else:
        value = _mean(charges, prices, listed.unit)
        said = (
            f"{len(prices)} prices by the time of the calls, {_plain(prices[0])} to "
            f"{_plain(prices[-1])}; their mean over the tokens"
        )
    why = "; ".join(part for part in (listed.why, said) if part)
    return listed._replace(value=value, vintage=listed.vintage or year, why=why)


def _mean(charges: Sequence[Charge], prices: Sequence[Decimal], unit: str) -> Quantity:
    count = math.fsum(charge.tokens for charge in charges)
    mean = math.fsum(charge.tokens / count * float(charge.price) for charge in charges)
    low, high = float(prices[0]), float(prices[-1])
    return Quantity(low, min(max(mean, low), high), high, unit)


def _since(steps: Series, price: Decimal, last_ns: int) -> str:
    """From when until when the price held, where the list has several."""
    if len(steps) == 1:
        return ""
    at = max(last_ns, steps.starts[0])
    for start, end, value in zip(steps.starts, steps.ends, steps.values, strict=True):
        if start <= at < end and value == price:
            return f"the price from {iso(start)} to {iso(end)}"
    return "the nearest price in time"


def _plain(price: Decimal) -> str:
    return f"{price.normalize():f}"
