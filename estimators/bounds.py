"""Bounds: what the meter leaves open of an entry's or a group's energy.

Cell by cell where a cell is held in part; in one go, by running sums, where whole cells are held.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from footprint.estimators.cells import FULL, Segment
from footprint.estimators.sweep import BITS, Lane, Sweep


class Bounds:
    """Bounds of entries and groups, cell by cell where a cell is held in part, else in one go."""

    def __init__(self, line: Sweep, groups: Mapping[int, Sequence[int]]) -> None:
        self._line = line
        self._groups = groups
        cells = line.cells
        self._edges = cells.edges
        max_w = cells.max_w
        self._max = [
            None if max_w is None else max(max_w, (energy or 0) / max(right - left, 1))
            for energy, (left, right) in zip(cells.energy, pairwise(cells.edges), strict=True)
        ]
        self._known_sum = [
            0,
            *accumulate(
                0 if energy is None else right - left
                for energy, (left, right) in zip(cells.energy, pairwise(cells.edges), strict=True)
            ),
        ]
        self._whole = {lane: self._whole_sums(lane) for lane in (line.front, line.back)}
        self._entries: dict[int, list[int]] = {}  # entry -> low, high, ns metered
        self._estimated: set[int] = set()
        self._entry = -1  # the entry whose segments are being taken, and what it holds of cells
        self._parts: dict[int, int] = {}  # cell -> ns held
        self._held: dict[int, dict[int, int]] = {}  # group -> cell -> ns held
        # (group, lane) -> change in how many of its entries hold whole cells, by cell
        self._spans: dict[tuple[int, Lane], dict[int, int]] = {}

    def _whole_sums(self, lane: Lane) -> tuple[list[int], list[int]]:
        """Running sums over cells of the bounds of an entry that is there all the time."""
        lows, highs = [0], [0]
        for cell, energy in enumerate(self._line.cells.energy):
            held = (lane.edge_held[cell + 1] - lane.edge_held[cell]) >> BITS
            low, high = self._part(cell, held, 0)
            if lane is self._line.front or not self._line.front.most[cell]:
                # Present throughout: its share of the energy is between its least and greatest.
                low = max(low, (energy or 0) * FULL // max(lane.most[cell], FULL))
                high = min(high, (energy or 0) * FULL // max(lane.least[cell], FULL))
            lows.append(lows[-1] + low)
            highs.append(highs[-1] + max(low, high))
        return lows, highs

    def _part(self, cell: int, held: int, slack: int) -> tuple[int, int]:
        """Bounds of what an entry used that holds `held` ns of a cell, +- `slack`."""
        energy, limit = self._line.cells.energy[cell], self._max[cell]
        if energy is None:
            return 0, 0
        width = self._edges[cell + 1] - self._edges[cell]
        if limit is None:
            return (energy if held >= width else 0), energy
        high = min(energy, int(limit * (held + slack)) + 1)
        low = max(0, energy - int(limit * (width - held + slack)) - 1)
        return min(low, high), high

    def take(self, segment: Segment) -> None:
        """Adds a segment to its entry. An entry's segments come one after the other."""
        if segment.entry != self._entry:
            self.finish()
            self._entry = segment.entry
            self._entries[segment.entry] = [0, 0, 0]
        lane = self._line.lane(segment.background)
        edges = self._edges
        count = len(edges) - 1
        first = bisect_right(edges, segment.start) - 1
        last = bisect_right(edges, segment.end - 1) - 1
        if count <= 0 or last < 0 or first >= count:
            return
        first, last = max(first, 0), min(last, count - 1)
        whole_from = first if segment.start <= edges[first] else first + 1
        whole_to = last + 1 if segment.end >= edges[last + 1] else last
        if segment.density < FULL or whole_from >= whole_to:
            for cell in range(first, last + 1):
                self._partial(segment, cell, lane)
            return
        if first < whole_from:
            self._partial(segment, first, lane)
        if whole_to <= last:
            self._partial(segment, last, lane)
        self._wholes(segment.entry, whole_from, whole_to, lane)

    def _wholes(self, entry: int, first: int, beyond: int, lane: Lane) -> None:
        """The entry holds these cells from edge to edge."""
        sums = self._entries[entry]
        lows, highs = self._whole[lane]
        sums[0] += lows[beyond] - lows[first]
        sums[1] += highs[beyond] - highs[first]
        sums[2] += self._known_sum[beyond] - self._known_sum[first]
        if any(first <= cell < beyond for cell in self._line.cells.estimated):
            self._estimated.add(entry)
        for group in self._groups.get(entry, ()):
            change = self._spans.setdefault((group, lane), {})
            change[first] = change.get(first, 0) + 1
            change[beyond] = change.get(beyond, 0) - 1

    def _partial(self, segment: Segment, cell: int, lane: Lane) -> None:
        left, right = self._edges[cell], self._edges[cell + 1]
        start, end = max(segment.start, left), min(segment.end, right)
        if end <= start:
            return
        held_from = lane.edge_held[cell] if start == left else lane.held[start]
        held_to = lane.edge_held[cell + 1] if end == right else lane.held[end]
        held = (held_to - held_from) * segment.density // FULL >> BITS
        self._parts[cell] = self._parts.get(cell, 0) + held
        if self._line.cells.energy[cell] is not None:
            self._entries[segment.entry][2] += (end - start) * segment.density // FULL

    def finish(self) -> None:
        """Bounds the entry whose segments were taken last."""
        if not self._parts:
            return
        entry, slack = self._entry, self._line.cells.slack
        sums = self._entries[entry]
        groups = self._groups.get(entry, ())
        for cell, held in self._parts.items():
            low, high = self._part(cell, held, max(slack[cell], slack[cell + 1]))
            sums[0] += low
            sums[1] += high
            if cell in self._line.cells.estimated:
                self._estimated.add(entry)
            for group in groups:
                cells = self._held.setdefault(group, {})
                cells[cell] = cells.get(cell, 0) + held
        self._parts = {}

    def of(self, entry: int) -> tuple[int, int]:
        """Bounds of an entry."""
        low, high, _ = self._entries.get(entry, (0, 0, 0))
        return low, high

    def metered_ns(self, entry: int) -> int:
        """Active time of an entry in metered cells."""
        return self._entries.get(entry, (0, 0, 0))[2]

    def estimated_nj(self, entry: int, booked: int) -> int:
        """Energy of an entry that touches estimated cells: all of it is flagged."""
        return booked if entry in self._estimated else 0

    def by_group(self) -> dict[int, tuple[int, int]]:
        """Bounds of each group: the tighter of its entries' sums and of itself as one entry."""
        summed: dict[int, list[int]] = {}
        for entry, groups in self._groups.items():
            low, high = self.of(entry)
            for group in groups:
                sums = summed.setdefault(group, [0, 0])
                sums[0] += low
                sums[1] += high
        return {group: self._joint(group, low, high) for group, (low, high) in summed.items()}

    def _joint(self, group: int, low_sum: int, high_sum: int) -> tuple[int, int]:
        """Bounds of a group as if it were one entry."""
        cells = self._line.cells
        held = dict(self._held.get(group, {}))
        for lane in (self._line.front, self._line.back):
            whole = 0
            change = self._spans.get((group, lane), {})
            if not change:
                continue
            for cell in range(min(change), len(cells.energy)):
                whole += change.get(cell, 0)
                if whole:
                    share = (lane.edge_held[cell + 1] - lane.edge_held[cell]) >> BITS
                    held[cell] = held.get(cell, 0) + whole * share
        low = high = 0
        for cell, part in held.items():
            width = self._edges[cell + 1] - self._edges[cell]
            if part >= width - 16:  # held by the group alone, up to rounding
                low += cells.energy[cell] or 0
                high += cells.energy[cell] or 0
                continue
            slack = max(cells.slack[cell], cells.slack[cell + 1])
            least, most = self._part(cell, part, slack)
            low += least
            high += most
        return max(low, low_sum), min(high, high_sum)
