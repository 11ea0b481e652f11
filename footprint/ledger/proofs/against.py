"""Ledgers held against a head: what was cut off at an end, or is gone as a whole.

What a head knows has to be found in one of the places that are looked at: a journal may have grown,
been sealed, or been shipped to another place since; it cannot have become shorter or other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from footprint.ledger.pinned import number_of
from footprint.ledger.proofs.chains import Manifests
from footprint.ledger.proofs.findings import Finding, note
from footprint.ledger.proofs.head import Head, JournalHead, by_writer
from footprint.ledger.proofs.journals import Seen
from footprint.ledger.proofs.pins import pins
from footprint.ledger.proofs.prefixes import compared
from footprint.ledger.sealed.manifest import SealedJournal, path_of

_RESTORE = "put it back from a copy"

#: (writer, part)
Key = tuple[str, int]


class Place(NamedTuple):
    """A ledger as it was found.

    Attributes:
        journals: those that are open, by (writer, part); several where there are copies.
        files: those beside them that heads know, and all pins; name -> (bytes, SHA-256).
    """

    where: str
    manifests: Manifests
    journals: Mapping[Key, Sequence[Seen]]
    sealed: Mapping[Key, SealedJournal]
    files: Mapping[str, tuple[int, str]]


def against(head: Head, places: Sequence[Place]) -> Iterator[Finding]:
    """What is not as a head says."""
    for chain, (number, digest) in sorted(head.chains.items()):
        yield from _chain(chain, number, digest, places)
    for name, journal in sorted(head.journals.items()):
        yield from _journal(name, journal, places)
    yield from pins(head.files, [place.files for place in places])
    for name, known in sorted(head.files.items()):
        if number_of(name) is not None:
            continue
        found = [place.files[name] for place in places if name in place.files]
        if not found:
            yield Finding("missing", name, f"the head knows it: {_RESTORE}")
        elif known not in found:
            text = f"it is not what it was when the head was made: {_RESTORE}"
            yield Finding("changed", name, text)


def missing_parts(places: Sequence[Place]) -> Iterator[Finding]:
    """Parts of a writer's journals that are nowhere, although a later one is there, or named.

    An open part that ended because another was begun names that one; whether a sealed one did is
    not known without its rows.
    """
    there: dict[str, dict[int, str]] = {}
    following: dict[str, tuple[int, str]] = {}
    for place in places:
        for (writer, part), sealed in place.sealed.items():
            there.setdefault(writer, {}).setdefault(part, f"journals/{sealed.name}")
        for (writer, part), copies in place.journals.items():
            there.setdefault(writer, {})[part] = copies[0].path
            if copies[0].is_rotated:
                known = following.get(writer, (0, ""))
                following[writer] = max(known, (part + 1, copies[0].path))
    for writer, parts in sorted(there.items()):
        for part in range(max(parts)):
            if part not in parts:
                text = f"part {part} of writer {writer} is missing, and {max(parts)} is there"
                yield Finding("missing", parts[max(parts)], f"{text}: {_RESTORE}")
        part, before = following.get(writer, (0, ""))
        if part > max(parts):
            text = f"it says that part {part} of writer {writer} follows, which is missing"
            yield Finding("missing", before, f"{text}: {_RESTORE}")


def _chain(chain: str, number: int, digest: str, places: Sequence[Place]) -> Iterator[Finding]:
    where = path_of(chain, number)
    hashes = [place.manifests.hashes.get(chain, {}) for place in places]
    found = {each[number] for each in hashes if number in each}
    if found - {digest}:
        text = (
            "it is not the manifest that the head knows: the chain was written anew, or this file"
            f" was edited; {_RESTORE}"
        )
        yield Finding("changed", where, text)
    elif not found:
        last = max((n for each in hashes for n in each), default=None)
        ends = "no manifest of its chain is there" if last is None else f"its chain ends at {last}"
        text = f"the head knows it, and {ends}: put back the chain from a copy"
        yield Finding("missing", where, text)


def _journal(name: str, known: JournalHead, places: Sequence[Place]) -> Iterator[Finding]:
    key = known.writer, known.part
    where = f"journals/{name}"
    findings: list[Finding] = []
    for place in places:
        for seen in place.journals.get(key, ()):
            wrong = _open(where, known, seen)
            if wrong is None and name not in (seen.name, by_writer(known)):
                text = f"it is called {seen.name} now: give it its name back"
                yield Finding("moved", where, text)
            if wrong is None:
                return
            findings.append(wrong)
        sealed = place.sealed.get(key)
        if sealed is not None:
            wrong = _sealed(where, known, sealed)
            if wrong is None or not wrong.is_error:
                if wrong is not None:
                    yield wrong
                return
            findings.append(wrong)
    if findings:
        yield findings[0]
    else:
        text = (
            f"the head knows it with {known.size} bytes of writer {known.writer}; it is neither"
            f" there nor sealed: {_RESTORE}"
        )
        yield Finding("missing", where, text, bytes=(0, known.size))


def _open(where: str, known: JournalHead, seen: Seen) -> Finding | None:
    """What is wrong with a journal that is still open; None where it begins as the head says."""
    if seen.prefixes.get(known.size) == known.sha256:
        return None
    good = 0
    for position, digest in known.prefixes:
        if position <= seen.size and seen.prefixes.get(position) != digest:
            text = f"its first bytes are not those that the head knows: {_RESTORE}"
            return Finding("changed", where, text, bytes=(good, position))
        good = position
    if seen.size < known.size:
        text = f"it ends after {seen.size} of {known.size} bytes that the head knows: {_RESTORE}"
        return Finding("truncated", where, text, bytes=(seen.size, known.size))
    text = f"its first bytes are not those that the head knows: {_RESTORE}"
    return Finding("changed", where, text, bytes=(good, known.size))


def _sealed(where: str, known: JournalHead, sealed: SealedJournal) -> Finding | None:
    """Whether a journal that was sealed since began as the head says; a note on what is open."""
    if sealed.size < known.size:
        text = (
            f"it was sealed with {sealed.size} of the {known.size} bytes that the head knows: what"
            " followed was cut off before"
        )
        return Finding("truncated", where, text, bytes=(sealed.size, known.size))
    if sealed.size == known.size:
        if sealed.sha256 == known.sha256:
            return None
        text = "what was sealed are not the bytes that the head knows: it was changed before"
        return Finding("changed", where, text, bytes=(0, known.size))
    proved, same = compared(known.prefixes, sealed.size, sealed.checkpoints)
    if not same:
        text = "what was sealed does not begin as the head says: it was changed before"
        return Finding("changed", where, text, bytes=(0, proved))
    if proved == known.size:
        return None
    text = (
        f"it grew and was sealed since: its first {proved} bytes are proved to be those of then, of"
        f" the {known.size - proved} bytes after them that cannot be told"
    )
    return note("unproved", where, text, bytes=(proved, known.size))


__all__ = ["Place", "against", "missing_parts"]
