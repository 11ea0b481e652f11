"""What groups of entries used of one device, over columns.

Everything that is as long as the entries is let go of before the next device's turn comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from footprint.accounts.timelines.columns.timeline import TimelineColumns
from footprint.estimators.columns import Ints
from footprint.estimators.columns.attribution import Device as Attributed
from footprint.estimators.columns.attribution import Groups, booked_by_nj
from footprint.estimators.columns.cells import CellColumns
from footprint.estimators.columns.segments import Segments
from footprint.estimators.columns.sweep import Loads
from footprint.estimators.columns.totals import Shares, Totals, by_label


class Chosen(NamedTuple):
    """Segments, and how much of them is active when."""

    segments: Segments
    active: Loads


class GroupSums(NamedTuple):
    """What came of attributing some cells, nJ and ns.

    Attributes:
        totals: by group.
        bounds: of the groups, then of each level's unions.
        tiers: energy by tier, by group.
        stretches: energy by stretch of time, by group; empty where nothing is cut.
        floor_w: the idle floor.
        by_cell: what of each cell all groups used together.
    """

    totals: Totals
    bounds: tuple[list[tuple[int, int]], ...]
    tiers: list[dict[str, int]]
    stretches: list[dict[int, int]]
    attributed_nj: int
    idle_nj: int
    floor_w: float
    by_cell: Ints


def group_sums(
    timeline: TimelineColumns,
    cells: CellColumns,
    chosen: Chosen,
    groups: Groups,
    cuts: Sequence[int],
    pool: Executor,
) -> GroupSums:
    """Attributes cells to groups.

    Args:
        timeline: of the device; it says of which tier each cell is.
        cells: those of the timeline, with the energy that is to be attributed.
        chosen: the entries that were on the device.
        groups: which group each entry is of.
        cuts: instants at which time is cut, on the boot's clock.
        pool: takes chunks of entries at once, on several processors.

    Raises TooLarge where 64 bits do not hold a number.
    """
    segments, active = chosen
    count = len(groups.unions)
    present = timeline.tiers_present()
    # Of a CPU or of memory a program has its share of the time by its energy.
    times = timeline.device.kind == "gpu"
    mixed = len(present) > 1
    done = Attributed(cells, segments, groups, active, pool=pool, times=times, entries=mixed)
    if mixed:
        totals = _totals(done.shares, groups)
        tiers = _by_tier(timeline, present, done, groups)
    else:
        totals, tier = done.totals, next(iter(present), timeline.device.tier)
        tiers = [{tier: amount} for amount in totals.energy_nj.tolist()]
    stretches: list[dict[int, int]] = [{} for _ in range(count)]
    if cuts:
        found = booked_by_nj(cells, segments, done.floor_w, cuts)
        stretches = _by_stretch(found, groups.labels, count, len(cuts) + 1)
    attributed_nj = done.metered_nj - done.idle_nj
    return GroupSums(
        totals,
        done.bounds,
        tiers,
        stretches,
        attributed_nj,
        done.idle_nj,
        done.floor_w,
        done.by_cell,
    )


def _totals(shares: Shares, groups: Groups) -> Totals:
    """Sums over entries of which it is known what each used."""
    totals = Totals(len(groups.unions))
    totals.take(shares, groups.labels[shares.entry])
    return totals


def _by_tier(
    timeline: TimelineColumns, present: Sequence[str], done: Attributed, groups: Groups
) -> list[dict[str, int]]:
    """Energy of each group by tier, where tiers are mixed: a pass for each."""
    count, own = len(groups.unions), done.shares
    labels = groups.labels[own.entry]
    parts = np.stack([done.booked_nj(timeline.is_of(tier)) for tier in present])
    # They were each rounded down; what that left goes to the largest.
    rest = np.where(parts.any(axis=0), own.energy_nj - parts.sum(axis=0), 0)
    parts[parts.argmax(axis=0), np.arange(parts.shape[1])] += rest
    found: list[dict[str, int]] = [{} for _ in range(count)]
    for tier, part in zip(present, parts, strict=True):
        some = np.bincount(labels[part != 0], minlength=count)
        for group, amount in enumerate(by_label(labels, part, count).tolist()):
            if some[group]:
                found[group][tier] = amount
    return found


def _by_stretch(
    found: tuple[Ints, Ints, Ints], labels: Ints, count: int, stretches: int
) -> list[dict[int, int]]:
    entry, stretch, amount = found
    keys = labels[entry] * stretches + stretch
    sums = by_label(keys, amount, count * stretches)
    by: list[dict[int, int]] = [{} for _ in range(count)]
    for key in np.flatnonzero(sums).tolist():
        by[key // stretches][key % stretches] = int(sums[key])
    return by
