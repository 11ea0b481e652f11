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
#: How much of the neighbourhood a fill is taken from, ns.
_AROUND = NS_PER_S


def filled(
    pieces: list[Piece], device: Device, since: int | None, until: int | None, period: float | None
) -> list[Piece]:
    """The pieces without holes: short ones are estimated, long ones are missing."""
    if not pieces:
        return []
    result: list[Piece] = []
    first = pieces[0]
    if since is not None and 0 < first[0] - since <= FILL_START:
        # The first cell begins where the counter was first read: its width is the least certain.
        result.append(fill(since, first[0], [], pieces[1:50] or pieces, device))
    for index, piece in enumerate(pieces):
        if result and piece[0] > result[-1][1]:
            start, end = result[-1][1], piece[0]
            if end - start <= FILL:
                result.append(
                    fill(
                        start,
                        end,
                        pieces[max(0, index - 12) : index],
                        pieces[index : index + 3],
                        device,
                    )
                )
            else:
                result.append((start, end, None, 0, 0, "", False))
        result.append(piece)
    last = pieces[-1]
    reach = max(FILL_END, int(2 * (period or 0)))
    if until is not None and last[1] < until <= last[1] + reach:
        result.append(fill(last[1], until, pieces[-3:], [], device))
    return result


def fill(
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
