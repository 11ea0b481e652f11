"""Which run each reading belongs to, and what its writer's wraps add up to.

A writer's readings go on in its run until they show less, its counter's epoch changes, or another
writer saw the counter start again. Only there something has to be decided, and `merge.follow`
decides it, from the last points of the run as it is then.
"""

from __future__ import annotations

import heapq

import numpy as np

from footprint.accounts.timelines.columns import Unusual
from footprint.accounts.timelines.columns.points import Points
from footprint.accounts.timelines.columns.prefix import Prefix
from footprint.accounts.timelines.merge import LATE, Seen, follow
from footprint.accounts.timelines.points import Point
from footprint.estimators.columns import Ints

#: Where more readings than one in so many need a decision, columns are of no use.
_ONE_IN, _AT_LEAST = 16, 64


def assign(points: Points, wrap_uj: int | None, max_w: float | None) -> tuple[Ints, Ints]:
    """The run and the offset of each reading, uJ. Raises Unusual where much is to be decided."""
    return _Assigned(points, wrap_uj, max_w).all()


class _Writer:
    """One writer's readings: where they are, and at which of them it has to be decided."""

    def __init__(self, points: Points, number: int) -> None:
        self.places = np.flatnonzero(points.writer == number)
        epoch, raw = points.epoch[self.places], points.raw_uj[self.places]
        again = (epoch[1:] != epoch[:-1]) | (raw[1:] < raw[:-1])
        self.turns = np.concatenate([[0], np.flatnonzero(again) + 1])
        self.run, self.offset, self.seen = -1, 0, False


class _Assigned:
    def __init__(self, points: Points, wrap_uj: int | None, max_w: float | None) -> None:
        self._points = points
        self._wrap_uj, self._max_w = wrap_uj, max_w
        self._writers = [_Writer(points, n) for n in range(int(points.writer.max()) + 1)]
        self._run, self._offset = np.zeros((2, points.size), np.int64)
        self._prefix = Prefix(points, self._run, self._offset)
        self._begun: list[int] = []

    def all(self) -> tuple[Ints, Ints]:
        """Decides reading by reading, where there is something to decide."""
        places = [int(w.places[turn]) for w in self._writers for turn in w.turns if len(w.places)]
        decided, most = 0, max(_AT_LEAST, self._points.size // _ONE_IN)
        waiting = list(places)
        heapq.heapify(waiting)
        last = -1
        while waiting:
            at = heapq.heappop(waiting)
            if at == last:
                continue
            last, decided = at, decided + 1
            if decided > most:
                raise Unusual("a counter that starts again and again")
            for place in self._decide(at):
                heapq.heappush(waiting, place)
        return self._run, self._offset

    def _decide(self, at: int) -> list[int]:
        """Decides where one reading belongs; gives the readings that are to be decided for it."""
        (point,) = self._points.at(slice(at, at + 1)).plain()
        writer = self._writers[point.writer]
        index = int(np.searchsorted(writer.places, at))
        newest = len(self._begun) - 1
        goes_on = writer.seen and index not in writer.turns and self._still(writer, point, at)
        if not goes_on:
            writer.run, writer.offset = self._follow(writer, point, index, at)
        writer.seen = True
        is_behind = writer.run < len(self._begun) - 1
        turn = int(np.searchsorted(writer.turns, index, "right"))
        until = int(writer.turns[turn]) if turn < len(writer.turns) else len(writer.places)
        own = writer.places[index : index + 1 if is_behind else until]
        self._run[own], self._offset[own] = writer.run, writer.offset
        behind = [writer] if is_behind else []
        if len(self._begun) - 1 > newest:  # all others are of an earlier run now
            behind += [each for each in self._writers if each.seen and each is not writer]
        found: list[int] = []
        for each in behind:
            following = int(np.searchsorted(each.places, at, "right"))
            if following < len(each.places):
                found.append(int(each.places[following]))
        return found

    def _still(self, writer: _Writer, point: Point, at: int) -> bool:
        following = writer.run + 1
        if following == len(self._begun):
            return True
        head = self._prefix.head(following, self._begun[following], at)
        return point.high - head.high <= LATE

    def _follow(self, writer: _Writer, point: Point, index: int, at: int) -> tuple[int, int]:
        """(run, offset) by `merge.follow`; a new run is noted."""
        count = len(self._begun)
        run, offset = 0, 0
        if count:
            before = None
            if index:
                place = int(writer.places[index - 1])
                epoch, raw = int(self._points.epoch[place]), int(self._points.raw_uj[place])
                before = Seen(writer.run, epoch, raw, writer.offset)
            # Of the runs only the last is looked at, and of that its last points.
            runs: list[list[Point]] = [[] for _ in range(count - 1)]
            runs.append(self._prefix.tail(count - 1, at))
            run, offset = follow(
                runs, before, point, self._wrap_uj, self._max_w, self._ahead(count - 1)
            )
        if run == count:
            self._begun.append(at)
        return run, offset

    def _ahead(self, newest: int) -> int:
        """The offset of the writer that is furthest ahead in the last run."""
        own = (each.offset for each in self._writers if each.seen and each.run == newest)
        return max(own, default=0)
