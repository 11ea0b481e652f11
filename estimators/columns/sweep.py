"""Running sums over one device's cells on columns: as `footprint.estimators.sweep` has them.

A sum is kept as whole units and 2**-BITS of them apart, so that 64 bits hold it: differences of
wrapped sums are still exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from footprint.estimators.cells import FULL
from footprint.estimators.columns import Flags, Floats, Ints, fits, numbers
from footprint.estimators.columns.cells import CellColumns
from footprint.estimators.columns.segments import Segments
from footprint.estimators.sweep import BITS, UNITS

#: So many steps of a sum are made at once.
_BLOCK = 1 << 15


class Loads(NamedTuple):
    """How much is active after each instant at which that changes.

    Attributes:
        times: the instants, in order; one at which several segments begin or end stands as often.
        front, back: the load of each lane from then on.
        start_at, end_at: where a segment's start and end are in `times`.
    """

    times: Ints
    front: Ints
    back: Ints
    start_at: Ints
    end_at: Ints

    def at(self, which: slice) -> Loads:
        """The same with the places of some of the segments."""
        return self._replace(start_at=self.start_at[which], end_at=self.end_at[which])


def loads(segments: Segments) -> Loads:
    """The loads of segments, which do not depend on a device's cells."""
    count = len(segments.start)
    times = np.concatenate([segments.start, segments.end])
    order = np.argsort(times, kind="stable")
    number = numbers(len(order), len(order))
    place = np.empty_like(number)
    place[order] = number
    back = segments.background

    def load(chosen: Flags) -> Ints:
        if not chosen.any():
            return np.zeros(len(times), np.int64)
        density = np.where(chosen, segments.density, 0)
        return np.cumsum(np.concatenate([density, -density])[order])

    return Loads(times[order], load(~back), load(back), place[:count], place[count:])


class Sums(NamedTuple):
    """A running sum at each mark: whole units, and parts of 2**-BITS."""

    whole: Ints
    parts: Ints

    def between(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """What it grew by between marks."""
        return self.whole[end] - self.whole[start], self.parts[end] - self.parts[start]


def floor(whole: Ints, parts: Ints) -> Ints:
    """Whole units of a sum, rounded down."""
    return whole + (parts >> BITS)


def weighted(whole: Ints, parts: Ints, density: Ints) -> tuple[Ints, Ints]:
    """The same for entries of some density."""
    thin = density < FULL
    if not thin.any():
        return whole, parts
    fits("a fold's part of a sum", np.abs(whole[thin]), 2.0**42)
    scaled = (whole[thin] << BITS) + parts[thin]
    scaled = (scaled * (density[thin] / FULL)).astype(np.int64)
    whole, parts = whole.copy(), parts.copy()
    whole[thin], parts[thin] = scaled >> BITS, scaled & ((1 << BITS) - 1)
    return whole, parts


class Lane(NamedTuple):
    """One lane of a sweep: sums of nJ and of ns held, and the least and greatest load of cells."""

    cost: Sums
    held: Sums
    least: Ints
    most: Ints


class Sweep:
    """Both lanes over a device's cells.

    Args:
        line: the device's energy.
        active: the loads of the segments.
        floor_w: the idle floor; None: to be given to `run`.
    """

    def __init__(self, line: CellColumns, active: Loads) -> None:
        self.line, self.active = line, active
        times, edges = active.times, line.edges
        size = len(times) + len(edges)
        at = np.searchsorted(times, edges)  # an edge stands before an instant that is equal to it
        bounds = np.concatenate([[0], at, [len(times)]])
        #: How many edges stand before each instant.
        self.rank = np.repeat(numbers(len(edges) + 1, size), np.diff(bounds))
        self.time_mark = numbers(len(times), size) + self.rank
        self.edge_mark = at + np.arange(len(edges))
        # Only what lies between the first edge and the last is priced.
        self._from = int(self.edge_mark[0]) if line.size else 0
        self._to = int(self.edge_mark[-1]) if line.size else 0
        inside = slice(self._from, self._to)
        self._length = np.diff(self._spread(times, edges)[self._from : self._to + 1])
        self._cell = self._spread(self.rank - 1, numbers(len(edges), size))[inside]
        self._begins = self.edge_mark[:-1] - self._from
        self._front = self._load(active.front, at)[inside]
        self._back = self._load(active.back, at)[inside] if active.back.any() else None
        self.front_least, self.front_most = self._extremes(self._front)
        self.width = np.diff(edges)
        #: Cells in which nothing is active in the foreground.
        self.idle = self.front_most == 0
        self._busy = self._busy_ns()

    def _spread(self, of_times: Ints, of_edges: Ints) -> Ints:
        """What is said of instants and of edges, by mark."""
        found = np.empty(len(of_times) + len(of_edges), of_times.dtype)
        found[self.time_mark], found[self.edge_mark] = of_times, of_edges
        return found

    def _load(self, load: Ints, at: Ints) -> Ints:
        """A lane's load after each mark."""
        return self._spread(load, np.concatenate([[0], load])[at])

    def _extremes(self, load: Ints) -> tuple[Ints, Ints]:
        """The least and greatest load within each cell; stretches of no length do not count."""
        if not self.line.size:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        real = self._length > 0
        least = np.minimum.reduceat(np.where(real, load, np.iinfo(np.int64).max), self._begins)
        return least, np.maximum.reduceat(np.where(real, load, 0), self._begins)

    def _busy_ns(self) -> Floats:
        """How much of each cell is held in the foreground, ns."""
        if not self.line.size:
            return np.zeros(0)
        is_full = self._front >= FULL
        full = np.add.reduceat(np.where(is_full, self._length, 0), self._begins)
        part = np.where(is_full, 0, self._front)
        fits("a cell's load", self._length.astype(np.float64) * part, 2.0**62)
        sums = np.add.reduceat(self._length * part, self._begins)
        fits("a cell's load", sums, 2.0**62)
        found: Floats = full + sums / FULL
        return found

    def booked_nj(self, floor_w: float) -> Ints:
        """What of each cell all entries used together, rounded down."""
        if not self.line.size:
            return np.zeros(0, np.int64)
        price, rest = self.prices(floor_w)
        found: Floats = price * self._busy + rest * self._behind_ns()
        return found.astype(np.int64)

    def _behind_ns(self) -> Floats:
        """For how long something in the background holds what the foreground leaves, ns."""
        if self._back is None:
            return np.zeros(self.line.size)
        left = (self._back > 0) & (self._front < FULL)
        length = np.where(left, self._length, 0)
        whole = np.add.reduceat(length, self._begins)
        found: Floats = whole - np.add.reduceat(length * self._front, self._begins) / FULL
        return found

    def prices(self, floor_w: float, only: Flags | None = None) -> tuple[Floats, Floats]:
        """nJ for each ns of activity and of rest, by cell."""
        line, busy = self.line, self._busy
        energy, width = line.energy.astype(np.float64), self.width.astype(np.float64)
        idle = width - busy
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = energy / width
            at_rest = self._rest_w(floor_w, mean) * idle
            active = np.maximum(energy - at_rest, np.minimum(floor_w * busy, energy * busy / width))
            price = active / busy
            if line.max_w is not None:
                price = np.minimum(price, np.maximum(line.max_w, mean))
            rest = np.maximum(0.0, energy - price * busy) / idle
        price = np.where(idle <= 0, mean, np.where(busy <= 0, 0.0, price))
        rest = np.where(idle <= 0, 0.0, np.where(busy <= 0, mean, rest))
        booked = line.known if only is None else line.known & only
        return np.where(booked, price, 0.0), np.where(booked, rest, 0.0)

    def _rest_w(self, floor_w: float, mean: Floats) -> Floats:
        """What the device drew in each cell while nothing was active."""
        usable = self.idle & ~self.line.estimated & self.line.known
        power = np.where(usable, mean, 0.0)
        sums, counts = np.zeros(self.line.size), np.zeros(self.line.size)
        sums[1:] += power[:-1]
        counts[1:] += usable[:-1]
        sums[:-1] += power[1:]
        counts[:-1] += usable[1:]
        return np.where(counts > 0, sums / np.maximum(counts, 1), floor_w)

    def run(
        self, floor_w: float, only: Flags | None = None, *, held: bool = True
    ) -> tuple[Lane, Lane | None]:
        """The lanes; None for the background where there is none.

        Args:
            floor_w: the idle floor.
            only: cells that are booked; None: all.
            held: sums of what is held too, which do not depend on `only`.
        """
        price, rest = self.prices(floor_w, only)

        def front(at: slice) -> Floats:
            return FULL / np.maximum(self._front[at], FULL)

        found = self._lane(front, price, self.front_least, self.front_most, held)
        load = self._back
        if load is None:
            return found, None

        def back(at: slice) -> Floats:
            left = FULL - np.minimum(self._front[at], FULL)
            return left / np.maximum(load[at], FULL)

        return found, self._lane(back, rest, *self._extremes(load), held)

    def _lane(
        self,
        share: Callable[[slice], Floats],
        price: Floats,
        least: Ints,
        most: Ints,
        held: bool,
    ) -> Lane:
        """Running sums at every mark, block by block, so that a block stays in the cache.

        What lies outside the cells adds nothing.
        """
        cost, time = self._sums(), self._sums() if held else None
        for begin in range(0, len(self._length), _BLOCK):
            at = slice(begin, min(begin + _BLOCK, len(self._length)))
            ns = self._length[at] * share(at)
            self._add(cost, at, ns * price[self._cell[at]])
            if time is not None:
                self._add(time, at, ns)
        for each in (cost, time):
            if each is not None and len(each.whole):
                each.whole[self._to + 1 :] = each.whole[self._to]
                each.parts[self._to + 1 :] = each.parts[self._to]
        return Lane(cost, cost if time is None else time, least, most)

    def _sums(self) -> Sums:
        size = len(self.active.times) + len(self.line.edges)
        return Sums(np.zeros(size, np.int64), np.zeros(size, np.int64))

    def _add(self, sums: Sums, at: slice, steps: Floats) -> None:
        """Goes on with running sums over a block of steps."""
        fits("a step of a sum", steps, 2.0**62)
        whole = steps.astype(np.int64)  # steps are not negative: this rounds down
        parts = ((steps - whole) * UNITS).astype(np.int64)
        first, last = self._from + at.start, self._from + at.stop
        for running, each in ((sums.whole, whole), (sums.parts, parts)):
            own = running[first + 1 : last + 1]
            np.cumsum(each, out=own)
            own += running[first]
