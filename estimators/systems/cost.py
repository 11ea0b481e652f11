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
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from typing import NamedTuple

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import Money
from footprint.estimators.series import Series, iso
from footprint.estimators.sources import Query, Registry
from footprint.estimators.systems.gaps import own_hardware, reason, unavailable, unknown
from footprint.estimators.systems.registry import Resolved, resolve
from footprint.estimators.systems.rows import (
    CACHED,
    INPUT,
    OUTPUT,
    PER,
    PRICES,
    REASONING,
    REQUEST,
    TIERS,
    in_tier,
    tier_of,
)
from footprint.estimators.systems.source import with_systems
from footprint.estimators.systems.use import ApiUse, checked_use

_DAY_NS = 86_400 * 10**9
_EXACT = Context(prec=60)
_Prices = Mapping[str, Decimal]


class Priced(NamedTuple):
    """The cost of some uses of one model.

    Attributes:
        cost: exact, in USD, the currency of the price list.
        parts: what it consists of: input, cached input, output, reasoning, requests.
        assumptions: calls outside the time of the known prices, prices that stand in.
        factors: the prices that were applied.
    """

    cost: Money
    parts: dict[str, Money]
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]


class PriceBook:
    """The prices of one model at one provider: steps in time, tiers by input tokens."""

    def __init__(self, subject: str, factors: Mapping[str, Factor]) -> None:
        self.subject = subject
        self.factors = dict(factors)
        self._series = {name: _series(factor) for name, factor in factors.items()}
        base = self._series[INPUT if INPUT in self._series else OUTPUT]
        self.start, self.end = base.starts[0], base.ends[-1]
        cuts = {self.start, *base.cuts(self.start, self.end)}
        for each in self._series.values():
            cuts.update(each.cuts(self.start, self.end))
        self.cuts = sorted(cuts)
        self.tiers = [self._tiers_at(cut) for cut in self.cuts]
        self._thresholds = [[above for above, _ in tiers[1:]] for tiers in self.tiers]

    def _tiers_at(self, t_ns: int) -> list[tuple[float, _Prices]]:
        """(threshold, prices) of each tier at an instant; the first is the price itself."""
        base = self._prices_at(t_ns, 0, {})
        tiers: list[tuple[float, _Prices]] = [(0.0, base)]
        for number in range(1, TIERS + 1):
            above = self._at(tier_of(number), t_ns)
            if above is None:
                break
            tiers.append((float(above), self._prices_at(t_ns, number, base)))
        return tiers

    def _prices_at(self, t_ns: int, number: int, base: _Prices) -> dict[str, Decimal]:
        found = dict(base)
        for name in PRICES:
            price = self._at(in_tier(name, number), t_ns)
            if price is not None:
                found[name] = price
        return found

    def _at(self, name: str, t_ns: int) -> Decimal | None:
        known = self._series.get(name)
        price: Decimal | None = None if known is None else known.at(t_ns)
        return price

    def step(self, t_ns: int) -> int:
        """The index of the step that holds at an instant; the nearest one outside."""
        return max(bisect_right(self.cuts, t_ns) - 1, 0)

    def tier(self, step: int, tokens_in: float) -> int:
        """The tier of a call with so many input tokens: the last whose threshold it exceeds."""
        number = 0
        for above in self._thresholds[step]:
            if tokens_in <= above:
                break
            number += 1
        return number


def _series(factor: Factor) -> Series:
    """A price that is given as one number holds at all times."""
    if isinstance(factor.value, Series):
        return factor.value
    value = factor.value if isinstance(factor.value, Decimal) else Decimal(str(factor.value.mid))
    return Series([-(2**63)], [2**63], [value], factor.unit)


def price_book(
    registry: Registry, subject: str, since_ns: int, until_ns: int
) -> tuple[PriceBook | None, tuple[str, ...]]:
    """The prices of a model that a registry finds, and why a source could not answer.

    Args:
        since_ns, until_ns: whole days of UTC around the calls.
    """
    factors: dict[str, Factor] = {}
    notes: list[str] = []

    def ask(name: str) -> bool:
        found = registry.find(Query(name, None, subject, since_ns, until_ns))
        notes.extend(found.notes)
        if found.chosen is not None:
            factors[name] = found.chosen
        return found.chosen is not None

    known = [name for name in PRICES if ask(name)]
    for number in range(1, TIERS + 1):
        if not known or not ask(tier_of(number)):
            break
        for name in known:
            ask(in_tier(name, number))
    # A price without a unit of tokens (images, audio) is none for tokens.
    if INPUT not in factors and OUTPUT not in factors:
        return None, tuple(dict.fromkeys(notes))
    return PriceBook(subject, factors), tuple(dict.fromkeys(notes))


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
    if resolved.provider.price_id is None:
        return GroupCost(None, (own_hardware(resolved),))
    times = [use.at_ns for use in uses if use.at_ns is not None]
    now_ns = time.time_ns() if len(times) < len(uses) else times[0]
    first, last = min([now_ns, *times]), max([now_ns, *times])
    since, until = first - first % _DAY_NS, last - last % _DAY_NS + _DAY_NS
    book, notes = price_book(sources, resolved.subject, since, until)
    if book is None:
        missing = dict.fromkeys(unavailable(reason(note)) for note in notes)
        return GroupCost(None, (unknown("cost_usd", resolved, len(uses)), *missing))
    return GroupCost(cost_of(book, uses, now_ns), ())


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
    parts: dict[str, Decimal] = {}
    said: dict[str, None] = {}
    for (step, tier), group in sums.items():
        for name, amount in _priced(group, book.tiers[step][tier][1], said, book.subject):
            parts[name] = _EXACT.add(parts.get(name, Decimal(0)), amount)
    cost = Decimal(0)
    for amount in parts.values():
        cost = _EXACT.add(cost, amount)
    if early:
        first = f"the first known price, from {_day(book.start)}"
        said[f"{book.subject}: {early} entries before {first}, are priced at it"] = None
    if late:
        last = f"{_day(book.end)}, when the last known price ended"
        said[f"{book.subject}: {late} entries after {last}, are priced at it"] = None
    if folded:
        said[f"{book.subject}: the tier of folded calls is that of their mean input"] = None
    split = {name: Money(amount, "USD") for name, amount in parts.items()}
    return Priced(Money(cost, "USD"), split, tuple(book.factors.values()), tuple(said))


def _priced(
    group: list[ApiUse], prices: _Prices, said: dict[str, None], subject: str
) -> Iterator[tuple[str, Decimal]]:
    """(part, cost) of uses of one step and tier."""
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
        if price is None or not count:
            continue
        # The shortest digits of a float; whole numbers are exact.
        amount = _EXACT.multiply(Decimal(repr(float(count))), price)
        yield part, _EXACT.divide(amount, Decimal(PER[name]))


def _day(t_ns: int) -> str:
    return iso(t_ns)[:10]
