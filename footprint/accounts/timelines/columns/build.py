"""From what all writers saw of one device to its timeline, over columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from footprint.accounts.timelines import build as reference
from footprint.accounts.timelines.columns import Unusual
from footprint.accounts.timelines.columns.fills import filled
from footprint.accounts.timelines.columns.merge import merge
from footprint.accounts.timelines.columns.period import period_ns
from footprint.accounts.timelines.columns.pieces import Pieces, Tiers, joined, of_run
from footprint.accounts.timelines.columns.place import place
from footprint.accounts.timelines.columns.points import Points, Windows
from footprint.accounts.timelines.columns.timeline import TimelineColumns, of_pieces
from footprint.accounts.timelines.columns.windows import with_windows
from footprint.model import Device

#: A run counts less than this, uJ, whatever its wraps add up to: in nJ it fits into 64 bits.
_MOST_UJ = 2**53


def build(
    device: Device,
    points: Points,
    windows: Sequence[Windows],
    since: int | None = None,
    until: int | None = None,
) -> TimelineColumns:
    """A device's timeline, as `build.build` makes it of the same readings."""
    try:
        return _build(device, points, windows, since, until)
    except Unusual:
        plain = [rows.plain() for rows in windows]
        return TimelineColumns.of(reference.build(device, points.plain(), plain, since, until))


def _build(
    device: Device,
    points: Points,
    windows: Sequence[Windows],
    since: int | None,
    until: int | None,
) -> TimelineColumns:
    wrap = None if device.wrap_nj is None else device.wrap_nj // 1000
    runs = merge(points, wrap, device.max_w)
    if any(int(run.raw_uj[-1] - run.raw_uj[0]) >= _MOST_UJ for run in runs):
        raise Unusual("a counter that wrapped too often")
    period = None
    if device.kind == "gpu" and runs:
        low, high = (np.concatenate(each) for each in zip(*(run[:2] for run in runs), strict=True))
        period = period_ns(low, high)
    own = Tiers.of(device).own
    found: list[Pieces] = []
    after: int | None = None
    for index, run in enumerate(runs):
        edge, slack = place(run.low, run.high, period)
        # A counter that is seen at 0 has started again just now: no edge of its clock.
        known = slice(1 if index and run.size > 1 and not run.raw_uj[0] else 0, None)
        pieces = of_run(run.at(known), (edge[known], slack[known]), own, windows, after)
        if pieces.size:
            found.append(pieces)
            after = int(pieces.end[-1])
    whole = joined(found) if found else Pieces.from_rows([], Tiers.of(device))
    if windows:
        whole = with_windows(whole, windows)
    if whole.size:
        whole = filled(whole, device, since, until, period)
    return of_pieces(device, whole)
