"""What writers saw of one device: points of its counter, and windows of integrated power."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from footprint.ledger.format import NO_LAG
from footprint.model import NS_PER_S

#: Where a writer cannot say since when a counter showed its value: since so long, ns.
UNKNOWN_LAG = 10 * NS_PER_S


class Point(NamedTuple):
    """A counter showed `raw_uj` for the first time between `low` and `high`."""

    low: int
    high: int
    raw_uj: int
    epoch: int
    writer: int


class Window(NamedTuple):
    """Energy between two instants, from one writer's integrated power."""

    start: int
    end: int
    energy_nj: int
    tier: str


def read_points(
    rows_by_writer: Sequence[Iterable[tuple[int, int, int, int]]],
) -> list[Point]:
    """Points of one device from (epoch, lag_us, t, raw_uj) rows of each writer, by time."""
    points = [
        Point(t - (lag_us * 1000 if lag_us != NO_LAG else UNKNOWN_LAG), t, raw, epoch, writer)
        for writer, rows in enumerate(rows_by_writer)
        for epoch, lag_us, t, raw in rows
    ]
    points.sort(key=itemgetter(1, 2))
    return points
