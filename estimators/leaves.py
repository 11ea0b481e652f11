"""Leaf segments: when each span was innermost.

A span's time is its own except where a child of it runs, in whatever thread or task, or where a
stream's consumer holds it. Folds of short calls displace their parent by the part of their window
that they covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from footprint.estimators.cells import FULL, Segment


class Work(NamedTuple):
    """A span or a fold, for its place in time.

    Attributes:
        start, end: ns.
        parent: index of the enclosing work, -1 for none.
        covered_ns: for a fold, the part of start..end that its calls covered; -1 for a span.
        self_ns: for a fold, the part of that which no tracked child of its calls spent.
        background: a whole run: it holds its time, but for runs within it, behind what runs in it.
    """

    start: int
    end: int
    parent: int = -1
    covered_ns: int = -1
    self_ns: int = -1
    background: bool = False


#: A stretch of a span that is not its own: (start, end, held ns).
Hold = tuple[int, int, int]


def leaves(
    works: Sequence[Work], holds: Mapping[int, Sequence[Hold]] | None = None
) -> list[Segment]:
    """The segments in which each work was innermost; `entry` is its index.

    Args:
        works: spans and folds; a parent may stand before or after its children.
        holds: by index, what was not a span's own although no child ran.
    """
    taken: dict[int, list[tuple[int, int, int]]] = {
        index: [(start, end, _density(held, end - start)) for start, end, held in rows]
        for index, rows in (holds or {}).items()
    }
    for work in works:
        if work.parent < 0 or work.end <= work.start:
            continue
        parent = works[work.parent]
        if parent.covered_ns >= 0 or (parent.background and not work.background):
            continue  # a fold knows its own time already, and a run has what is left
        start, end = max(work.start, parent.start), min(work.end, parent.end)
        if end > start:
            density = (
                FULL if work.covered_ns < 0 else _density(work.covered_ns, work.end - work.start)
            )
            taken.setdefault(work.parent, []).append((start, end, density))
    segments: list[Segment] = []
    for index, work in enumerate(works):
        if work.end <= work.start:
            continue
        if work.covered_ns >= 0:
            density = _density(work.self_ns, work.end - work.start)
            if density:
                segments.append(Segment(index, work.start, work.end, density))
        elif index in taken:
            segments.extend(_rest(index, work, taken[index]))
        else:
            segments.append(Segment(index, work.start, work.end, FULL, work.background))
    return segments


def _density(part_ns: int, whole_ns: int) -> int:
    return min(FULL, part_ns * FULL // whole_ns) if whole_ns > 0 else 0


def _rest(index: int, work: Work, taken: Iterable[tuple[int, int, int]]) -> Iterable[Segment]:
    """What is left of a span where parts of it are taken."""
    events: list[tuple[int, int]] = []
    for start, end, density in taken:
        events.append((max(start, work.start), density))
        events.append((min(end, work.end), -density))
    events.append((work.end, 0))
    events.sort()
    at = work.start
    load = 0
    for t, change in events:
        left = FULL - min(load, FULL)
        if t > at and left:
            yield Segment(index, at, t, left, work.background)
        at = max(at, t)
        load += change
