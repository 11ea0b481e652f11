"""Open journals: what their batches say of themselves, and hashes of their first bytes.

What a reader makes of a damaged journal is the same (`ledger.reader`); here each place is named,
and damage is told from what a crash or a full disk leaves.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from footprint.ledger import format as fmt
from footprint.ledger.proofs.findings import Finding, note
from footprint.ledger.proofs.prefixes import running
from footprint.ledger.reader import NO_JOURNAL, RESTORE
from footprint.ledger.sealed.manifest import SealedJournal
from footprint.ledger.stores import Store

_RESTORE = f"what it held is in no figure: {RESTORE}"
#: `journal.journal_name`: ends with the writer, and, but for its first journal, the part.
_NAMED = re.compile(r"\d{8}T\d{6}Z-.+-([0-9a-f]{8})(?:_(\d{5}))?\.fpj")


class Seen(NamedTuple):
    """A journal as it was read.

    Attributes:
        name: without its folder.
        key: (writer, part); None where its header cannot be read.
        size: bytes.
        sha256: of all of them.
        prefixes: SHA-256 of its first bytes, by how many; where they were asked for.
        findings: what is wrong with it by itself.
        is_rotated: its last record says that another part follows.
    """

    name: str
    key: tuple[str, int] | None
    size: int
    sha256: str
    prefixes: Mapping[int, str]
    findings: tuple[Finding, ...]
    is_rotated: bool = False

    @property
    def path(self) -> str:
        """Its name in the store."""
        return f"{fmt.JOURNALS}/{self.name}"


def read(store: Store) -> Iterator[tuple[str, tuple[str, int] | None, bytes]]:
    """(name, (writer, part), bytes) of each journal of a place, by name.

    The key is None where its header does not hold. One that is sealed meanwhile is left out.
    """
    for path, _ in store.names(fmt.JOURNALS):
        if path.endswith(fmt.SUFFIX) and path.count("/") == 1:
            try:
                data = store.read(path)
            except FileNotFoundError:
                continue
            yield path.rpartition("/")[2], _key(data), data


def _key(data: bytes) -> tuple[str, int] | None:
    head = fmt.read_header(data)
    return None if head is None else head.key


def look(name: str, data: bytes, cuts: Iterable[int] = ()) -> Seen:
    """Reads a journal's bytes.

    Args:
        cuts: sizes; the hash of so many first bytes is kept, where there are so many.
    """
    positions = sorted({cut for cut in cuts if cut <= len(data)})
    digests = running(data, [*positions, len(data)])
    return Seen(
        name,
        _key(data),
        len(data),
        digests[-1],
        dict(zip(positions, digests, strict=False)),
        tuple(_findings(f"{fmt.JOURNALS}/{name}", name, data)),
        _is_rotated(data),
    )


def _is_rotated(data: bytes) -> bool:
    """Whether a journal's last batch closes it because its writer began another part."""
    at = data.rfind(fmt.SYNC)
    batch = fmt.batch_head(data, at) if at >= 0 else None
    if batch is None:
        return False
    payload = memoryview(data)[at + fmt.BATCH_HEADER_SIZE :]
    if not batch.holds(payload):
        return False
    ends = (each for each in _records(payload)[0] if each.get("type") == "end")
    return any(each.get("reason") == "rotated" for each in ends)


def _findings(where: str, name: str, data: bytes) -> Iterator[Finding]:
    head = fmt.read_header(data)
    if head is None:
        cut = len(data) < fmt.HEADER_SIZE and fmt.MAGIC.startswith(data[: len(fmt.MAGIC)])
        if cut or not data.strip(b"\0"):
            text = "its writer was stopped before anything was in it"
            yield note("torn-tail", where, text, bytes=(0, len(data)))
        else:
            text = f"{NO_JOURNAL}: {RESTORE}"
            yield Finding("unreadable", where, text, bytes=(0, fmt.HEADER_SIZE))
        return
    if head.major > fmt.MAJOR:
        text = f"a newer footprint wrote it (journal {head.major}.{head.minor}): upgrade footprint"
        yield Finding("newer", where, text)
        return
    writer, part = head.key
    named = _NAMED.fullmatch(name)
    if named is not None and (named[1], int(named[2] or 0)) != (writer[:8], part):
        text = f"it is part {part} of writer {writer}: it was renamed or swapped; put it back"
        yield Finding("moved", where, text)
    if len(data) == fmt.HEADER_SIZE:
        text = "its writer was stopped before anything was in it"
        yield note("torn-tail", where, text, bytes=(0, len(data)))
    yield from _batches(where, data)


def _batches(where: str, data: bytes) -> Iterator[Finding]:
    """What is wrong with the batches."""
    view = memoryview(data)
    offset, expected, is_first = fmt.HEADER_SIZE, 0, True
    while offset < len(data):
        batch = fmt.batch_head(data, offset)
        start = offset + fmt.BATCH_HEADER_SIZE
        if batch is None or not batch.holds(view[start : start + batch.length]):
            following = fmt.next_whole(data, offset + 1)
            if following is None:
                yield _tail(where, data, offset)
                return
            text = f"damaged; {_RESTORE}"
            yield Finding("changed", where, text, bytes=(offset, following))
            known = fmt.batch_head(data, following)
            expected = max(expected, known.number) if known is not None else expected
            offset, is_first = following, False
            continue
        end = start + batch.length
        span = offset, end
        offset = end
        records, problem = _records(view[start:end])
        if problem:
            text = f"batch {batch.number} makes no sense ({problem}); {_RESTORE}"
            yield Finding("changed", where, text, bytes=span)
        if batch.number < expected:
            text = (
                f"batch {batch.number} stands after batch {expected - 1}: it was put there or"
                " moved, and is in no figure; put back the file from a copy"
            )
            yield Finding("inserted", where, text, bytes=span)
            continue
        if batch.number > expected:
            yield _hole(where, expected, batch.number, span[0], records)
        elif is_first and (not records or records[0].get("type") != "writer"):
            text = f"its first record does not say who wrote it; {_RESTORE}"
            yield Finding("changed", where, text, bytes=span)
        expected, is_first = batch.number + 1, False


def _hole(
    where: str, first: int, following: int, at: int, records: list[dict[str, Any]]
) -> Finding:
    """Batches that are not there: given up by their writer, who says so in the next, or gone."""
    named = f"batch {first}" if following == first + 1 else f"batches {first} to {following - 1}"
    for record in records:
        if record.get("type") == "dropped":
            rows = record.get("rows")
            text = (
                f"{named} ({rows} {'row' if rows == 1 else 'rows'}) were given up by the writer"
                f" ({record.get('reason')}), who said so"
            )
            return note("given-up", where, text, bytes=(at, at))
    return Finding("missing", where, f"{named} is missing; {_RESTORE}", bytes=(at, at))


def _tail(where: str, data: bytes, offset: int) -> Finding:
    """What no batch follows: the last one cut short, as a crash leaves it, or damage."""
    rest = memoryview(data)[offset:]
    span = offset, len(data)
    if _is_torn(data, offset):
        text = f"its last batch is cut short, as a crash leaves it: {len(rest)} bytes are lost"
        return note("torn-tail", where, text, bytes=span)
    return Finding("changed", where, f"damaged up to the end; {_RESTORE}", bytes=span)


def _is_torn(data: bytes, offset: int) -> bool:
    rest = data[offset:]
    if not rest.strip(b"\0"):  # a file system that had kept room for what was never written
        return True
    if not fmt.SYNC.startswith(rest[: len(fmt.SYNC)]):
        return False
    batch = fmt.batch_head(data, offset)
    if batch is None:
        return True
    payload = rest[fmt.BATCH_HEADER_SIZE :]
    # Where the payload is whole and only the length is wrong, no crash did it.
    return batch.length > len(payload) and not batch._replace(length=len(payload)).holds(payload)


def _records(payload: memoryview) -> tuple[list[dict[str, Any]], str]:
    """The JSON records of a batch whose CRC holds, and what does not make sense in it."""
    try:
        return [record for part in fmt.sections(payload) for record in part.records], ""
    except (ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
        return [], str(error)


def doubles(
    seen: Iterable[Seen], sealed: Mapping[tuple[str, int], SealedJournal]
) -> Iterator[Finding]:
    """Journals that are there twice, or that were sealed and are still there."""
    first: dict[tuple[str, int], Seen] = {}
    for one in seen:
        if one.key is None:
            continue
        known = first.setdefault(one.key, one)
        if known is not one:
            text = f"it is another journal of the same writer and part as {known.name}: delete it"
            yield Finding("copied", one.path, text)
        kept = sealed.get(one.key)
        if kept is None:
            continue
        if one.name != kept.name:
            text = f"it was sealed as {kept.name}: this copy is in no figure; delete it"
            yield Finding("copied", one.path, text)
        elif one.sha256 == kept.sha256:
            text = "it was sealed, and is read from there; the next `footprint seal` removes it"
            yield note("sealed-still-there", one.path, text)
        elif one.prefixes.get(kept.size) == kept.sha256:
            text = f"it was sealed with {kept.size} bytes and has grown since: it is kept"
            yield note("sealed-still-there", one.path, text, bytes=(kept.size, one.size))
        else:
            text = (
                f"it was sealed with {kept.size} bytes, and these are not those: what was sealed"
                " is whole, delete this file or put it back from a copy"
            )
            yield Finding("changed", one.path, text, bytes=(0, one.size))


def sha256(data: bytes) -> str:
    """The hash of bytes, as hex."""
    return hashlib.sha256(data).hexdigest()


__all__ = ["Seen", "doubles", "look", "read", "sha256"]
