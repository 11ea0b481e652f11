"""A device's cells as columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from footprint.estimators.cells import Cells
from footprint.estimators.columns import Flags, Ints, TooLarge, fits

#: Doubles hold whole numbers exactly up to here.
EXACT = 2.0**53


class CellColumns(NamedTuple):
    """What is known of one device's energy, as `cells.Cells`.

    Attributes:
        edges: instants, ns, strictly increasing; n + 1 of them for n cells.
        energy: nJ in each cell; 0 where it is not known.
        known: whether it is.
        slack: by how much each edge may be off, ns.
        estimated: whether it was filled in from its neighbours.
        max_w: the most the device draws, None where unknown.
    """

    edges: Ints
    energy: Ints
    known: Flags
    slack: Ints
    estimated: Flags
    max_w: float | None = None

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.energy)

    def lengths(self) -> tuple[int, int]:
        """For how long the energy is known, and for how long it is not, ns."""
        missing = int(np.diff(self.edges)[~self.known].sum())
        return self.present_ns() - missing, missing

    def present_ns(self) -> int:
        """From the first edge to the last, ns."""
        return int(self.edges[-1] - self.edges[0]) if self.size else 0

    def metered_nj(self) -> int:
        """What is known of all cells, nJ."""
        return int(self.energy.sum())

    def estimated_nj(self) -> int:
        """What of it was filled in, nJ."""
        return int(self.energy[self.estimated].sum())

    def plain(self) -> Cells:
        """The same as lists."""
        energy: list[int | None] = self.energy.tolist()
        for cell in np.flatnonzero(~self.known).tolist():
            energy[cell] = None
        estimated = frozenset(np.flatnonzero(self.estimated).tolist())
        return Cells(self.edges.tolist(), energy, self.slack.tolist(), self.max_w, estimated)


def cell_columns(cells: Cells | CellColumns) -> CellColumns:
    """Cells as columns. Raises TooLarge where a cell's energy is more than a double holds."""
    found = cells if isinstance(cells, CellColumns) else _from_lists(cells)
    fits("the energy of a cell", found.energy, EXACT)
    fits("a device's energy", found.energy.astype(np.float64).sum(keepdims=True), 2.0**62)
    return found


def _from_lists(cells: Cells) -> CellColumns:
    count = len(cells.energy)
    estimated = np.zeros(count, bool)
    estimated[sorted(cells.estimated)] = True
    try:
        energy = np.fromiter((each or 0 for each in cells.energy), np.int64, count)
    except OverflowError:
        raise TooLarge("the energy of a cell") from None
    return CellColumns(
        np.array(cells.edges, np.int64),
        energy,
        np.fromiter((each is not None for each in cells.energy), bool, count),
        np.array(cells.slack, np.int64),
        estimated,
        cells.max_w,
    )


def part_of(amounts: Ints, part: Ints, whole: Ints) -> Ints:
    """amounts * part // whole, exactly; none of them is negative, and part is at most whole."""
    whole_too = part == whole
    if whole_too.all():
        return amounts
    found = np.where(whole_too, amounts, 0)
    fits = ~whole_too & (amounts.astype(np.float64) * part < 2.0**62)
    found[fits] = amounts[fits] * part[fits] // whole[fits]
    rest = np.flatnonzero(~whole_too & ~fits)
    for at, amount, some, every in zip(
        rest.tolist(),
        amounts[rest].tolist(),
        part[rest].tolist(),
        whole[rest].tolist(),
        strict=True,
    ):
        found[at] = amount * some // every
    return found
