"""One device's books on columns: as `footprint.estimators.attribution` makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from footprint.estimators.cells import FULL, Cells, floor_over
from footprint.estimators.columns import Flags, Ints, fits
from footprint.estimators.columns.bounds import Bounds
from footprint.estimators.columns.segments import Segments
from footprint.estimators.columns.sweep import Lane, Loads, Sweep, floor, loads, meter, weighted


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


class Device:
    """Attribution of one device's cells to segments.

    Args:
        cells: the device's energy.
        segments: when each entry was innermost, by entry and then by time.
        active: `loads(segments)`, which other devices with the same segments share.
        floor_w: the idle floor; None: learned.

    Raises TooLarge where 64 bits do not hold a number.
    """

    def __init__(
        self,
        cells: Cells,
        segments: Segments,
        active: Loads | None = None,
        floor_w: float | None = None,
    ) -> None:
        self._segments = segments
        self._active = loads(segments) if active is None else active
        self._sweep = Sweep(meter(cells), self._active)
        if floor_w is None:
            floor_w = floor_over(cells, self._sweep.idle.astype(np.uint8).tobytes())
        self._floor_w = floor_w
        self._lanes = self._sweep.run(floor_w)
        self.bounds = Bounds(self._sweep, self._lanes, segments)
        self.shares = self._shares(cells)

    def _shares(self, cells: Cells) -> Columns:
        bounds, segments = self.bounds, self._segments
        energy, held = self._energy(self._lanes), self._of(self._lanes, held=True)
        metered = sum(each for each in cells.energy if each is not None)
        beyond = int(energy.sum()) - metered
        if beyond > 0:  # rounded products: a nJ, once in a while
            energy[np.argmax(energy)] -= beyond
        length = segments.end - segments.start
        full, thin = segments.density == FULL, segments.density < FULL
        fits("the length of a fold", length[thin], 2.0**42)
        active = self._sums(np.where(full, length, 0))
        active += (
            self._sums(np.where(thin, length * np.where(thin, segments.density, 0), 0)) // FULL
        )
        spent = bounds.spent
        return Columns(
            bounds.entries,
            energy,
            np.minimum(spent.low, energy),
            np.maximum(spent.high, energy),
            spent.metered_ns,
            active,
            np.where(spent.estimated, energy, 0),
            held,
            self._floor_w,
            metered,
            metered - int(energy.sum()),
        )

    def _sums(self, values: Ints) -> Ints:
        """Sums over each entry's segments."""
        if not len(values):
            return values
        found: Ints = np.add.reduceat(values, self.bounds.begins)
        return found

    def _of(self, lanes: tuple[Lane, Lane | None], *, held: bool = False) -> Ints:
        """What each entry has of the lanes' running sums."""
        return floor(*(self._sums(each) for each in self._by_segment(lanes, held=held)))

    def _energy(self, lanes: tuple[Lane, Lane | None]) -> Ints:
        return self._of(lanes)

    def _by_segment(self, lanes: tuple[Lane, Lane | None], *, held: bool) -> tuple[Ints, Ints]:
        marks, active = self._sweep.time_mark, self._active
        start, end = marks[active.start_at], marks[active.end_at]
        front, back = lanes
        whole, parts = (front.held if held else front.cost).between(start, end)
        if back is not None:
            behind = self._segments.background
            sums = (back.held if held else back.cost).between(start[behind], end[behind])
            whole[behind], parts[behind] = sums
        return weighted(whole, parts, self._segments.density)

    def booked_nj(self, only: Flags) -> Ints:
        """What each entry used in some of the cells, as `attribution.booked_nj`."""
        return self._energy(self._sweep.run(self._floor_w, only, held=False))


def booked_by_nj(
    cells: Cells, segments: Segments, floor_w: float, cuts: Sequence[int]
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
    sweep = Sweep(meter(cells), loads(pieces))
    lanes = sweep.run(floor_w, held=False)
    marks = sweep.time_mark
    start, end = marks[sweep.active.start_at], marks[sweep.active.end_at]
    whole, parts = lanes[0].cost.between(start, end)
    if lanes[1] is not None:
        behind = pieces.background
        whole[behind], parts[behind] = lanes[1].cost.between(start[behind], end[behind])
    amount = floor(*weighted(whole, parts, pieces.density))
    return segments.entry[row], stretch, amount
