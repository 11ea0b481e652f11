"""Energy between the edges of runs, as columns: as `pieces.add_run` has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from footprint.accounts.timelines.columns.merge import Run
from footprint.accounts.timelines.columns.points import Windows
from footprint.accounts.timelines.pieces import STUCK_FROM, Piece, stood_still
from footprint.estimators.columns import Flags, Ints
from footprint.model import TIERS, Device


class Tiers(NamedTuple):
    """How energy came about, by number; the last is the device's own."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, device: Device) -> Tiers:
        """Those that a device's pieces may have; "" where nothing is known."""
        return cls((*TIERS, "", device.tier))

    @property
    def own(self) -> int:
        """The number of the device's own."""
        return self.names.index(self.names[-1])


class Pieces(NamedTuple):
    """Stretches of a timeline under construction, as columns; `energy` is 0 where not `known`."""

    start: Ints
    end: Ints
    energy: Ints
    known: Flags
    slack_start: Ints
    slack_end: Ints
    tier: Ints
    estimated: Flags

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.start)

    @classmethod
    def of(
        cls, start: Ints, end: Ints, energy: Ints, slack: tuple[Ints, Ints], tier: Ints
    ) -> Pieces:
        """Pieces that are known and were measured."""
        yes = np.ones(len(start), bool)
        return cls(start, end, energy, yes, *slack, tier, ~yes)

    @classmethod
    def from_rows(cls, rows: Sequence[Piece], tiers: Tiers) -> Pieces:
        """From the reference's."""
        start, end, energy, before, after, tier, flag = (
            zip(*rows, strict=True) if rows else [()] * 7
        )
        return cls(
            np.array(start, np.int64),
            np.array(end, np.int64),
            np.array([each or 0 for each in energy], np.int64),
            np.array([each is not None for each in energy], bool),
            np.array(before, np.int64),
            np.array(after, np.int64),
            np.array([tiers.names.index(name) for name in tier], np.int64),
            np.array(flag, bool),
        )

    def at(self, which: slice | Ints | Flags) -> Pieces:
        """Some of them."""
        return Pieces._make(column[which] for column in self)

    def rows(self, which: slice, tiers: Tiers) -> list[Piece]:
        """Some of them as the reference has them."""
        found: list[Piece] = []
        for start, end, energy, known, before, after, tier, flag in zip(
            *(column[which].tolist() for column in self), strict=True
        ):
            amount = energy if known else None
            found.append((start, end, amount, before, after, tiers.names[tier], flag))
        return found

    def in_order(self) -> bool:
        """Whether each begins when the one before is over, or later."""
        return bool((self.start[1:] >= self.end[:-1]).all())


def joined(parts: Sequence[Pieces]) -> Pieces:
    """One after the other."""
    return parts[0] if len(parts) == 1 else Pieces(*map(np.concatenate, zip(*parts, strict=True)))


def of_run(
    run: Run, placed: tuple[Ints, Ints], tier: int, windows: Sequence[Windows], after: int | None
) -> Pieces:
    """The pieces between a run's edges.

    Args:
        run: its points.
        placed: their edges and slacks, ns.
        tier: the device's own.
        windows: of all writers: where they show far more, the counter stood still.
        after: when the piece before is over.
    """
    edge, slack = placed
    first = int(edge[0]) if after is None else max(int(edge[0]), after)
    reached = np.maximum.accumulate(np.concatenate([[first], edge[1:]]))
    # Two edges that cannot be told apart: their energy stays together.
    kept = np.flatnonzero(reached[1:] > reached[:-1]) + 1
    own = np.concatenate([[0], kept])
    ends, slacks, raw = edge[own], slack[own], run.raw_uj[own]
    ends[0] = first
    energy = np.diff(raw) * 1000
    rest = int(run.raw_uj[-1] - raw[-1]) * 1000
    pieces = Pieces.of(
        ends[:-1], ends[1:], energy, (slacks[:-1], slacks[1:]), np.full(len(kept), tier)
    )
    if windows:
        pieces = pieces.at(~_stood_still(pieces, windows))
    if rest and pieces.size:  # the last edges of all: with the cell before them
        pieces.energy[-1] += rest
    return pieces


def _stood_still(pieces: Pieces, windows: Sequence[Windows]) -> Flags:
    """Pieces in which the counter missed most of what integrated power shows."""
    found = np.zeros(pieces.size, bool)
    for at in np.flatnonzero(pieces.end - pieces.start >= STUCK_FROM).tolist():
        start, end, energy = (int(column[at]) for column in pieces[:3])
        inside = [_inside(rows, start, end).plain() for rows in windows]
        found[at] = stood_still(start, end, energy, inside)
    return found


def _inside(rows: Windows, start: int, end: int) -> Windows:
    return rows.at((rows.start < end) & (rows.end > start))
