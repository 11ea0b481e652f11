"""Bounds: what the meter leaves open of an entry's or a group's energy.

Cell by cell where a cell is held in part; in one go, by running sums, where whole cells are held.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from footprint.estimators.cells import FULL, Segment
from footprint.estimators.sweep import BITS, Lane, Sweep

#: What integer divisions may take off a cell's length, ns.
ROUNDING = 16


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
        estimated = (cell in cells.estimated for cell in range(len(cells.energy)))
        self._estimated_sum = [0, *accumulate(estimated)]
        self._whole = {lane: self._whole_sums(lane) for lane in (line.front, line.back)}
        self._entries: dict[int, list[int]] = {}  # entry -> low, high, ns metered
        self._estimated: set[int] = set()
        self._entry = -1  # the entry whose segments are being taken, and what it holds of cells
        self._parts: dict[int, list[int]] = {}  # cell -> ns held: at least, about, at most
        self._held: dict[int, dict[int, list[int]]] = {}  # group -> cell -> ns held: least, most
        # (group, lane) -> change in how many of its entries hold whole cells, by cell
        self._spans: dict[tuple[int, Lane], dict[int, int]] = {}

    def _whole_sums(self, lane: Lane) -> tuple[list[int], list[int]]:
        """Running sums over cells of the bounds of an entry that is there all the time."""
        lows, highs = [0], [0]
        for cell, energy in enumerate(self._line.cells.energy):
            held = (lane.edge_held[cell + 1] - lane.edge_held[cell]) >> BITS
            low, high = self._part(cell, held, held, max(self._line.cells.slack[cell : cell + 2]))
            alone = lane is self._line.front or not self._line.front.most[cell]
            if alone and cell not in self._line.cells.estimated:
                # Present throughout: its share of the energy is between its least and greatest.
                least, most = FULL / max(lane.most[cell], FULL), FULL / max(lane.least[cell], FULL)
                whole = energy or 0
                low = max(low, whole if least == 1 else int(whole * least) - 1)
                high = min(high, whole if most == 1 else int(whole * most) + 1)
            lows.append(lows[-1] + low)
            highs.append(highs[-1] + max(low, high))
        return lows, highs

    def _part(self, cell: int, least: int, most: int, slack: int) -> tuple[int, int]:
        """Bounds of what an entry used that holds `least` to `most` ns of a cell, +- `slack`."""
        energy, limit = self._line.cells.energy[cell], self._max[cell]
        if energy is None:
            return 0, 0
        width = self._edges[cell + 1] - self._edges[cell]
        if cell in self._line.cells.estimated:
            # Its energy was not measured: anything that the device can draw may have been.
            return 0, int(limit * (most + slack)) if limit is not None else 2 * energy
        if limit is None:
            return (energy if least >= width and not slack else 0), energy
        high = min(
            energy, int(limit * (most + slack + 1)) + 1
        )  # a ns: what is held is rounded down
        low = max(0, energy - int(limit * (width - least + slack)) - 1)
        return min(low, high), high

    def take(self, segment: Segment) -> None:
        """Adds a segment to its entry. An entry's segments come one after the other."""
        if segment.entry != self._entry:
            self.finish()
            self._entry = segment.entry
            self._entries[segment.entry] = [0, 0, 0]
        lane = self._line.lane(segment.background)
        edges, slack = self._edges, self._line.cells.slack
        count = len(edges) - 1
        first = bisect_right(edges, segment.start) - 1
        last = bisect_right(edges, segment.end - 1) - 1
        if count <= 0 or last < 0 or first >= count:
            return
        first, last = max(first, 0), min(last, count - 1)
        # A cell is held whole where it is so wherever within their slack its edges lie.
        whole_from, whole_to = first, last + 1
        while whole_from <= last and edges[whole_from] - slack[whole_from] < segment.start:
            whole_from += 1
        while whole_to > whole_from and edges[whole_to] + slack[whole_to] > segment.end:
            whole_to -= 1
        if segment.density < FULL or whole_from >= whole_to:
            whole_from = whole_to = last + 1
        for cell in range(first, whole_from):
            self._partial(segment, cell, lane)
        for cell in range(whole_to, last + 1):
            self._partial(segment, cell, lane)
        if whole_from < whole_to:
            self._wholes(segment.entry, whole_from, whole_to, lane)
        # Begun just after an edge that may in truth lie later: a little of the cell before it.
        if first > 0 and segment.start < edges[first] + slack[first]:
            self._add_part(first - 1, 0, 0, 0)
        if last + 1 < count and segment.end > edges[last + 1] - slack[last + 1]:
            self._add_part(last + 1, 0, 0, 0)

    def _wholes(self, entry: int, first: int, beyond: int, lane: Lane) -> None:
        """The entry holds these cells from edge to edge."""
        sums = self._entries[entry]
        lows, highs = self._whole[lane]
        sums[0] += lows[beyond] - lows[first]
        sums[1] += highs[beyond] - highs[first]
        sums[2] += self._known_sum[beyond] - self._known_sum[first]
        if self._estimated_sum[beyond] > self._estimated_sum[first]:
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
        least = most = held = held_to - held_from
        if segment.density < FULL:
            # Where within its window it held the device is not known: all of it may lie in here,
            # or as much as has room elsewhere in the window.
            outside = max(0, self._edges[0] - segment.start)
            outside += max(0, segment.end - self._edges[-1])
            window = lane.held[segment.end] - lane.held[segment.start] + (outside << BITS)
            density = segment.density / FULL
            whole = int(window * density)
            least, most = max(0, whole - (window - held)), min(held, whole)
            held = int(held * density)
        self._add_part(cell, least >> BITS, held >> BITS, most >> BITS)
        if self._line.cells.energy[cell] is not None:
            self._entries[segment.entry][2] += (end - start) * segment.density // FULL

    def _add_part(self, cell: int, least: int, held: int, most: int) -> None:
        part = self._parts.setdefault(cell, [0, 0, 0])
        part[0] += least
        part[1] += held
        part[2] += most

    def finish(self) -> None:
        """Bounds the entry whose segments were taken last."""
        if not self._parts:
            return
        entry, slack = self._entry, self._line.cells.slack
        sums = self._entries[entry]
        groups = self._groups.get(entry, ())
        highest = total = widest = 0
        limit = 0.0
        for cell, (least, held, most) in self._parts.items():
            widest = max(widest, slack[cell], slack[cell + 1])
            low, high = self._part(cell, least, most, max(slack[cell], slack[cell + 1]))
            sums[0] += low
            highest += high
            total += held
            bound = self._max[cell]
            limit = math.inf if bound is None else max(limit, bound)
            if cell in self._line.cells.estimated:
                self._estimated.add(entry)
            for group in groups:
                known = self._held.setdefault(group, {}).setdefault(cell, [0, 0])
                known[0] += least
                known[1] += most
        if limit < math.inf:  # wherever it held the device, it did no longer than that in all
            longest = total + 2 * widest + len(self._parts)
            highest = min(highest, int(limit * longest) + len(self._parts))
        sums[1] += highest
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
        held = {cell: list(part) for cell, part in self._held.get(group, {}).items()}
        for lane in (self._line.front, self._line.back):
            whole = 0
            change = self._spans.get((group, lane), {})
            if not change:
                continue
            for cell in range(min(change), max(change)):
                whole += change.get(cell, 0)
                if whole:
                    share = (lane.edge_held[cell + 1] - lane.edge_held[cell]) >> BITS
                    part = held.setdefault(cell, [0, 0])
                    part[0] += whole * share
                    part[1] += whole * share
        low = high = 0
        for cell, (least, most) in held.items():
            width = self._edges[cell + 1] - self._edges[cell]
            slack = cells.slack[cell], cells.slack[cell + 1]
            if (
                least >= width - ROUNDING and cell not in cells.estimated
            ):  # held by the group alone, up to rounding
                energy, limit = cells.energy[cell] or 0, self._max[cell]
                high += energy
                if limit is None:
                    low += energy
                    continue
                # Where the group ends at an edge, it holds the cell only up to the edge's slack.
                loose = sum(
                    each
                    for each, beside in zip(slack, (cell - 1, cell + 1), strict=True)
                    if held.get(beside, (0, 0))[1] == 0
                )
                low += max(0, energy - math.ceil(limit * loose))
                continue
            fewest, greatest = self._part(cell, least, min(most, width), max(slack))
            low += fewest
            high += greatest
        high = min(high, high_sum)
        return min(max(low, low_sum), high), high
