"""Holes, over columns: as `fills.filled` has them."""

from __future__ import annotations

from itertools import starmap

import numpy as np

from footprint.accounts.timelines.columns.pieces import Pieces, Tiers, joined
from footprint.accounts.timelines.fills import (
    AFTER,
    BEFORE,
    FIRST,
    LAST,
    first_moments,
    hole,
    last_moments,
)
from footprint.model import Device


def filled(
    pieces: Pieces, device: Device, since: int | None, until: int | None, period: float | None
) -> Pieces:
    """The pieces, which are in order, without holes; there is one at least."""
    tiers = Tiers.of(device)
    at = np.flatnonzero(pieces.start[1:] > pieces.end[:-1]) + 1
    holes = [
        hole(
            pieces.rows(slice(max(0, index - BEFORE), index), tiers),
            pieces.rows(slice(index, index + AFTER), tiers),
            device,
        )
        for index in at.tolist()
    ]
    first = first_moments(pieces.rows(slice(0, FIRST), tiers), device, since)
    last = last_moments(pieces.rows(slice(-LAST, None), tiers), device, until, period)
    if holes:
        found = zip(pieces, Pieces.from_rows(holes, tiers), strict=True)
        pieces = Pieces(*starmap(lambda own, more: np.insert(own, at, more), found))
    parts = [Pieces.from_rows(first, tiers), pieces, Pieces.from_rows(last, tiers)]
    return joined([part for part in parts if part.size])
