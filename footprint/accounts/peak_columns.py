"""Peaks of memory over columns: as `accounts.peaks` has them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from footprint.accounts.peaks import NAN, NEAREST
from footprint.estimators.columns import Floats, Ints
from footprint.ledger import columns
from footprint.ledger.reader import Facts

_NEVER = 2**62


class PeakColumns:
    """What each of some writers sampled: of the host, and of each of its GPUs."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        self._facts = facts
        self._known: dict[int, tuple[SampleColumns, list[SampleColumns]]] = {}

    def series(self, writer: int) -> tuple[SampleColumns, list[SampleColumns]]:
        """One writer's."""
        known = self._known.get(writer)
        if known is None:
            rows = self._facts[writer].rows
            usage, gpus = columns.of(rows, "usage"), columns.of(rows, "gpu_usage")
            usage = usage[usage["resident_bytes"] != 0]  # 0: not known then
            of_gpus = [gpus[gpus["device"] == device] for device in np.unique(gpus["device"])]
            known = self._known[writer] = (
                SampleColumns(usage["t"], usage["resident_bytes"]),
                [SampleColumns(own["t"], own["own_bytes"]) for own in of_gpus],
            )
        return known


class SampleColumns:
    """Samples of one thing, bytes, with the maximum of any stretch: as `peaks.Samples`.

    Args:
        times: when they were taken, ns, in any order.
        amounts: of each.
    """

    def __init__(self, times: Ints, amounts: Ints) -> None:
        order = np.lexsort((amounts, times))
        self._times = times[order].astype(np.int64)
        self._levels: list[Floats] = [amounts[order].astype(np.float64)]

    def _level(self, number: int) -> Floats:
        """The maxima of every stretch of 2**number samples."""
        while len(self._levels) <= number:
            below, width = self._levels[-1], 1 << (len(self._levels) - 1)
            self._levels.append(np.maximum(below[:-width], below[width:]))
        return self._levels[number]

    def peaks(self, start: Ints, end: Ints) -> Floats:
        """The greatest sample from each start to its end, else the nearest; NaN: none is near."""
        found = np.full(len(start), NAN)
        times, amounts = self._times, self._levels[0]
        if not len(times):
            return found
        first, beyond = np.searchsorted(times, start), np.searchsorted(times, end, "right")
        width = beyond - first
        for level in range(int(width.max(initial=0)).bit_length()):
            those = np.flatnonzero((width >> level) == 1)
            if len(those):
                row = self._level(level)
                far = row[beyond[those] - (1 << level)]
                found[those] = np.maximum(row[first[those]], far)
        none = np.flatnonzero(width <= 0)
        before, after = np.maximum(first[none] - 1, 0), np.minimum(first[none], len(times) - 1)
        away = np.where(first[none] > 0, start[none] - times[before], _NEVER)
        ahead = np.where(first[none] < len(times), times[after] - end[none], _NEVER)
        nearest = np.where(away <= ahead, amounts[before], amounts[after])
        found[none] = np.where(np.minimum(away, ahead) <= NEAREST, nearest, NAN)
        return found
