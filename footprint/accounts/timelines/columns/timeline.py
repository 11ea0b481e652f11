"""One device's timeline as columns: as `timeline.Timeline`, number for number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from footprint.accounts.timelines.columns import Unusual
from footprint.accounts.timelines.columns.pieces import Pieces, Tiers
from footprint.accounts.timelines.timeline import Timeline
from footprint.estimators.columns import Flags, Ints
from footprint.estimators.columns.cells import CellColumns, cell_columns, part_of
from footprint.model import Device


class TimelineColumns(NamedTuple):
    """A device's cells, and the tier of each by its number in `names`."""

    device: Device
    cells: CellColumns
    tier: Ints
    names: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        """Whether it says the same as another one, or as the reference's."""
        if not isinstance(other, Timeline | TimelineColumns):
            return NotImplemented
        return self.plain() == other.plain()

    def __hash__(self) -> int:
        return hash((self.device, self.cells.size))

    @classmethod
    def of(cls, timeline: Timeline) -> TimelineColumns:
        """From the reference's. Raises TooLarge."""
        names = Tiers.of(timeline.device).names
        tier = np.array([names.index(each) for each in timeline.tiers], np.int64)
        return cls(timeline.device, cell_columns(timeline.cells), tier, names)

    def plain(self) -> Timeline:
        """As the reference has it."""
        tiers = tuple(map(self.names.__getitem__, self.tier.tolist()))
        return Timeline(self.device, self.cells.plain(), tiers)

    def tiers_present(self) -> list[str]:
        """The tiers of cells whose energy is known, by name."""
        names = (self.names[tier] for tier in np.unique(self.tier).tolist())
        return sorted(name for name in names if name)

    def is_of(self, tier: str) -> Flags:
        """The cells of a tier."""
        found: Flags = self.tier == self.names.index(tier)
        return found

    def with_energy(self, energy: Ints) -> CellColumns:
        """The cells with a part of their energy."""
        return self.cells._replace(energy=energy)

    def beyond(self, parts: Sequence[TimelineColumns]) -> TimelineColumns:
        """This timeline less what others show of the same time; never below 0 in a cell."""
        start, end = self.cells.edges[:-1], self.cells.edges[1:]
        inside = np.zeros_like(start)
        for part in parts:
            inside += part.energies_nj(start, end)
        left = np.where(self.cells.known, np.maximum(self.cells.energy - inside, 0), 0)
        return self._replace(cells=self.cells._replace(energy=left))

    def energy_nj(self, start: int, end: int) -> int:
        """What was metered between two instants, cells that are cut in proportion."""
        return int(self.energies_nj(np.array([start]), np.array([end]))[0])

    def energies_nj(self, start: Ints, end: Ints) -> Ints:
        """`energy_nj` of many stretches, none of which ends before it begins."""
        cells = self.cells
        if not cells.size:
            return np.zeros(len(start), np.int64)
        edges = cells.edges
        start, end = np.clip(start, edges[0], edges[-1]), np.clip(end, edges[0], edges[-1])
        first = np.minimum(np.searchsorted(edges, start, "right"), cells.size) - 1
        last = np.maximum(np.searchsorted(edges, end), 1) - 1
        sums = np.concatenate([[0], np.cumsum(cells.energy)])
        within = first >= last  # one cell holds the whole stretch
        found: Ints = sums[last] - sums[np.minimum(first + 1, last)]
        ahead = np.where(within, end, edges[first + 1]) - start
        found += part_of(cells.energy[first], np.maximum(ahead, 0), np.diff(edges)[first])
        behind = np.where(within, 0, end - edges[last])
        found += part_of(cells.energy[last], behind, np.diff(edges)[last])
        return found

    def without(self, unknown: Sequence[tuple[int, int]]) -> TimelineColumns:
        """The timeline with the cells that touch these stretches as not known, whole."""
        if not unknown or not self.cells.size:
            return self
        cells = self.cells
        lost = np.zeros(cells.size, bool)
        for start, end in unknown:
            first = max(0, int(np.searchsorted(cells.edges, start, "right")) - 1)
            lost[first : int(np.searchsorted(cells.edges, end))] = True
        kept = cells._replace(
            energy=np.where(lost, 0, cells.energy),
            known=cells.known & ~lost,
            estimated=cells.estimated & ~lost,
        )
        return self._replace(cells=kept, tier=np.where(lost, self.names.index(""), self.tier))

    def within(self, since: int | None, until: int | None) -> TimelineColumns:
        """The part between two instants; a cell that is cut keeps its energy in proportion."""
        cells, edges = self.cells, self.cells.edges
        if (since is None and until is None) or not cells.size:
            return self
        left = int(edges[0]) if since is None else max(int(edges[0]), since)
        right = int(edges[-1]) if until is None else min(int(edges[-1]), until)
        if right <= left:
            none = slice(0, 0)
            return self._replace(cells=_part(cells, none, none), tier=self.tier[none])
        first = int(np.searchsorted(edges, left, "right")) - 1
        last = int(np.searchsorted(edges, right))
        part = _part(cells, slice(first, last), slice(first, last + 1))
        whole = np.diff(part.edges)
        part.edges[0], part.edges[-1] = left, right
        energy = part_of(part.energy, np.diff(part.edges), whole)
        return self._replace(cells=part._replace(energy=energy), tier=self.tier[first:last])


def _part(cells: CellColumns, own: slice, edges: slice) -> CellColumns:
    """Some of the cells; their edges may be changed."""
    return CellColumns(
        cells.edges[edges].copy(),
        cells.energy[own],
        cells.known[own],
        cells.slack[edges],
        cells.estimated[own],
        cells.max_w,
    )


def of_pieces(device: Device, pieces: Pieces) -> TimelineColumns:
    """A timeline of pieces, each of which begins where the one before is over. Raises Unusual."""
    names = Tiers.of(device).names
    if not pieces.size:
        none, no = np.zeros(0, np.int64), np.zeros(0, bool)
        return TimelineColumns(
            device, CellColumns(none, none, no, none, no, device.max_w), none, names
        )
    edges = np.concatenate([pieces.start[:1], pieces.end])
    if (edges[1:] <= edges[:-1]).any():
        raise Unusual("pieces that are out of order")
    between = np.maximum(pieces.slack_end[:-1], pieces.slack_start[1:])
    slack = np.concatenate([pieces.slack_start[:1], between, pieces.slack_end[-1:]])
    cells = CellColumns(edges, pieces.energy, pieces.known, slack, pieces.estimated, device.max_w)
    return TimelineColumns(device, cells, pieces.tier, names)
