"""What the calls of a group did: how many, when, for how long, and the memory that they held.

A `Doing` is all that a report needs to know of a group's entries but for where they ran. It is made
of the entries of one boot, within a part of its time; doings add up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from footprint.accounts import latency
from footprint.accounts.active import Active, Stretch, Window, active, by_hour, longest
from footprint.accounts.amounts import Sum, exact_sum
from footprint.accounts.days import Clock
from footprint.accounts.entries import Entry
from footprint.accounts.latency import Latencies, latencies, untimed
from footprint.accounts.lines import Book, Bounds
from footprint.accounts.peaks import Peaks
from footprint.ledger.utc_sets import extent
from footprint.model import ERROR


class Doing(NamedTuple):
    """What the entries of a group did, within a period.

    Attributes:
        calls, errors: those that ended in the period; errors are among the calls.
        units: declared amounts by name, exactly.
        latencies: how long the calls took that ended in the period.
        start_ns, end_ns: UTC: the first start and the last end, cut to the period.
        busy_ns: the sum of the calls' durations; None where none of them is known.
        active: for how long at least one of them ran, by hour of UTC; None: not known.
        peak_host_bytes, peak_gpu_bytes: the most memory that was seen; None where it was not.
    """

    calls: int
    errors: int
    units: Mapping[str, Sum]
    latencies: Latencies
    start_ns: int
    end_ns: int
    busy_ns: int | None
    active: Active | None
    peak_host_bytes: int | None = None
    peak_gpu_bytes: int | None = None

    @property
    def active_ns(self) -> int | None:
        """For how long at least one of them ran; None where that is not known."""
        return None if self.active is None else sum(self.active.values())

    def plus(self, other: Doing) -> Doing:
        """What both did: other entries, or the same within another part of time."""
        return together((self, other))


#: What nobody did.
NOTHING = Doing(0, 0, {}, Latencies((), {}, {}), 0, 0, None, None)


def together(parts: Sequence[Doing]) -> Doing:
    """What many did, in any order; there is at least one."""
    if len(parts) == 1:
        return parts[0]
    units: dict[str, list[float]] = {}
    for part in parts:
        for name, amount in part.units.items():
            units.setdefault(name, []).extend(amount)
    return Doing(
        sum(part.calls for part in parts),
        sum(part.errors for part in parts),
        {name: exact_sum(amounts) for name, amounts in sorted(units.items())},
        latency.together([part.latencies for part in parts]),
        min(part.start_ns for part in parts),
        max(part.end_ns for part in parts),
        _of_known(sum, (part.busy_ns for part in parts)),
        longest([part.active for part in parts]),
        _of_known(max, (part.peak_host_bytes for part in parts)),
        _of_known(max, (part.peak_gpu_bytes for part in parts)),
    )


def _of_known(how: Callable[[list[int]], int], amounts: Iterable[int | None]) -> int | None:
    """The sum or the greatest of what is known; None where nothing is."""
    known = [each for each in amounts if each is not None]
    return how(known) if known else None


class Doings:
    """Makes the doing of any group of a book's entries.

    Args:
        book: whose entries they are; of one boot.
        bounds: of the time that the book is of: what lies outside is cut off.
    """

    def __init__(self, book: Book, bounds: Bounds) -> None:
        self._book = book
        self._since, self._until = bounds.closed
        self._clock = Clock(book.facts)
        self._peaks = Peaks(book)
        self._held = _held(book)

    def of(self, entries: Sequence[Entry]) -> Doing:
        """What some entries did; there is at least one."""
        start, end = self._ends(entries)
        busy, ran = self._times(entries)
        host, gpu = self._peaks.greatest(entries)
        return Doing(
            calls=sum(entry.calls for entry in entries),
            errors=sum(entry.calls for entry in entries if entry.status == ERROR),
            units=_units(entries),
            latencies=latencies(entries, self._held),
            start_ns=start,
            end_ns=end,
            busy_ns=busy,
            active=ran,
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
        facts = self._book.facts
        return extent(
            facts[writer].utc_extent(max(t, self._since), min(lasts[writer], self._until))
            for writer, t in firsts.items()
        )

    def _times(self, entries: Sequence[Entry]) -> tuple[int | None, Active | None]:
        """(busy in ns, active): of what is cut off by the period its part by time."""
        held, since, until = self._held, self._since, self._until
        spans: list[Stretch] = []
        folds: list[Window] = []
        busy_ns = 0
        for entry in entries:
            if untimed(entry):
                continue
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
            if covered >= 0:
                folds.append((start, end, covered))
            else:
                spans.append((start, end))
        if not spans and not folds:
            return None, None
        return busy_ns, by_hour(*active(spans, folds), self._clock)


def _held(book: Book) -> dict[tuple[int, int], int]:
    """By (writer, sequence): how long a stream's consumer held it, ns."""
    held: dict[tuple[int, int], int] = {}
    for writer, one in enumerate(book.facts):
        for seq, _, _, held_ns in one.rows["hold"]:
            held[writer, seq] = held.get((writer, seq), 0) + held_ns
    return held


def _units(entries: Iterable[Entry]) -> dict[str, Sum]:
    found: dict[str, list[float]] = {}
    for entry in entries:
        for name, amount in entry.units.items():
            found.setdefault(name, []).append(amount)
    return {name: exact_sum(amounts) for name, amounts in sorted(found.items())}
