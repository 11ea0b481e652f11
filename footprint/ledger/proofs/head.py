"""Heads: what a ledger is at one moment, in a few hashes that are kept elsewhere.

The last manifest of every chain stands for all before it; every journal that is not sealed, and
every file of pinned factors, stands for itself. Whoever keeps a head can later have it shown that
nothing of then is gone or changed (`against`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from footprint.errors import UsageError, shown
from footprint.ledger.proofs import journals as open_journals
from footprint.ledger.proofs.prefixes import head_at, running
from footprint.ledger.sealed.manifest import Chain, canonical, read_chains
from footprint.ledger.stores import Store

SCHEMA = "footprint.head/1"
#: Where a report keeps the heads of the ledgers that it was made from.
IN_REPORTS = "ledger_heads"
#: Files beside the journals that are written once.
_KEPT = "factors"


class JournalHead(NamedTuple):
    """A journal that is not sealed.

    Attributes:
        size: its bytes when the head was made.
        sha256: of them.
        prefixes: (bytes, SHA-256 of the first so many), see `prefixes`.
    """

    writer: str
    part: int
    size: int
    sha256: str
    prefixes: tuple[tuple[int, str], ...] = ()


class Head(NamedTuple):
    """What a ledger is at one moment.

    Attributes:
        chains: chain -> (number, SHA-256) of its last manifest.
        journals: by name, those that are not sealed.
        files: name -> (bytes, SHA-256) of pinned factors.
        utc: when it was made, ISO 8601; None in a report, which would not be the same again.
        signature: (public key, signature), see `sign`.
    """

    chains: Mapping[str, tuple[int, str]]
    journals: Mapping[str, JournalHead]
    files: Mapping[str, tuple[int, str]]
    utc: str | None = None
    signature: tuple[str, str] | None = None

    @property
    def message(self) -> bytes:
        """The bytes that its hash and its signature are of: canonical JSON of what it says."""
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "chains": {
                chain: {"number": number, "sha256": digest}
                for chain, (number, digest) in self.chains.items()
            },
            "journals": {
                name: {
                    "writer": one.writer,
                    "part": one.part,
                    "bytes": one.size,
                    "sha256": one.sha256,
                    "prefixes": [list(each) for each in one.prefixes],
                }
                for name, one in self.journals.items()
            },
            "files": {
                name: {"bytes": size, "sha256": digest}
                for name, (size, digest) in self.files.items()
            },
        }
        if self.utc is not None:
            document["utc"] = self.utc
        return canonical(document)

    @property
    def sha256(self) -> str:
        """The head in one hash: short enough to be written down."""
        return hashlib.sha256(self.message).hexdigest()

    @property
    def document(self) -> dict[str, Any]:
        """The head as JSON has it."""
        found: dict[str, Any] = json.loads(self.message) | {"sha256": self.sha256}
        if self.signature is not None:
            key, signature = self.signature
            found["signature"] = {"key": key, "signature": signature}
        return found


def head(store: Store, chains: Sequence[Chain] | None = None) -> Head:
    """What a ledger is now. Every open journal is read once.

    Args:
        store: the ledger.
        chains: its chains (`read_chains`), where they are at hand. They have to be read after the
            journals were listed, or a journal that is sealed meanwhile is in neither.

    Raises LedgerError for a manifest that cannot be read, and where the store fails.
    """
    journals: dict[str, JournalHead] = {}
    for name, key, data in open_journals.read(store):
        if key is not None:
            positions = head_at(len(data))
            digests = running(data, [*positions, len(data)])
            kept = tuple(zip(positions, digests, strict=False))
            journals[name] = JournalHead(*key, len(data), digests[-1], kept)
    files: dict[str, tuple[int, str]] = {}
    for name, _ in store.names(_KEPT):
        data = store.read(name)
        files[name] = len(data), open_journals.sha256(data)
    chains = read_chains(store) if chains is None else chains
    sealed = {journal.key: journal.size for chain in chains for journal in chain.journals}
    return Head(
        {each.id: (each.links[-1].manifest.number, each.links[-1].sha256) for each in chains},
        {
            name: one
            for name, one in journals.items()
            if sealed.get((one.writer, one.part), -1) < one.size
        },
        files,
        datetime.now(UTC).isoformat(timespec="milliseconds"),
    )


def brief(found: Head) -> dict[str, Any]:
    """What a report carries of a head: what was recorded, so that the report stays the same.

    Its factors stand in the report themselves; that they were pinned since changes nothing in it.
    """
    return found._replace(utc=None, signature=None, files={}).document


def nameless(document: Mapping[str, Any]) -> dict[str, Any]:
    """A head's document in which journals are told by their writers: their names have the host's.

    It proves the same. Raises UsageError for what is no head.
    """
    found = parsed(document, "the head")
    journals = {by_writer(one): one for one in found.journals.values()}
    return found._replace(journals=journals).document


def by_writer(journal: JournalHead) -> str:
    """What a journal is called in a head without names."""
    return f"{journal.writer}-{journal.part}"


def parse(data: bytes, where: str) -> list[Head]:
    """The heads in a file: one that was saved, or those of a report's JSON.

    Raises UsageError for any other file, and for a head that was edited.
    """
    remedy = "name a file of `footprint verify --save-head`, or a report's JSON"
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is no JSON ({error}): {remedy}") from error
    kept = document.get(IN_REPORTS) if isinstance(document, dict) else None
    if kept is None:
        kept = [document]
    if not isinstance(kept, list) or not kept:
        raise UsageError(f"{where} holds no head of a ledger: {remedy}")
    return [_parsed(each, where, remedy) for each in kept]


def parsed(document: Mapping[str, Any], where: str) -> Head:
    """The head of a document. Raises UsageError for what is none, and for one that was edited."""
    return _parsed(document, where, "take another copy of it")


def _parsed(document: Any, where: str, remedy: str) -> Head:
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema != SCHEMA:
        if str(schema).startswith(SCHEMA.rpartition("/")[0] + "/"):
            remedy = "upgrade footprint to read it"
        raise UsageError(f"{where} has the schema {shown(schema)}, not {SCHEMA!r}: {remedy}")
    try:
        signature = document.get("signature")
        found = Head(
            {
                str(chain): (int(each["number"]), str(each["sha256"]))
                for chain, each in document["chains"].items()
            },
            {
                str(name): JournalHead(
                    str(each["writer"]),
                    int(each["part"]),
                    int(each["bytes"]),
                    str(each["sha256"]),
                    tuple((int(at), str(digest)) for at, digest in each["prefixes"]),
                )
                for name, each in document["journals"].items()
            },
            {
                str(name): (int(each["bytes"]), str(each["sha256"]))
                for name, each in document["files"].items()
            },
            document.get("utc"),
            None if signature is None else (str(signature["key"]), str(signature["signature"])),
        )
        told = str(document["sha256"])
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise UsageError(f"{where} is no head of a ledger ({error!r}): {remedy}") from error
    if found.sha256 != told or found.document != document:
        raise UsageError(
            f"{where} was damaged or edited: its content is not what its SHA-256 says: take another"
            " copy of it"
        )
    return found


def sizes(heads: Iterable[Head]) -> dict[tuple[str, int], set[int]]:
    """(writer, part) -> at which sizes a journal's first bytes are hashed in heads."""
    found: dict[tuple[str, int], set[int]] = {}
    for journal in (one for each in heads for one in each.journals.values()):
        known = {journal.size, *(at for at, _ in journal.prefixes)}
        found.setdefault((journal.writer, journal.part), set()).update(known)
    return found


__all__ = [
    "IN_REPORTS",
    "SCHEMA",
    "Head",
    "JournalHead",
    "brief",
    "by_writer",
    "head",
    "nameless",
    "parse",
    "parsed",
    "sizes",
]
