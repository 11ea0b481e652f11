"""What bounds need of a device's sweep, whatever entries they are of."""

from __future__ import annotations

import numpy as np

from footprint.estimators.cells import FULL
from footprint.estimators.columns import Floats, Ints
from footprint.estimators.columns.sweep import Lane, Sweep, floor


class Limits:
    """What bounds need of a sweep, whatever segments they are of."""

    def __init__(self, line: Sweep, lanes: tuple[Lane, Lane | None]) -> None:
        self.line, self.meter = line, line.line
        self.front, self.back = lanes
        cells = self.meter
        width = np.maximum(line.width, 1).astype(np.float64)
        #: The most that each cell may have had, W; None where unknown.
        self.most_w: Floats | None = None
        if cells.max_w is not None:
            self.most_w = np.maximum(cells.max_w, cells.energy / width)
        #: By how much either edge of a cell may be off, ns.
        self.slack = np.maximum(cells.slack[:-1], cells.slack[1:])
        self.known = running(np.where(cells.known, line.width, 0))
        self.filled = running(cells.estimated.astype(np.int64))
        self.lanes = [(lane, self.edge_held(lane), self._whole_sums(lane)) for lane in self._there]

    @property
    def _there(self) -> list[Lane]:
        return [self.front] if self.back is None else [self.front, self.back]

    def edge_held(self, lane: Lane) -> Ints:
        """What an entry that is there all the time holds of each cell, ns."""
        marks = self.line.edge_mark
        return floor(*lane.held.between(marks[:-1], marks[1:]))

    def used(self, cell: Ints, least: Ints, most: Ints, slack: Ints) -> tuple[Ints, Ints]:
        """Bounds of what was used by who holds `least` to `most` ns of cells, +- `slack`, nJ."""
        meter = self.meter
        energy, width = meter.energy[cell], self.line.width[cell]
        any_estimated, limit = bool(meter.estimated.any()), self.most_w
        if limit is None:
            low, high = np.where((least >= width) & (slack == 0), energy, 0), energy
            beyond = 2 * energy
        else:
            most_w = limit[cell]
            high = np.minimum(energy, (most_w * (most + slack + 1)).astype(np.int64) + 1)
            low = energy - (most_w * (width - least + slack)).astype(np.int64) - 1
            low = np.minimum(np.maximum(0, low), high)
            beyond = (most_w * (most + slack)).astype(np.int64) if any_estimated else high
        if any_estimated:  # its energy was not measured: anything that it can draw may have been
            estimated = meter.estimated[cell]
            low, high = np.where(estimated, 0, low), np.where(estimated, beyond, high)
        if meter.known.all():
            return low, high
        known = meter.known[cell]
        return np.where(known, low, 0), np.where(known, high, 0)

    def _whole_sums(self, lane: Lane) -> tuple[Ints, Ints]:
        """Running sums over cells of the bounds of an entry that is there all the time."""
        meter = self.meter
        cell, energy = np.arange(meter.size), meter.energy
        held = self.edge_held(lane)
        low, high = self.used(cell, held, held, self.slack)
        least, most = FULL / np.maximum(lane.most, FULL), FULL / np.maximum(lane.least, FULL)
        sure = np.where(least == 1, energy, (energy * least).astype(np.int64) - 1)
        top = np.where(most == 1, energy, (energy * most).astype(np.int64) + 1)
        alone = ~meter.estimated
        if lane is not self.front:
            alone = alone & (self.front.most == 0)
        low = np.where(alone, np.maximum(low, sure), low)
        high = np.where(alone, np.minimum(high, top), high)
        return running(low), running(np.maximum(low, high))


def running(values: Ints) -> Ints:
    """Running sums, from 0."""
    return np.concatenate([[0], np.cumsum(values)])
