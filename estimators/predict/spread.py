"""The interval of figures that rest on independent assumptions and on stated ranges.

    high = mid x max(corner / mid) x exp(sqrt(sum(ln(change up)^2))),   low alike

A change is what one assumption at one of its ends does to the figure, all others in the middle
(propagation of uncertainty, JCGM 100:2008, 5.1.2, in logarithms). Corners are the figures at the
ends of what the caller gave as ranges: their error is not random, and is not put in quadrature.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from footprint.estimators.predict.request import Figures

#: Below this, ratios are lost in the least numbers that a float has.
_LEAST = 1e-290


def bounds(
    mid: float, changes: Iterable[tuple[float, float]], corners: Iterable[float]
) -> tuple[float, float]:
    """(low, high) of one figure, which may be zero throughout."""
    if mid < _LEAST:
        return 0.0, max([mid, *corners, *(each for pair in changes for each in pair)])
    up, down = [], []
    for pair in changes:
        logs = [math.log(each / mid) for each in pair]
        up.append(max(0.0, *logs))
        down.append(min(0.0, *logs))
    ends = [mid, *corners]
    return min(ends) * math.exp(-math.hypot(*down)), max(ends) * math.exp(math.hypot(*up))


def spread(
    mid: Figures, changes: Sequence[tuple[Figures, Figures]], corners: Sequence[Figures]
) -> tuple[tuple[float, float, float], ...]:
    """(low, mid, high) of each figure, in the order of `Figures`."""
    rows = []
    for index, value in enumerate(mid):
        pairs = [(low[index], high[index]) for low, high in changes]
        low, high = bounds(value, pairs, [corner[index] for corner in corners])
        rows.append((low, value, high))
    return tuple(rows)
