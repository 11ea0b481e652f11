"""Books are closed each day: the parts of a ledger whose books are made one by one.

A part is one boot of one host within one UTC day. It is booked as if nothing else were there but a
minute of readings on either side, and the reading before and after: so a day that is over comes out
the same whatever is recorded later, wherever it is booked, and from whatever engine. A span that
runs on past midnight is in both days, each with its part; its calls count where it ended.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from operator import itemgetter
from typing import Any, NamedTuple

from footprint.accounts.lines import Bounds, Period
from footprint.ledger.reader import Facts
from footprint.ledger.utc_sets import stretches
from footprint.model import NS_PER_S

DAY_NS = 86_400 * NS_PER_S


class Part(NamedTuple):
    """A boot within a day.

    Attributes:
        boot: its id.
        day: days since 1970-01-01, UTC.
        bounds: on the boot's clock; open where the boot began or ends.
        whole: whether nothing of the boot's day was cut off by the period that was asked for.
        members: the writers that were there then, as indices.
    """

    boot: str
    day: int
    bounds: Bounds
    whole: bool
    members: tuple[int, ...]


class Clock:
    """A boot's clock, by the anchors of all its writers."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        # Anchors come in order: a dict keeps it, so that there is next to nothing to sort.
        every = dict.fromkeys(chain.from_iterable(one.anchors for one in facts))
        self._anchors = sorted(every) or [(0, 0)]
        self._times = list(map(itemgetter(0), self._anchors))
        #: The highest UTC so far, anchor by anchor.
        self._summits = list(accumulate(map(itemgetter(1), self._anchors), max))
        self._columns: Any = None

    def utc_ns(self, t: int) -> int:
        """UTC of a boot-time instant, by the nearest earlier anchor."""
        at, utc = self._anchors[max(0, bisect_right(self._times, t) - 1)]
        return t - at + utc

    def utc_column(self, t: Any) -> Any:
        """`utc_ns` of a column of instants."""
        import numpy as np

        if self._columns is None:  # a year has thousands, and each group asks
            anchors = np.array(self._anchors, np.int64)
            self._columns = anchors[:, 0].copy(), anchors[:, 1].copy()
        at, utc = self._columns
        best = np.maximum(np.searchsorted(at, t, "right") - 1, 0)
        return t - at[best] + utc[best]

    def stretches(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A stretch of boot time on UTC, in pieces where UTC was set meanwhile."""
        return stretches(self._anchors, self.utc_ns, start, end)

    def boot_ns(self, utc_ns: int) -> int:
        """The boot-time instant of a UTC one, as `Facts.boot_ns` has it."""
        # The first anchor that is after it is where the highest UTC so far is.
        later = bisect_right(self._summits, utc_ns)
        at, utc = self._anchors[max(0, later - 1)]
        found = utc_ns - utc + at
        if 0 < later < len(self._anchors):  # UTC may have been set forward over it
            return min(found, self._anchors[later][0])
        return found


def parts(facts: Sequence[Facts], period: Period = (None, None)) -> list[Part]:
    """The parts of a ledger that a period touches, by boot and day.

    Args:
        facts: of all writers; their rows need not be there where `Facts.begun` is known.
        period: [since, until) in UTC ns.
    """
    boots: dict[str, list[int]] = {}
    for index, one in enumerate(facts):
        boots.setdefault(one.boot_id, []).append(index)
    return [part for boot, own in sorted(boots.items()) for part in _of(boot, facts, own, period)]


def _of(
    boot: str, facts: Sequence[Facts], members: Sequence[int], period: Period
) -> Iterator[Part]:
    clock = Clock([facts[member] for member in members])
    asked = Bounds(*(None if t is None else clock.boot_ns(t) for t in period))
    begun = [facts[member].begun for member in members]
    over = [max(start, facts[m].t_last) for start, m in zip(begun, members, strict=True)]
    first, last = min(begun), max(over)
    midnights = _midnights(clock, first, last)
    there: list[list[int]] = [[] for _ in range(len(midnights) + 1)]
    for start, end, member in zip(begun, over, members, strict=True):
        for day in range(bisect_right(midnights, start), bisect_right(midnights, end) + 1):
            there[day].append(member)
    today = clock.utc_ns(first) // DAY_NS
    edges = [None, *midnights, None]
    for number, own in enumerate(there):
        day_bounds = Bounds(edges[number], edges[number + 1])
        bounds = _both(day_bounds, asked)
        since, until = bounds.closed
        if own and since < until and first < until and last >= since:
            yield Part(boot, today + number, bounds, bounds == day_bounds, tuple(own))


def _midnights(clock: Clock, first: int, last: int) -> list[int]:
    """Midnights between two instants, on the boot's clock; each day is there, if only for 0 ns."""
    day, end = clock.utc_ns(first) // DAY_NS + 1, clock.utc_ns(last) // DAY_NS
    found: list[int] = []
    for number in range(day, end + 1):
        at = clock.boot_ns(number * DAY_NS)
        found.append(max(at, *found[-1:], first))
    return found


def _both(one: Bounds, other: Bounds) -> Bounds:
    since = [t for t in (one.since, other.since) if t is not None]
    until = [t for t in (one.until, other.until) if t is not None]
    return Bounds(max(since, default=None), min(until, default=None))
