"""Finding a counter's edges with as few reads as possible.

A GPU's energy counter moves every 20 to 100 ms and says nothing in between, so what matters is when
it moved. Two reads around each expected edge, one that still shows the old value and one that shows
the new, pin it down; the bracket narrows while edges come where they are expected and widens when
they do not. A read is stamped before and after, so that a thread that waited for the GIL in between
makes the bracket wider and not wrong.
"""

from __future__ import annotations

from typing import NamedTuple

_MS = 1_000_000

#: How often a counter is read while its period is not known yet, ns.
SEARCH_STEP = 2 * _MS
#: Half the width of the bracket around an expected edge: at first, at best, at worst, ns.
FIRST_GUARD, BEST_GUARD, WORST_GUARD = 5 * _MS, _MS // 2, 20 * _MS
#: How fast the bracket narrows when it held an edge, and widens when it did not.
_NARROWER, _WIDER = 0.85, 2.0
#: A counter that has not moved for so many periods is overdue.
OVERDUE_PERIODS = 2.5
#: Before a period is known: overdue after so long, ns. The slowest counters known move at 100 ms.
OVERDUE_UNKNOWN = 350 * _MS
#: Periods longer than this are not believed: an idle device's counter may skip edges.
_LONGEST_PERIOD = 250 * _MS
#: The period is measured over so many edges: long enough to be exact, short enough to follow.
_BASELINE = 64


class Edge(NamedTuple):
    """The counter moved to `raw` between `t - lag_ns` and `t`.

    `lag_ns` is None for a first read: when the counter last moved is not known.
    """

    t: int
    lag_ns: int | None
    raw: int
    restarted: bool = False


class Edges:
    """The edges of one counter, read by read.

    Call `observe` with each read and read again at `next_read`. `period_ns` is what was learned,
    None until two edges were seen.
    """

    def __init__(self) -> None:
        self.period_ns: float | None = None
        self.next_read = 0
        self._raw: int | None = None
        self._read_before = 0  # begin of the last read that showed _raw
        self._since = 0  # first read since the start or the last wake
        self._edge: float | None = None  # estimate of the last edge
        self._base: tuple[float, int] | None = None  # an early edge, and edges counted since
        self._guard = float(FIRST_GUARD)
        self._late = 0.0  # how late reads come, on average: a busy GIL

    def observe(self, before: int, after: int, raw: int) -> Edge | None:
        """Takes a read that began at `before` and ended at `after`; an Edge where it moved."""
        if self.next_read and before > self.next_read:
            self._late += (min(before - self.next_read, WORST_GUARD) - self._late) / 8
        if self._raw is None:
            self._raw, self._read_before, self._since = raw, before, before
            self.next_read = after + SEARCH_STEP
            return Edge(after, None, raw)
        if raw == self._raw:
            self._read_before = before
            self._plan(after)
            return None
        low, high = self._read_before, after
        edge = Edge(high, high - low, raw, restarted=raw < self._raw)
        self._learn(low, high)
        self._raw, self._read_before = raw, before
        self._plan(after)
        return edge

    def overdue(self, now: int) -> bool:
        """Whether the counter should long have moved."""
        if self._edge is None:
            return self._raw is not None and now - self._since > OVERDUE_UNKNOWN
        period = self.period_ns or OVERDUE_UNKNOWN / OVERDUE_PERIODS
        return now - self._edge > OVERDUE_PERIODS * period

    def wake(self) -> None:
        """Reads were paused or failed: edges are looked for afresh, the period is kept."""
        self._edge = self._base = None
        self._raw = None
        self._guard = float(FIRST_GUARD)
        self.next_read = 0

    def _learn(self, low: int, high: int) -> None:
        """An edge lies between `low` and `high`."""
        seen = (low + high) / 2
        pinned = high - low <= 2 * SEARCH_STEP
        if self._edge is None:
            if pinned:
                self._edge, self._base = seen, (seen, 0)
            return
        if self.period_ns is None:
            if pinned and seen - self._edge < _LONGEST_PERIOD:
                self.period_ns = seen - self._edge
                self._base = (self._edge, 1)
            self._edge = seen
            return
        count = max(1, round((seen - self._edge) / self.period_ns))
        expected = self._edge + count * self.period_ns
        # Where the expectation is compatible with the bracket it says more than its middle does.
        self._edge = min(max(expected, low), high)
        held = low <= expected <= high and high - low <= 3 * self._guard + SEARCH_STEP
        change = _NARROWER if held else _WIDER
        worst = min(WORST_GUARD, self.period_ns / 4)
        self._guard = min(max(self._guard * change, BEST_GUARD), worst)
        if self._base is not None:
            start, edges = self._base
            edges += count
            self.period_ns = (self._edge - start) / edges
            self._base = (start, edges) if edges < _BASELINE else (self._edge, 0)
        if self._base is not None and self._base[1] == 0:
            self._base = (self._edge - count * self.period_ns, count)

    def _plan(self, now: int) -> None:
        if self.period_ns is None or self._edge is None:
            # A counter that does not move at all is not worth a read every 2 ms for ever.
            patient = now - self._since > 2 * OVERDUE_UNKNOWN
            self.next_read = now + (10 * SEARCH_STEP if patient else SEARCH_STEP)
            return
        expected = self._edge + self.period_ns
        early, late = expected - self._guard - self._late, expected + self._guard
        if now < early:
            self.next_read = int(early)
        elif now < late:
            # A wide bracket, about an edge that jitters, is read several times.
            step = max(2 * BEST_GUARD, self._guard / 3)
            self.next_read = int(max(min(late, now + step), now + BEST_GUARD))
        else:  # it is late
            step = SEARCH_STEP if not self.overdue(now) else 10 * SEARCH_STEP
            self.next_read = now + step
