"""Own hardware as break-even takes it: what it costs an hour, what it serves, what a token adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from footprint.comparisons.terms import Terms, hourly
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import (
    CONTEXT,
    Money,
    MoneyRange,
    by_currency,
    exact_money,
    priced,
)
from footprint.estimators.quantity import Quantity, exact

#: Figures are for so many tokens.
PER_TOKENS = 1000.0
NO_HARDWARE_COST = Gap(
    "break_even",
    "what the machine costs an hour is not known",
    "give --rental PER_HOUR, or what it was bought for as [[purchase]] in a factors file",
)


class Machine(NamedTuple):
    """Own hardware as break-even takes it; see `estimators/costs/break_even.py`."""

    fixed_per_hour: MoneyRange
    capacity_tokens_per_hour: Quantity
    marginal_per_token: MoneyRange


Priced = tuple[Machine | None, tuple[str, ...], tuple[Factor, ...], tuple[Gap, ...]]


def machine_of(
    place: Terms,
    devices: Mapping[str, int],
    capacity: Quantity,
    electricity: Iterable[MoneyRange],
    tokens: float,
) -> Priced:
    """A machine of these devices; None, with a gap, where its cost is not known."""
    found = hourly(place, devices)
    if found.price is None:
        return None, (), (), (NO_HARDWARE_COST,)
    currency = found.price.currency
    paid = by_currency(electricity).get(currency)
    marginal = exact_money(Money(Decimal(0), currency))
    if paid is not None:
        marginal = divided(paid, tokens)
    return Machine(found.price, capacity, marginal), found.assumptions, found.factors, ()


def cost_at_full(machine: Machine) -> MoneyRange:
    """Of 1,000 tokens on a machine that is full: hours by its capacity, and electricity."""
    speed = machine.capacity_tokens_per_hour
    hours = Quantity(PER_TOKENS / speed.high, PER_TOKENS / speed.mid, PER_TOKENS / speed.low, "h")
    electricity = priced(exact(PER_TOKENS, "1"), machine.marginal_per_token)
    return priced(hours, machine.fixed_per_hour) + electricity


def divided(amount: MoneyRange, count: float) -> MoneyRange:
    """An amount by a count, to 34 digits."""
    by = Decimal(repr(count))
    low, mid, high = (CONTEXT.divide(each, by) for each in (amount.low, amount.mid, amount.high))
    return MoneyRange(low, mid, high, amount.currency)
