"""Bounds of groups of entries, on columns: what single calls leave open, their sum need not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from footprint.estimators.bounds import ROUNDING
from footprint.estimators.columns import Ints
from footprint.estimators.columns.bounds import Bounds
from footprint.estimators.columns.limits import Limits, running

#: So many cells of groups are bounded at once.
_MOST = 1 << 20


class Joints:
    """Bounds of groups of entries, each as if it were one entry.

    Args:
        limits: of the device's sweep.
        unions: for each group and each level, the number of the union that it is in.
    """

    def __init__(self, limits: Limits, unions: Ints) -> None:
        self._limits = limits
        self._unions = unions
        self._groups = [_Joint(limits.meter.size) for _ in range(len(unions))]

    def take(self, bounds: Bounds, labels: Ints) -> None:
        """Adds entries, with the group of each."""
        cells, count = self._limits.meter.size, len(self._groups)
        parts, whole = bounds.parts, bounds.wholes
        for group, chosen in _by_label(labels, count):
            self._groups[group].low_sum += int(bounds.spent.low[chosen].sum())
            self._groups[group].high_sum += int(bounds.spent.high[chosen].sum())
        for group, chosen in _by_label(labels[parts.entry], count):
            own, cell = self._groups[group], parts.cell[chosen]
            own.least += np.bincount(cell, parts.least[chosen], cells).astype(np.int64)
            own.most += np.bincount(cell, parts.most[chosen], cells).astype(np.int64)
            own.present[cell] = True
        number, of_back = bounds.of_wholes()
        for group, chosen in _by_label(labels[number], count):
            for at, (_, held, _) in enumerate(self._limits.lanes):
                side = chosen[of_back[chosen] == bool(at)]
                if not len(side):
                    continue
                change = np.bincount(whole.first[side], minlength=cells + 1)
                change -= np.bincount(whole.beyond[side], minlength=cells + 1)
                times = np.cumsum(change)[:cells]
                own = self._groups[group]
                own.least += times * held
                own.most += times * held
                own.present |= times > 0

    def bounds(self) -> tuple[list[tuple[int, int]], ...]:
        """Bounds (nJ) of the groups, then those of each level's unions."""
        found = [self._of(self._groups)]
        #: By the groups that are in a union: levels often put together the same ones.
        known: dict[tuple[int, ...], tuple[int, int]] = {
            (group,): bounds for group, bounds in enumerate(found[0])
        }
        for level in range(self._unions.shape[1]):
            own = _members(self._unions[:, level].tolist())
            new = [groups for groups in dict.fromkeys(own) if groups not in known]
            known |= zip(new, self._of(list(map(self._sum, new))), strict=True)
            found.append([known[groups] for groups in own])
        return tuple(found)

    def _sum(self, groups: Iterable[int]) -> _Joint:
        found = _Joint(self._limits.meter.size)
        for group in groups:
            found.add(self._groups[group])
        return found

    def _of(self, every: Sequence[_Joint]) -> list[tuple[int, int]]:
        """Bounds of some groups, a million cells of theirs at a time."""
        some = max(1, _MOST // max(1, self._limits.meter.size))
        parts = (every[at : at + some] for at in range(0, len(every), some))
        return [bounds for part in parts for bounds in self._together(part)]

    def _together(self, every: Sequence[_Joint]) -> Iterator[tuple[int, int]]:
        limits, meter = self._limits, self._limits.meter
        present = np.stack([each.present for each in every])
        all_most = np.stack([each.most for each in every])
        group, cell = np.nonzero(present)
        least, most = np.stack([each.least for each in every])[group, cell], all_most[group, cell]
        width = limits.line.width[cell]
        # Held by the group alone, up to rounding.
        alone = (least >= width - ROUNDING) & ~meter.estimated[cell]
        low, high = limits.used(cell, least, np.minimum(most, width), limits.slack[cell])
        sure = energy = meter.energy[cell]
        if limits.most_w is not None:
            # Where the group ends at an edge, it holds the cell only up to the edge's slack.
            beside = np.pad(np.where(present, all_most, 0), ((0, 0), (1, 1)))
            loose = np.where(beside[group, cell] == 0, meter.slack[cell], 0)
            loose += np.where(beside[group, cell + 2] == 0, meter.slack[cell + 1], 0)
            away = np.ceil(limits.most_w[cell] * loose).astype(np.int64)
            sure = np.maximum(0, energy - away)
        first = np.searchsorted(group, np.arange(len(every) + 1))
        lows = np.diff(running(np.where(alone, sure, low))[first]).tolist()
        highs = np.diff(running(np.where(alone, energy, high))[first]).tolist()
        for own, total_low, total_high in zip(every, lows, highs, strict=True):
            most_nj = min(total_high, own.high_sum)
            yield min(max(total_low, own.low_sum), most_nj), most_nj


class _Joint:
    """What a group holds of each cell, ns, and the sums of its entries' bounds, nJ."""

    def __init__(self, cells: int) -> None:
        self.least, self.most = np.zeros(cells, np.int64), np.zeros(cells, np.int64)
        self.present = np.zeros(cells, bool)
        self.low_sum = self.high_sum = 0

    def add(self, other: _Joint) -> None:
        """Takes another group in."""
        self.least += other.least
        self.most += other.most
        self.present |= other.present
        self.low_sum += other.low_sum
        self.high_sum += other.high_sum


def _members(numbers: Sequence[int]) -> list[tuple[int, ...]]:
    """The groups of each union, given the union of each group."""
    found: list[list[int]] = [[] for _ in range(max(numbers, default=-1) + 1)]
    for group, number in enumerate(numbers):
        found[number].append(group)
    return list(map(tuple, found))


def _by_label(labels: Ints, count: int) -> list[tuple[int, Ints]]:
    """The elements of each label that has any."""
    # Numbers of 16 bits are sorted by radix, several times as fast.
    order = np.argsort(labels.astype(np.uint16) if count <= 1 << 16 else labels, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(labels, minlength=count))])
    return [
        (label, order[bounds[label] : bounds[label + 1]])
        for label in range(count)
        if bounds[label + 1] > bounds[label]
    ]
