"""The counter's period over columns: as `period.period_ns` finds it."""

from __future__ import annotations

import numpy as np

from footprint.accounts.timelines.period import IN_A_ROW, LONGEST_PERIOD, PINNED, WITHIN
from footprint.estimators.columns import Floats, Ints


def period_ns(low: Ints, high: Ints) -> float | None:
    """The counter's period, from the edges that are known best; None where there are too few."""
    for width in (PINNED, 2 * PINNED, 3 * PINNED):
        pinned = high - low <= width
        some_low, some_high = low[pinned], high[pinned]
        apart = np.diff(some_high)
        steps = _steps(some_low, some_high)[(apart > 0) & (apart < LONGEST_PERIOD)]
        few = 3 if width == PINNED else 8
        if len(steps) >= few:
            short = _at_rank(steps, len(steps) // 10)
            if width == PINNED or short >= 4 * width:
                break
    else:
        return None
    steps = steps[steps < 1.5 * short]
    rough = _at_rank(steps, len(steps) // 2)
    close = some_high - some_low <= rough / WITHIN
    some_low, some_high = some_low[close], some_high[close]
    if len(some_low) <= few:
        return None
    steps = _steps(some_low, some_high)
    periods = np.rint(steps / rough)
    told = (periods > 0) & (periods <= IN_A_ROW) & (np.abs(steps - periods * rough) < rough / 4)
    # Steps are whole halves of ns: their sum is exact in any order.
    count = float(periods[told].sum())
    return float(steps[told].sum()) / count if count else rough


def _steps(low: Ints, high: Ints) -> Floats:
    """How far apart the middles of neighbouring brackets are, ns."""
    found: Floats = np.diff(low + high) / 2
    return found


def _at_rank(values: Floats, rank: int) -> float:
    return float(np.partition(values, rank)[rank])
