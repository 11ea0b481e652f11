"""Exact sums of columns by group, taken chunk by chunk, so that no column is as long as all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from footprint.estimators.columns import Flags, Ints

#: Sums of so many bits of as many as 2**26 numbers are exact as doubles.
_LOW = 27
_CHUNK = 1 << 16
#: Doubles hold whole numbers up to here, sums of them that round a little below it too.
_EXACT = 2.0**52


def by_label(labels: Ints, values: Ints, count: int) -> Ints:
    """Sums of values by label, below `count`, exactly; they fit into 64 bits."""
    found = np.zeros(count, np.int64)
    for begin in range(0, len(labels), _CHUNK):
        own, some = labels[begin : begin + _CHUNK], values[begin : begin + _CHUNK]
        if some.min() >= 0 and some.sum(dtype=np.float64) < _EXACT:
            found += np.bincount(own, some, count).astype(np.int64)
            continue
        upper = np.bincount(own, some >> _LOW, count).astype(np.int64)
        lower = np.bincount(own, some & ((1 << _LOW) - 1), count).astype(np.int64)
        found += (upper << _LOW) + lower
    return found


class Shares(NamedTuple):
    """What some entries used of a device, nJ and ns; columns as the fields of `attribution.Share`.

    Attributes:
        entry: the entries' numbers, increasing; those without any active time are missing.
        estimated: whether any of it was estimated.
    """

    entry: Ints
    energy_nj: Ints
    low_nj: Ints
    high_nj: Ints
    metered_ns: Ints
    active_ns: Ints
    estimated: Flags
    held_ns: Ints

    @property
    def estimated_nj(self) -> Ints:
        """The energy of those that were estimated."""
        return np.where(self.estimated, self.energy_nj, 0)


class Totals:
    """What groups of entries used of a device.

    Args:
        count: how many groups there are.

    Attributes:
        entries: how many entries of each group were active.
        energy_nj, metered_ns, active_ns, estimated_nj, held_ns: sums over them.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self.entries, self.energy_nj, self.metered_ns, self.active_ns = np.zeros(
            (4, count), np.int64
        )
        self.estimated_nj, self.held_ns = np.zeros((2, count), np.int64)
        #: The greatest energy of an entry, its group, and whether it was estimated.
        self._most = (-1, 0, False)

    def take(self, found: Shares, labels: Ints) -> None:
        """Adds entries, with the group of each."""
        if not len(labels):
            return
        energy, estimated = found.energy_nj, found.estimated
        self.entries += np.bincount(labels, minlength=self._count)
        self.energy_nj += by_label(labels, energy, self._count)
        self.metered_ns += by_label(labels, found.metered_ns, self._count)
        self.active_ns += by_label(labels, found.active_ns, self._count)
        self.held_ns += by_label(labels, found.held_ns, self._count)
        if estimated.any():
            self.estimated_nj += by_label(labels, found.estimated_nj, self._count)
        at = int(energy.argmax())
        if energy[at] > self._most[0]:
            self._most = int(energy[at]), int(labels[at]), bool(estimated[at])

    def settle(self, metered_nj: int) -> None:
        """Takes from the greatest what rounded products are beyond all that was metered."""
        beyond = int(self.energy_nj.sum()) - metered_nj
        if beyond > 0:  # a nJ, once in a while
            _, label, estimated = self._most
            self.energy_nj[label] -= beyond
            if estimated:
                self.estimated_nj[label] -= beyond
