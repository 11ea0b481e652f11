"""Stretches of a timeline under construction: of runs of points, and of windows between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from footprint.accounts.timelines.points import Point, Window
from footprint.model import Device

#: A counter that shows so much less than integrated power, over at least so long, stood still.
STUCK_FACTOR, STUCK_FROM = 2, 300_000_000


#: (start, end, nJ or None, slack at start, slack at end, tier, estimated)
Piece = tuple[int, int, int | None, int, int, str, bool]


class Build:
    """Cells under construction."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []

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


def add_run(
    run: Sequence[Point],
    placed: Sequence[tuple[int, int]],
    device: Device,
    windows: Sequence[Sequence[Window]],
    built: Build,
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
        if not stood_still(at, edge, energy, windows):
            built.add(at, edge, energy, (slack, edge_slack), device.tier)
        at, slack, raw = edge, edge_slack, point.raw_uj
    rest = (run[-1].raw_uj - raw) * 1000
    if rest and len(built.pieces) > count:  # the last edges of all: with the cell before them
        start, end, energy_nj, *more = built.pieces[-1]
        built.pieces[-1] = (start, end, (energy_nj or 0) + rest, *more)  # type: ignore[assignment]


def stood_still(start: int, end: int, energy: int, windows: Sequence[Sequence[Window]]) -> bool:
    """Whether a counter missed most of what integrated power shows for the same time."""
    if end - start < STUCK_FROM:
        return False
    for rows in windows:
        inside = [row for row in rows if row.start < end and row.end > start]
        covered = sum(min(row.end, end) - max(row.start, start) for row in inside)
        if covered >= (end - start) // 2:
            drawn = sum(row.energy_nj for row in inside) * (end - start) // covered
            return energy * STUCK_FACTOR < drawn
    return False


def with_windows(built: Build, windows: Sequence[Sequence[Window]]) -> list[Piece]:
    """Windows where there is no counter; of several writers, the one that covers most first."""
    taken = built.pieces
    ranked = sorted(windows, key=lambda rows: -sum(row.end - row.start for row in rows))
    for rows in ranked:
        taken = _between(taken, rows)
    return taken


def _between(pieces: Sequence[Piece], rows: Sequence[Window]) -> list[Piece]:
    """The pieces, and of the windows what lies between them."""
    result: list[Piece] = list(pieces)
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
