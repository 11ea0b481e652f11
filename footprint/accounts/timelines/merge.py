"""All writers' points of one counter as runs in which it only grew."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from footprint.accounts.timelines.points import Point
from footprint.model import NS_PER_S

MS = 1_000_000
#: Two writers' reads of one counter are at most so far out of order, ns.
LATE = 100 * MS


class Seen(NamedTuple):
    """What a writer saw last, and in which run; `offset` is what its wraps add up to."""

    run: int
    epoch: int
    raw_uj: int
    offset: int


def merge(points: Sequence[Point], wrap_uj: int | None, max_w: float | None) -> list[list[Point]]:
    """Runs of points within which the counter only grew; one point for each value.

    Each writer tells for itself when the counter started again or wrapped; the first that sees it
    begins the new run, the others follow. A read that came late finds its place by its value.
    """
    alone = len({point.writer for point in points}) == 1
    if alone and _only_grows(points):
        return [list(points)]
    runs: list[list[Point]] = []
    seen: dict[int, Seen] = {}
    for point in points:
        before = seen.get(point.writer)
        if not runs:
            at, offset = begin(runs, point), 0
        elif before is not None and not restarts(before, point) and still(runs, before, point):
            at, offset = before.run, before.offset
            value = point._replace(raw_uj=point.raw_uj + offset) if offset else point
            last = runs[at][-1]
            if value.raw_uj > last.raw_uj and value.low >= last.low:  # the usual one
                runs[at].append(value)
            else:
                put(runs[at], value)
        else:
            at, offset = follow(runs, before, point, wrap_uj, max_w, ahead(seen, runs))
        seen[point.writer] = Seen(at, point.epoch, point.raw_uj, offset)
    return runs


def _only_grows(points: Sequence[Point]) -> bool:
    """Whether each point shows more than the one before, and begins no earlier: the usual case."""
    return all(
        a.raw_uj < b.raw_uj and a.low <= b.low and a.epoch == b.epoch for a, b in pairwise(points)
    )


def begin(runs: list[list[Point]], point: Point) -> int:
    runs.append([point])
    return len(runs) - 1


def restarts(before: Seen, point: Point) -> bool:
    return before.epoch != point.epoch or point.raw_uj < before.raw_uj


def still(runs: Sequence[Sequence[Point]], before: Seen, point: Point) -> bool:
    """Whether a writer's run goes on; where another began since, only a late read is of it."""
    following = before.run + 1
    return following == len(runs) or point.high - runs[following][0].high <= LATE


def ahead(seen: dict[int, Seen], runs: list[list[Point]]) -> int:
    """The offset of the writer that is furthest ahead in the last run."""
    return max((each.offset for each in seen.values() if each.run == len(runs) - 1), default=0)


def follow(
    runs: list[list[Point]],
    before: Seen | None,
    point: Point,
    wrap_uj: int | None,
    max_w: float | None,
    offset: int,
) -> tuple[int, int]:
    """Takes a writer's first point, or its first after a restart: (run, offset)."""
    at = len(runs) - 1
    run = runs[at]
    last = run[-1]
    here = before is not None and before.run == at
    if wrap_uj is not None:
        if before is not None and before.run == at:
            choices: tuple[int, ...] = (before.offset + wrap_uj,)
        else:
            choices = (offset, offset + wrap_uj, max(0, offset - wrap_uj))
        for choice in choices:
            value = point._replace(raw_uj=point.raw_uj + choice)
            if late(run, value) or (value.raw_uj >= last.raw_uj and plausible(last, value, max_w)):
                put(run, value)
                return at, choice
    elif before is not None and not here:  # another writer saw it start again before this one
        if point.raw_uj >= last.raw_uj or late(run, point):
            put(run, point)
            return at, 0
    elif (
        known(run, point) is not None
        or late(run, point)
        or (point.raw_uj > last.raw_uj and (before is None or goes_on(last, point, max_w)))
    ):
        put(run, point)
        return at, 0
    return begin(runs, point), 0


def late(run: Sequence[Point], point: Point) -> bool:
    """Whether another writer had read a later value when this read was done."""
    return (
        run[max(-len(run), -8)].raw_uj <= point.raw_uj < run[-1].raw_uj
        and point.high - run[-1].high <= LATE
    )


def plausible(last: Point, point: Point, max_w: float | None) -> bool:
    """Whether a device could draw what a counter that wraps would then have counted."""
    elapsed_s = max(point.high - last.low, 1) / NS_PER_S
    return (point.raw_uj - last.raw_uj) / 1e6 <= 2 * (max_w or 1000.0) * elapsed_s


def known(run: Sequence[Point], point: Point) -> int | None:
    """Where in a run this value stands already, a moment ago."""
    for back in range(1, min(len(run), 8) + 1):
        if run[-back].raw_uj == point.raw_uj:
            return len(run) - back
        if run[-back].raw_uj < point.raw_uj:
            return None
    return None


def put(run: list[Point], point: Point) -> None:
    """Puts a point where its value belongs, its edge between those of its neighbours."""
    at = len(run)
    while at > 0 and run[at - 1].raw_uj > point.raw_uj:
        at -= 1
    if at > 0 and run[at - 1].raw_uj == point.raw_uj:
        if point.low - run[at - 1].high > MS:  # read again, and nothing was drawn in between
            run.insert(at, point)
        else:
            run[at - 1] = both(run[at - 1], point)
        return
    low = max(point.low, run[at - 1].low) if at > 0 else point.low
    high = min(point.high, run[at].high) if at < len(run) else point.high
    if low <= high:
        run.insert(at, point._replace(low=low, high=high))


def both(one: Point, other: Point) -> Point:
    """The edge lies where both writers allow; where they contradict each other, in the narrower."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    if low > high:
        return min(one, other, key=lambda point: point.high - point.low)
    return one._replace(low=low, high=high)


def goes_on(last: Point, point: Point, max_w: float | None) -> bool:
    """Whether a counter that was away cannot have started again: it shows too much for that."""
    elapsed_s = max(point.high - last.high, 1) / NS_PER_S
    drawn_j = (point.raw_uj - last.raw_uj) / 1e6
    return max_w is not None and point.raw_uj / 1e6 > max_w * elapsed_s >= drawn_j
