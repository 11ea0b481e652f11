"""What attribution works on: a device's cells, and the segments in which entries were active.

Times are ns and energies nJ, both int.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

#: Density 1, as an integer.
FULL = 1 << 20


class Cells(NamedTuple):
    """What is known of one device's energy.

    Attributes:
        edges: instants, strictly increasing; n + 1 of them for n cells.
        energy: nJ in each cell; None where the device was not metered.
        slack: by how much each edge may be off, ns.
        max_w: the most the device draws, None where unknown.
        estimated: cells whose energy was not measured but filled in from their neighbours.
    """

    edges: Sequence[int]
    energy: Sequence[int | None]
    slack: Sequence[int]
    max_w: float | None = None
    estimated: frozenset[int] = frozenset()

    def lengths(self) -> tuple[int, int]:
        """For how long the energy is known, and for how long it is not, ns."""
        missing = sum(
            self.edges[cell + 1] - self.edges[cell]
            for cell, amount in enumerate(self.energy)
            if amount is None
        )
        return self.present_ns() - missing, missing

    def present_ns(self) -> int:
        """From the first edge to the last, ns."""
        return self.edges[-1] - self.edges[0] if self.energy else 0

    def metered_nj(self) -> int:
        """What is known of all cells, nJ."""
        return sum(each for each in self.energy if each is not None)

    def estimated_nj(self) -> int:
        """What of it was filled in, nJ."""
        return sum(self.energy[each] or 0 for each in self.estimated)


class Segment(NamedTuple):
    """An entry was innermost from `start` to `end` with a density of 1..FULL.

    A `background` entry (a whole run) holds whatever time no other entry holds.
    """

    entry: int
    start: int
    end: int
    density: int = FULL
    background: bool = False


#: The floor is looked for in stretches of at least this length, ns: a single cell's mean power is
#: off by as much as its edges are.
FLOOR_OVER = 500_000_000


def idle_floor_w(cells: Cells, segments: Iterable[Segment]) -> float:
    """The device's idle floor, in W: what it drew in stretches in which nothing was active.

    The mean of the lower half of them: the least alone would be low by what its edges are off.
    Where no cell was idle: the same of all cells, an upper bound. 0 for no cells.
    """
    return floor_over(cells, idle_cells(cells, segments))


def floor_over(cells: Cells, idle: bytes) -> float:
    """As `idle_floor_w`, where it is known which cells are idle (`idle_cells`)."""
    powers = (_stretches(cells, idle) if 1 in idle else []) or _stretches(cells, b"\1" * len(idle))
    return mean_of_lower_half(powers)


def mean_of_lower_half(powers: Iterable[float]) -> float:
    """The mean of the lower half of some powers; 0 for none."""
    ordered = sorted(powers)
    lowest = ordered[: (len(ordered) + 1) // 2]
    return sum(lowest) / len(lowest) if lowest else 0.0


def idle_cells(cells: Cells, segments: Iterable[Segment]) -> bytes:
    """1 for each cell that no segment touches, but for those of background entries."""
    count = len(cells.energy)
    idle = bytearray(b"\1" * count)
    for segment in segments:
        if segment.background:
            continue
        first = max(bisect_right(cells.edges, segment.start) - 1, 0)
        last = min(bisect_right(cells.edges, segment.end - 1), count)
        idle[first:last] = bytes(max(0, last - first))
    return bytes(idle)


def _stretches(cells: Cells, chosen: Sequence[int]) -> list[float]:
    """Mean power of stretches of the chosen cells, in W."""
    powers: list[float] = []
    short: list[float] = []
    energy = width = 0
    for cell, amount in enumerate(cells.energy):
        if amount is not None and chosen[cell] and cell not in cells.estimated:
            energy += amount
            width += cells.edges[cell + 1] - cells.edges[cell]
            if width < FLOOR_OVER:
                continue
            powers.append(energy / width)
        elif width:
            short.append(energy / width)
        energy = width = 0
    if width:
        short.append(energy / width)
    return powers or short
