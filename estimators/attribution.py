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

A *background* entry (a whole run, which waits for what it started) does not count in A and T: it
holds the time in which nothing else is active, and what is at rest then, in place of idle.

So an entry that holds S of the cell gets S / T of its active part, and the sum over all entries and
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
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from footprint.estimators.bounds import Bounds
from footprint.estimators.cells import FULL, Cells, Segment, idle_floor_w
from footprint.estimators.sweep import BITS, Sweep

__all__ = [
    "FULL",
    "Attribution",
    "Cells",
    "Segment",
    "Share",
    "attribute",
    "booked_by_nj",
    "booked_nj",
    "idle_floor_w",
]


class Share(NamedTuple):
    """What an entry used of one device, nJ.

    `metered_ns` is how much of the entry's active time lies in metered cells, `active_ns` all of
    it: where they differ, some of the entry's energy is not known. `held_ns` is its part of the
    device's time: what several held at once is divided among them, so that the sum over entries
    and idle is the time of all cells.
    """

    energy_nj: int
    low_nj: int
    high_nj: int
    metered_ns: int
    active_ns: int
    estimated_nj: int = 0
    held_ns: int = 0


class Attribution(NamedTuple):
    """One device's books: metered = sum of the entries' energy + idle, exactly.

    Attributes:
        entries: share by entry; entries without any active time are missing.
        groups: bounds (low_nj, high_nj) of each group of entries, as if it were one entry.
        metered_nj, idle_nj, estimated_nj: totals.
        floor_w: the idle floor that was used.
        by_cell: what of each cell the entries used together, nJ, rounded down: up to a nJ for each
            cell and entry beside the sum of the entries.
    """

    entries: dict[int, Share]
    groups: dict[int, tuple[int, int]]
    metered_nj: int
    idle_nj: int
    estimated_nj: int
    floor_w: float
    by_cell: Sequence[int] = ()


def booked_nj(
    cells: Cells, segments: Sequence[Segment], floor_w: float, only: Container[int]
) -> dict[int, int]:
    """What each entry used in some of the cells, nJ, as `attribute` books it there."""
    segments = [segment for segment in segments if segment.end > segment.start]
    return _energy(Sweep(cells, segments, floor_w, only), segments)


def booked_by_nj(
    cells: Cells, segments: Sequence[Segment], floor_w: float, cuts: Sequence[int]
) -> dict[int, dict[int, int]]:
    """What each entry used in each stretch of time, nJ, as `attribute` books it.

    Args:
        cuts: instants, increasing; stretch i is [cuts[i - 1], cuts[i]), open at both ends.

    Returns nJ by entry and stretch, each rounded down; stretches without any are left out.
    """
    pieces: list[Segment] = []
    owners: list[tuple[int, int]] = []
    for segment in segments:
        start = segment.start
        stretch = bisect_right(cuts, start)
        while start < segment.end:
            last = stretch == len(cuts) or cuts[stretch] >= segment.end
            end = segment.end if last else cuts[stretch]
            pieces.append(segment._replace(entry=len(owners), start=start, end=end))
            owners.append((segment.entry, stretch))
            start, stretch = end, stretch + 1
    found: dict[int, dict[int, int]] = {}
    for piece, amount in _energy(Sweep(cells, pieces, floor_w), pieces).items():
        entry, stretch = owners[piece]
        if amount:
            own = found.setdefault(entry, {})
            own[stretch] = own.get(stretch, 0) + amount
    return found


def _by_entry(
    segments: Sequence[Segment], front: Mapping[int, int], back: Mapping[int, int]
) -> dict[int, int]:
    """What each entry has of one of the lanes' running sums (`Lane.cost`, `Lane.held`)."""
    found: dict[int, int] = {}
    for segment in segments:
        sums = back if segment.background else front
        part = sums[segment.end] - sums[segment.start]
        if segment.density < FULL:
            part = int(part * (segment.density / FULL))
        found[segment.entry] = found.get(segment.entry, 0) + part
    return {entry: amount >> BITS for entry, amount in found.items()}


def _energy(line: Sweep, segments: Sequence[Segment]) -> dict[int, int]:
    return _by_entry(segments, line.front.cost, line.back.cost)


def _held(line: Sweep, segments: Sequence[Segment]) -> dict[int, int]:
    return _by_entry(segments, line.front.held, line.back.held)


def _hold_to(energy: dict[int, int], metered: int) -> None:
    """Takes back what rounded products came to beyond what was metered: a nJ, once in a while."""
    beyond = sum(energy.values()) - metered
    if beyond > 0:
        energy[max(energy, key=lambda entry: (energy[entry], -entry))] -= beyond


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
    segments = sorted(segment for segment in segments if segment.end > segment.start)
    if floor_w is None:
        floor_w = idle_floor_w(cells, segments)
    line = Sweep(cells, segments, floor_w)
    bounds = Bounds(line, groups or {})
    energy, held = _energy(line, segments), _held(line, segments)
    active: dict[int, int] = {}
    for segment in segments:
        length = (segment.end - segment.start) * segment.density
        active[segment.entry] = active.get(segment.entry, 0) + length
        bounds.take(segment)
    bounds.finish()
    metered = sum(each for each in cells.energy if each is not None)
    _hold_to(energy, metered)
    shares: dict[int, Share] = {}
    for entry, booked in energy.items():
        low, high = bounds.of(entry)
        shares[entry] = Share(
            booked,
            min(low, booked),
            max(high, booked),
            bounds.metered_ns(entry),
            active[entry] // FULL,
            bounds.estimated_nj(entry, booked),
            held[entry],
        )
    # Each entry was rounded down to a whole nJ: what that leaves, below one nJ an entry, is idle.
    idle = metered - sum(share.energy_nj for share in shares.values())
    estimated = sum(cells.energy[cell] or 0 for cell in cells.estimated)
    by_group = bounds.by_group()
    return Attribution(shares, by_group, metered, idle, estimated, floor_w, line.booked)
