"""From what all writers saw of one device to its timeline."""

from __future__ import annotations

from collections.abc import Sequence

from footprint.accounts.timelines.fills import filled
from footprint.accounts.timelines.merge import merge
from footprint.accounts.timelines.period import period_ns
from footprint.accounts.timelines.pieces import Build, add_run, with_windows
from footprint.accounts.timelines.place import place
from footprint.accounts.timelines.points import Point, Window
from footprint.accounts.timelines.timeline import Timeline, of_pieces
from footprint.model import Device


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
    built = Build()
    for index, run in enumerate(runs):
        # A counter that is seen at 0 has started again just now: no edge of its clock. Its second
        # value is the first with one, and what lies between is a hole like others.
        known = slice(1 if index and len(run) > 1 and not run[0].raw_uj else 0, None)
        add_run(run[known], place(run, period)[known], device, windows, built)
    pieces = with_windows(built, windows)
    pieces = filled(pieces, device, since, until, period)
    return of_pieces(device, pieces)
