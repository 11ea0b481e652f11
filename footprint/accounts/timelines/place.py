"""Where edges lie: each within its bracket, which its neighbours narrow by the period."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from footprint.accounts.timelines.period import LONGEST_PERIOD, MS, PINNED, median
from footprint.accounts.timelines.points import Point

#: How regular a counter's edges are: off by a share of the period, and more.
JITTER_SHARE = 0.002
#: The least by which edges are taken to miss whole periods, ns, and as a part of the brackets.
JITTER, UNSEEN = 300_000, 3
#: So large a part of what the period says may contradict the reads.
MISSES = 0.02
#: It is learned from so many edges.
LEARN_FROM = 2000


def place(points: Sequence[Point], period: float | None) -> list[tuple[int, int]]:
    """(instant, slack) of each point's edge, in ns."""
    lows = [point.low for point in points]
    highs = [point.high for point in points]
    jitter = None if period is None else jitter_ns(lows, highs, period)
    if period is not None and jitter is not None:
        narrow(lows, highs, period, jitter)
    if all(high - low <= LONGEST_PERIOD for low, high in zip(lows, highs, strict=True)):
        both = zip(lows, highs, strict=True)
        return [((low + high) // 2, (high - low + 1) // 2) for low, high in both]
    step = usual_step(highs)
    placed: list[tuple[int, int]] = []
    for low, high in zip(lows, highs, strict=True):
        if high - low > LONGEST_PERIOD:  # a first read, and no period to go by
            placed.append((high - step // 2, step))
        else:
            placed.append(((low + high) // 2, (high - low + 1) // 2))
    return placed


def usual_step(times: Sequence[int]) -> int:
    """How far apart values were seen, ns; a GPU's usual period where that is not known."""
    steps = [b - a for a, b in pairwise(times) if 0 < b - a < LONGEST_PERIOD]
    return int(median(steps)) if steps else 100 * MS


def jitter_ns(lows: list[int], highs: list[int], period: float) -> int | None:
    """By how much the counter's edges may miss whole periods; None: it keeps no such period.

    Brackets hide a jitter of a part of their own width. From there on it is tried from little up:
    what hardly ever contradicts the reads is still too little by up to a factor of two.
    """
    count = min(len(lows), LEARN_FROM)
    widths = [high - low for low, high in zip(lows, highs, strict=True)]
    # Most edges are only read once, on purpose: what is known of them comes from the others.
    widths = [width for width in widths if width <= PINNED] or widths
    least = jitter = max(JITTER, int(median(widths)) // UNSEEN)
    while jitter < period / 8:
        missed = narrow(lows[:count], highs[:count], period, jitter)
        if missed <= MISSES * 4 * count:
            return jitter if jitter == least and not missed else 2 * jitter
        jitter *= 2
    return None


def narrow(lows: list[int], highs: list[int], period: float, jitter: int) -> int:
    """Narrows each edge's bracket by its neighbours': edges are whole periods apart.

    Gives how often that contradicted what was read.
    """
    missed = 0
    reach = period * (1 + JITTER_SHARE)
    for index, high in enumerate(highs):
        lows[index] = max(lows[index], int(high - reach) - jitter)
    steps = range(len(lows) - 1)
    widest = period * 0.8
    for order in (steps, reversed(steps)):
        for a in order:
            b = a + 1
            low_a, high_a, low_b, high_b = lows[a], highs[a], lows[b], highs[b]
            # How far apart they may be leaves one whole number of periods, or says nothing.
            count = round((low_b + high_b - low_a - high_a) / 2 / period)
            if not 1 <= count <= 50 or (high_a - low_a + high_b - low_b) / 2 > widest:
                continue
            least = int(count * period * (1 - JITTER_SHARE)) - jitter
            most = int(count * period * (1 + JITTER_SHARE)) + jitter
            # Where the two leave nothing, this edge did not keep the period: what was read holds.
            low, high = max(low_b, low_a + least), min(high_b, high_a + most)
            if low <= high:
                lows[b], highs[b] = low_b, high_b = low, high
            else:
                missed += 1
            low, high = max(low_a, low_b - most), min(high_a, high_b - least)
            if low <= high:
                lows[a], highs[a] = low, high
            else:
                missed += 1
    return missed
