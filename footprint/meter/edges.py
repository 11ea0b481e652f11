"""Finding a counter's edges with as few reads as possible.

A GPU's energy counter moves every 20 to 100 ms and says nothing in between, so what matters is when
it moved. Two reads around an expected edge, one that still shows the old value and one that shows
the new, pin it down; the bracket narrows while edges come where they are expected and widens when
they do not. A read is stamped before and after, so that a thread that waited for the GIL in between
makes the bracket wider and not wrong.

Once the counter's rhythm is known, most edges are not pinned down: any one read between two of them
gives the value, and the rhythm says when it came. Such a read has a wide window, `next_read` to
`latest`, in which the meter reads all devices at once. One edge in eight is pinned all the same.
"""

from __future__ import annotations

from typing import NamedTuple

_MS = 1_000_000

#: How often a counter is read while its period is not known yet, ns.
SEARCH_STEP = 2 * _MS
#: Half the width of the bracket around an expected edge: at first, at best, at worst, ns.
FIRST_GUARD, BEST_GUARD, WORST_GUARD = 4 * _MS, _MS // 2, 20 * _MS
#: How fast the bracket narrows when it held an edge, and widens when it did not.
_NARROWER, _WIDER = 0.65, 2.0
#: A bracket this narrow tells the rhythm: from then on, one edge in so many is pinned.
_STEADY_GUARD, PIN_EVERY = 2 * _MS, 8
#: A counter that has not moved for so many periods is overdue.
OVERDUE_PERIODS = 2.5
#: Before a period is known: overdue after so long, ns. The slowest counters known move at 100 ms.
OVERDUE_UNKNOWN = 350 * _MS
#: Periods longer than this are not believed: an idle device's counter may skip edges.
_LONGEST_PERIOD = 250 * _MS
#: The period is measured over so many edges: long enough to be exact, short enough to follow.
_BASELINE = 64
#: After so many edges in a row that were not where the period has them, it is learned anew.
_WRONG_PERIOD = 4


class Edge(NamedTuple):
    """The counter moved to `raw` between `t - lag_ns` and `t`, probably at `likely`.

    `lag_ns` is None for a first read: when the counter last moved is not known.
    """

    t: int
    lag_ns: int | None
    raw: int
    likely: int
    restarted: bool = False


class Edges:
    """The edges of one counter, read by read.

    Call `observe` with each read and read again between `next_read` and `latest`. `period_ns` is
    what was learned, None until two edges were seen.
    """

    def __init__(self) -> None:
        self.period_ns: float | None = None
        self.next_read = 0
        self.latest = 0
        self._raw: int | None = None
        self._read_before = 0  # begin of the last read that showed _raw
        self._since = 0  # first read since the start or the last wake
        self._edge: float | None = None  # estimate of the last edge
        self._base: tuple[float, int] | None = None  # an early edge, and edges counted since
        self._guard = float(FIRST_GUARD)
        self._wrong = 0  # edges in a row of which no more is known than half a period
        self._late = 0.0  # how late reads come, on average: a busy GIL
        self._unpinned = 0  # edges since one was pinned
        self._relaxed = False  # the next read is one of those with a wide window

    def observe(self, before: int, after: int, raw: int) -> Edge | None:
        """Takes a read that began at `before` and ended at `after`; an Edge where it moved."""
        if self.latest and before > self.latest:
            self._late += (min(before - self.latest, WORST_GUARD) - self._late) / 8
        elif self.latest:
            self._late -= self._late / 8
        if self._raw is None:
            self._raw, self._read_before, self._since = raw, before, before
            self._at(after + SEARCH_STEP)
            return Edge(after, None, raw, after)
        if raw == self._raw:
            if self._relaxed:  # the edge did not come when it should: look for it
                self._unpinned, self._relaxed = PIN_EVERY, False
                self._guard = min(self._guard * _WIDER, WORST_GUARD)
            self._read_before = before
            self._plan(after)
            return None
        low, high = self._read_before, after
        restarted = raw < self._raw
        if restarted:  # its rhythm may have changed with it
            self.wake()
        elif self._relaxed:
            self._follow(low, high)
        else:
            self._learn(low, high)
        likely = high if self._edge is None else int(min(max(self._edge, low), high))
        edge = Edge(high, high - low, raw, likely, restarted=restarted)
        self._raw, self._read_before, self._since = raw, before, before
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
        self._unpinned, self._relaxed = 0, False
        self._at(0)

    def _follow(self, low: int, high: int) -> None:
        """The counter moved as it does: by its rhythm, once or several times before `high`."""
        assert self._edge is not None
        assert self.period_ns is not None
        count = max(1, int((high - self._edge) / self.period_ns))
        self._edge = min(max(self._edge + count * self.period_ns, low), high)
        self._unpinned += count
        if self._base is not None:
            self._base = (self._base[0], self._base[1] + count)

    def _learn(self, low: int, high: int) -> None:
        """An edge lies between `low` and `high`."""
        seen = (low + high) / 2
        pinned = high - low <= 2 * SEARCH_STEP
        if self._edge is None:
            if pinned:
                self._edge, self._base = seen, (seen, 0)
            return
        if self.period_ns is None:
            if not pinned:  # a read came late: two edges in a row are needed that are known well
                self._edge = self._base = None
                self._since = high
                return
            if seen - self._edge < _LONGEST_PERIOD:
                self.period_ns = seen - self._edge
                self._base = (self._edge, 1)
            self._edge = seen
            return
        count = max(1, round((seen - self._edge) / self.period_ns))
        expected = self._edge + count * self.period_ns
        # Where the expectation is compatible with the bracket it says more than its middle does.
        self._edge = min(max(expected, low), high)
        held = low <= expected <= high and high - low <= 3 * self._guard + SEARCH_STEP
        # Reads come when they should, and edges do not: the period is another one.
        self._wrong = 0 if held or high - low < self.period_ns / 2 else self._wrong + 1
        if self._wrong >= _WRONG_PERIOD:
            self.wake()
            self.period_ns = None
            return
        change = _NARROWER if held else _WIDER
        worst = min(WORST_GUARD, self.period_ns / 4)
        self._guard = min(max(self._guard * change, BEST_GUARD), worst)
        if held:
            self._unpinned = 0
        if self._base is None:
            self._base = (self._edge - count * self.period_ns, 0)
        start, edges = self._base[0], self._base[1] + count
        self.period_ns = (self._edge - start) / edges
        # A long baseline is shortened to its newer half's length, so that it follows a drift.
        self._base = (start, edges)
        if edges >= _BASELINE:
            half = edges // 2
            self._base = (self._edge - half * self.period_ns, half)

    def _plan(self, now: int) -> None:
        if self.period_ns is None or self._edge is None:
            # A counter that does not move at all is not worth a read every 2 ms for ever.
            patient = now - self._since > 2 * OVERDUE_UNKNOWN
            self._at(now + (10 * SEARCH_STEP if patient else SEARCH_STEP))
            return
        expected = self._edge + self.period_ns
        early, late = expected - self._guard - self._late, expected + self._guard
        steady = self._guard <= _STEADY_GUARD and self._unpinned < PIN_EVERY - 1
        # A wide window: from the next edge on for half a period, well before the one after it.
        # Wide enough for devices to share a wake-up; later, and a loss would cost one edge more.
        begin = late + _MS
        end = min(early + self.period_ns - 2 * _MS, begin + self.period_ns / 2)
        self._relaxed = steady and now < early and end - begin > self.period_ns / 4
        if self._relaxed:
            self.next_read, self.latest = int(begin), int(end)
        elif now < early:
            self._at(int(early))
        elif now < late:
            # A wide bracket, about an edge that jitters, is read several times.
            step = max(2 * BEST_GUARD, self._guard / 3)
            self._at(int(max(min(late, now + step), now + BEST_GUARD)))
        else:  # it is late
            self._at(now + (SEARCH_STEP if not self.overdue(now) else 10 * SEARCH_STEP))

    def _at(self, t: int) -> None:
        self.next_read = self.latest = t
