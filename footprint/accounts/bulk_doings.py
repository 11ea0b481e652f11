"""What the calls of groups did, from columns: as `accounts.doings` says it of lists of entries."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from footprint.accounts.bulk import Tables
from footprint.accounts.doings import Doing, active_ns
from footprint.accounts.entries import Entry
from footprint.accounts.latency import NO_ANSWER, SHARES, at_rank
from footprint.accounts.lines import Book, Period
from footprint.accounts.peaks import Peaks
from footprint.accounts.table import Alike, Table
from footprint.estimators.columns import Flags, Floats, Ints
from footprint.ledger.folding import bucket_start
from footprint.ledger.reader import Facts, PathInfo
from footprint.model import ERROR, OPEN

_LIMITS = np.iinfo(np.int64)


class Rows(NamedTuple):
    """Some entries of one table, by index."""

    table: Table
    at: Ints


class Group(NamedTuple):
    """The entries of one name.

    Attributes:
        name: as the naming function gave it.
        rows: by table.
        writers, paths: of any of them.
    """

    name: Hashable
    rows: list[Rows]
    writers: frozenset[int]
    paths: tuple[PathInfo, ...]

    def entries(self) -> Iterator[Entry]:
        """The entries, each made when it is asked for."""
        return (rows.table[at] for rows in self.rows for at in rows.at.tolist())


def grouped(tables: Tables, name: Callable[[Entry], Hashable]) -> list[Group]:
    """The entries by name, which depends on their writer, path and status alone; by first entry."""
    found: dict[Hashable, list[Rows]] = {}
    alikes: dict[Hashable, list[Alike]] = {}
    for table in tables.tables:
        example = np.zeros(len(table.alikes), np.int64)
        example[table.alike[::-1]] = np.arange(len(table))[::-1]  # the first of each
        numbers: dict[Hashable, int] = {}
        label = [numbers.setdefault(name(table[at]), len(numbers)) for at in example.tolist()]
        labels = table.of_alike(label).astype(np.int64)
        for key, number in numbers.items():
            found.setdefault(key, []).append(Rows(table, np.flatnonzero(labels == number)))
        names = list(numbers)
        for alike, number in zip(table.alikes, label, strict=True):
            alikes.setdefault(names[number], []).append(alike)
    return [
        Group(
            key,
            rows,
            frozenset(alike.writer for alike in alikes[key]),
            tuple(alike.path for alike in alikes[key]),
        )
        for key, rows in found.items()
    ]


class BulkDoings:
    """Makes the doing of any group of a book's entries, which are columns.

    Args:
        book: whose entries they are.
        period: the one that the book was made for: times are cut to it.
    """

    def __init__(self, book: Book, period: Period) -> None:
        self._facts = book.facts
        self._period = period
        self._peaks = Peaks(book)
        self._cuts = [
            (
                _LIMITS.min if period[0] is None else one.boot_ns(period[0]),
                _LIMITS.max if period[1] is None else one.boot_ns(period[1]),
            )
            for one in book.facts
        ]

    def of(self, group: Group) -> Doing:
        """What a group's entries did; there is at least one."""
        rows = [_Calls(each) for each in group.rows]
        start, end = self._ends(rows)
        busy, active = self._times(rows, group.writers)
        host, gpu = self._greatest(rows)
        return Doing(
            calls=sum(int(each.calls.sum()) for each in rows),
            errors=sum(int(each.calls[each.status == ERROR].sum()) for each in rows),
            units=_units(group.rows),
            latency_ms=_percentiles_ms(rows),
            start_ns=start,
            end_ns=end,
            busy_ns=busy,
            active_ns=None if active is None else min(active, end - start),
            peak_host_bytes=host,
            peak_gpu_bytes=gpu,
        )

    def _ends(self, rows: Sequence[_Calls]) -> tuple[int, int]:
        first: list[int] = []
        last: list[int] = []
        for each in rows:
            for writer, own in each.by_writer():
                clock = self._facts[writer]
                first.append(clock.utc_ns(int(each.start[own].min())))
                last.append(clock.utc_ns(int(each.device_end[own].max())))
        since, until = self._period
        start = min(first) if since is None else max(min(first), since)
        end = max(last) if until is None else min(max(last), until)
        return start, max(start, end)

    def _times(
        self, rows: Sequence[_Calls], writers: frozenset[int]
    ) -> tuple[int | None, int | None]:
        several = len({self._facts[writer].boot_id for writer in writers}) > 1
        busy_ns = 0
        starts: list[Ints] = []
        ends: list[Ints] = []
        folds: list[tuple[int, int, int]] = []
        for each in rows:
            timed = each.of(~each.untimed)
            running, covered = timed.running_ns(), timed.covered_ns.copy()
            start, end = timed.start.copy(), timed.device_end.copy()
            for writer, own in timed.by_writer():
                since, until = self._cuts[writer]
                cut = own[(timed.start[own] < since) | (timed.device_end[own] > until)]
                for at in cut.tolist():
                    begin, stop = int(timed.start[at]), int(timed.end[at])
                    length, inside = stop - begin, max(0, min(stop, until) - max(begin, since))
                    start[at] = max(begin, since)
                    end[at] = max(min(int(timed.device_end[at]), until), since)
                    if length:
                        running[at] = int(running[at]) * inside // length
                        if covered[at] >= 0:
                            covered[at] = int(covered[at]) * inside // length
                if several:
                    start[own] = _utc(self._facts[writer], start[own])
                    end[own] = _utc(self._facts[writer], end[own])
            busy_ns += int(running.sum())
            span = covered < 0
            starts.append(start[span])
            ends.append(end[span])
            thin = ~span
            folds += zip(
                start[thin].tolist(), end[thin].tolist(), covered[thin].tolist(), strict=True
            )
        start, end = np.concatenate(starts), np.concatenate(ends)
        if not len(start) and not folds:
            return None, None
        return busy_ns, active_ns(_union(start, end), folds)

    def _greatest(self, rows: Sequence[_Calls]) -> tuple[int | None, int | None]:
        hosts: list[Floats] = []
        gpus: list[Floats] = []
        for each in rows:
            for writer, own in each.by_writer():
                host, series = self._peaks.series(writer)
                hosts.append(host.peaks(each.start[own], each.end[own]))
                found = [one.peaks(each.start[own], each.device_end[own]) for one in series]
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


def _utc(one: Facts, t: Ints) -> Ints:
    """UTC of many instants, by the nearest earlier anchor (`Facts.utc_ns`)."""
    anchors = one.anchors or [(0, 0)]
    at = np.array([anchor[0] for anchor in anchors], np.int64)
    utc = np.array([anchor[1] for anchor in anchors], np.int64)
    best = np.maximum(np.searchsorted(np.maximum.accumulate(at), t, "right") - 1, 0)
    found: Ints = t - at[best] + utc[best]
    return found


def _union(start: Ints, end: Ints) -> list[tuple[int, int]]:
    """The union of stretches, as stretches that do not touch."""
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    real = end > start
    start, end = start[real], end[real]
    if not len(start):
        return []
    reach = np.maximum.accumulate(end)
    begins = np.ones(len(start), bool)
    begins[1:] = start[1:] > reach[:-1]
    first = np.flatnonzero(begins)
    last = np.concatenate([first[1:] - 1, [len(start) - 1]])
    return list(zip(start[first].tolist(), reach[last].tolist(), strict=True))


def _units(rows: Sequence[Rows]) -> dict[str, float]:
    """Sums by name, exactly rounded: they do not depend on the order."""
    found: dict[str, list[Floats]] = {}
    for table, at in rows:
        mine = np.zeros(len(table), bool)
        mine[at] = True
        mine &= table.ends_inside
        chosen = mine[table.amounts.entry]
        unit, value = table.amounts.unit[chosen], table.amounts.value[chosen]
        for number in np.flatnonzero(np.bincount(unit)).tolist():
            found.setdefault(table.unit_names[number], []).append(value[unit == number])
    return {name: _fsum(np.concatenate(amounts)) for name, amounts in sorted(found.items())}


def _fsum(values: Floats) -> float:
    """The sum, exactly rounded. Whole numbers that add up to few enough need no care for that."""
    if np.abs(values).sum() < 2.0**52 and (np.rint(values) == values).all():
        return float(values.sum())
    return math.fsum(values.tolist())


def _percentiles_ms(rows: Sequence[_Calls]) -> tuple[float, float, float] | None:
    """As `latency.percentiles_ms`."""
    steps = [_steps(each) for each in rows]
    low, high, calls = (np.concatenate(each) for each in zip(*steps, strict=True))
    if not len(low):
        return None
    if (calls == 1).all() and (low == high).all():
        ranks = [share * (len(low) - 1) for share in SHARES]
        needed = {at for rank in ranks for at in (int(rank), min(int(rank) + 1, len(low) - 1))}
        values = np.partition(low, sorted(needed))
        found = [_between(float(values[int(rank)]), values, rank) / 1e6 for rank in ranks]
    else:
        order = np.lexsort((calls, high, low))
        ordered = zip(low[order].tolist(), high[order].tolist(), calls[order].tolist(), strict=True)
        ladder = list(ordered)
        ends = list(accumulate(each for _, _, each in ladder))
        found = [at_rank(ladder, ends, share * (ends[-1] - 1)) / 1e6 for share in SHARES]
    return found[0], found[1], found[2]


def _between(low: float, values: Floats, rank: float) -> float:
    whole = int(rank)
    return low if rank == whole else low + (float(values[whole + 1]) - low) * (rank - whole)


def _steps(calls: _Calls) -> tuple[Floats, Floats, Ints]:
    """(shortest, longest, calls) in ns of entries, and of folds by bucket."""
    table, at = calls.rows
    counted = (calls.calls > 0) & (calls.status != OPEN) & ~calls.untimed
    chosen = np.zeros(len(table), bool)
    chosen[at[counted]] = True
    in_bucket = chosen[table.buckets.entry] & (table.covered_ns[table.buckets.entry] >= 0)
    with_buckets = np.zeros(len(table), bool)
    with_buckets[table.buckets.entry[in_bucket]] = True
    bucket = table.buckets.bucket[in_bucket]
    edges = {each: float(bucket_start(each)) for each in np.unique(bucket).tolist()}
    tops = {each: float(bucket_start(each + 1)) for each in edges}
    single = counted & ~with_buckets[at]
    each_ns = calls.running_ns()[single] / np.maximum(calls.calls[single], 1)
    return (
        np.concatenate([each_ns, [edges[each] for each in bucket.tolist()]]),
        np.concatenate([each_ns, [tops[each] for each in bucket.tolist()]]),
        np.concatenate([calls.calls[single], table.buckets.calls[in_bucket]]),
    )


def _most(peaks: Sequence[Floats]) -> int | None:
    known = [float(np.nanmax(each)) for each in peaks if len(each) and not np.isnan(each).all()]
    return int(max(known)) if known else None
