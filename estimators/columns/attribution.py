"""One device's books on columns: as `footprint.estimators.attribution` makes them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple

import numpy as np

from footprint.estimators.cells import FULL, Cells
from footprint.estimators.columns import Flags, Ints, fits
from footprint.estimators.columns.bounds import Bounds
from footprint.estimators.columns.cells import CellColumns, cell_columns
from footprint.estimators.columns.floor import floor_over
from footprint.estimators.columns.joints import Joints
from footprint.estimators.columns.limits import Limits
from footprint.estimators.columns.segments import Segments, firsts
from footprint.estimators.columns.sweep import Lane, Loads, Sweep, floor, loads, weighted


class Columns(NamedTuple):
    """What entries used of one device, nJ and ns; columns as the fields of `attribution.Share`.

    Attributes:
        entry: the entries' numbers, increasing; those without any active time are missing.
        floor_w: the idle floor that was used.
        metered_nj, idle_nj: totals: metered = sum of energy_nj + idle.
    """

    entry: Ints
    energy_nj: Ints
    low_nj: Ints
    high_nj: Ints
    metered_ns: Ints
    active_ns: Ints
    estimated_nj: Ints
    held_ns: Ints
    floor_w: float
    metered_nj: int
    idle_nj: int


#: So many segments are taken at once: their columns stay in a processor's cache.
_CHUNK = 1 << 16


class Groups(NamedTuple):
    """The groups that entries belong to.

    Attributes:
        labels: of each entry, by the entry's number.
        unions: for each group and each level, the number of the union that it is in.
    """

    labels: Ints
    unions: Ints


def no_groups(segments: Segments) -> Groups:
    """Every entry in one group, which is in no union."""
    count = int(segments.entry[-1]) + 1 if len(segments.entry) else 0
    return Groups(np.zeros(count, np.int64), np.zeros((1, 0), np.int64))


class Device:
    """Attribution of one device's cells to segments.

    Args:
        cells: the device's energy.
        segments: when each entry was innermost, by entry and then by time.
        groups: of the entries.
        active: `loads(segments)`, which other devices with the same segments share.
        floor_w: the idle floor; None: learned.
        pool: takes chunks of entries at once, on several processors.
        times: whether `held_ns` is asked for; 0 where it is not.

    Attributes:
        shares: what each entry used.
        bounds: nJ of each group, then of each level's unions.

    Raises TooLarge where 64 bits do not hold a number.
    """

    def __init__(
        self,
        cells: Cells | CellColumns,
        segments: Segments,
        groups: Groups | None = None,
        active: Loads | None = None,
        floor_w: float | None = None,
        pool: Executor | None = None,
        times: bool = True,
    ) -> None:
        self._times = times
        self._segments = segments
        self._active = loads(segments) if active is None else active
        line = cell_columns(cells)
        self._sweep = Sweep(line, self._active)
        if floor_w is None:
            floor_w = floor_over(line, self._sweep.idle)
        self._floor_w = floor_w
        self._groups = no_groups(segments) if groups is None else groups
        lanes = self._sweep.run(floor_w)
        limits = Limits(self._sweep, lanes)
        joints = Joints(limits, self._groups.unions)
        self._chunks = _chunks(segments)
        found: list[tuple[Ints, ...]] = []
        own_map = map if pool is None else pool.map
        for bounds, own in own_map(partial(self._chunk, lanes, limits), self._chunks):
            joints.take(bounds, self._groups.labels[bounds.entries])
            found.append(own)
        columns = [np.concatenate(each) for each in zip(*found, strict=True)]
        self.shares = self._shares(line.metered_nj(), columns or [np.zeros(0, np.int64)] * 8)
        self.bounds = joints.bounds()

    def _chunk(
        self, lanes: tuple[Lane, Lane | None], limits: Limits, which: slice
    ) -> tuple[Bounds, tuple[Ints, ...]]:
        segments, active = self._segments.at(which), self._active.at(which)
        bounds = Bounds(limits, segments, active)
        length = segments.end - segments.start
        full, thin = segments.density == FULL, segments.density < FULL
        fits("the length of a fold", length[thin], 2.0**42)
        active_ns = _sums(np.where(full, length, 0), bounds.begins)
        active_ns += _sums(np.where(thin, length, 0) * segments.density, bounds.begins) // FULL
        spent = bounds.spent
        return bounds, (
            bounds.entries,
            self._of(lanes, which, bounds.begins),
            spent.low,
            spent.high,
            spent.metered_ns,
            active_ns,
            spent.estimated.astype(np.int64),
            self._of(lanes, which, bounds.begins, held=True)
            if self._times
            else np.zeros(len(bounds.entries), np.int64),
        )

    def _shares(self, metered: int, columns: list[Ints]) -> Columns:
        entry, energy, low, high, metered_ns, active_ns, estimated, held = columns
        beyond = int(energy.sum()) - metered
        if beyond > 0:  # rounded products: a nJ, once in a while
            energy[np.argmax(energy)] -= beyond
        return Columns(
            entry,
            energy,
            np.minimum(low, energy),
            np.maximum(high, energy),
            metered_ns,
            active_ns,
            energy * estimated,
            held,
            self._floor_w,
            metered,
            metered - int(energy.sum()),
        )

    def _of(
        self,
        lanes: tuple[Lane, Lane | None],
        which: slice,
        begins: Ints,
        *,
        held: bool = False,
    ) -> Ints:
        """What each entry of a chunk has of the lanes' running sums."""
        segments, active = self._segments.at(which), self._active.at(which)
        sums = _between(self._sweep, lanes, segments, active, held=held)
        return floor(*(_sums(each, begins) for each in sums))

    def booked_nj(self, only: Flags) -> Ints:
        """What each entry used in some of the cells, as `attribution.booked_nj`."""
        lanes = self._sweep.run(self._floor_w, only, held=False)
        entry = self._segments.entry
        found = [self._of(lanes, which, _begins(entry[which])) for which in self._chunks]
        return np.concatenate(found) if found else np.zeros(0, np.int64)


def _chunks(segments: Segments) -> list[slice]:
    """Slices of the segments that part between entries."""
    count = len(segments.entry)
    begins = _begins(segments.entry)
    wanted = np.arange(0, count, _CHUNK)
    starts = np.unique(begins[np.searchsorted(begins, wanted, "right") - 1]) if count else begins
    ends = [*starts[1:].tolist(), count]
    return list(map(slice, starts.tolist(), ends)) if count else []


def _begins(entry: Ints) -> Ints:
    """Where each entry's segments begin."""
    return np.flatnonzero(firsts(entry))


def _sums(values: Ints, begins: Ints) -> Ints:
    """Sums over each entry's segments."""
    if not len(values):
        return values
    found: Ints = np.add.reduceat(values, begins)
    return found


def _between(
    sweep: Sweep,
    lanes: tuple[Lane, Lane | None],
    segments: Segments,
    active: Loads,
    *,
    held: bool = False,
) -> tuple[Ints, Ints]:
    """What each segment has of the lanes' running sums: whole units and parts."""
    start, end = sweep.time_mark[active.start_at], sweep.time_mark[active.end_at]
    front, back = lanes
    whole, parts = (front.held if held else front.cost).between(start, end)
    if back is not None:
        behind = segments.background
        sums = (back.held if held else back.cost).between(start[behind], end[behind])
        whole[behind], parts[behind] = sums
    return weighted(whole, parts, segments.density)


def booked_by_nj(
    cells: Cells | CellColumns, segments: Segments, floor_w: float, cuts: Sequence[int]
) -> tuple[Ints, Ints, Ints]:
    """What entries used in each stretch of time: columns of (entry, stretch, nJ).

    As `attribution.booked_by_nj`: stretch i is [cuts[i - 1], cuts[i]).
    """
    at = np.array(cuts, np.int64)
    first = np.searchsorted(at, segments.start, "right")
    last = np.searchsorted(at, segments.end, "left")  # a segment that ends on a cut ends before it
    count = last - first + 1
    row = np.repeat(np.arange(len(first)), count)
    stretch = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    ends = np.concatenate([at, [np.iinfo(np.int64).max]])
    begins = np.concatenate([[np.iinfo(np.int64).min], at])
    pieces = Segments(
        np.arange(len(row)),
        np.maximum(segments.start[row], begins[stretch]),
        np.minimum(segments.end[row], ends[stretch]),
        segments.density[row],
        segments.background[row],
    )
    sweep = Sweep(cell_columns(cells), loads(pieces))
    lanes = sweep.run(floor_w, held=False)
    amount = floor(*_between(sweep, lanes, pieces, sweep.active))
    return segments.entry[row], stretch, amount
