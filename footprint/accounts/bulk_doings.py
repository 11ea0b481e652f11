"""What the calls of groups did, from columns: as `accounts.doings` says it of lists of entries."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from footprint.accounts.active import Active, active, by_hour, by_hour_of
from footprint.accounts.amounts import Sum, exact_sum
from footprint.accounts.days import Clock
from footprint.accounts.doings import Doing
from footprint.accounts.entries import Entry
from footprint.accounts.latency import EXACT, FINE, NO_ANSWER, Latencies, of_singles
from footprint.accounts.lines import Book, Bounds
from footprint.accounts.peak_columns import PeakColumns
from footprint.accounts.table import Alike, Table
from footprint.estimators.columns import Flags, Floats, Ints
from footprint.ledger.reader import PathInfo
from footprint.ledger.utc_sets import extent
from footprint.model import ERROR, OPEN


class Rows(NamedTuple):
    """Some entries of a table, by index."""

    table: Table
    at: Ints


class Group(NamedTuple):
    """The entries of one name.

    Attributes:
        name: as the naming function gave it.
        writers, paths: of any of them.
    """

    name: Hashable
    rows: Rows
    writers: frozenset[int]
    paths: tuple[PathInfo, ...]

    def entries(self) -> Iterator[Entry]:
        """The entries, each made when it is asked for."""
        return (self.rows.table[at] for at in self.rows.at.tolist())


def grouped(table: Table, name: Callable[[Entry], Hashable]) -> list[Group]:
    """The entries by name, which depends on their writer, path and status alone; by first entry."""
    example = np.zeros(len(table.alikes), np.int64)
    example[table.alike[::-1]] = np.arange(len(table))[::-1]  # the first of each
    numbers: dict[Hashable, int] = {}
    label = [numbers.setdefault(name(table[at]), len(numbers)) for at in example.tolist()]
    labels = table.of_alike(label).astype(np.int64)
    alikes: list[list[Alike]] = [[] for _ in numbers]
    for alike, number in zip(table.alikes, label, strict=True):
        alikes[number].append(alike)
    return [
        Group(
            key,
            Rows(table, np.flatnonzero(labels == number)),
            frozenset(alike.writer for alike in alikes[number]),
            tuple(alike.path for alike in alikes[number]),
        )
        for key, number in numbers.items()
    ]


class BulkDoings:
    """Makes the doing of any group of a book's entries, which are columns.

    Args:
        book: whose entries they are; of one boot.
        bounds: of the time that the book is of: what lies outside is cut off.
    """

    def __init__(self, book: Book, bounds: Bounds) -> None:
        self._facts = book.facts
        self._since, self._until = bounds.closed
        self._clock = Clock(book.facts)
        self._peaks = PeakColumns(book.facts)

    def of(self, group: Group) -> Doing:
        """What a group's entries did; there is at least one."""
        calls = _Calls(group.rows)
        start, end = self._ends(calls)
        busy, ran = self._times(calls)
        host, gpu = self._greatest(calls)
        return Doing(
            calls=int(calls.calls.sum()),
            errors=int(calls.calls[calls.status == ERROR].sum()),
            units=_units(group.rows),
            latencies=_latencies(calls),
            start_ns=start,
            end_ns=end,
            busy_ns=busy,
            active=ran,
            peak_host_bytes=host,
            peak_gpu_bytes=gpu,
        )

    def _ends(self, calls: _Calls) -> tuple[int, int]:
        return extent(
            self._facts[writer].utc_extent(
                max(int(calls.start[own].min()), self._since),
                min(int(calls.device_end[own].max()), self._until),
            )
            for writer, own in calls.by_writer()
        )

    def _times(self, calls: _Calls) -> tuple[int | None, Active | None]:
        since, until = self._since, self._until
        timed = calls.of(~calls.untimed)
        running, covered = timed.running_ns(), timed.covered_ns.copy()
        start, end = timed.start.copy(), timed.device_end.copy()
        for at in np.flatnonzero((start < since) | (end > until)).tolist():
            begin, stop = int(timed.start[at]), int(timed.end[at])
            length, inside = stop - begin, max(0, min(stop, until) - max(begin, since))
            start[at] = max(begin, since)
            end[at] = max(min(int(timed.device_end[at]), until), since)
            if length:
                running[at] = int(running[at]) * inside // length
                if covered[at] >= 0:
                    covered[at] = int(covered[at]) * inside // length
        busy_ns = int(running.sum())
        span = covered < 0
        thin = ~span
        folds = list(
            zip(start[thin].tolist(), end[thin].tolist(), covered[thin].tolist(), strict=True)
        )
        if not span.any() and not folds:
            return None, None
        start, end = _union(start[span], end[span])
        if not folds:
            return busy_ns, by_hour_of(start, end, self._clock)
        spans = zip(start.tolist(), end.tolist(), strict=True)
        return busy_ns, by_hour(*active(spans, folds), self._clock)

    def _greatest(self, calls: _Calls) -> tuple[int | None, int | None]:
        hosts: list[Floats] = []
        gpus: list[Floats] = []
        for writer, own in calls.by_writer():
            host, series = self._peaks.series(writer)
            hosts.append(host.peaks(calls.start[own], calls.end[own]))
            found = [one.peaks(calls.start[own], calls.device_end[own]) for one in series]
            if found:
                known = ~np.isnan(np.stack(found)).all(axis=0)
                gpus.append(np.where(known, np.nansum(np.stack(found), axis=0), np.nan))
        return _most(hosts), _most(gpus)


class _Calls:
    """Columns of some entries of a table."""

    def __init__(self, rows: Rows) -> None:
        table, at = rows
        self.rows = rows
        self.writer, self.status = table.writer[at], table.status[at]
        self.start, self.end, self.device_end = (
            table.start[at],
            table.end[at],
            table.device_end[at],
        )
        self.calls = table.counted()[at]
        self.busy_ns, self.covered_ns = table.busy_ns[at], table.covered_ns[at]
        api = table.of_alike([alike.path.kind == "api" for alike in table.alikes]).astype(bool)
        self.untimed: Flags = api[at] & (self.busy_ns < NO_ANSWER * self.calls)

    def of(self, kept: Flags) -> _Calls:
        """Some of them."""
        return self if kept.all() else _Calls(Rows(self.rows.table, self.rows.at[kept]))

    def running_ns(self) -> Ints:
        """How long they ran in all, without what streams' consumers held."""
        holds = self.rows.table.holds
        if not len(holds.work):
            return self.busy_ns.copy()
        held = np.zeros(len(self.rows.table), np.int64)
        np.add.at(held, holds.work, holds.held_ns)
        found: Ints = np.maximum(0, self.busy_ns - held[self.rows.at])
        return found

    def by_writer(self) -> Iterator[tuple[int, Ints]]:
        """The writers, with where theirs are."""
        if len(self.writer) and (self.writer == self.writer[0]).all():
            yield int(self.writer[0]), np.arange(len(self.writer))
            return
        for writer in np.flatnonzero(np.bincount(self.writer)).tolist():
            yield writer, np.flatnonzero(self.writer == writer)


def _union(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The union of stretches, as stretches that do not touch."""
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    real = end > start
    start, end = start[real], end[real]
    if not len(start):
        return start, end
    reach = np.maximum.accumulate(end)
    begins = np.ones(len(start), bool)
    begins[1:] = start[1:] > reach[:-1]
    first = np.flatnonzero(begins)
    last = np.concatenate([first[1:] - 1, [len(start) - 1]])
    return start[first], reach[last]


def counts(group: Group) -> tuple[int, int, dict[str, Sum]]:
    """A group's calls, those of them that failed, and its declared amounts by name."""
    table, at = group.rows
    own = table.counted()[at]
    failed = own[table.status[at] == ERROR]
    return int(own.sum()), int(failed.sum()), _units(group.rows)


def _units(rows: Rows) -> dict[str, Sum]:
    table, at = rows
    mine = np.zeros(len(table), bool)
    mine[at] = True
    mine &= table.ends_inside
    chosen = mine[table.amounts.entry]
    unit, value = table.amounts.unit[chosen], table.amounts.value[chosen]
    numbers = np.flatnonzero(np.bincount(unit)).tolist()
    found = {table.unit_names[number]: _sum(value[unit == number]) for number in numbers}
    return dict(sorted(found.items()))


def _sum(values: Floats) -> Sum:
    """The exact sum. Whole numbers that add up to few enough need no care for that."""
    if np.abs(values).sum() < 2.0**52 and (np.rint(values) == values).all():
        return exact_sum([float(values.sum())])
    return exact_sum(values.tolist())


def _latencies(calls: _Calls) -> Latencies:
    """As `latency.latencies`."""
    table, at = calls.rows
    counted = (calls.calls > 0) & (calls.status != OPEN) & ~calls.untimed
    chosen = np.zeros(len(table), bool)
    chosen[at[counted]] = True
    in_bucket = chosen[table.buckets.entry] & (table.covered_ns[table.buckets.entry] >= 0)
    with_buckets = np.zeros(len(table), bool)
    with_buckets[table.buckets.entry[in_bucket]] = True
    folded = _by_number(table.buckets.bucket[in_bucket], table.buckets.calls[in_bucket])
    alone = counted & ~with_buckets[at]
    count = calls.calls[alone]
    ns = calls.running_ns()[alone] / count
    if len(ns) <= EXACT:
        return of_singles(zip(ns.tolist(), count.tolist(), strict=True), folded)
    return Latencies(None, _by_number(_fine(ns), count), folded)


def _fine(ns: Floats) -> Ints:
    """The fine bucket of each duration, as `folding.bucket`: doubles hold its bits exactly."""
    mantissa, exponent = np.frexp(np.maximum(np.floor(ns), 1.0))
    rest = ((mantissa * 2.0 - 1.0) * (1 << FINE)).astype(np.int64)
    return ((exponent.astype(np.int64) - 1) << FINE) + rest


def _by_number(number: Ints, calls: Ints) -> dict[int, int]:
    """Calls by bucket; exact, since a double would lose count beyond 2**53."""
    distinct, at = np.unique(number, return_inverse=True)
    sums = np.zeros(len(distinct), np.int64)
    np.add.at(sums, at, calls)
    return dict(zip(distinct.tolist(), sums.tolist(), strict=True))


def _most(peaks: Sequence[Floats]) -> int | None:
    known = [float(np.nanmax(each)) for each in peaks if len(each) and not np.isnan(each).all()]
    return int(max(known)) if known else None
