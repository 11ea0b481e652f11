"""Readings of one run by their values: as `merge.put` puts them in, one after the other.

Readings come as they were done, and usually in the order of their values. Then an edge lies before
the end of the first reading of its value, and after all that is known to have been before it. A
stretch in which a read came late, or two writers contradict each other, goes through `merge.put`:
from a reading that depends on none before to another such.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from footprint.accounts.timelines.columns.assign import assign
from footprint.accounts.timelines.columns.points import Points
from footprint.accounts.timelines.columns.prefix import begins, put_in
from footprint.estimators.columns import Flags, Ints


class Run(NamedTuple):
    """A run of points within which the counter only grew, by value; ns and uJ."""

    low: Ints
    high: Ints
    raw_uj: Ints

    @property
    def size(self) -> int:
        """How many points there are."""
        return len(self.low)

    def at(self, which: slice) -> Run:
        """Some of them."""
        return Run(*(column[which] for column in self))


def merge(points: Points, wrap_uj: int | None, max_w: float | None) -> list[Run]:
    """As `merge.merge`: runs of points, one point for each value. Raises Unusual."""
    if not points.size:
        return []
    if _only_grows(points):
        return [Run(points.low, points.high, points.raw_uj)]
    run, offset = assign(points, wrap_uj, max_w)
    values = points._replace(raw_uj=points.raw_uj + offset)
    last = int(run.max())
    if not last:
        return [_of_one(values)]
    return [_of_one(values.at(run == number)) for number in range(last + 1)]


def _only_grows(points: Points) -> bool:
    """Whether one writer saw each value once and in order: the usual case."""
    return bool(
        (points.raw_uj[1:] > points.raw_uj[:-1]).all()
        and (points.low[1:] >= points.low[:-1]).all()
        and (points.writer == points.writer[0]).all()
        and (points.epoch == points.epoch[0]).all()
    )


def _of_one(points: Points) -> Run:
    """The points of one run, one for each value."""
    raw, low, high = points.raw_uj, points.low, points.high
    greatest = np.maximum.accumulate(raw)
    is_first = np.ones(len(raw), bool)
    is_first[1:] = raw[1:] > greatest[:-1]
    first = np.flatnonzero(is_first)
    odd = (raw < greatest) | (low > high[first][np.cumsum(is_first) - 1])
    last = np.append(first[1:], len(raw)) - 1
    usual = Run(np.maximum.accumulate(low)[last], high[first], raw[first])
    return _put_one_by_one(points, first, odd, usual) if odd.any() else usual


def _put_one_by_one(points: Points, first: Ints, odd: Flags, usual: Run) -> Run:
    """The run, with the stretches that odd readings lie in put in as the reference does."""
    stretch = np.cumsum(begins(points.raw_uj, points.low)) - 1
    redone = np.unique(stretch[odd])
    kept = ~np.isin(stretch[first], redone)
    columns = [[column[kept]] for column in usual]
    of_stretch = [stretch[first][kept]]
    starts = np.searchsorted(stretch, redone)
    ends = np.searchsorted(stretch, redone, "right")
    for number, start, end in zip(redone, starts, ends, strict=True):
        again = put_in(points.at(slice(start, end)))
        for column, more in zip(columns, zip(*again, strict=True), strict=False):
            column.append(np.array(more, np.int64))
        of_stretch.append(np.full(len(again), number))
    order = np.argsort(np.concatenate(of_stretch), kind="stable")
    return Run(*(np.concatenate(column)[order] for column in columns))
