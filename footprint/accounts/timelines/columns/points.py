"""Readings as columns: points of a counter, and windows of integrated power."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from footprint.accounts.timelines.points import UNKNOWN_LAG, Point, Window
from footprint.estimators.columns import Flags, Ints, TooLarge
from footprint.ledger.format import NO_LAG
from footprint.model import TIERS

#: Instants lie within this of 0, ns, so that sums and differences of two fit into 64 bits.
_FAR = 2**60
#: What a counter shows is below this, uJ, so that wraps can be added to it. What it counts while it
#: is read has to fit in nJ too (`build`); a GPU of 1 kW has shown 2**53 uJ after 104 days.
_MOST_UJ = 2**60
#: What a window holds is below this, uJ: in nJ it fits into 64 bits.
_MOST_HELD_UJ = 2**53


class Points(NamedTuple):
    """Points as columns, by `high` and then by `raw_uj`, ns and uJ; as `points.Point`."""

    low: Ints
    high: Ints
    raw_uj: Ints
    epoch: Ints
    writer: Ints

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.low)

    def at(self, which: slice | Ints | Flags) -> Points:
        """Some of them."""
        return Points(*(column[which] for column in self))

    def plain(self) -> list[Point]:
        """As the reference has them."""
        return list(map(Point._make, zip(*(each.tolist() for each in self), strict=True)))


def read_points(rows_by_writer: Sequence[Any]) -> Points:
    """As `points.read_points`, from each writer's rows as structured arrays. Raises TooLarge."""
    tables = list(rows_by_writer)
    high, lag_us = _joined(tables, "t"), _joined(tables, "lag_us")
    low = high - np.where(lag_us == NO_LAG, UNKNOWN_LAG, lag_us * 1000)
    writer = np.repeat(np.arange(len(tables)), [len(rows) for rows in tables])
    points = Points(low, high, _joined(tables, "raw_uj"), _joined(tables, "epoch"), writer)
    if len(high) and (
        max(-int(low.min()), int(high.max())) >= _FAR
        or int(points.raw_uj.min()) < 0
        or int(points.raw_uj.max()) >= _MOST_UJ
    ):
        raise TooLarge("a reading")
    if (high[1:] > high[:-1]).all():
        return points
    return points.at(np.lexsort((points.raw_uj, high)))


def _joined(tables: Sequence[Any], field: str) -> Ints:
    if not tables:
        return np.zeros(0, np.int64)
    return np.concatenate([rows[field] for rows in tables]).astype(np.int64)


class Windows(NamedTuple):
    """One writer's windows as columns, in its order, ns and nJ; `tier` is the place in TIERS."""

    start: Ints
    end: Ints
    energy_nj: Ints
    tier: Ints

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.start)

    def at(self, which: slice | Ints | Flags) -> Windows:
        """Some of them."""
        return Windows(*(column[which] for column in self))

    def plain(self) -> list[Window]:
        """As the reference has them."""
        names = [TIERS[tier] for tier in self.tier.tolist()]
        columns = (self.start.tolist(), self.end.tolist(), self.energy_nj.tolist(), names)
        return list(map(Window._make, zip(*columns, strict=True)))


def read_windows(rows: Any) -> Windows:
    """A writer's windows of one device, from its rows as a structured array. Raises TooLarge."""
    rows = rows[rows["end"] > rows["start"]]
    start, end, energy_uj = (rows[name].astype(np.int64) for name in ("start", "end", "energy_uj"))
    if len(start) and (
        max(-int(start.min()), int(end.max())) >= _FAR
        or int(energy_uj.min()) < 0
        or int(energy_uj.max()) >= _MOST_HELD_UJ
    ):
        raise TooLarge("a window")
    tier = np.minimum(rows["tier"].astype(np.int64), len(TIERS) - 1)
    return Windows(start, end, energy_uj * 1000, tier)


def of_points(points: Iterable[Point]) -> Points:
    """The reference's points as columns, in their order."""
    table = np.array([tuple(point) for point in points], np.int64).reshape(-1, 5)
    return Points(*(np.ascontiguousarray(column) for column in table.T))
