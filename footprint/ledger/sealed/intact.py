"""Whether row groups of a sealed file are what was sealed: hashes of bytes, no Parquet is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from footprint.ledger.reader import RESTORE, Issue
from footprint.ledger.sealed.manifest import Group, SealedFile

#: Bytes that are read and hashed at a time: they fit a processor's cache, nearly.
BLOCK = 1 << 20

#: The kind of issue of a sealed file that is not there, or not what was sealed; what to do.
MISSING = "missing-segment"
REMEDY = f"{RESTORE}; `footprint verify` names all that is missing or damaged"

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


def missing(file: SealedFile, wrong: str, rows: int | None = None) -> Issue:
    """That rows of a sealed file are in no figure.

    Args:
        wrong: what is wrong with the file: `is missing`.
        rows: how many of its rows; None: all.
    """
    count = file.rows if rows is None else rows
    text = (
        f"the sealed file {wrong}: what it held is in no figure"
        f" ({file.table} of {file.date}, rows: {count})"
    )
    return Issue(MISSING, file.path, text, REMEDY)


def damaged(file: SealedFile, group: Group) -> Issue:
    """That a row group of a sealed file is not what was sealed."""
    text = (
        "the sealed file is damaged: rows that are not what was sealed are in no figure"
        f" ({file.table} of {file.date}, rows {group.first} to {group.first + group.rows - 1})"
    )
    return Issue(MISSING, file.path, text, REMEDY)


def _holds(group: Group, before: bytes, read: Read) -> bool:
    digest = hashlib.sha256(before)
    length = 0
    for start in range(group.start, group.end, BLOCK):
        data = read(start, min(start + BLOCK, group.end))
        digest.update(data)
        length += len(data)
    return digest.hexdigest() == group.chain and length == group.end - group.start
