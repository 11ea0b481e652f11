"""Holes in a timeline: short ones are estimated from around them, long ones are missing."""

from __future__ import annotations

from collections.abc import Sequence

from footprint.accounts.timelines.pieces import Piece
from footprint.model import NS_PER_S, Device

#: A hole up to this long is filled in from its neighbours, ns.
FILL = NS_PER_S
#: The start of a program, before its drivers answered, is filled in up to this length, ns.
FILL_START = 5 * NS_PER_S // 2
#: After the last reading, energy is carried on for so long, ns.
FILL_END = 400_000_000
#: So many pieces are looked at: the first, those before and after a hole, the last.
FIRST, BEFORE, AFTER, LAST = 50, 12, 3, 3
#: How much of the neighbourhood a fill is taken from, ns.
_AROUND = NS_PER_S


def filled(
    pieces: list[Piece], device: Device, since: int | None, until: int | None, period: float | None
) -> list[Piece]:
    """The pieces without holes: short ones are estimated, long ones are missing."""
    if not pieces:
        return []
    result = first_moments(pieces[:FIRST], device, since)
    for index, piece in enumerate(pieces):
        if index and piece[0] > pieces[index - 1][1]:
            before, after = pieces[max(0, index - BEFORE) : index], pieces[index : index + AFTER]
            result.append(hole(before, after, device))
        result.append(piece)
    return result + last_moments(pieces[-LAST:], device, until, period)


def first_moments(first: Sequence[Piece], device: Device, since: int | None) -> list[Piece]:
    """What is filled in before the first `FIRST` pieces."""
    start = first[0][0]
    if since is None or not 0 < start - since <= FILL_START:
        return []
    # The first cell begins where the counter was first read: its width is the least certain.
    return [_fill(since, start, [], first[1:] or first, device)]


def hole(before: Sequence[Piece], after: Sequence[Piece], device: Device) -> Piece:
    """What is between the `BEFORE` pieces before a hole and the `AFTER` after it."""
    start, end = before[-1][1], after[0][0]
    if end - start <= FILL:
        return _fill(start, end, before, after, device)
    return start, end, None, 0, 0, "", False


def last_moments(
    last: Sequence[Piece], device: Device, until: int | None, period: float | None
) -> list[Piece]:
    """What is filled in after the last `LAST` pieces."""
    end = last[-1][1]
    reach = max(FILL_END, int(2 * (period or 0)))
    if until is None or not end < until <= end + reach:
        return []
    return [_fill(end, until, last, [], device)]


def _fill(
    start: int, end: int, before: Sequence[Piece], after: Sequence[Piece], device: Device
) -> Piece:
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
