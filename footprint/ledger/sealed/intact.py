"""Whether row groups of a sealed file are what was sealed: hashes of bytes, no Parquet is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from footprint.ledger.sealed.manifest import Group, SealedFile

#: Bytes that are read and hashed at a time: they fit a processor's cache, nearly.
BLOCK = 1 << 20

#: Gives a file's bytes [start, end), fewer where it ends before.
Read = Callable[[int, int], bytes]


def of_groups(
    file: SealedFile, read: Read, wanted: Callable[[Group], bool] = lambda _: True
) -> Iterator[tuple[Group, bool]]:
    """Each row group that is wanted, and whether its bytes are those that were sealed.

    A group's hash goes on from the one before it, as the manifest has that: a group that was
    changed makes no other one wrong.
    """
    before = hashlib.sha256(file.path.encode()).digest()
    for group in file.groups:
        if wanted(group):
            yield group, _holds(group, before, read)
        before = bytes.fromhex(group.chain)


def _holds(group: Group, before: bytes, read: Read) -> bool:
    digest = hashlib.sha256(before)
    length = 0
    for start in range(group.start, group.end, BLOCK):
        data = read(start, min(start + BLOCK, group.end))
        digest.update(data)
        length += len(data)
    return digest.hexdigest() == group.chain and length == group.end - group.start
