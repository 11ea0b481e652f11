"""A device's books by hour of UTC: what was metered in each, and whose it was, in whole nJ.

A cell that an hour cuts has its energy on either side by time. Energy up to an instant is rounded
down once, so that the hours are differences of one rising sum: they add up to the whole exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from footprint.accounts.days import Clock
from footprint.estimators.cells import Cells
from footprint.model import NS_PER_S

if TYPE_CHECKING:
    from footprint.estimators.columns.cells import CellColumns

HOUR_NS = 3_600 * NS_PER_S


class Hour(NamedTuple):
    """One device's books within an hour: metered = attributed + idle + unattributed.

    `covered_ns`: for how long of it the device's energy is known.
    """

    attributed_nj: int = 0
    idle_nj: int = 0
    unattributed_nj: int = 0
    covered_ns: int = 0

    @property
    def metered_nj(self) -> int:
        """All that was metered."""
        return self.attributed_nj + self.idle_nj + self.unattributed_nj

    def plus(self, other: Hour) -> Hour:
        return Hour(
            self.attributed_nj + other.attributed_nj,
            self.idle_nj + other.idle_nj,
            self.unattributed_nj + other.unattributed_nj,
            self.covered_ns + other.covered_ns,
        )


#: By hour, counted from 1970-01-01 00:00 UTC.
Hours = Mapping[int, Hour]


def merged(one: Hours, other: Hours) -> dict[int, Hour]:
    """The sum of two devices' hours, or of two times of one."""
    found = dict(one)
    for hour, own in other.items():
        found[hour] = found[hour].plus(own) if hour in found else own
    return found


class Clockwork:
    """The hours that a device's cells lie in, on its boot's clock.

    Args:
        clock: the boot's.
        edges: of the cells, ns.

    Attributes:
        first: the hour that the first cell begins in.
        instants: where it begins, where each later hour does, and where the last cell ends. Where
            UTC was set, an hour may be longer or shorter than one, or of no length.
    """

    def __init__(self, clock: Clock, edges: Any) -> None:
        begin, end = int(edges[0]), int(edges[-1])
        self.first = clock.utc_ns(begin) // HOUR_NS
        last = max(self.first, clock.utc_ns(end - 1) // HOUR_NS)
        starts = (clock.boot_ns(hour * HOUR_NS) for hour in range(self.first + 1, last + 1))
        inside = accumulate((min(at, end) for at in starts), max, initial=begin)
        self.instants = [*inside, end]
        self._edges = edges
        self._cells = [
            min(max(0, bisect_right(edges, at) - 1), len(edges) - 2) for at in self.instants
        ]

    def sums(self, amounts: Sequence[int]) -> list[int]:
        """Amounts of cells by hour; they add up to what the cells do."""
        before = _running(amounts)
        return [after - at for at, after in pairwise(self._up_to(before, amounts))]

    def _up_to(self, before: Sequence[int], amounts: Sequence[int]) -> Iterator[int]:
        for at, cell in zip(self.instants, self._cells, strict=True):
            left, right = int(self._edges[cell]), int(self._edges[cell + 1])
            part = int(amounts[cell]) * (at - left) // (right - left)
            yield int(before[cell]) + part


def _running(amounts: Sequence[int]) -> Sequence[int]:
    """Sums of all amounts before each one."""
    if isinstance(amounts, list):
        return list(accumulate(amounts, initial=0))
    import numpy as np

    sums: Any = np.concatenate([[0], np.cumsum(amounts)])
    return cast(Sequence[int], sums)


def energies(cells: Cells | CellColumns) -> Sequence[int]:
    """The energy of cells, nJ; 0 where it is not known."""
    if isinstance(cells, Cells):
        return [each or 0 for each in cells.energy]
    return cast(Sequence[int], cells.energy)


def known_ns(cells: Cells | CellColumns) -> Sequence[int]:
    """How long each cell is where its energy is known, else 0; ns."""
    if isinstance(cells, Cells):
        pairs = zip(pairwise(cells.edges), cells.energy, strict=True)
        return [0 if energy is None else end - start for (start, end), energy in pairs]
    import numpy as np

    lengths: Any = np.where(cells.known, np.diff(cells.edges), 0)
    return cast(Sequence[int], lengths)


def known_stretches(cells: Cells | CellColumns) -> list[tuple[int, int]]:
    """The stretches in which the energy is known, on the boot's clock; no two of them meet."""
    edges = cells.edges
    if isinstance(cells, Cells):
        known = [energy is not None for energy in cells.energy]
        turns = [
            at
            for at in range(len(known) + 1)
            if (at > 0 and known[at - 1]) != (at < len(known) and known[at])
        ]
    else:
        import numpy as np

        padded = np.concatenate([[False], cells.known, [False]])
        turns = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    found = (int(edges[at]) for at in turns)
    return list(zip(found, found, strict=True))


def hours(
    clockwork: Clockwork,
    metered: Sequence[int],
    attributed: tuple[int, Sequence[int]],
    idle: tuple[int, Sequence[int]],
    covered: Sequence[int],
) -> dict[int, Hour]:
    """A device's hours.

    Args:
        metered: by hour, nJ.
        attributed, idle: the whole of each, which the hours add up to; and what is known of its
            hours, as good as cells that are cut and rounded down tell.
        covered: by hour, ns.
    """
    own = shared(attributed[0], attributed[1], metered)
    left = [whole - part for whole, part in zip(metered, own, strict=True)]
    at_rest = shared(idle[0], idle[1], left)
    columns = zip(metered, own, at_rest, covered, strict=True)
    made = (Hour(a, i, m - a - i, c) for m, a, i, c in columns)
    return {clockwork.first + at: each for at, each in enumerate(made) if any(each)}


def shared(whole: int, rough: Sequence[int], most: Sequence[int]) -> list[int]:
    """A whole in parts near what is known of them, none below 0 or above its most.

    The whole must be at least 0 and at most the sum of `most`. What the parts are off by together
    goes to the largest of those with room for it, then to the next.
    """
    found = [max(0, min(part, limit)) for part, limit in zip(rough, most, strict=True)]
    off = whole - sum(found)
    for at in sorted(range(len(found)), key=lambda at: (-most[at], at)):
        step = min(off, most[at] - found[at]) if off > 0 else max(off, -found[at])
        found[at] += step
        off -= step
    return found
