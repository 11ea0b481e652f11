"""One side of a comparison: the spans of a selector in a ledger, with what they used."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from footprint.accounts import book as books
from footprint.accounts import compacted
from footprint.accounts.book import Book
from footprint.accounts.entries import Entry, collect
from footprint.accounts.opened import Instant, Ledger, open_ledger, parse_period
from footprint.accounts.peaks import Peaks
from footprint.comparisons import hourly
from footprint.comparisons import samples as sampled
from footprint.comparisons.counting import ITEM, RUN, counting, of_entry
from footprint.comparisons.samples import Sample
from footprint.comparisons.selection import Selector, distinct, find
from footprint.errors import UsageError
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity
from footprint.ledger.reader import Facts
from footprint.model import NJ_PER_J, Device
from footprint.reports import report
from footprint.reports.view import Amounts, Group, Report, added

#: Tiers whose energy a model says: its error may differ between loads and does not cancel.
MODELLED = ("utilisation", "nameplate")


class Ask(NamedTuple):
    """What is asked of ledgers: the period, what figures are for one of, and the place."""

    per: str = ITEM
    since: Instant = None
    until: Instant = None
    place: Mapping[str, Any] = {}


class OnDevice(NamedTuple):
    """What a group used of one device, J, without the gain."""

    device: Device
    low_j: float
    mid_j: float
    high_j: float


class Measured(NamedTuple):
    """A group's figures, for one of `per`.

    Attributes:
        label, where: as it was written, and the ledger or file.
        selector: its spans.
        spans, runs: calls, and runs they were in (0: not known).
        kinds: kinds of spans in it.
        per: `item`, `call`, `run` or a unit's name.
        counted: what `per` counts: `items`, `calls`, ...
        amount: how many of what is counted.
        units: all that was added, by name.
        whole: of the group. each: for one.
        latency_ms: p50, p95, p99.
        active_s: seconds in which any of it ran; None where not known.
        elapsed_s: seconds of its runs, each from its first span to the end of its last.
        throughput_per_s: amount by those.
        peak_host_bytes, peak_gpu_bytes: the most memory that its process trees were seen to hold.
        samples: single calls; None where there are none (a report, compacted dates).
        devices: what it used of each; None where not known.
        estimated: part of its energy is an API provider's.
        factors, assumptions, gaps: of its report.
    """

    label: str
    where: str
    selector: Selector
    spans: int
    runs: int
    kinds: tuple[str, ...]
    per: str
    counted: str
    amount: float
    units: Mapping[str, float]
    whole: Amounts
    each: Amounts
    latency_ms: tuple[float, float, float] | None
    active_s: float | None
    elapsed_s: float | None
    throughput_per_s: float | None
    peak_host_bytes: float | None
    peak_gpu_bytes: float | None
    samples: tuple[Sample, ...] | None
    devices: tuple[OnDevice, ...] | None
    estimated: bool
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def factors_used(self) -> tuple[Factor, ...]:
        """The report's factors, without those of API calls in other groups of the ledger."""
        if self.estimated:
            return self.factors
        return tuple(each for each in self.factors if not each.name.startswith("API "))


def measure(
    directories: Sequence[str | Path], texts: Sequence[tuple[str, str]], ask: Ask
) -> list[Measured]:
    """The sides of (label, selector) pairs in ledgers that are read as one.

    Raises UsageError for what is not in them; LedgerError for what is no ledger.
    """
    ledger = open_ledger(*directories)
    where = ", ".join(ledger.places)
    facts, issues = ledger.facts()
    period, kept = parse_period(ask.since, ask.until), ledger.compacted()
    known, folded = hourly.entries(kept, facts, period)
    entries = [*collect(facts, range(len(facts))).entries, *known]
    selectors = [find(text, facts, entries, where) for _, text in texts]

    def grouping(of_boot: Sequence[Entry], index: int) -> Iterable[Hashable]:
        entry = of_boot[index]
        for number, selector in enumerate(selectors):
            if _is_chosen(entry, facts, selector, ask):
                yield number

    # Of the same reading: a ledger may grow meanwhile, and an entry knows its writer by number.
    # Rows that stayed of compacted dates are in the groups of these, too.
    book = books.make(facts, issues, grouping, period, without=compacted.days(kept))
    peaks = Peaks(book)
    reports: dict[tuple[str, ...], Report] = {}
    found = []
    for number, ((label, _), selector) in enumerate(zip(texts, selectors, strict=True)):
        if selector.fields not in reports:
            reports[selector.fields] = _report(ledger, selector, ask)
        made = reports[selector.fields]
        own = [each for each in folded if _is_chosen(each, facts, selector, ask)]
        side = _side(label, where, number, selector, book, peaks, made, ask, own)
        found.append(_by_the_hour(side, made, ask) if own else side)
    return [_with_overlaps(side, found[:at], facts, entries) for at, side in enumerate(found)]


def _is_chosen(entry: Entry, facts: Sequence[Facts], selector: Selector, ask: Ask) -> bool:
    wanted = ask.per == RUN or not entry.path.background
    return wanted and selector.holds(entry, facts[entry.writer])


def _by_the_hour(side: Measured, made: Report, ask: Ask) -> Measured:
    """A side with calls on compacted dates: what its report says, and nothing of single calls."""
    groups = _groups(made, side.selector, own_time=ask.per == RUN)
    seconds = groups[0].active_s
    return side._replace(
        active_s=seconds,
        elapsed_s=None,
        throughput_per_s=side.amount / seconds if seconds and ask.per != RUN else None,
        peak_host_bytes=_greatest(_known(each.peak_host_memory_bytes for each in groups)),
        peak_gpu_bytes=_greatest(_known(each.peak_gpu_memory_bytes for each in groups)),
        samples=None,
        devices=None,
        gaps=(hourly.NO_CALLS, *side.gaps),
    )


def _known(values: Iterable[float | None]) -> Iterator[float]:
    return (each for each in values if each is not None)


def _with_overlaps(
    side: Measured, others: Sequence[Measured], facts: Sequence[Facts], entries: Sequence[Entry]
) -> Measured:
    """A side that says which of the others have spans of it, too: their noise is not apart."""
    notes = [
        f"{other.label} and {side.label} have spans in common: a test takes them to be apart"
        for other in others
        if any(
            side.selector.holds(each, facts[each.writer])
            and other.selector.holds(each, facts[each.writer])
            for each in distinct(entries)
        )
    ]
    return side._replace(assumptions=(*notes, *side.assumptions))


def _report(ledger: Ledger, selector: Selector, ask: Ask) -> Report:
    return report(ledger, by=selector.fields, since=ask.since, until=ask.until, **ask.place)


def _side(
    label: str,
    where: str,
    number: int,
    selector: Selector,
    book: Book,
    peaks: Peaks,
    made: Report,
    ask: Ask,
    folded: Sequence[Entry],
) -> Measured:
    chosen = [
        index
        for index, entry in enumerate(book.entries)
        if _is_chosen(entry, book.facts, selector, ask)
    ]
    groups = _groups(made, selector, own_time=ask.per == RUN)
    entries = [*(book.entries[index] for index in chosen), *folded]
    runs = {_run(book, each) for each in entries}
    if not entries or not groups:
        raise UsageError(
            f"{label}: none of its spans is a call of this period: compare another period, or "
            "--per run for what whole runs used"
        )
    per, counted, count = counting(label, groups, ask.per, len(runs))
    calls = sampled.samples(book, chosen, of_entry(counted))
    if ask.per == RUN:
        calls = [each._replace(items=1.0) for each in sampled.by_run(calls)]
    seen = [peaks.of(book.entries[index]) for index in chosen]
    whole = added([group.amounts for group in groups])
    seconds = sampled.active_s(book, chosen)
    known = whole.energy_j is not None and all(
        group.per_item is not None or group.own_time for group in groups
    )
    return Measured(
        label=label,
        where=where,
        selector=selector,
        spans=sum(group.spans for group in groups if not group.own_time),
        runs=len(runs),
        kinds=tuple(sorted({each.path.kind for each in entries})),
        per=per,
        counted=counted,
        amount=count,
        units=_units(groups),
        whole=whole,
        each=for_one(whole, count) if known else Amounts(),
        latency_ms=groups[0].latency_ms,
        active_s=seconds,
        elapsed_s=sampled.elapsed_s(book, chosen),
        throughput_per_s=count / seconds if seconds and ask.per != RUN else None,
        peak_host_bytes=_greatest(host for host, _ in seen),
        peak_gpu_bytes=_greatest(gpu for _, gpu in seen),
        samples=tuple(calls),
        devices=_devices(book, number),
        estimated=any("api" in group.tiers_energy for group in groups),
        factors=made.factors,
        assumptions=made.assumptions,
        gaps=made.gaps,
    )


def _groups(made: Report, selector: Selector, *, own_time: bool) -> list[Group]:
    """The report's groups of a selector: its calls, and with `own_time` what the runs left."""
    wanted = dict(selector.pairs)
    found = [group for group in made.groups if dict(group.key) == wanted]
    return [group for group in found if own_time or not group.own_time]


def _units(groups: Iterable[Group]) -> dict[str, float]:
    found: dict[str, float] = {}
    for group in groups:
        for name, amount in group.units.items():
            found[name] = found.get(name, 0.0) + amount
    return found


def for_one(whole: Amounts, count: float) -> Amounts:
    """Amounts by a count, money in all its currencies."""
    each = whole.per(count)
    return each._replace(cost=dict(whole.cost))


def money_each(one: Measured, currency: str) -> Quantity | None:
    """What one costs in a currency; None where nothing is known in it."""
    cost = one.each.cost.get(currency)
    return None if cost is None else cost.to_quantity() / one.amount


def _run(book: Book, entry: Entry) -> str:
    one = book.facts[entry.writer]
    return str(one.context.get("run", one.writer))


def _greatest(values: Iterable[float]) -> float | None:
    return max((each for each in values if not math.isnan(each)), default=None)


def _devices(book: Book, number: int) -> tuple[OnDevice, ...]:
    found: dict[str, OnDevice] = {}
    for part in book.groups.get(number, []):
        energy = part.energy
        low, mid, high = (nj / NJ_PER_J for nj in (energy.low_nj, energy.mid_nj, energy.high_nj))
        before = found.get(part.device.id)
        if before is not None:
            low, mid, high = low + before.low_j, mid + before.mid_j, high + before.high_j
        found[part.device.id] = OnDevice(part.device, low, mid, high)
    return tuple(found.values())
