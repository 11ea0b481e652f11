"""What the calls of a group did: how many, when, for how long, and the memory that they held.

A `Doing` is all that a report needs to know of a group's entries but for where they ran. Times are
boot-time ns; where a group's entries come from several boots, they meet on UTC.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from footprint.accounts.book import Book, Period
from footprint.accounts.entries import Entry
from footprint.accounts.latency import percentiles_ms, untimed
from footprint.accounts.peaks import Peaks
from footprint.model import ERROR

#: (start, end), and of a fold also what its calls covered of it; ns.
Stretch = tuple[int, int]
Window = tuple[int, int, int]

#: Density 1 of a fold's calls in its window, as an integer.
_FULL = 1 << 40
#: Where a period is open: beyond any instant, ns.
_FOREVER = 1 << 63


class Doing(NamedTuple):
    """What the entries of a group did, within the period.

    Attributes:
        calls, errors: those that ended in the period; errors are among the calls.
        units: declared amounts by name.
        latency_ms: p50, p95, p99; None where no call ended in the period.
        start_ns, end_ns: UTC: the first start and the last end, cut to the period.
        busy_ns: the sum of the calls' durations; None where none of them is known.
        active_ns: for how long at least one of them ran; None where that is not known.
        peak_host_bytes, peak_gpu_bytes: the most memory that was seen; None where it was not.
    """

    calls: int
    errors: int
    units: Mapping[str, float]
    latency_ms: tuple[float, float, float] | None
    start_ns: int
    end_ns: int
    busy_ns: int | None
    active_ns: int | None
    peak_host_bytes: int | None = None
    peak_gpu_bytes: int | None = None


class Doings:
    """Makes the doing of any of a book's groups.

    Args:
        book: whose entries they are.
        period: the one that the book was made for: times are cut to it.
    """

    def __init__(self, book: Book, period: Period) -> None:
        self._book = book
        self._period = period
        self._peaks = Peaks(book)
        self._held = _held(book)
        #: The period on each writer's clock.
        self._cuts = [
            (
                -_FOREVER if period[0] is None else one.boot_ns(period[0]),
                _FOREVER if period[1] is None else one.boot_ns(period[1]),
            )
            for one in book.facts
        ]

    def of(self, entries: Sequence[Entry]) -> Doing:
        """What some entries did; there is at least one."""
        start, end = self._ends(entries)
        busy, active = self._times(entries)
        host, gpu = self._peaks.greatest(entries)
        return Doing(
            calls=sum(entry.calls for entry in entries),
            errors=sum(entry.calls for entry in entries if entry.status == ERROR),
            units=_units(entries),
            latency_ms=percentiles_ms(entries, self._held),
            start_ns=start,
            end_ns=end,
            busy_ns=busy,
            # Where a clock was set back, less UTC went by than time.
            active_ns=None if active is None else min(active, end - start),
            peak_host_bytes=host,
            peak_gpu_bytes=gpu,
        )

    def _ends(self, entries: Sequence[Entry]) -> Stretch:
        """UTC of the first start and the last end."""
        firsts: dict[int, int] = {}
        lasts: dict[int, int] = {}
        for entry in entries:
            writer, start, end = entry.writer, entry.start, entry.device_end
            if start < firsts.get(writer, math.inf):
                firsts[writer] = start
            if end > lasts.get(writer, -1):
                lasts[writer] = end
        facts, (since, until) = self._book.facts, self._period
        first = min(facts[writer].utc_ns(t) for writer, t in firsts.items())
        last = max(facts[writer].utc_ns(t) for writer, t in lasts.items())
        first = first if since is None else max(first, since)
        last = last if until is None else min(last, until)
        return first, max(first, last)

    def _times(self, entries: Sequence[Entry]) -> tuple[int | None, int | None]:
        """(busy, active), ns: of what is cut off by the period its part by time."""
        facts, held = self._book.facts, self._held
        several = len({facts[entry.writer].boot_id for entry in entries}) > 1
        spans: list[Stretch] = []
        folds: list[Window] = []
        busy_ns = 0
        for entry in entries:
            if untimed(entry):
                continue
            since, until = self._cuts[entry.writer]
            start, end, running = entry.start, entry.device_end, entry.busy_ns
            if held:
                running = max(0, running - held.get((entry.writer, entry.seq), 0))
            covered = entry.covered_ns
            if start < since or end > until:
                length = entry.end - start
                inside = max(0, min(entry.end, until) - max(start, since))
                start, end = max(start, since), max(min(end, until), since)
                if length:
                    running = running * inside // length
                    covered = covered * inside // length if covered >= 0 else covered
            busy_ns += running
            if several:
                start, end = facts[entry.writer].utc_ns(start), facts[entry.writer].utc_ns(end)
            if covered >= 0:
                folds.append((start, end, covered))
            else:
                spans.append((start, end))
        return (busy_ns, active_ns(spans, folds)) if spans or folds else (None, None)


def active_ns(spans: Iterable[Stretch], folds: Iterable[Window] = ()) -> int:
    """For how long at least one of some calls ran, ns.

    Where in its window a fold's calls ran is not known: they are taken to be spread evenly over it.
    Folds whose windows overlap count together, but for no more than the time that there is.

    Args:
        spans: (start, end) of each.
        folds: (start, end, covered) of each.
    """
    one = _merged(spans)
    windows = [fold for fold in folds if fold[1] > fold[0]]
    if not windows:
        return sum(end - start for start, end in one)
    events: list[tuple[int, int]] = []
    for start, end, density in chain(
        ((start, end, _FULL) for start, end in one),
        (
            (start, end, min(_FULL, covered * _FULL // (end - start)))
            for start, end, covered in windows
        ),
    ):
        events.append((start, density))
        events.append((end, -density))
    events.sort()
    total = load = at = 0
    for t, change in events:
        total += (t - at) * min(load, _FULL)
        at = t
        load += change
    return (total + _FULL // 2) // _FULL


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The union, as stretches that do not touch."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = found[-1][0], end
        elif end > start:
            found.append((start, end))
    return found


def _held(book: Book) -> dict[tuple[int, int], int]:
    """By (writer, sequence): how long a stream's consumer held it, ns."""
    held: dict[tuple[int, int], int] = {}
    for writer, one in enumerate(book.facts):
        for seq, _, _, held_ns in one.rows["hold"]:
            held[writer, seq] = held.get((writer, seq), 0) + held_ns
    return held


def _units(entries: Iterable[Entry]) -> dict[str, float]:
    """Sums by name, exactly rounded: they do not depend on the order."""
    found: dict[str, list[float]] = {}
    for entry in entries:
        for name, amount in entry.units.items():
            found.setdefault(name, []).append(amount)
    return {name: math.fsum(amounts) for name, amounts in sorted(found.items())}
