"""What the meter leaves open, on columns: as `footprint.estimators.bounds` bounds it.

A *part* is an entry's hold on a cell that it holds in part; whole cells go by running sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from footprint.estimators.bounds import ROUNDING
from footprint.estimators.cells import FULL
from footprint.estimators.columns import Flags, Floats, Ints, fits
from footprint.estimators.columns.segments import Segments
from footprint.estimators.columns.sweep import Lane, Sums, Sweep, floor
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


class Spent(NamedTuple):
    """What entries may have used, nJ, by entry (numbers of `Bounds.entries`)."""

    low: Ints
    high: Ints
    metered_ns: Ints
    estimated: Flags


class Bounds:
    """Bounds of the entries of one device.

    Args:
        line: the sweep.
        lanes: its lanes.
        segments: what was swept, by entry.
    """

    def __init__(self, line: Sweep, lanes: tuple[Lane, Lane | None], segments: Segments) -> None:
        self._line, self._meter = line, line.line
        self._front, self._back = lanes
        self._segments = segments
        cells = self._meter
        width = np.maximum(line.width, 1).astype(np.float64)
        self.limit: Floats | None = None
        if cells.max_w is not None:
            self.limit = np.maximum(cells.max_w, cells.energy / width)
        self._slack = np.maximum(cells.slack[:-1], cells.slack[1:])  # of each cell
        starts = np.ones(len(segments.entry), bool)
        starts[1:] = segments.entry[1:] != segments.entry[:-1]
        #: Where each entry's segments begin, and the entries' own numbers.
        self.begins = np.flatnonzero(starts)
        self.entries = segments.entry[self.begins]
        self._number = np.cumsum(starts) - 1  # of a segment's entry
        self.wholes, self.parts, metered = self._take()
        self.spent = self._finish(metered)

    # -- which cells a segment holds

    def _take(self) -> tuple[Wholes, Parts, Ints]:
        meter, segments, line = self._meter, self._segments, self._line
        edges, slack, count = meter.edges, meter.slack, meter.size
        nothing = np.zeros(0, np.int64)
        metered = np.zeros(len(self.entries), np.int64)
        if not count:
            return Wholes(nothing, nothing, nothing), Parts(*[nothing] * 5), metered
        first = line.rank[line.active.start_at] - 1
        ends = line.rank[line.active.end_at]  # edges up to the end, and one less where it is on one
        last = ends - 1 - ((ends > 0) & (edges[ends - 1] == segments.end))
        kept = np.flatnonzero((last >= 0) & (first < count))
        first, last = np.maximum(first[kept], 0), np.minimum(last[kept], count - 1)
        start, end = segments.start[kept], segments.end[kept]
        begin, stop = _whole(edges, slack, start, end, first, last)
        none = (segments.density[kept] < FULL) | (begin >= stop)
        begin[none] = stop[none] = last[none] + 1
        # Begun just after an edge that may in truth lie later: a little of the cell before it.
        earlier = (first > 0) & (start < edges[first] + slack[first])
        after = np.minimum(last + 1, count)
        later = (last + 1 < count) & (end > edges[after] - slack[after])
        whole = np.flatnonzero(stop > begin)
        wholes = Wholes(kept[whole], begin[whole], stop[whole])
        # The cells of each segment: one before, those before the whole ones, those after, one more.
        sizes = (earlier.astype(np.int64), begin - first, last + 1 - stop, later.astype(np.int64))
        total = sizes[0] + sizes[1] + sizes[2] + sizes[3]
        row = np.repeat(np.arange(len(kept)), total)
        place = np.arange(len(row)) - np.repeat(np.cumsum(total) - total, total)
        before = (sizes[0] + sizes[1])[row]
        cell = first[row] - sizes[0][row] + place
        cell = np.where(place < before, cell, stop[row] + place - before)
        touched = ((place >= sizes[0][row]) & (place < (total - sizes[3])[row])).nonzero()[0]
        parts, ns = self._held(kept[row], cell, touched)
        known = meter.known[cell[touched]]
        np.add.at(metered, self._number[kept[row[touched]]], np.where(known, ns, 0))
        return wholes, parts, metered

    def _held(self, segment: Ints, cell: Ints, touched: Ints) -> tuple[Parts, Ints]:
        """What segments hold of cells: ns by entry and cell, and the touched ones' length."""
        least, held, most = (np.zeros(len(segment), np.int64) for _ in range(3))
        length = np.zeros(len(touched), np.int64)
        own, of_back = segment[touched], self._segments.background[segment[touched]]
        for lane, chosen in ((self._front, ~of_back), (self._back, of_back)):
            if lane is not None and chosen.any():
                at = touched[chosen]
                found = self._held_in(lane.held, own[chosen], cell[at])
                least[at], held[at], most[at], length[chosen] = found
        return self._by_cell(self._number[segment], cell, least, held, most), length

    def _held_in(self, sums: Sums, segment: Ints, cell: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """(least, about, most, length) in ns of segments' holds on cells that they touch."""
        line, meter, segments = self._line, self._meter, self._segments
        left, right = meter.edges[cell], meter.edges[cell + 1]
        start, end = segments.start[segment], segments.end[segment]
        from_mark = line.time_mark[line.active.start_at[segment]]
        to_mark = line.time_mark[line.active.end_at[segment]]
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

    def used(self, cell: Ints, least: Ints, most: Ints, slack: Ints) -> tuple[Ints, Ints]:
        """Bounds of what was used by who holds `least` to `most` ns of cells, +- `slack`, nJ."""
        meter = self._meter
        energy, width = meter.energy[cell], self._line.width[cell]
        estimated, limit = meter.estimated[cell], self.limit
        if limit is None:
            low = np.where((least >= width) & (slack == 0), energy, 0)
            low, high = np.where(estimated, 0, low), np.where(estimated, 2 * energy, energy)
        else:
            most_w = limit[cell]
            high = np.minimum(energy, (most_w * (most + slack + 1)).astype(np.int64) + 1)
            low = energy - (most_w * (width - least + slack)).astype(np.int64) - 1
            low = np.minimum(np.maximum(0, low), high)
            any_ = (most_w * (most + slack)).astype(np.int64)
            low, high = np.where(estimated, 0, low), np.where(estimated, any_, high)
        known = meter.known[cell]
        return np.where(known, low, 0), np.where(known, high, 0)

    def _whole_sums(self, lane: Lane) -> tuple[Ints, Ints]:
        """Running sums over cells of the bounds of an entry that is there all the time."""
        meter = self._meter
        cell, energy = np.arange(meter.size), meter.energy
        held = self.edge_held(lane)
        low, high = self.used(cell, held, held, self._slack)
        least, most = FULL / np.maximum(lane.most, FULL), FULL / np.maximum(lane.least, FULL)
        sure = np.where(least == 1, energy, (energy * least).astype(np.int64) - 1)
        top = np.where(most == 1, energy, (energy * most).astype(np.int64) + 1)
        alone = ~meter.estimated
        if lane is not self._front:
            alone = alone & (self._front.most == 0)
        low = np.where(alone, np.maximum(low, sure), low)
        high = np.where(alone, np.minimum(high, top), high)
        return _running(low), _running(np.maximum(low, high))

    def edge_held(self, lane: Lane) -> Ints:
        """What an entry that is there all the time holds of each cell, ns."""
        marks = self._line.edge_mark
        return floor(*lane.held.between(marks[:-1], marks[1:]))

    def _finish(self, metered: Ints) -> Spent:
        meter, parts, count = self._meter, self.parts, len(self.entries)
        low_sum, high_sum = np.zeros(count, np.int64), np.zeros(count, np.int64)
        estimated = np.zeros(count, bool)
        if len(parts.entry):
            cell = parts.cell
            low, high = self.used(cell, parts.least, parts.most, self._slack[cell])
            at = np.flatnonzero(np.concatenate([[True], parts.entry[1:] != parts.entry[:-1]]))
            entry = parts.entry[at]
            low_sum[entry] = np.add.reduceat(low, at)
            highest = np.add.reduceat(high, at)
            if self.limit is not None:
                # Wherever it held the device, it did no longer than that in all.
                size = np.diff(np.concatenate([at, [len(cell)]]))
                widest = np.maximum.reduceat(self._slack[cell], at)
                longest = np.add.reduceat(parts.held, at) + 2 * widest + size
                limit = np.maximum.reduceat(self.limit[cell], at)
                most = (limit * longest).astype(np.int64) + size
                highest = np.minimum(highest, most)
            high_sum[entry] = highest
            estimated[entry] = np.maximum.reduceat(meter.estimated[cell], at)
        whole = self.wholes
        if len(whole.segment):
            known = _running(np.where(meter.known, self._line.width, 0))
            filled = _running(meter.estimated.astype(np.int64))
            number = self._number[whole.segment]
            of_back = self._segments.background[whole.segment]
            for lane, chosen in ((self._front, ~of_back), (self._back, of_back)):
                if lane is None or not chosen.any():
                    continue
                lows, highs = self._whole_sums(lane)
                mine, first, beyond = number[chosen], whole.first[chosen], whole.beyond[chosen]
                np.add.at(low_sum, mine, lows[beyond] - lows[first])
                np.add.at(high_sum, mine, highs[beyond] - highs[first])
                np.add.at(metered, mine, known[beyond] - known[first])
                estimated[mine[filled[beyond] > filled[first]]] = True
        return Spent(low_sum, high_sum, metered, estimated)

    # -- groups

    def by_group(self, labels: Ints, unions: Ints) -> tuple[list[tuple[int, int]], ...]:
        """Bounds of groups of entries, each as if it were one entry.

        Args:
            labels: the group of each of `entries`, from 0.
            unions: for each group and each level, the number of the union that it is in.

        Returns the bounds of the groups, then those of each level's unions.
        """
        count = len(unions)
        low = np.bincount(labels, minlength=count).astype(np.int64) * 0
        high = low.copy()
        np.add.at(low, labels, self.spent.low)
        np.add.at(high, labels, self.spent.high)
        levels = unions.shape[1]
        sums = [
            [_Joint.none(self._meter.size) for _ in range(int(unions[:, level].max()) + 1)]
            for level in range(levels)
        ]
        found: list[tuple[int, int]] = []
        for group, own in enumerate(self._joints(labels, count)):
            found.append(self._joint(own, int(low[group]), int(high[group])))
            for level in range(levels):
                sums[level][unions[group, level]].add(own, int(low[group]), int(high[group]))
        above = (
            [self._joint(each, each.low_sum, each.high_sum) for each in level] for level in sums
        )
        return (found, *above)

    def _joints(self, labels: Ints, count: int) -> list[_Joint]:
        """What each group holds of each cell."""
        cells = self._meter.size
        joints = [_Joint.none(cells) for _ in range(count)]
        of_part = labels[self.parts.entry]
        for group, chosen in _by_label(of_part, count):
            own, cell = joints[group], self.parts.cell[chosen]
            own.least += np.bincount(cell, self.parts.least[chosen], cells).astype(np.int64)
            own.most += np.bincount(cell, self.parts.most[chosen], cells).astype(np.int64)
            own.present[cell] = True
        whole = self.wholes
        of_whole = labels[self._number[whole.segment]]
        for group, chosen in _by_label(of_whole, count):
            of_back = self._segments.background[whole.segment[chosen]]
            for lane, side in ((self._front, ~of_back), (self._back, of_back)):
                if lane is None or not side.any():
                    continue
                change = np.bincount(whole.first[chosen][side], minlength=cells + 1)
                change -= np.bincount(whole.beyond[chosen][side], minlength=cells + 1)
                times = np.cumsum(change)[:cells]
                held = times * self.edge_held(lane)
                own = joints[group]
                own.least += held
                own.most += held
                own.present |= times > 0
        return joints

    def _joint(self, own: _Joint, low_sum: int, high_sum: int) -> tuple[int, int]:
        meter = self._meter
        cell = np.flatnonzero(own.present)
        least, most = own.least[cell], own.most[cell]
        width = self._line.width[cell]
        # Held by the group alone, up to rounding.
        alone = (least >= width - ROUNDING) & ~meter.estimated[cell]
        low, high = self.used(cell, least, np.minimum(most, width), self._slack[cell])
        energy = meter.energy[cell]
        sure = energy
        if self.limit is not None:
            # Where the group ends at an edge, it holds the cell only up to the edge's slack.
            beside = np.concatenate([[0], np.where(own.present, own.most, 0), [0]])
            loose = np.where(beside[cell] == 0, meter.slack[cell], 0)
            loose += np.where(beside[cell + 2] == 0, meter.slack[cell + 1], 0)
            sure = np.maximum(0, energy - np.ceil(self.limit[cell] * loose).astype(np.int64))
        total_low = int(np.where(alone, sure, low).sum())
        total_high = min(int(np.where(alone, energy, high).sum()), high_sum)
        return min(max(total_low, low_sum), total_high), total_high


class _Joint:
    """What a group holds of each cell, ns, and the sums of its entries' bounds."""

    def __init__(self, least: Ints, most: Ints, present: Flags) -> None:
        self.least, self.most, self.present = least, most, present
        self.low_sum = self.high_sum = 0

    @classmethod
    def none(cls, cells: int) -> _Joint:
        return cls(np.zeros(cells, np.int64), np.zeros(cells, np.int64), np.zeros(cells, bool))

    def add(self, other: _Joint, low_sum: int, high_sum: int) -> None:
        """Takes another group in."""
        self.least += other.least
        self.most += other.most
        self.present |= other.present
        self.low_sum += low_sum
        self.high_sum += high_sum


def _by_label(labels: Ints, count: int) -> list[tuple[int, Ints]]:
    """The elements of each label that has any."""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(count + 1))
    return [
        (label, order[bounds[label] : bounds[label + 1]])
        for label in range(count)
        if bounds[label + 1] > bounds[label]
    ]


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


def _running(values: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(values)])
