"""From a ledger to the sides of a comparison: read once, booked once, measured each."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from footprint.accounts import book as books
from footprint.accounts import compacted
from footprint.accounts.book import Book
from footprint.accounts.entries import Entry, collect
from footprint.accounts.lines import Period
from footprint.accounts.opened import Instant, Ledger, open_ledger, parse_period
from footprint.accounts.peaks import Peaks
from footprint.comparisons import hourly
from footprint.comparisons import samples as sampled
from footprint.comparisons.counting import RUN, counting, of_entry
from footprint.comparisons.measured import Ask, Measured, OnDevice, for_one
from footprint.comparisons.selection import Selector, distinct, find
from footprint.errors import UsageError
from footprint.ledger.reader import Facts, Issue
from footprint.model import NJ_PER_J
from footprint.reports import report
from footprint.reports.view import Amounts, Group, Report, added


class Reading(NamedTuple):
    """A ledger as it was read once: an entry knows its writer by number, and ledgers grow.

    Attributes:
        ledger, where: it, and how messages name it.
        period: what is compared of it, UTC ns.
        facts, issues: of the writers.
        entries: all that was called; of compacted dates as far as groups tell them apart.
        folded: those of compacted dates that ended in the period.
    """

    ledger: Ledger
    where: str
    period: Period
    facts: list[Facts]
    issues: list[Issue]
    entries: Sequence[Entry]
    folded: Sequence[Entry]


class Wanted(NamedTuple):
    """One side that is asked for: its label, its spans, and what figures are for one of."""

    label: str
    selector: Selector
    per: str


def measure(
    directories: Sequence[str | Path], texts: Sequence[tuple[str, str]], ask: Ask
) -> list[Measured]:
    """The sides of (label, selector) pairs in ledgers that are read as one.

    Raises UsageError for what is not in them; LedgerError for what is no ledger.
    """
    ledger = open_ledger(*directories)
    of = reading(ledger, ask.since, ask.until)
    wanted = [
        Wanted(label, find(text, of.facts, of.entries, of.where), ask.per) for label, text in texts
    ]
    return sides(of, wanted, lambda fields: _report(ledger, fields, ask))


def reading(ledger: Ledger, since: Instant = None, until: Instant = None) -> Reading:
    """Reads a ledger for `sides`. Raises as `Ledger.facts` does."""
    facts, issues = ledger.facts()
    period, kept = parse_period(since, until), ledger.compacted()
    known, folded = hourly.entries(kept, facts, period)
    entries = [*collect(facts, range(len(facts))).entries, *known]
    return Reading(ledger, ", ".join(ledger.places), period, facts, issues, entries, folded)


def sides(
    of: Reading, wanted: Sequence[Wanted], reported: Callable[[tuple[str, ...]], Report]
) -> list[Measured]:
    """What sides of a ledger used, all of them from one reading.

    Args:
        reported: the report on the same ledger and period by some fields.

    Raises UsageError for a side without a call in the period, or without what it is counted by.
    """
    facts = of.facts

    def grouping(of_boot: Sequence[Entry], index: int) -> Iterable[Hashable]:
        entry = of_boot[index]
        for number, each in enumerate(wanted):
            if _is_chosen(entry, facts, each):
                yield number

    # Of the same reading: a ledger may grow meanwhile, and an entry knows its writer by number.
    # Rows that stayed of compacted dates are in the groups of these, too.
    without = compacted.days(of.ledger.compacted())
    book = books.make(facts, of.issues, grouping, of.period, without=without)
    peaks = Peaks(book)
    reports: dict[tuple[str, ...], Report] = {}
    found = []
    for number, each in enumerate(wanted):
        fields = each.selector.fields
        if fields not in reports:
            reports[fields] = reported(fields)
        made = reports[fields]
        own = [entry for entry in of.folded if _is_chosen(entry, facts, each)]
        side = _side(each, of.where, number, book, peaks, made, own)
        found.append(_by_the_hour(side, made, each.per) if own else side)
    return [_with_overlaps(side, found[:at], facts, of.entries) for at, side in enumerate(found)]


def _is_chosen(entry: Entry, facts: Sequence[Facts], wanted: Wanted) -> bool:
    is_counted = wanted.per == RUN or not entry.path.background
    return is_counted and wanted.selector.holds(entry, facts[entry.writer])


def _by_the_hour(side: Measured, made: Report, per: str) -> Measured:
    """A side with calls on compacted dates: what its report says, and nothing of single calls."""
    groups = _groups(made, side.selector, own_time=per == RUN)
    seconds = groups[0].active_s
    return side._replace(
        active_s=seconds,
        elapsed_s=None,
        throughput_per_s=side.amount / seconds if seconds and per != RUN else None,
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


def _report(ledger: Ledger, fields: tuple[str, ...], ask: Ask) -> Report:
    return report(ledger, by=fields, since=ask.since, until=ask.until, **ask.place)


def _side(
    wanted: Wanted,
    where: str,
    number: int,
    book: Book,
    peaks: Peaks,
    made: Report,
    folded: Sequence[Entry],
) -> Measured:
    label, selector, asked = wanted
    chosen = [
        index for index, entry in enumerate(book.entries) if _is_chosen(entry, book.facts, wanted)
    ]
    groups = _groups(made, selector, own_time=asked == RUN)
    entries = [*(book.entries[index] for index in chosen), *folded]
    runs = {_run(book, each) for each in entries}
    if not entries or not groups:
        raise UsageError(
            f"{label}: none of its spans is a call of this period: compare another period, or "
            "--per run for what whole runs used"
        )
    per, counted, count = counting(label, groups, asked, len(runs))
    calls = sampled.samples(book, chosen, of_entry(counted))
    if per == RUN:
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
        throughput_per_s=count / seconds if seconds and per != RUN else None,
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
