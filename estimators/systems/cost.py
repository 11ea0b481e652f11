"""What tokens cost: price by the call's date and tier, exact decimals.

    cost = (input - cached) x input price + cached x cached price
         + (output - reasoning) x output price + reasoning x reasoning price
         + calls x price per request

Where a model has no price of its own for cached or reasoning tokens, they cost what input and
output cost. A call above a tier's threshold of input tokens pays that tier for all its tokens.
A call before the first known price, or after the last, is priced at the nearest one, and that is
said.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from decimal import Context, Decimal
from typing import NamedTuple

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import Money
from footprint.estimators.series import iso
from footprint.estimators.sources import Registry
from footprint.estimators.systems.book import PriceBook, Prices, price_book
from footprint.estimators.systems.charged import Charge, applied
from footprint.estimators.systems.gaps import entries, own_hardware, reason, unavailable, unknown
from footprint.estimators.systems.providers import OTHER, OWN
from footprint.estimators.systems.registry import Resolved, resolve
from footprint.estimators.systems.rows import (
    CACHED,
    INPUT,
    OUTPUT,
    PER,
    REASONING,
    REQUEST,
)
from footprint.estimators.systems.source import with_systems
from footprint.estimators.systems.use import ApiUse, checked_use

_DAY_NS = 86_400 * 10**9
_EXACT = Context(prec=60)


class Priced(NamedTuple):
    """The cost of some uses of one model.

    Attributes:
        cost: exact, in USD, the currency of the price list.
        parts: what it consists of: input, cached input, output, reasoning, requests.
        assumptions: calls outside the time of the known prices, prices that stand in.
        factors: the prices that were applied (`charged.applied`).
    """

    cost: Money
    parts: dict[str, Money]
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]


class GroupCost(NamedTuple):
    """The cost of uses of one model; None with gaps."""

    priced: Priced | None
    gaps: tuple[Gap, ...]


def token_cost(use: ApiUse, registry: Registry | None = None) -> GroupCost:
    """What the tokens of a use cost at its date.

    Args:
        registry: as in `api_footprint`.

    Raises:
        EstimatorError: counts that make no sense, or a model without a name.
    """
    resolved = resolve(use.model, use.provider)
    return group_cost(with_systems(registry), resolved, [checked_use(use)])


def group_cost(sources: Registry, resolved: Resolved, uses: Sequence[ApiUse]) -> GroupCost:
    """The cost of uses that are all of one model at one provider."""
    if resolved.provider.id == OWN:
        return GroupCost(None, (own_hardware(resolved),))
    times = [use.at_ns for use in uses if use.at_ns is not None]
    now_ns = time.time_ns() if len(times) < len(uses) else times[0]
    first, last = min([now_ns, *times]), max([now_ns, *times])
    since, until = first - first % _DAY_NS, last - last % _DAY_NS + _DAY_NS
    book, notes = price_book(sources, resolved.subject, since, until)
    if book is None:
        missing = dict.fromkeys(unavailable(reason(note)) for note in notes)
        return GroupCost(None, (unknown("cost_usd", resolved, len(uses)), *missing))
    priced = cost_of(book, uses, now_ns)
    if resolved.provider.id == OTHER:
        source = next(iter(book.factors.values())).source
        seller = f"{resolved.written}: priced as the first who sells it; {source}"
        priced = priced._replace(assumptions=(*priced.assumptions, seller))
    return GroupCost(priced, ())


def cost_of(book: PriceBook, uses: Iterable[ApiUse], now_ns: int) -> Priced:
    """The cost of uses of the book's model. Tokens are summed by step and tier, then priced once.

    Args:
        now_ns: the time of uses that have none.
    """
    sums: dict[tuple[int, int], list[ApiUse]] = {}
    early = late = 0
    folded = False
    for use in uses:
        t_ns = now_ns if use.at_ns is None else use.at_ns
        if t_ns < book.start:
            early += 1
        elif t_ns >= book.end:
            late += 1
        step = book.step(t_ns)
        tier = 0
        if len(book.tiers[step]) > 1:
            tier = book.tier(step, use.tokens_in / use.calls)
            folded = folded or use.calls != 1
        sums.setdefault((step, tier), []).append(use)
    said: dict[str, None] = {}
    charges: list[Charge] = []
    for (step, tier), group in sums.items():
        latest = max(now_ns if use.at_ns is None else use.at_ns for use in group)
        prices = book.tiers[step][tier][1]
        for part, name, tokens, price in _priced(group, prices, said, book.subject):
            # The shortest digits of a float; whole numbers are exact.
            amount = _EXACT.multiply(Decimal(repr(float(tokens))), price)
            amount = _EXACT.divide(amount, Decimal(PER[name]))
            charges.append(Charge(part, name, tokens, price, amount, step, tier, latest))
    parts: dict[str, Decimal] = {}
    for each in charges:
        parts[each.part] = _EXACT.add(parts.get(each.part, Decimal(0)), each.amount)
    cost = Decimal(0)
    for amount in parts.values():
        cost = _EXACT.add(cost, amount)
    if early:
        first = f"the first known price, from {_day(book.start)}"
        said[f"{book.subject}: {entries(early)} before {first}, {_are(early)} priced at it"] = None
    if late:
        last = f"{_day(book.end)}, when the last known price ended"
        said[f"{book.subject}: {entries(late)} after {last}, {_are(late)} priced at it"] = None
    if folded:
        said[f"{book.subject}: the tier of folded calls is that of their mean input"] = None
    split = {name: Money(amount, "USD") for name, amount in parts.items()}
    return Priced(Money(cost, "USD"), split, applied(book, charges), tuple(said))


def _priced(
    group: list[ApiUse], prices: Prices, said: dict[str, None], subject: str
) -> Iterator[tuple[str, str, float, Decimal]]:
    """(part, name of the price, count, price) of uses of one step and tier."""
    cached = math.fsum(use.cached_tokens_in for use in group)
    reasoning = math.fsum(use.reasoning_tokens for use in group)
    fresh = math.fsum(use.tokens_in - use.cached_tokens_in for use in group)
    spoken = math.fsum(use.tokens_out - use.reasoning_tokens for use in group)
    if cached and CACHED not in prices:
        said[f"{subject}: no price for cached input; it is priced as input"] = None
    counts = (
        ("input tokens", INPUT, fresh),
        ("cached input tokens", CACHED if CACHED in prices else INPUT, cached),
        ("output tokens", OUTPUT, spoken),
        ("reasoning tokens", REASONING if REASONING in prices else OUTPUT, reasoning),
        ("requests", REQUEST, math.fsum(use.calls for use in group)),
    )
    for part, name, count in counts:
        price = prices.get(name)
        if price is not None and count:
            yield part, name, count, price


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _day(t_ns: int) -> str:
    return iso(t_ns)[:10]
