"""One device's timeline: what all writers saw of it, merged into cells.

Two processes that read one counter saw the same values: their points merge by value, and the edge
lies where both allow. A point whose edge is not known well (a first read, a read that came late) is
placed by the counter's period, counted from a neighbour that is. Where the counter started again,
or was not read for a moment, the cell is filled in from its neighbours and flagged as estimated;
where it was gone for longer, the energy is missing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from footprint.estimators.attribution import Cells
from footprint.ledger.format import NO_LAG
from footprint.model import NS_PER_S, Device

_MS = 1_000_000
#: An edge known this well needs no help from the period, ns.
_PINNED = 8 * _MS
#: Edges further apart than this do not tell the period, ns.
_LONGEST_PERIOD = 300 * _MS
#: How regular a counter's edges are: off by a share of the period, and more.
_JITTER_SHARE = 0.002
#: A hole up to this long is filled in from its neighbours, ns.
FILL = NS_PER_S
#: The start of a program, before its drivers answered, is filled in up to this length, ns.
FILL_START = 5 * NS_PER_S // 2
#: After the last reading, energy is carried on for so long, ns.
FILL_END = 400 * _MS
#: A counter that shows so much less than integrated power, over at least so long, stood still.
_STUCK_FACTOR, _STUCK_FROM = 2, 300 * _MS
#: How much of the neighbourhood a fill is taken from, ns.
_AROUND = NS_PER_S


def median(values: Iterable[float]) -> float:
    """The middle one; of an even number the upper of the two. (statistics takes 8 ms to import.)"""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


class Point(NamedTuple):
    """A counter showed `raw_uj` for the first time between `low` and `high`."""

    low: int
    high: int
    raw_uj: int
    epoch: int
    writer: int


class Window(NamedTuple):
    """Energy between two instants, from one writer's integrated power."""

    start: int
    end: int
    energy_nj: int
    tier: str


class Timeline(NamedTuple):
    """A device's cells, and the tier of each."""

    device: Device
    cells: Cells
    tiers: tuple[str, ...]

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
        pieces: list[_Piece] = []
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
        return _timeline(self.device, pieces)


def read_points(
    rows_by_writer: Sequence[Iterable[tuple[int, int, int, int]]],
) -> list[Point]:
    """Points of one device from (epoch, lag_us, t, raw_uj) rows of each writer, by time."""
    points = [
        Point(t - (lag_us * 1000 if lag_us != NO_LAG else 10 * NS_PER_S), t, raw, epoch, writer)
        for writer, rows in enumerate(rows_by_writer)
        for epoch, lag_us, t, raw in rows
    ]
    points.sort(key=itemgetter(1, 2))
    return points


class _Seen(NamedTuple):
    """What a writer saw last, and in which run; `offset` is what its wraps add up to."""

    run: int
    epoch: int
    raw_uj: int
    offset: int


def merge(points: Sequence[Point], wrap_uj: int | None, max_w: float | None) -> list[list[Point]]:
    """Runs of points within which the counter only grew; one point for each value.

    Each writer tells for itself when the counter started again or wrapped; the first that sees it
    begins the new run, the others follow. A read that came late finds its place by its value.
    """
    alone = len({point.writer for point in points}) == 1
    if alone and _only_grows(points):
        return [list(points)]
    runs: list[list[Point]] = []
    seen: dict[int, _Seen] = {}
    for point in points:
        before = seen.get(point.writer)
        if not runs:
            at, offset = _begin(runs, point), 0
        elif before is not None and not _restarts(before, point) and _still(runs, before, point):
            at, offset = before.run, before.offset
            value = point._replace(raw_uj=point.raw_uj + offset) if offset else point
            last = runs[at][-1]
            if value.raw_uj > last.raw_uj and value.low >= last.low:  # the usual one
                runs[at].append(value)
            else:
                _put(runs[at], value)
        else:
            at, offset = _follow(runs, before, point, wrap_uj, max_w, _ahead(seen, runs))
        seen[point.writer] = _Seen(at, point.epoch, point.raw_uj, offset)
    return runs


def _only_grows(points: Sequence[Point]) -> bool:
    """Whether each point shows more than the one before, and begins no earlier: the usual case."""
    return all(
        a.raw_uj < b.raw_uj and a.low <= b.low and a.epoch == b.epoch for a, b in pairwise(points)
    )


def _begin(runs: list[list[Point]], point: Point) -> int:
    runs.append([point])
    return len(runs) - 1


def _restarts(before: _Seen, point: Point) -> bool:
    return before.epoch != point.epoch or point.raw_uj < before.raw_uj


def _still(runs: Sequence[Sequence[Point]], before: _Seen, point: Point) -> bool:
    """Whether a writer's run goes on; where another began since, only a late read is of it."""
    following = before.run + 1
    return following == len(runs) or point.high - runs[following][0].high <= _LATE


def _ahead(seen: dict[int, _Seen], runs: list[list[Point]]) -> int:
    """The offset of the writer that is furthest ahead in the last run."""
    return max((each.offset for each in seen.values() if each.run == len(runs) - 1), default=0)


def _follow(
    runs: list[list[Point]],
    before: _Seen | None,
    point: Point,
    wrap_uj: int | None,
    max_w: float | None,
    offset: int,
) -> tuple[int, int]:
    """Takes a writer's first point, or its first after a restart: (run, offset)."""
    at = len(runs) - 1
    run = runs[at]
    last = run[-1]
    here = before is not None and before.run == at
    if wrap_uj is not None:
        if before is not None and before.run == at:
            choices: tuple[int, ...] = (before.offset + wrap_uj,)
        else:
            choices = (offset, offset + wrap_uj, max(0, offset - wrap_uj))
        for choice in choices:
            value = point._replace(raw_uj=point.raw_uj + choice)
            if _late(run, value) or (
                value.raw_uj >= last.raw_uj and _plausible(last, value, max_w)
            ):
                _put(run, value)
                return at, choice
    elif before is not None and not here:  # another writer saw it start again before this one
        if point.raw_uj >= last.raw_uj or _late(run, point):
            _put(run, point)
            return at, 0
    elif (
        _known(run, point) is not None
        or _late(run, point)
        or (point.raw_uj > last.raw_uj and (before is None or _goes_on(last, point, max_w)))
    ):
        _put(run, point)
        return at, 0
    return _begin(runs, point), 0


#: Two writers' reads of one counter are at most so far out of order, ns.
_LATE = 100 * _MS


def _late(run: Sequence[Point], point: Point) -> bool:
    """Whether another writer had read a later value when this read was done."""
    return (
        run[max(-len(run), -8)].raw_uj <= point.raw_uj < run[-1].raw_uj
        and point.high - run[-1].high <= _LATE
    )


def _plausible(last: Point, point: Point, max_w: float | None) -> bool:
    """Whether a device could draw what a counter that wraps would then have counted."""
    elapsed_s = max(point.high - last.low, 1) / NS_PER_S
    return (point.raw_uj - last.raw_uj) / 1e6 <= 2 * (max_w or 1000.0) * elapsed_s


def _known(run: Sequence[Point], point: Point) -> int | None:
    """Where in a run this value stands already, a moment ago."""
    for back in range(1, min(len(run), 8) + 1):
        if run[-back].raw_uj == point.raw_uj:
            return len(run) - back
        if run[-back].raw_uj < point.raw_uj:
            return None
    return None


def _put(run: list[Point], point: Point) -> None:
    """Puts a point where its value belongs, its edge between those of its neighbours."""
    at = len(run)
    while at > 0 and run[at - 1].raw_uj > point.raw_uj:
        at -= 1
    if at > 0 and run[at - 1].raw_uj == point.raw_uj:
        if point.low - run[at - 1].high > _MS:  # read again, and nothing was drawn in between
            run.insert(at, point)
        else:
            run[at - 1] = _both(run[at - 1], point)
        return
    low = max(point.low, run[at - 1].low) if at > 0 else point.low
    high = min(point.high, run[at].high) if at < len(run) else point.high
    if low <= high:
        run.insert(at, point._replace(low=low, high=high))


def _both(one: Point, other: Point) -> Point:
    """The edge lies where both writers allow; where they contradict each other, in the narrower."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    if low > high:
        return min(one, other, key=lambda point: point.high - point.low)
    return one._replace(low=low, high=high)


def _goes_on(last: Point, point: Point, max_w: float | None) -> bool:
    """Whether a counter that was away cannot have started again: it shows too much for that."""
    elapsed_s = max(point.high - last.high, 1) / NS_PER_S
    drawn_j = (point.raw_uj - last.raw_uj) / 1e6
    return max_w is not None and point.raw_uj / 1e6 > max_w * elapsed_s >= drawn_j


#: So many periods apart, two known edges still tell how many there were between them.
_IN_A_ROW = 12


#: An edge tells the period where its bracket is at most this part of it.
_WITHIN = 6


def period_ns(points: Sequence[Point]) -> float | None:
    """The counter's period, from the edges that are known best; None where there are too few.

    On a busy host few edges are known well: wider brackets are then taken too.
    """
    for width in (_PINNED, 2 * _PINNED, 3 * _PINNED):
        pinned = [point for point in points if point.high - point.low <= width]
        steps = sorted(
            (b.low + b.high - a.low - a.high) / 2
            for a, b in pairwise(pinned)
            if 0 < b.high - a.high < _LONGEST_PERIOD
        )
        # Between some of them others were missed: a short step is one period.
        few = 3 if width == _PINNED else 8
        if len(steps) >= few and (width == _PINNED or steps[len(steps) // 10] >= 4 * width):
            break
    else:
        return None
    rough = median(step for step in steps if step < 1.5 * steps[len(steps) // 10])
    # Brackets that are wide beside the period would count one period for two.
    pinned = [point for point in pinned if point.high - point.low <= rough / _WITHIN]
    if len(pinned) <= few:
        return None
    # One step is off by its brackets; many in a row tell the period by what they add up to.
    length = count = 0.0
    for a, b in pairwise(pinned):
        step = (b.low + b.high - a.low - a.high) / 2
        periods = round(step / rough)
        if 0 < periods <= _IN_A_ROW and abs(step - periods * rough) < rough / 4:
            length, count = length + step, count + periods
    return length / count if count else rough


def place(points: Sequence[Point], period: float | None) -> list[tuple[int, int]]:
    """(instant, slack) of each point's edge, in ns."""
    lows = [point.low for point in points]
    highs = [point.high for point in points]
    jitter = None if period is None else _jitter_ns(lows, highs, period)
    if period is not None and jitter is not None:
        _narrow(lows, highs, period, jitter)
    if all(high - low <= _LONGEST_PERIOD for low, high in zip(lows, highs, strict=True)):
        both = zip(lows, highs, strict=True)
        return [((low + high) // 2, (high - low + 1) // 2) for low, high in both]
    placed: list[tuple[int, int]] = []
    for low, high in zip(lows, highs, strict=True):
        if high - low > _LONGEST_PERIOD:  # a first read, and no period to go by
            step = _usual_step(highs)
            placed.append((high - step // 2, step))
        else:
            placed.append(((low + high) // 2, (high - low + 1) // 2))
    return placed


def _usual_step(times: Sequence[int]) -> int:
    """How far apart values were seen, ns; a GPU's usual period where that is not known."""
    steps = [b - a for a, b in pairwise(times) if 0 < b - a < _LONGEST_PERIOD]
    return int(median(steps)) if steps else 100 * _MS


#: The least by which edges are taken to miss whole periods, ns, and as a part of the brackets.
_JITTER, _UNSEEN = 300_000, 3
#: So large a part of what the period says may contradict the reads.
_MISSES = 0.02
#: It is learned from so many edges.
_LEARN_FROM = 2000


def _jitter_ns(lows: list[int], highs: list[int], period: float) -> int | None:
    """By how much the counter's edges may miss whole periods; None: it keeps no such period.

    Brackets hide a jitter of a part of their own width. From there on it is tried from little up:
    what hardly ever contradicts the reads is still too little by up to a factor of two.
    """
    count = min(len(lows), _LEARN_FROM)
    widths = [high - low for low, high in zip(lows, highs, strict=True)]
    # Most edges are only read once, on purpose: what is known of them comes from the others.
    widths = [width for width in widths if width <= _PINNED] or widths
    least = jitter = max(_JITTER, int(median(widths)) // _UNSEEN)
    while jitter < period / 8:
        missed = _narrow(lows[:count], highs[:count], period, jitter)
        if missed <= _MISSES * 4 * count:
            return jitter if jitter == least and not missed else 2 * jitter
        jitter *= 2
    return None


def _narrow(lows: list[int], highs: list[int], period: float, jitter: int) -> int:
    """Narrows each edge's bracket by its neighbours': edges are whole periods apart.

    Gives how often that contradicted what was read.
    """
    missed = 0
    reach = period * (1 + _JITTER_SHARE)
    for index, high in enumerate(highs):
        lows[index] = max(lows[index], int(high - reach) - jitter)
    steps = range(len(lows) - 1)
    widest = period * 0.8
    for order in (steps, reversed(steps)):
        for a in order:
            b = a + 1
            low_a, high_a, low_b, high_b = lows[a], highs[a], lows[b], highs[b]
            # How far apart they may be leaves one whole number of periods, or says nothing.
            count = round((low_b + high_b - low_a - high_a) / 2 / period)
            if not 1 <= count <= 50 or (high_a - low_a + high_b - low_b) / 2 > widest:
                continue
            least = int(count * period * (1 - _JITTER_SHARE)) - jitter
            most = int(count * period * (1 + _JITTER_SHARE)) + jitter
            # Where the two leave nothing, this edge did not keep the period: what was read holds.
            low, high = max(low_b, low_a + least), min(high_b, high_a + most)
            if low <= high:
                lows[b], highs[b] = low_b, high_b = low, high
            else:
                missed += 1
            low, high = max(low_a, low_b - most), min(high_a, high_b - least)
            if low <= high:
                lows[a], highs[a] = low, high
            else:
                missed += 1
    return missed


#: (start, end, nJ or None, slack at start, slack at end, tier, estimated)
_Piece = tuple[int, int, int | None, int, int, str, bool]


class _Build:
    """Cells under construction."""

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []

    def add(
        self,
        start: int,
        end: int,
        energy: int | None,
        slack: tuple[int, int] = (0, 0),
        tier: str = "",
        estimated: bool = False,
    ) -> None:
        if end > start:
            self.pieces.append((start, end, energy, *slack, tier, estimated))


def build(
    device: Device,
    points: Sequence[Point],
    windows: Sequence[Sequence[Window]],
    since: int | None = None,
    until: int | None = None,
) -> Timeline:
    """A device's timeline.

    Args:
        points: all writers' points (`read_points`).
        windows: each writer's windows, by start.
        since: when the first writer started: the first moments are filled in from there.
        until: when the last span ended: the last moments are filled in up to there.
    """
    wrap = None if device.wrap_nj is None else device.wrap_nj // 1000
    runs = merge(points, wrap, device.max_w)
    # Only a GPU's counter moves in steps; a source that is current at every read has no period.
    stepwise = device.kind == "gpu"
    period = period_ns([point for run in runs for point in run]) if stepwise else None
    built = _Build()
    for index, run in enumerate(runs):
        # A counter that is seen at 0 has started again just now: no edge of its clock. Its second
        # value is the first with one, and what lies between is a hole like others.
        known = slice(1 if index and len(run) > 1 and not run[0].raw_uj else 0, None)
        _cells_of(run[known], place(run, period)[known], device, windows, built)
    pieces = _with_windows(built, windows)
    pieces = _filled(pieces, device, since, until, period)
    return _timeline(device, pieces)


def _cells_of(
    run: Sequence[Point],
    placed: Sequence[tuple[int, int]],
    device: Device,
    windows: Sequence[Sequence[Window]],
    built: _Build,
) -> None:
    """The cells between a run's edges."""
    at, slack = placed[0]
    raw = run[0].raw_uj
    count = len(built.pieces)
    if built.pieces:
        at = max(at, built.pieces[-1][1])
    if not windows and not count and all(a[0] < b[0] for a, b in pairwise(placed)):
        # The usual run: nothing to doubt, and every edge after the one before.
        edges, slacks = zip(*placed, strict=True)
        energies = [(b.raw_uj - a.raw_uj) * 1000 for a, b in pairwise(run)]
        tiers, flags = [device.tier] * len(energies), [False] * len(energies)
        built.pieces += zip(
            edges[:-1], edges[1:], energies, slacks[:-1], slacks[1:], tiers, flags, strict=True
        )
        return
    for point, (edge, edge_slack) in zip(run[1:], placed[1:], strict=True):
        if edge <= at:  # two edges that cannot be told apart: their energy stays together
            continue
        energy = (point.raw_uj - raw) * 1000
        if not _stood_still(at, edge, energy, windows):
            built.add(at, edge, energy, (slack, edge_slack), device.tier)
        at, slack, raw = edge, edge_slack, point.raw_uj
    rest = (run[-1].raw_uj - raw) * 1000
    if rest and len(built.pieces) > count:  # the last edges of all: with the cell before them
        start, end, energy_nj, *more = built.pieces[-1]
        built.pieces[-1] = (start, end, (energy_nj or 0) + rest, *more)  # type: ignore[assignment]


def _stood_still(start: int, end: int, energy: int, windows: Sequence[Sequence[Window]]) -> bool:
    """Whether a counter missed most of what integrated power shows for the same time."""
    if end - start < _STUCK_FROM:
        return False
    for rows in windows:
        inside = [row for row in rows if row.start < end and row.end > start]
        covered = sum(min(row.end, end) - max(row.start, start) for row in inside)
        if covered >= (end - start) // 2:
            drawn = sum(row.energy_nj for row in inside) * (end - start) // covered
            return energy * _STUCK_FACTOR < drawn
    return False


def _with_windows(built: _Build, windows: Sequence[Sequence[Window]]) -> list[_Piece]:
    """Windows where there is no counter; of several writers, the one that covers most first."""
    taken = built.pieces
    ranked = sorted(windows, key=lambda rows: -sum(row.end - row.start for row in rows))
    for rows in ranked:
        taken = _between(taken, rows)
    return taken


def _between(pieces: Sequence[_Piece], rows: Sequence[Window]) -> list[_Piece]:
    """The pieces, and of the windows what lies between them."""
    result: list[_Piece] = list(pieces)
    at = 0
    ordered = sorted(pieces)
    for row in sorted(rows):
        start, end = row.start, row.end
        while at < len(ordered) and ordered[at][1] <= start:
            at += 1
        step = at
        while start < end:
            covered = ordered[step] if step < len(ordered) else None
            stop = end if covered is None else min(end, covered[0])
            if stop > start:
                energy = row.energy_nj * (stop - start) // (row.end - row.start)
                result.append((start, stop, energy, 0, 0, row.tier, False))
            if covered is None:
                break
            start = max(start, covered[1])
            step += 1
    result.sort()
    return result


def _filled(
    pieces: list[_Piece], device: Device, since: int | None, until: int | None, period: float | None
) -> list[_Piece]:
    """The pieces without holes: short ones are estimated, long ones are missing."""
    if not pieces:
        return []
    result: list[_Piece] = []
    first = pieces[0]
    if since is not None and 0 < first[0] - since <= FILL_START:
        # The first cell begins where the counter was first read: its width is the least certain.
        result.append(_fill(since, first[0], [], pieces[1:50] or pieces, device))
    for index, piece in enumerate(pieces):
        if result and piece[0] > result[-1][1]:
            start, end = result[-1][1], piece[0]
            if end - start <= FILL:
                result.append(
                    _fill(
                        start,
                        end,
                        pieces[max(0, index - 12) : index],
                        pieces[index : index + 3],
                        device,
                    )
                )
            else:
                result.append((start, end, None, 0, 0, "", False))
        result.append(piece)
    last = pieces[-1]
    reach = max(FILL_END, int(2 * (period or 0)))
    if until is not None and last[1] < until <= last[1] + reach:
        result.append(_fill(last[1], until, pieces[-3:], [], device))
    return result


def _fill(
    start: int, end: int, before: Sequence[_Piece], after: Sequence[_Piece], device: Device
) -> _Piece:
    """A hole filled with the mean power around it."""
    energy = width = 0
    for piece in [
        *(piece for piece in before if piece[0] >= start - _AROUND),
        *(piece for piece in after if piece[1] <= end + _AROUND),
    ] or [*before, *after]:
        if piece[2] is not None:
            energy += piece[2]
            width += piece[1] - piece[0]
    amount = energy * (end - start) // width if width else 0
    return start, end, amount, 0, 0, device.tier, True


def _timeline(device: Device, pieces: Sequence[_Piece]) -> Timeline:
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
