"""One device's books on columns: as `footprint.estimators.attribution` makes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, NamedTuple

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
from footprint.estimators.columns.totals import Shares, Totals

#: So many segments are taken at once: their columns stay in a processor's cache.
_CHUNK = 1 << 16
#: So many chunks may be done before their turn.
_AHEAD = 4


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
        entries: whether what single entries used is asked for.

    Attributes:
        shares: what each entry used; only where that is asked for.
        totals: what each group used; only where it is not.
        metered_nj, idle_nj: totals: metered = sum of what groups used + idle.
        floor_w: the idle floor that was used.
        bounds: nJ of each group, then of each level's unions.
        by_cell: as in `attribution.Attribution`.

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
        entries: bool = True,
    ) -> None:
        self._times = times
        self._segments = segments
        self._active = loads(segments) if active is None else active
        line = cell_columns(cells)
        self._sweep = Sweep(line, self._active)
        self.floor_w = floor_over(line, self._sweep.idle) if floor_w is None else floor_w
        self.metered_nj = line.metered_nj()
        self._groups = no_groups(segments) if groups is None else groups
        self.by_cell = self._sweep.booked_nj(self.floor_w)
        lanes = self._sweep.run(self.floor_w)
        limits = Limits(self._sweep, lanes)
        joints = Joints(limits, self._groups.unions)
        totals = Totals(len(self._groups.unions))
        every: list[Shares] = []
        self._chunks = _chunks(segments)
        chunk = partial(self._chunk, lanes, limits)
        for bounds, found in map(chunk, self._chunks) if pool is None else self._ahead(chunk, pool):
            labels = self._groups.labels[bounds.entries]
            joints.take(bounds, labels)
            if entries:
                every.append(found)
            else:
                totals.take(found, labels)
        if entries:
            self.shares = self._shares(every)
            used = self.shares.energy_nj
        else:
            totals.settle(self.metered_nj)
            self.totals = totals
            used = totals.energy_nj
        self.idle_nj = self.metered_nj - int(used.sum())
        self.bounds = joints.bounds()

    def _ahead(
        self, chunk: Callable[[slice], tuple[Bounds, Shares]], pool: Executor
    ) -> Iterator[tuple[Bounds, Shares]]:
        """The chunks in their order; few of them wait until their turn comes."""
        waiting: deque[Future[tuple[Bounds, Shares]]] = deque()
        for which in self._chunks:
            waiting.append(pool.submit(chunk, which))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _chunk(
        self, lanes: tuple[Lane, Lane | None], limits: Limits, which: slice
    ) -> tuple[Bounds, Shares]:
        segments, active = self._segments.at(which), self._active.at(which)
        bounds = Bounds(limits, segments, active)
        spent = bounds.spent
        return bounds, Shares(
            bounds.entries,
            self._of(lanes, which, bounds.begins),
            spent.low,
            spent.high,
            spent.metered_ns,
            _active_ns(segments, bounds.begins),
            spent.estimated,
            self._of(lanes, which, bounds.begins, held=True)
            if self._times
            else np.zeros(len(bounds.entries), np.int64),
        )

    def _shares(self, every: list[Shares]) -> Shares:
        columns: list[Any] = [np.concatenate(each) for each in zip(*every, strict=True)]
        nothing: Any = np.zeros((len(Shares._fields), 0), np.int64)
        found = Shares(*(columns or nothing))
        energy = found.energy_nj
        beyond = int(energy.sum()) - self.metered_nj
        if beyond > 0:  # rounded products: a nJ, once in a while
            energy[np.argmax(energy)] -= beyond
        low_nj, high_nj = np.minimum(found.low_nj, energy), np.maximum(found.high_nj, energy)
        return found._replace(low_nj=low_nj, high_nj=high_nj)

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
        lanes = self._sweep.run(self.floor_w, only, held=False)
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


def _active_ns(segments: Segments, begins: Ints) -> Ints:
    """For how long each entry was active."""
    length = segments.end - segments.start
    thin = segments.density < FULL
    if not thin.any():
        return _sums(length, begins)
    fits("the length of a fold", length[thin], 2.0**42)
    found = _sums(np.where(thin, 0, length), begins)
    found += _sums(np.where(thin, length, 0) * segments.density, begins) // FULL
    return found


def _sums(values: Ints, begins: Ints) -> Ints:
    """Sums over each entry's segments."""
    if len(values) == len(begins):
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
