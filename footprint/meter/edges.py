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
FIRST_GUARD, BEST_GUARD, WORST_GUARD = 2 * _MS, _MS // 2, 20 * _MS
#: A counter that has not moved for so many periods is overdue.
OVERDUE_PERIODS = 2.5
#: Before a period is known: overdue after so long, ns. The slowest counters known move at 100 ms.
OVERDUE_UNKNOWN = 350 * _MS
#: Periods longer than this are not believed: an idle device's counter may skip edges.
_LONGEST_PERIOD = 250 * _MS


class Edge(NamedTuple):
    """The counter moved to `raw` between `after_ns - lag_ns` and `after_ns`.

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
        self._exact = False  # whether that edge was pinned down
        self._guard = FIRST_GUARD
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
            self._plan(after, moved=False)
            return None
        lag = after - self._read_before
        edge = Edge(after, lag, raw, restarted=raw < self._raw)
        self._learn(after - lag / 2, lag)
        self._raw, self._read_before = raw, before
        self._plan(after, moved=True)
        return edge

    def overdue(self, now: int) -> bool:
        """Whether the counter should long have moved."""
        if self._edge is None:
            return self._raw is not None and now - self._since > OVERDUE_UNKNOWN
        return now - self._edge > OVERDUE_PERIODS * (self.period_ns or OVERDUE_UNKNOWN / 2.5)

    def wake(self) -> None:
        """Reads were paused or failed: edges are looked for afresh, the period is kept."""
        self._edge = None
        self._raw = None
        self._guard = FIRST_GUARD
        self.next_read = 0

    def _learn(self, edge: float, lag: int) -> None:
        pinned = lag <= 4 * SEARCH_STEP
        if self._edge is not None and pinned and self._exact:
            step = edge - self._edge
            if self.period_ns is None:
                if step < _LONGEST_PERIOD:
                    self.period_ns = step
            else:
                count = round(step / self.period_ns)
                if count >= 1:
                    # A slow average: the period is the hardware's, what varies is our bracket.
                    self.period_ns += (step / count - self.period_ns) / 8
        if self.period_ns is not None:
            if lag <= 3 * self._guard:
                self._guard = max(BEST_GUARD, int(self._guard * 0.7))
            else:
                self._guard = min(WORST_GUARD, int(self.period_ns / 4), self._guard * 2)
        self._edge, self._exact = edge, pinned

    def _plan(self, now: int, *, moved: bool) -> None:
        if self.period_ns is None or self._edge is None:
            # A counter that does not move at all is not worth a read every 2 ms for ever.
            patient = now - self._since > 2 * OVERDUE_UNKNOWN
            self.next_read = now + (10 * SEARCH_STEP if patient else SEARCH_STEP)
            return
        expected = self._edge + self.period_ns
        early = expected - self._guard - self._late
        if moved and not self._exact:
            # The edge was missed: it lies anywhere in the bracket, so look for the next one.
            self.next_read = now + SEARCH_STEP
        elif now < early:
            self.next_read = int(early)
        elif now < expected + self._guard:
            self.next_read = int(max(expected + self._guard, now + BEST_GUARD))
        else:
            self.next_read = now + min(2 * self._guard, SEARCH_STEP)
