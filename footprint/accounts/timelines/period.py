"""The period in which a counter moves, from the edges that are known best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from footprint.accounts.timelines.points import Point

MS = 1_000_000
#: An edge known this well needs no help from the period, ns.
PINNED = 8 * MS
#: Edges further apart than this do not tell the period, ns.
LONGEST_PERIOD = 300 * MS
#: So many periods apart, two known edges still tell how many there were between them.
IN_A_ROW = 12
#: An edge tells the period where its bracket is at most this part of it.
WITHIN = 6


def median(values: Iterable[float]) -> float:
    """The middle one; of an even number the upper of the two. (statistics takes 8 ms to import.)"""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def period_ns(points: Sequence[Point]) -> float | None:
    """The counter's period, from the edges that are known best; None where there are too few.

    On a busy host few edges are known well: wider brackets are then taken too.
    """
    for width in (PINNED, 2 * PINNED, 3 * PINNED):
        pinned = [point for point in points if point.high - point.low <= width]
        steps = sorted(
            (b.low + b.high - a.low - a.high) / 2
            for a, b in pairwise(pinned)
            if 0 < b.high - a.high < LONGEST_PERIOD
        )
        # Between some of them others were missed: a short step is one period.
        few = 3 if width == PINNED else 8
        if len(steps) >= few and (width == PINNED or steps[len(steps) // 10] >= 4 * width):
            break
    else:
        return None
    rough = median(step for step in steps if step < 1.5 * steps[len(steps) // 10])
    # Brackets that are wide beside the period would count one period for two.
    pinned = [point for point in pinned if point.high - point.low <= rough / WITHIN]
    if len(pinned) <= few:
        return None
    # One step is off by its brackets; many in a row tell the period by what they add up to.
    length = count = 0.0
    for a, b in pairwise(pinned):
        step = (b.low + b.high - a.low - a.high) / 2
        periods = round(step / rough)
        if 0 < periods <= IN_A_ROW and abs(step - periods * rough) < rough / 4:
            length, count = length + step, count + periods
    return length / count if count else rough
