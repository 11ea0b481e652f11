"""The sweep: running sums over one device's cells, at every instant where something changes.

Two lanes. What is active in the foreground shares the active part of each cell; what is in the
background (a run as a whole, which only waits for what it started) shares the rest, which is idle
where there is no background either.

Sums are whole numbers of 2**-BITS nJ and ns, so that they are exact in any order and on any engine;
what is added to them is a product of doubles, rounded down. The same arithmetic, step by step, is
done on columns in `footprint.estimators.columns`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from footprint.estimators.cells import FULL, Cells, Segment, idle_cells

#: Fractional bits of the running sums.
BITS = 20
UNITS = float(1 << BITS)


class Piece(NamedTuple):
    """A stretch of a cell in which nothing changes: begin, length, and the two lanes' loads."""

    begin: int
    length: int
    front: int
    back: int


class Lane:
    """One lane's running sums, for an entry of density FULL.

    Attributes:
        cost: nJ by instant, scaled by 2**BITS.
        held: ns held by instant, scaled by 2**BITS.
        edge_held: the same at each edge.
        least, most: the least and greatest load within each cell.
    """

    def __init__(self, count: int) -> None:
        self.cost: dict[int, int] = {}
        self.held: dict[int, int] = {}
        self.edge_held = [0] * (count + 1)
        self.least = [FULL] * count
        self.most = [0] * count
        self._cost = self._held = 0

    def mark(self, t: int) -> None:
        """Notes the sums at an instant."""
        self.cost[t] = self._cost
        self.held[t] = self._held

    def step(self, length: int, share: float, price: float) -> None:
        """`length` ns of which an entry holds `share`, at `price` nJ a ns."""
        held = length * share
        self._held += scaled(held)
        self._cost += scaled(held * price)

    def edge(self, index: int) -> None:
        """Notes the sum at an edge."""
        self.edge_held[index] = self._held

    def loads(self, cell: int, loads: Sequence[int]) -> None:
        """Notes how much was active within a cell."""
        self.least[cell] = min(loads, default=0)
        self.most[cell] = max(loads, default=0)


def scaled(value: float) -> int:
    """A sum's step: whole units, rounded down."""
    return int(value * UNITS)


class Sweep:
    """Both lanes over a device's cells.

    Args:
        cells: the device's energy.
        segments: when each entry was innermost; none empty.
        floor_w: the idle floor.
        only: cells that are booked; None: all.

    Attributes:
        booked: by cell, what of it all entries used together, nJ, rounded down.
    """

    def __init__(
        self,
        cells: Cells,
        segments: Iterable[Segment],
        floor_w: float,
        only: Container[int] | None = None,
    ) -> None:
        self.cells = cells
        self.floor_w = floor_w
        self._only = only
        count = len(cells.energy)
        self.front, self.back = Lane(count), Lane(count)
        self.booked: list[int] = []
        segments = list(segments)
        self._idle = idle_cells(cells, segments)
        self._times = sorted({t for each in segments for t in (each.start, each.end)})
        self._change: dict[int, tuple[int, int]] = dict.fromkeys(self._times, (0, 0))
        for each in segments:
            self._add(each.start, each.density, each.background)
            self._add(each.end, -each.density, each.background)
        self._run()

    def lane(self, background: bool) -> Lane:
        """The lane of an entry."""
        return self.back if background else self.front

    def _add(self, t: int, density: int, background: bool) -> None:
        front, back = self._change[t]
        self._change[t] = (front, back + density) if background else (front + density, back)

    def _mark(self, t: int) -> None:
        self.front.mark(t)
        self.back.mark(t)

    def _run(self) -> None:
        edges, times, change = self.cells.edges, self._times, self._change
        at = front = back = 0
        while at < len(times) and edges and times[at] < edges[0]:
            self._mark(times[at])
            front, back = front + change[times[at]][0], back + change[times[at]][1]
            at += 1
        for cell, (left, right) in enumerate(pairwise(edges)):
            self.front.edge(cell)
            self.back.edge(cell)
            pieces: list[Piece] = []
            begin = left
            while at < len(times) and times[at] < right:
                t = times[at]
                pieces.append(Piece(begin, t - begin, front, back))
                front, back = front + change[t][0], back + change[t][1]
                begin = t
                at += 1
            pieces.append(Piece(begin, right - begin, front, back))
            self._cell(cell, pieces)
        if edges:
            self.front.edge(len(edges) - 1)
            self.back.edge(len(edges) - 1)
        for t in times[at:]:
            self._mark(t)

    def _cell(self, cell: int, pieces: Sequence[Piece]) -> None:
        width = self.cells.edges[cell + 1] - self.cells.edges[cell]
        real = [piece for piece in pieces if piece.length > 0]
        self.front.loads(cell, [piece.front for piece in real])
        self.back.loads(cell, [piece.back for piece in real])
        # Whole ns of cells that are held in full, and the rest in parts of 1 / FULL.
        full = sum(piece.length for piece in real if piece.front >= FULL)
        part = sum(piece.length * piece.front for piece in real if piece.front < FULL)
        busy = full + part / FULL
        price, rest = self._prices(cell, width, busy)
        self.booked.append(int(price * busy + rest * _behind_ns(real)))
        for piece in pieces:
            self._mark(piece.begin)
            if not piece.length:
                continue
            self.front.step(piece.length, FULL / max(piece.front, FULL), price)
            left = FULL - min(piece.front, FULL)
            self.back.step(piece.length, left / max(piece.back, FULL), rest)

    def _prices(self, cell: int, width: int, busy: float) -> tuple[float, float]:
        """nJ for each ns of activity, and of rest."""
        amount = self.cells.energy[cell]
        if amount is None or (self._only is not None and cell not in self._only):
            return 0.0, 0.0
        energy, idle = float(amount), width - busy
        if idle <= 0:
            return energy / width, 0.0
        if busy <= 0:
            return 0.0, energy / width
        at_rest = self._rest_w(cell) * idle
        active = max(energy - at_rest, min(self.floor_w * busy, energy * busy / width))
        price = active / busy
        if self.cells.max_w is not None:
            # More than the device can draw was not drawn by those few: what is beyond it is idle.
            price = min(price, max(self.cells.max_w, energy / width))
        return price, max(0.0, energy - price * busy) / idle

    def _rest_w(self, cell: int) -> float:
        """What the device drew in this cell while nothing was active."""
        powers = [
            energy / (self.cells.edges[each + 1] - self.cells.edges[each])
            for each in (cell - 1, cell + 1)
            if 0 <= each < len(self._idle)
            and self._idle[each]
            and each not in self.cells.estimated
            and (energy := self.cells.energy[each]) is not None
        ]
        return sum(powers) / len(powers) if powers else self.floor_w


def _behind_ns(pieces: Iterable[Piece]) -> float:
    """For how long something in the background holds what the foreground leaves, ns."""
    own = [piece for piece in pieces if piece.back and piece.front < FULL]
    length = sum(piece.length for piece in own)
    return length - sum(piece.length * piece.front for piece in own) / FULL
