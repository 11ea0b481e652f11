"""Energy of integrated power between the pieces of a counter: as `pieces.with_windows` has it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from footprint.accounts.timelines.columns import Unusual
from footprint.accounts.timelines.columns.pieces import Pieces, joined
from footprint.accounts.timelines.columns.points import Windows
from footprint.estimators.columns import Ints
from footprint.estimators.columns.cells import part_of


def with_windows(pieces: Pieces, windows: Sequence[Windows]) -> Pieces:
    """Windows where there is no counter; of several writers, the one that covers most first.

    Raises Unusual where pieces or a writer's windows overlap.
    """
    for rows in sorted(windows, key=lambda rows: -int((rows.end - rows.start).sum())):
        pieces = _between(pieces, rows)
    return pieces


def _between(pieces: Pieces, rows: Windows) -> Pieces:
    rows = rows.at(np.argsort(rows.start, kind="stable"))
    if not pieces.in_order() or (rows.start[1:] < rows.end[:-1]).any():
        raise Unusual("windows that overlap")
    # Gap i lies before piece i; a window may touch several.
    gap_start = np.concatenate([[-_FAR], pieces.end])
    gap_end = np.concatenate([pieces.start, [_FAR]])
    first = np.searchsorted(pieces.end, rows.start, "right")
    last = np.searchsorted(pieces.start, rows.end, "left")
    count = np.maximum(last - first + 1, 0)
    row = np.repeat(np.arange(rows.size), count)
    gap = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    start = np.maximum(rows.start[row], gap_start[gap])
    end = np.minimum(rows.end[row], gap_end[gap])
    free = end > start
    row, start, end = row[free], start[free], end[free]
    found = _pieces(rows.at(row), start, end)
    if not pieces.size:
        return found
    both = joined([pieces, found])
    return both.at(np.argsort(both.start, kind="stable"))


#: Beyond any instant, ns.
_FAR = 2**62


def _pieces(rows: Windows, start: Ints, end: Ints) -> Pieces:
    energy = part_of(rows.energy_nj, end - start, rows.end - rows.start)
    none = np.zeros(len(start), np.int64)
    return Pieces.of(start, end, energy, (none, none), rows.tier)
