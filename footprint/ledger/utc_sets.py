"""Stretches of a boot's clock as UTC, where UTC was set meanwhile.

A boot's clock goes on evenly, and anchors say what UTC was at some of its instants. Where UTC was
set, forward or back, a stretch is several on UTC: from its first instant to its last there is more
time, or less, than went by.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from footprint.model import NS_PER_S

#: A boot-time instant and what UTC was then, ns.
Anchor = tuple[int, int]
_at = itemgetter(0)

#: UTC that moves by more than this beside the boot's clock was set; by less, it is kept right.
SET_NS = NS_PER_S


def sets_of(anchors: Sequence[Anchor]) -> list[int]:
    """The boot-time instants of the anchors at which UTC was set."""
    # A service anchors once a minute: a year has half a million.
    return [
        later
        for (t, utc), (later, then) in pairwise(anchors)
        if not -SET_NS <= then - utc - later + t <= SET_NS
    ]


def stretches(
    anchors: Sequence[Anchor], utc_ns: Callable[[int], int], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """A stretch of the boot's clock on UTC: one, and one more for each time that UTC was set in it.

    Args:
        anchors: in order.
        utc_ns: UTC of a boot-time instant, by the nearest earlier one of them.
    """
    first = max(0, bisect_right(anchors, start, key=_at) - 1)
    sets = sets_of(anchors[first : bisect_right(anchors, end, key=_at)])
    for begun, over in pairwise((start, *(t for t in sets if start < t < end), end)):
        # What UTC is set to at an instant is of what follows it.
        yield utc_ns(begun), utc_ns(over - 1) + 1 if over > begun and over in sets else utc_ns(over)


def extent(of: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The first and the last UTC of some stretches; it does not end before it begins."""
    starts, ends = zip(*of, strict=True)
    first = min(starts)
    return first, max(first, *ends)
