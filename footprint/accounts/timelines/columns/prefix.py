"""The ends of a run that is not whole yet: as `merge.put` has left them by some reading."""

from __future__ import annotations

import numpy as np

from footprint.accounts.timelines.columns.points import Points
from footprint.accounts.timelines.merge import put
from footprint.accounts.timelines.points import Point
from footprint.estimators.columns import Flags, Ints

#: So many points of its end are looked at when it is decided whether a run goes on.
_LOOKED_AT = 8
#: How far back they are looked for at first, readings.
_BACK = 64
#: Less than any value, and before any reading.
_NONE = -(2**62)


def begins(raw: Ints, low: Ints, greatest: int = _NONE, latest: int = _NONE) -> Flags:
    """At which readings nothing from there on depends on any before.

    All from there on show more than all before, and begin no earlier than any of them.

    Args:
        raw, low: of the readings.
        greatest, latest: the same of still earlier ones, at most.
    """
    least = np.minimum.accumulate(raw[::-1])[::-1]
    earliest = np.minimum.accumulate(low[::-1])[::-1]
    most = np.maximum.accumulate(np.concatenate([[greatest], raw[:-1]]))[: len(raw)]
    last = np.maximum.accumulate(np.concatenate([[latest], low[:-1]]))[: len(raw)]
    found: Flags = (most < least) & (last <= earliest)
    return found


def put_in(points: Points) -> list[Point]:
    """A run of some readings as the reference makes it."""
    found: list[Point] = []
    for point in points.plain():
        put(found, point)
    return found


class Prefix:
    """Runs up to some reading.

    Args:
        points: all readings, as they were done.
        run, offset: of each; those before the reading that is asked about are final.
    """

    def __init__(self, points: Points, run: Ints, offset: Ints) -> None:
        self._points, self._run, self._offset = points, run, offset
        self._known: dict[int, tuple[int, int, int]] = {}  # by run: up to where, the most there

    def tail(self, run: int, end: int) -> list[Point]:
        """The last points of a run of the readings before `end`; all, where they are few."""
        back = _BACK
        while True:
            begin = max(0, end - back)
            own = self._of(run, begin, end)
            greatest, latest = self._most(run, begin)
            starts = np.flatnonzero(begins(own.raw_uj, own.low, greatest, latest))
            for start in starts[::-1].tolist():
                if own.size - start < _LOOKED_AT and (start or greatest > _NONE):
                    continue
                found = put_in(own.at(slice(start, None)))
                if len(found) >= _LOOKED_AT or not (start or greatest > _NONE):
                    return found
            back *= 4

    def head(self, run: int, begin: int, end: int) -> Point:
        """The first point of a run of the readings from `begin`, where it began, to `end`."""
        own = self._of(run, begin, end)
        starts = np.flatnonzero(begins(own.raw_uj, own.low))
        return put_in(own.at(slice(0, int(starts[1]) if len(starts) > 1 else None)))[0]

    def _most(self, run: int, end: int) -> tuple[int, int]:
        """The greatest value of a run before a reading, and the latest `low`; _NONE for none."""
        begin, *known = self._known.get(run, (0, _NONE, _NONE))
        if begin > end:
            begin, known = 0, [_NONE, _NONE]
        own = self._of(run, begin, end)
        greatest = max(known[0], int(own.raw_uj.max(initial=_NONE)))
        latest = max(known[1], int(own.low.max(initial=_NONE)))
        self._known[run] = end, greatest, latest
        return greatest, latest

    def _of(self, run: int, begin: int, end: int) -> Points:
        """The readings of a run among some, with what their writers' wraps add up to."""
        own = self._points.at(slice(begin, end))
        own = own._replace(raw_uj=own.raw_uj + self._offset[begin:end])
        return own.at(self._run[begin:end] == run)
