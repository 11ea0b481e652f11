"""Where edges lie, over columns: as `place.place` has it."""

from __future__ import annotations

import numpy as np

from footprint.accounts.timelines.columns.narrow import narrow
from footprint.accounts.timelines.period import LONGEST_PERIOD, MS, PINNED
from footprint.accounts.timelines.place import JITTER, LEARN_FROM, MISSES, UNSEEN
from footprint.estimators.columns import Ints


def place(low: Ints, high: Ints, period: float | None) -> tuple[Ints, Ints]:
    """The instant of each point's edge, and its slack, ns."""
    jitter = None if period is None else jitter_ns(low, high, period)
    if period is not None and jitter is not None:
        low, high, _ = narrow(low, high, period, jitter)
    edge, slack = (low + high) >> 1, (high - low + 1) >> 1
    wide = high - low > LONGEST_PERIOD  # a first read, and no period to go by
    if wide.any():
        step = _usual_step(high)
        edge[wide], slack[wide] = high[wide] - step // 2, step
    return edge, slack


def _usual_step(times: Ints) -> int:
    apart = np.diff(times)
    steps = apart[(apart > 0) & (apart < LONGEST_PERIOD)]
    return _median(steps) if len(steps) else 100 * MS


def _median(values: Ints) -> int:
    """As `period.median`."""
    return int(np.partition(values, len(values) // 2)[len(values) // 2])


def jitter_ns(low: Ints, high: Ints, period: float) -> int | None:
    """As `place.jitter_ns`."""
    count = min(len(low), LEARN_FROM)
    width = high - low
    known = width[width <= PINNED]
    least = jitter = max(JITTER, _median(known if len(known) else width) // UNSEEN)
    while jitter < period / 8:
        missed = narrow(low[:count], high[:count], period, jitter)[2]
        if missed <= MISSES * 4 * count:
            return jitter if jitter == least and not missed else 2 * jitter
        jitter *= 2
    return None
