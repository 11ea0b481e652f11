"""The idle floor over columns: as `footprint.estimators.cells` has it."""

from __future__ import annotations

import numpy as np

from footprint.estimators.cells import FLOOR_OVER, mean_of_lower_half
from footprint.estimators.columns import Flags, Ints
from footprint.estimators.columns.cells import CellColumns


def floor_over(cells: CellColumns, idle: Flags) -> float:
    """As `cells.floor_over`, W."""
    measured = cells.known & ~cells.estimated
    powers = (_stretches(cells, idle & measured) if idle.any() else []) or _stretches(
        cells, measured
    )
    return mean_of_lower_half(powers)


def _stretches(cells: CellColumns, chosen: Flags) -> list[float]:
    """Mean power of stretches of the chosen cells that are long enough, else of all, W."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]])))
    starts, ends = turns[::2], turns[1::2]
    energy = np.concatenate([[0], np.cumsum(cells.energy)])
    # For each cell, the first that is no longer of the stretch that begins with it.
    beyond = np.searchsorted(cells.edges, cells.edges[:-1] + FLOOR_OVER)
    is_long = beyond[starts] <= ends
    powers: list[float] = []
    for start, end in zip(starts[is_long].tolist(), ends[is_long].tolist(), strict=True):
        at = start
        while at < end and (until := int(beyond[at])) <= end:
            powers.append(_power(cells, energy, at, until))
            at = until
    if powers:
        return powers
    return [_power(cells, energy, *each) for each in zip(starts, ends, strict=True)]


def _power(cells: CellColumns, energy: Ints, start: int, end: int) -> float:
    """Mean power of some cells, W."""
    return int(energy[end] - energy[start]) / int(cells.edges[end] - cells.edges[start])
