"""Attribution: who used the energy that a device's meter saw.

Input for one device: *cells*, stretches of time between two instants at which its energy was known,
each with the energy in between; and *segments*, stretches in which an entry (a span, or a fold of
short calls) was innermost, each with a density (1, or the covered part of a fold's window).

    A(t)    sum of the densities of all segments that cover t
    share   an entry of density r holds r / max(1, A(t)) of instant t; idle holds max(0, 1 - A(t))
    P0      the device's idle floor in watts, learned from time in which nothing was active

In a cell of width w and energy e, with T = integral of min(1, A) over it:

    at rest   R (w - T) goes to idle, R being the mean power of the adjoining cells in which nothing
              was active, P0 where there are none
    active    e - R (w - T), at least P0 T and at most P_max T, goes to the time in which something
              was active, shared alike; where nothing was (T = 0), all of e is idle

so an entry that holds S of the cell gets S / T of its active part, and the sum over all entries and
idle is e in every cell: conservation. It is one pass over sorted events with running sums, in
integers, so the result depends neither on the order of the input nor on the number of threads.

**Interval.** What the meter leaves open is how the cell's energy lay within it. With power between
0 and P_max, an entry that holds S of a cell of width w used between e - P_max (w - S) and
P_max S of it, and between the least and the greatest of its shares times e. Edges that are known
to +-u widen S by u. These bounds are forced by the data: no distribution is assumed. The sensor's
gain is not in them: it is one factor for all that a device measured, applied after summing.

Times are ns, energies nJ, both int. The rule for the active part is this project's: why, and what
was tried beside it, is in docs/decisions/0002-attribution.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

#: Density 1, as an integer.
FULL = 1 << 20
#: Fractional bits of the running sums.
_BITS = 40
_SCALE = FULL << _BITS


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


class Segment(NamedTuple):
    """An entry was innermost from `start` to `end` with a density of 1..FULL."""

    entry: int
    start: int
    end: int
    density: int = FULL


class Share(NamedTuple):
    """What an entry used of one device, nJ.

    `metered_ns` is how much of the entry's active time lies in metered cells, `active_ns` all of
    it: where they differ, some of the entry's energy is not known.
    """

    energy_nj: int
    low_nj: int
    high_nj: int
    metered_ns: int
    active_ns: int
    estimated_nj: int = 0


class Attribution(NamedTuple):
    """One device's books: metered = sum of the entries' energy + idle, exactly.

    Attributes:
        entries: share by entry; entries without any active time are missing.
        groups: bounds (low_nj, high_nj) of each group of entries, as if it were one entry.
        metered_nj, idle_nj, estimated_nj: totals.
        floor_w: the idle floor that was used.
    """

    entries: dict[int, Share]
    groups: dict[int, tuple[int, int]]
    metered_nj: int
    idle_nj: int
    estimated_nj: int
    floor_w: float


#: The floor is looked for in stretches of at least this length, ns: a single cell's mean power is
#: off by as much as its edges are.
_FLOOR_OVER = 500_000_000


def idle_floor_w(cells: Cells, segments: Iterable[Segment]) -> float:
    """The device's idle floor: the lowest mean power of a stretch in which nothing was active.

    Where no cell was idle: the lowest mean power of all, an upper bound. 0 for no cells.
    """
    idle = _idle_cells(cells, segments)
    powers = _stretches(cells, idle) or _stretches(cells, b"\1" * len(idle))
    return min(powers, default=0.0)


def _idle_cells(cells: Cells, segments: Iterable[Segment]) -> bytes:
    """1 for each cell that no segment touches."""
    count = len(cells.energy)
    idle = bytearray(b"\1" * count)
    for segment in segments:
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
            if width < _FLOOR_OVER:
                continue
            powers.append(energy / width)
        elif width:
            short.append(energy / width)
        energy = width = 0
    if width:
        short.append(energy / width)
    return powers or short


class _Timeline:
    """Cells and the running sums over them, at the instants where something changes."""

    def __init__(self, cells: Cells, segments: Sequence[Segment], floor_w: float) -> None:
        self.cells = cells
        self.floor_w = floor_w
        times = sorted({t for segment in segments for t in (segment.start, segment.end)})
        change: dict[int, int] = dict.fromkeys(times, 0)
        for segment in segments:
            change[segment.start] += segment.density
            change[segment.end] -= segment.density
        count = len(cells.energy)
        self.cost: dict[int, int] = {}  # running nJ of an entry of density FULL, scaled
        self.held: dict[int, int] = {}  # running ns held by such an entry, scaled
        self.edge_held = [0] * (count + 1)
        self.edge_cost = [0] * (count + 1)
        self.least = [FULL] * count  # least and greatest A within the cell
        self.most = [0] * count
        self.idle = _idle_cells(cells, segments)
        self._sweep(times, change)

    def _sweep(self, times: list[int], change: dict[int, int]) -> None:
        edges = self.cells.edges
        at = 0
        active = 0
        cost = held = 0
        while at < len(times) and edges and times[at] < edges[0]:
            self._mark(times[at], 0, 0)
            active += change[times[at]]
            at += 1
        for cell, (left, right) in enumerate(pairwise(edges)):
            self.edge_cost[cell], self.edge_held[cell] = cost, held
            pieces: list[tuple[int, int, int]] = []  # begin, length, active
            begin = left
            while at < len(times) and times[at] < right:
                t = times[at]
                if t > begin or not pieces:
                    pieces.append((begin, t - begin, active))
                active += change[t]
                begin = t
                at += 1
            pieces.append((begin, right - begin, active))
            cost, held = self._cell(cell, pieces, cost, held)
        self.edge_cost[-1:], self.edge_held[-1:] = [cost], [held]
        for t in times[at:]:
            self._mark(t, cost, held)

    def _cell(
        self, cell: int, pieces: list[tuple[int, int, int]], cost: int, held: int
    ) -> tuple[int, int]:
        width = self.cells.edges[cell + 1] - self.cells.edges[cell]
        energy = self.cells.energy[cell]
        lengths = [(length, load) for _, length, load in pieces if length > 0]
        self.least[cell] = min((load for _, load in lengths), default=0)
        self.most[cell] = max((load for _, load in lengths), default=0)
        price = 0  # nJ for a ns held, scaled
        if energy is not None and self.most[cell]:
            busy = sum(length * min(load, FULL) for length, load in lengths)  # ns * FULL
            price = self._price(cell, energy, width, busy)
        for begin, length, load in pieces:
            self._mark(begin, cost, held)
            share = _SCALE // max(load, FULL)  # of a ns, for density FULL, scaled
            held += length * share
            cost += length * share * price >> _BITS
        return cost, held

    def _price(self, cell: int, energy: int, width: int, busy: int) -> int:
        """nJ for each ns in which something is active, scaled."""
        idle = width * FULL - busy  # ns * FULL
        if idle <= 0:
            return (energy << _BITS) // width
        floor = int(self.floor_w * busy) >> 20
        at_rest = int(self._rest_w(cell) * idle) >> 20
        active = max(energy - at_rest, min(floor, energy * busy // (width * FULL)))
        price = (active * FULL << _BITS) // busy
        if self.cells.max_w is None:
            return price
        # More than the device can draw was not drawn by those few: what is beyond it is idle.
        most = max(self.cells.max_w, energy / width)
        return min(price, int(most * (1 << _BITS)))

    def _rest_w(self, cell: int) -> float:
        """What the device drew in this cell while nothing was active."""
        powers = [
            energy / (self.cells.edges[each + 1] - self.cells.edges[each])
            for each in (cell - 1, cell + 1)
            if 0 <= each < len(self.idle)
            and self.idle[each]
            and (energy := self.cells.energy[each]) is not None
        ]
        return sum(powers) / len(powers) if powers else self.floor_w

    def _mark(self, t: int, cost: int, held: int) -> None:
        self.cost[t] = cost
        self.held[t] = held


def attribute(
    cells: Cells,
    segments: Sequence[Segment],
    floor_w: float | None = None,
    groups: Mapping[int, Sequence[int]] | None = None,
) -> Attribution:
    """Books one device's cells to the entries that were active in them.

    Args:
        cells: the device's energy.
        segments: when each entry was innermost; empty ones are ignored.
        floor_w: the idle floor; None: learned (`idle_floor_w`).
        groups: the groups of each entry, for bounds of sums: what single calls leave open, their
            sum need not.

    Returns integers of nJ that sum to the metered energy exactly.
    """
    segments = [segment for segment in segments if segment.end > segment.start]
    if floor_w is None:
        floor_w = idle_floor_w(cells, segments)
    line = _Timeline(cells, segments, floor_w)
    bounds = _Bounds(line, groups or {})
    energy: dict[int, int] = {}
    active: dict[int, int] = {}
    for segment in segments:
        cost = line.cost[segment.end] - line.cost[segment.start]
        energy[segment.entry] = energy.get(segment.entry, 0) + cost * segment.density
        length = (segment.end - segment.start) * segment.density
        active[segment.entry] = active.get(segment.entry, 0) + length
        bounds.take(segment)
    metered = sum(each for each in cells.energy if each is not None)
    shares: dict[int, Share] = {}
    for entry, amount in energy.items():
        booked = (amount >> _BITS) // FULL
        low, high = bounds.of(entry)
        shares[entry] = Share(
            booked,
            min(low, booked),
            max(high, booked),
            bounds.metered_ns(entry),
            active[entry] // FULL,
            bounds.estimated_nj(entry, booked),
        )
    # Each entry was rounded down to a whole nJ: what that leaves, below one nJ an entry, is idle.
    idle = metered - sum(share.energy_nj for share in shares.values())
    estimated = sum(cells.energy[cell] or 0 for cell in cells.estimated)
    return Attribution(shares, bounds.by_group(), metered, idle, estimated, floor_w)


class _Bounds:
    """Bounds of entries and groups, cell by cell where a cell is held in part, else in one go."""

    def __init__(self, line: _Timeline, groups: Mapping[int, Sequence[int]]) -> None:
        self._line = line
        self._groups = groups
        cells = line.cells
        self._edges = cells.edges
        count = len(cells.energy)
        max_w = cells.max_w
        self._max = [
            None if max_w is None else max(max_w, (energy or 0) / max(right - left, 1))
            for energy, (left, right) in zip(cells.energy, pairwise(cells.edges), strict=True)
        ]
        # An entry that holds a whole cell at density 1: bounds, and their running sums.
        whole = [self._whole(cell) for cell in range(count)]
        self._low_sum = [0, *accumulate(low for low, _ in whole)]
        self._high_sum = [0, *accumulate(high for _, high in whole)]
        self._known_sum = [
            0,
            *accumulate(
                0 if cells.energy[cell] is None else cells.edges[cell + 1] - cells.edges[cell]
                for cell in range(count)
            ),
        ]
        self._entries: dict[int, list[int]] = {}
        self._estimated: dict[int, bool] = {}
        self._held: dict[int, dict[int, int]] = {}  # group -> cell -> ns held
        self._spans: dict[int, dict[int, int]] = {}  # group -> change of whole cells held, by cell

    def _whole(self, cell: int) -> tuple[int, int]:
        line = self._line
        held = (line.edge_held[cell + 1] - line.edge_held[cell]) >> _BITS
        low, high = self._part(cell, held, 0, FULL)
        energy = line.cells.energy[cell] or 0
        # Held throughout: never less than the least share of the cell's energy.
        return max(low, energy * FULL // max(line.most[cell], FULL)), high

    def _part(self, cell: int, held: int, slack: int, density: int) -> tuple[int, int]:
        """Bounds of what an entry used that holds `held` ns of a cell."""
        cells = self._line.cells
        energy = cells.energy[cell]
        if energy is None:
            return 0, 0
        width = self._edges[cell + 1] - self._edges[cell]
        high = energy * min(density, FULL) // max(self._line.least[cell], FULL)
        if density < FULL:
            high = energy  # where in its window it was active is not known
        limit = self._max[cell]
        if limit is None:
            return (energy if held >= width else 0), high
        high = min(high, int(limit * (held + slack)) + 1)
        low = max(0, energy - int(limit * (width - held + slack)) - 1)
        return min(low, high), high

    def take(self, segment: Segment) -> None:
        """Adds one segment's bounds to its entry and group."""
        sums = self._entries.setdefault(segment.entry, [0, 0, 0])
        edges = self._edges
        count = len(edges) - 1
        first = bisect_right(edges, segment.start) - 1
        last = bisect_right(edges, segment.end - 1) - 1
        if count <= 0 or last < 0 or first >= count:
            return
        first, last = max(first, 0), min(last, count - 1)
        if segment.density < FULL:
            for cell in range(first, last + 1):
                self._partial(segment, cell, sums)
            return
        whole_from = first if segment.start <= edges[first] else first + 1
        whole_to = last + 1 if segment.end >= edges[last + 1] else last
        if whole_from >= whole_to:
            for cell in range(first, last + 1):
                self._partial(segment, cell, sums)
            return
        if first < whole_from:
            self._partial(segment, first, sums)
        if whole_to <= last:
            self._partial(segment, last, sums)
        sums[0] += self._low_sum[whole_to] - self._low_sum[whole_from]
        sums[1] += self._high_sum[whole_to] - self._high_sum[whole_from]
        sums[2] += self._known_sum[whole_to] - self._known_sum[whole_from]
        self._note_estimated(segment.entry, whole_from, whole_to)
        for group in self._groups.get(segment.entry, ()):
            change = self._spans.setdefault(group, {})
            change[whole_from] = change.get(whole_from, 0) + 1
            change[whole_to] = change.get(whole_to, 0) - 1

    def _partial(self, segment: Segment, cell: int, sums: list[int]) -> None:
        line = self._line
        left, right = self._edges[cell], self._edges[cell + 1]
        start, end = max(segment.start, left), min(segment.end, right)
        if end <= start:
            return
        held_from = line.held[start] if start in line.held else line.edge_held[cell]
        held_to = line.edge_held[cell + 1] if end == right else line.held[end]
        held = (held_to - held_from) * segment.density // FULL >> _BITS
        slack = max(line.cells.slack[cell], line.cells.slack[cell + 1])
        low, high = self._part(cell, held, slack, segment.density)
        sums[0] += low
        sums[1] += high
        if line.cells.energy[cell] is not None:
            sums[2] += (end - start) * segment.density // FULL
        self._note_estimated(segment.entry, cell, cell + 1)
        for group in self._groups.get(segment.entry, ()):
            cells = self._held.setdefault(group, {})
            cells[cell] = cells.get(cell, 0) + held

    def _note_estimated(self, entry: int, first: int, last: int) -> None:
        estimated = self._line.cells.estimated
        if estimated and any(first <= cell < last for cell in estimated):
            self._estimated[entry] = True

    def of(self, entry: int) -> tuple[int, int]:
        """Bounds of an entry."""
        low, high, _ = self._entries.get(entry, (0, 0, 0))
        return low, high

    def metered_ns(self, entry: int) -> int:
        """Active time of an entry in metered cells."""
        return self._entries.get(entry, (0, 0, 0))[2]

    def estimated_nj(self, entry: int, booked: int) -> int:
        """Energy of an entry that touches estimated cells: all of it is flagged."""
        return booked if self._estimated.get(entry) else 0

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
        line = self._line
        held = dict(self._held.get(group, {}))
        change = self._spans.get(group, {})
        whole = 0
        low = high = 0
        for cell in range(len(line.cells.energy)):
            whole += change.get(cell, 0)
            in_cell = held.get(cell, 0)
            if whole:
                in_cell += whole * ((line.edge_held[cell + 1] - line.edge_held[cell]) >> _BITS)
            if not in_cell:
                continue
            width = self._edges[cell + 1] - self._edges[cell]
            energy = line.cells.energy[cell] or 0
            if in_cell >= width - 16:  # held by the group alone, up to rounding
                low += energy
                high += energy
                continue
            slack = max(line.cells.slack[cell], line.cells.slack[cell + 1])
            least, most = self._part(cell, in_cell, slack, FULL - 1)
            low += least
            high += most
        return max(low, low_sum), min(high, high_sum)
