"""What the meter leaves open, on columns: as `footprint.estimators.bounds` bounds it.

A *part* is an entry's hold on a cell that it holds in part; whole cells go by running sums.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from footprint.estimators.cells import FULL
from footprint.estimators.columns import Flags, Ints, fits
from footprint.estimators.columns.limits import Limits
from footprint.estimators.columns.segments import Segments, firsts
from footprint.estimators.columns.sweep import Loads, Sums, floor
from footprint.estimators.sweep import BITS

_PARTS = (1 << BITS) - 1


class Wholes(NamedTuple):
    """Segments' holds on whole cells, `first` up to `beyond`."""

    segment: Ints
    first: Ints
    beyond: Ints


class Parts(NamedTuple):
    """Entries' holds on cells in part, by entry and then by cell: ns at least, about, at most."""

    entry: Ints
    cell: Ints
    least: Ints
    held: Ints
    most: Ints


class Reach(NamedTuple):
    """Segments that meet cells: the first and last cell of each.

    `earlier` and `later` say that it may also meet the one before or after, as far as it is known
    where their edges lie.
    """

    segment: Ints
    first: Ints
    last: Ints
    earlier: Flags
    later: Flags

    def of(self, chosen: Ints) -> Reach:
        """Some of them, by index."""
        return Reach(
            self.segment[chosen],
            self.first[chosen],
            self.last[chosen],
            self.earlier[chosen],
            self.later[chosen],
        )


class Spent(NamedTuple):
    """What entries may have used, nJ, by entry (numbers of `Bounds.entries`)."""

    low: Ints
    high: Ints
    metered_ns: Ints
    estimated: Flags


class Bounds:
    """Bounds of some entries of one device.

    Args:
        limits: of the device's sweep.
        segments: all segments of those entries, by entry.
        active: where their ends are among the sweep's instants.
    """

    def __init__(self, limits: Limits, segments: Segments, active: Loads) -> None:
        self._limits, self._segments, self._active = limits, segments, active
        self._line, self._meter = limits.line, limits.meter
        starts = firsts(segments.entry)
        #: Where each entry's segments begin, and the entries' own numbers.
        self.begins = np.flatnonzero(starts)
        self.entries = segments.entry[self.begins]
        self._number = np.cumsum(starts) - 1  # of a segment's entry
        size = np.diff(np.concatenate([self.begins, [len(starts)]]))
        reach = self._reach()
        simple = self._is_simple(reach, size)
        self._metered = np.zeros(len(self.entries), np.int64)
        self.wholes, self._many = self._take(reach.of(np.flatnonzero(~simple)))
        at = np.flatnonzero(simple)
        self._one = self._within(reach.segment[at], reach.first[at])
        self.spent = self._finish()

    @property
    def parts(self) -> Parts:
        """All holds in part, in no order."""
        return Parts(*(np.concatenate(each) for each in zip(self._one, self._many, strict=True)))

    # -- which cells a segment holds

    def _reach(self) -> Reach:
        meter, segments, line, active = self._meter, self._segments, self._line, self._active
        edges, slack, count = meter.edges, meter.slack, meter.size
        if not count:
            nothing = np.zeros(0, np.int64)
            return Reach(nothing, nothing, nothing, nothing > 0, nothing > 0)
        first = line.rank[active.start_at] - 1
        ends = line.rank[active.end_at]  # edges up to the end, and one less where it is on one
        last = ends - 1 - ((ends > 0) & (edges[ends - 1] == segments.end))
        kept = np.flatnonzero((last >= 0) & (first < count))
        first, last = np.maximum(first[kept], 0), np.minimum(last[kept], count - 1)
        # Begun just after an edge that may in truth lie later: a little of the cell before it.
        earlier = (first > 0) & (segments.start[kept] < (edges + slack)[first])
        after = np.minimum(last + 1, count)
        later = (last + 1 < count) & (segments.end[kept] > (edges - slack)[after])
        return Reach(kept, first, last, earlier, later)

    def _is_simple(self, reach: Reach, size: Ints) -> Flags:
        """Whether a segment is all of its entry, and lies within one cell: most short calls."""
        segments, edges = self._segments, self._meter.edges
        if not len(reach.segment):
            return np.zeros(0, bool)
        inside = (reach.first == reach.last) & ~reach.earlier & ~reach.later
        inside &= size[self._number[reach.segment]] == 1
        inside &= (segments.density == FULL)[reach.segment]
        inside &= ~segments.background[reach.segment]
        inside &= segments.start[reach.segment] > edges[reach.first]
        found: Flags = inside & (segments.end[reach.segment] < edges[reach.first + 1])
        return found

    def _within(self, at: Ints, cell: Ints) -> Parts:
        """What simple segments hold of their cells."""
        segments, line, active = self._segments, self._line, self._active
        marks = line.time_mark
        sums = self._limits.front.held
        held = floor(*sums.between(marks[active.start_at[at]], marks[active.end_at[at]]))
        entry = self._number[at]
        known = self._meter.known[cell]
        self._metered[entry] = np.where(known, segments.end[at] - segments.start[at], 0)
        return Parts(entry, cell, held, held, held)

    def _take(self, reach: Reach) -> tuple[Wholes, Parts]:
        """What other segments hold of cells, whole or in part."""
        meter, segments = self._meter, self._segments
        kept, first, last, earlier, later = reach
        if not len(kept):
            nothing = np.zeros(0, np.int64)
            return Wholes(nothing, nothing, nothing), Parts(*[nothing] * 5)
        start, end = segments.start[kept], segments.end[kept]
        begin, stop = _whole(meter.edges, meter.slack, start, end, first, last)
        none = (segments.density[kept] < FULL) | (begin >= stop)
        begin[none] = stop[none] = last[none] + 1
        whole = np.flatnonzero(stop > begin)
        wholes = Wholes(kept[whole], begin[whole], stop[whole])
        # The cells of each segment: one before, those before the whole ones, those after, one more.
        sizes = (earlier.astype(np.int64), begin - first, last + 1 - stop, later.astype(np.int64))
        total = sizes[0] + sizes[1] + sizes[2] + sizes[3]
        row = np.repeat(np.arange(len(kept)), total)
        place = np.arange(len(row)) - np.repeat(np.cumsum(total) - total, total)
        before = (sizes[0] + sizes[1])[row]
        cell = (first - sizes[0])[row] + place
        cell = np.where(place < before, cell, stop[row] + place - before)
        touched = ((place >= sizes[0][row]) & (place < (total - sizes[3])[row])).nonzero()[0]
        parts, ns = self._held(kept[row], cell, touched)
        known = meter.known[cell[touched]]
        np.add.at(self._metered, self._number[kept[row[touched]]], np.where(known, ns, 0))
        return wholes, parts

    def _held(self, segment: Ints, cell: Ints, touched: Ints) -> tuple[Parts, Ints]:
        """What segments hold of cells: ns by entry and cell, and the touched ones' length."""
        least, held, most = (np.zeros(len(segment), np.int64) for _ in range(3))
        length = np.zeros(len(touched), np.int64)
        own, of_back = segment[touched], self._segments.background[segment[touched]]
        for number, (lane, _, _) in enumerate(self._limits.lanes):
            chosen = of_back == bool(number)
            if chosen.any():
                at = touched[chosen]
                found = self._held_in(lane.held, own[chosen], cell[at])
                least[at], held[at], most[at], length[chosen] = found
        return self._by_cell(self._number[segment], cell, least, held, most), length

    def _held_in(self, sums: Sums, segment: Ints, cell: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """(least, about, most, length) in ns of segments' holds on cells that they touch."""
        line, meter, segments, active = self._line, self._meter, self._segments, self._active
        left, right = meter.edges[cell], meter.edges[cell + 1]
        start, end = segments.start[segment], segments.end[segment]
        from_mark = line.time_mark[active.start_at[segment]]
        to_mark = line.time_mark[active.end_at[segment]]
        begin = np.where(start > left, from_mark, line.edge_mark[cell])
        stop = np.where(end < right, to_mark, line.edge_mark[cell + 1])
        held = sums.between(begin, stop)
        about = floor(*held)
        length = np.minimum(end, right) - np.maximum(start, left)
        thin = np.flatnonzero(segments.density[segment] < FULL)
        if not len(thin):
            return about, about, about, length
        # Where within its window a fold held the device is not known: all of it may lie in here,
        # or as much as has room elsewhere in the window.
        outside = np.maximum(0, meter.edges[0] - start[thin])
        outside += np.maximum(0, end[thin] - meter.edges[-1])
        window = sums.between(from_mark[thin], to_mark[thin])
        fits("a fold's window", window[0] + outside, 2.0**42)
        room = (window[0] + outside << BITS) + window[1]
        inside = (held[0][thin] << BITS) + held[1][thin]
        density = segments.density[segment[thin]] / FULL
        whole = (room * density).astype(np.int64)
        least, most = about.copy(), about.copy()
        least[thin] = np.maximum(0, whole - (room - inside)) >> BITS
        most[thin] = np.minimum(inside, whole) >> BITS
        about[thin] = (inside * density).astype(np.int64) >> BITS
        length[thin] = length[thin] * segments.density[segment[thin]] // FULL
        return least, about, most, length

    def _by_cell(self, entry: Ints, cell: Ints, least: Ints, held: Ints, most: Ints) -> Parts:
        """Sums by entry and cell."""
        key = entry * self._meter.size + cell
        if not len(key) or bool((key[1:] > key[:-1]).all()):
            return Parts(entry, cell, least, held, most)
        order = np.argsort(key, kind="stable")
        key = key[order]
        at = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        sums = (np.add.reduceat(each[order], at) for each in (least, held, most))
        return Parts(key[at] // self._meter.size, key[at] % self._meter.size, *sums)

    # -- what that comes to

    def _finish(self) -> Spent:
        meter, parts, count = self._meter, self._many, len(self.entries)
        low_sum, high_sum = np.zeros(count, np.int64), np.zeros(count, np.int64)
        estimated = np.zeros(count, bool)
        if len(parts.entry):
            cell = parts.cell
            low, high = self._limits.used(cell, parts.least, parts.most, self._limits.slack[cell])
            at = np.flatnonzero(np.concatenate([[True], parts.entry[1:] != parts.entry[:-1]]))
            entry = parts.entry[at]
            low_sum[entry] = np.add.reduceat(low, at)
            highest = np.add.reduceat(high, at)
            if self._limits.most_w is not None:
                # Wherever it held the device, it did no longer than that in all.
                size = np.diff(np.concatenate([at, [len(cell)]]))
                widest = _greatest(self._limits.slack, cell, at)
                longest = np.add.reduceat(parts.held, at) + 2 * widest + size
                limit = _greatest(self._limits.most_w, cell, at)
                most = (limit * longest).astype(np.int64) + size
                highest = np.minimum(highest, most)
            high_sum[entry] = highest
            if meter.estimated.any():
                estimated[entry] = np.maximum.reduceat(meter.estimated[cell], at)
        if len(self.wholes.segment):
            self._add_wholes(low_sum, high_sum, estimated)
        entry, cell, held = self._one.entry, self._one.cell, self._one.held
        found = self._limits.used(cell, held, held, self._limits.slack[cell])
        low_sum[entry], high_sum[entry] = found
        estimated[entry] = meter.estimated[cell]
        return Spent(low_sum, high_sum, self._metered, estimated)

    def of_wholes(self) -> tuple[Ints, Flags]:
        """Of each hold on whole cells: its entry, and whether it is in the background."""
        segment = self.wholes.segment
        return self._number[segment], self._segments.background[segment]

    def _add_wholes(self, low_sum: Ints, high_sum: Ints, estimated: Flags) -> None:
        known, filled = self._limits.known, self._limits.filled
        number, of_back = self.of_wholes()
        for at, (_, _, (lows, highs)) in enumerate(self._limits.lanes):
            chosen = of_back == bool(at)
            if not chosen.any():
                continue
            mine = number[chosen]
            first, beyond = self.wholes.first[chosen], self.wholes.beyond[chosen]
            np.add.at(low_sum, mine, lows[beyond] - lows[first])
            np.add.at(high_sum, mine, highs[beyond] - highs[first])
            np.add.at(self._metered, mine, known[beyond] - known[first])
            estimated[mine[filled[beyond] > filled[first]]] = True


def _greatest(of_cells: Any, cell: Ints, at: Ints) -> Any:
    """The greatest of some cells' values in each stretch of `cell` that begins at `at`."""
    if of_cells.min() == of_cells.max():
        return of_cells[0]
    return np.maximum.reduceat(of_cells[cell], at)


def _whole(
    edges: Ints, slack: Ints, start: Ints, end: Ints, first: Ints, last: Ints
) -> tuple[Ints, Ints]:
    """The cells that are held whole wherever within their slack their edges lie: from, beyond."""
    begin, stop = first.copy(), last + 1
    lower, upper = edges - slack, edges + slack
    open_ = np.flatnonzero(lower[begin] < start)
    while len(open_):
        begin[open_] += 1
        open_ = open_[(begin[open_] <= last[open_])]
        open_ = open_[lower[begin[open_]] < start[open_]]
    open_ = np.flatnonzero((stop > begin) & (upper[np.minimum(stop, len(edges) - 1)] > end))
    while len(open_):
        stop[open_] -= 1
        open_ = open_[stop[open_] > begin[open_]]
        open_ = open_[upper[stop[open_]] > end[open_]]
    return begin, stop
