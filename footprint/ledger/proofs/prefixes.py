"""Hashes of a journal's first bytes, so that a longer journal can be held against a shorter one.

A head is made while a journal still grows; when it is sealed later, the journal is gone. Both keep
running SHA-256 hashes at round positions, and where two positions are the same the journal that
was sealed began as the one of the head did. Positions are multiples of a power of two. A sealed
journal has at most 64, a head has the last multiple of every power: one of them always meets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

#: The finest distance of positions: a page.
FINEST = 4096
#: Positions that a sealed journal has at most.
MOST = 64


def spacing(size: int) -> int:
    """The distance in bytes of the positions of a sealed journal of that size."""
    found = FINEST
    while size // found > MOST:
        found *= 2
    return found


def sealed_at(size: int) -> range:
    """The positions of a sealed journal: multiples of its spacing, from the first to its end."""
    every = spacing(size)
    return range(every, size + 1, every)


def head_at(size: int) -> list[int]:
    """The positions of a journal in a head, rising: the last multiples of FINEST, twice it, ..."""
    found: set[int] = set()
    every = FINEST
    while every <= size:
        found.add(size // every * every)
        every *= 2
    return sorted(found)


def running(data: bytes | memoryview, positions: Iterable[int]) -> list[str]:
    """SHA-256 of the first bytes up to each position; positions rise and lie within the data."""
    view = memoryview(data)
    digest = hashlib.sha256()
    found: list[str] = []
    at = 0
    for position in positions:
        digest.update(view[at:position])
        at = position
        found.append(digest.hexdigest())
    return found


def checkpoints(data: bytes | memoryview) -> tuple[str, ...]:
    """The running hashes that a journal's entry in a manifest keeps."""
    return tuple(running(data, sealed_at(len(data))))


def compared(
    earlier: Sequence[tuple[int, str]], size: int, kept: Sequence[str]
) -> tuple[int, bool]:
    """How far a sealed journal is proved to begin as an earlier, shorter one.

    Args:
        earlier: (position, hash) of the shorter one, as a head has them.
        size: bytes of the sealed journal.
        kept: its `checkpoints`.

    Returns (bytes that were compared, whether they are the same). Where they are not, the bytes
    that differ lie before that position.
    """
    hashes = dict(zip(sealed_at(size), kept, strict=False))
    proved = 0
    for position, digest in sorted(earlier):
        if position in hashes:
            if hashes[position] != digest:
                return position, False
            proved = position
    return proved, True
