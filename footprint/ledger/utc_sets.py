"""Stretches of a boot's clock as UTC, where UTC was set meanwhile.

A boot's clock goes on evenly, and anchors say what UTC was at some of its instants. Where UTC was
set, forward or back, a stretch is several on UTC: from its first instant to its last there is more
time, or less, than went by.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from footprint.model import NS_PER_S

#: UTC that moves by more than this beside the boot's clock was set; by less, it is kept right.
SET_NS = NS_PER_S


def sets_of(anchors: Sequence[tuple[int, int]]) -> list[int]:
    """The boot-time instants of the anchors at which UTC was set."""
    both = pairwise(anchors)
    return [later for (t, utc), (later, then) in both if abs(jump(t, utc, later, then)) > SET_NS]


def jump(t: int, utc: int, later: int, then: int) -> int:
    """By how much UTC was set between two anchors, ns; back: negative."""
    return (then - utc) - (later - t)


def stretches(
    utc_ns: Callable[[int], int], sets: Sequence[int], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """A stretch of the boot's clock on UTC: one, and one more for each time that UTC was set in it.

    Args:
        utc_ns: UTC of a boot-time instant.
        sets: the instants at which it was set, in order.
    """
    inside = sets[bisect_right(sets, start) : bisect_left(sets, end)]
    for begun, over in pairwise((start, *inside, end)):
        # What UTC is set to at an instant is of what follows it.
        yield utc_ns(begun), utc_ns(over - 1) + 1 if over > begun and over in sets else utc_ns(over)


def extent(of: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The first and the last UTC of some stretches; it does not end before it begins."""
    starts, ends = zip(*of, strict=True)
    first = min(starts)
    return first, max(first, *ends)
