"""One device's timeline: its cells, and how each came about."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from footprint.accounts.timelines.pieces import Piece
from footprint.estimators.attribution import Cells
from footprint.model import Device


class Timeline(NamedTuple):
    """A device's cells, and the tier of each."""

    device: Device
    cells: Cells
    tiers: tuple[str, ...]

    def plain(self) -> Timeline:
        """This one, whose cells are lists."""
        return self

    def beyond(self, parts: Sequence[Timeline]) -> Timeline:
        """This timeline less what others show of the same time; never below 0 in a cell."""
        left: list[int | None] = []
        for cell, energy in enumerate(self.cells.energy):
            start, end = self.cells.edges[cell], self.cells.edges[cell + 1]
            inside = sum(part.energy_nj(start, end) for part in parts)
            left.append(None if energy is None else max(0, energy - inside))
        return self._replace(cells=self.cells._replace(energy=left))

    def energy_nj(self, start: int, end: int) -> int:
        """What was metered between two instants, cells that are cut in proportion."""
        cells = self.cells
        total = 0
        at = max(0, bisect_right(cells.edges, start) - 1)
        while at < len(cells.energy) and cells.edges[at] < end:
            left, right = cells.edges[at], cells.edges[at + 1]
            inside = min(right, end) - max(left, start)
            if inside > 0:
                total += (cells.energy[at] or 0) * inside // (right - left)
            at += 1
        return total

    def without(self, unknown: Sequence[tuple[int, int]]) -> Timeline:
        """The timeline with the cells that touch these stretches as not known, whole.

        A cell that a stretch cuts is one reading: what it says of its other part is void too.
        """
        if not unknown or not self.tiers:
            return self
        edges, energy, tiers = self.cells.edges, list(self.cells.energy), list(self.tiers)
        for start, end in unknown:
            first = max(0, bisect_right(edges, start) - 1)
            for cell in range(first, min(bisect_left(edges, end), len(energy))):
                energy[cell], tiers[cell] = None, ""
        estimated = frozenset(cell for cell in self.cells.estimated if energy[cell] is not None)
        cells = self.cells._replace(energy=energy, estimated=estimated)
        return self._replace(cells=cells, tiers=tuple(tiers))

    def within(self, since: int | None, until: int | None) -> Timeline:
        """The part between two instants; a cell that is cut keeps its energy in proportion."""
        if (since is None and until is None) or not self.tiers:
            return self
        pieces: list[Piece] = []
        cells = self.cells
        for cell, energy in enumerate(cells.energy):
            start, end = cells.edges[cell], cells.edges[cell + 1]
            left = start if since is None else max(start, since)
            right = end if until is None else min(end, until)
            if right <= left:
                continue
            part = energy if energy is None else energy * (right - left) // (end - start)
            slack = cells.slack[cell], cells.slack[cell + 1]
            flag = cell in cells.estimated
            pieces.append((left, right, part, *slack, self.tiers[cell], flag))
        return of_pieces(self.device, pieces)


def of_pieces(device: Device, pieces: Sequence[Piece]) -> Timeline:
    if not pieces:
        return Timeline(device, Cells([], [], [], device.max_w), ())
    edges = [pieces[0][0], *(piece[1] for piece in pieces)]
    between = [max(piece[4], following[3]) for piece, following in pairwise(pieces)]
    slack = [pieces[0][3], *between, pieces[-1][4]]
    cells = Cells(
        edges,
        [piece[2] for piece in pieces],
        slack,
        device.max_w,
        frozenset(index for index, piece in enumerate(pieces) if piece[6]),
    )
    return Timeline(device, cells, tuple(piece[5] for piece in pieces))
