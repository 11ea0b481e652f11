"""The prices of one model at one provider, ready to be asked: steps in time, tiers by input."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal

from footprint.estimators.factors import Factor
from footprint.estimators.series import Series
from footprint.estimators.sources import Query, Registry, covering
from footprint.estimators.systems.rows import INPUT, OUTPUT, PRICES, TIERS, in_tier, tier_of

#: Prices by name, in USD for each unit of `rows.PRICE_UNIT`.
Prices = Mapping[str, Decimal]


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

    def _tiers_at(self, t_ns: int) -> list[tuple[float, Prices]]:
        """(threshold, prices) of each tier at an instant; the first is the price itself."""
        base = self._prices_at(t_ns, 0, {})
        tiers: list[tuple[float, Prices]] = [(0.0, base)]
        for number in range(1, TIERS + 1):
            above = self._at(tier_of(number), t_ns)
            if above is None:
                break
            tiers.append((float(above), self._prices_at(t_ns, number, base)))
        return tiers

    def _prices_at(self, t_ns: int, number: int, base: Prices) -> dict[str, Decimal]:
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

    def named(self, step: int, tier: int, name: str) -> str:
        """The factor that a price of a tier is of: the tier's own, else that without a tier."""
        own = in_tier(name, tier)
        return own if self._at(own, self.cuts[step]) is not None else name

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


def _joined(candidates: Sequence[Factor]) -> Factor:
    """The first factor; before its first price and after its last, those that stand in for it.

    A pin has the prices of its time: calls of a later day are priced by the list again.
    """
    first = candidates[0]
    for other in candidates[1:]:
        known, more = first.value, other.value
        if not (isinstance(known, Series) and isinstance(more, Series)):
            break
        start, end = known.starts[0], known.ends[-1]
        steps = list(zip(more.starts, more.ends, more.values, strict=True))
        rows = [
            *((a, min(b, start), value) for a, b, value in steps if a < start),
            *zip(known.starts, known.ends, known.values, strict=True),
            *((max(a, end), b, value) for a, b, value in steps if b > end),
        ]
        if len(rows) > len(known):
            sources = dict.fromkeys((first.source, other.source))
            starts, ends, values = zip(*rows, strict=True)
            joined = Series(starts, ends, values, known.unit)
            first = first._replace(value=joined, source="; ".join(sources))
    return first


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
        if found.candidates:
            used = covering(found.candidates, since_ns, until_ns)
            factors[name] = _joined(used or found.candidates)
        return bool(found.candidates)

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
