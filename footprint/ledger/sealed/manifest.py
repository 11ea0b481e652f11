"""Manifests: what was sealed, from which journals, and the chain that holds them together.

A manifest is one JSON file, written once. It names the SHA-256 of the one before it in its chain,
so that whoever knows the last one knows them all (docs/reference/ledger.md).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from footprint.errors import LedgerError, LedgerVersionError, shown
from footprint.ledger.stores import Store

SCHEMA = "footprint.manifest/1"
MANIFESTS = "manifests"
SEALED = "sealed"

#: manifests/<chain>/00000012.json
_NAME = re.compile(r"manifests/([0-9a-f]{32})/(\d{8})\.json")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"sealed/[a-z_]+/date=\d{4}-\d\d-\d\d/[A-Za-z0-9._-]+")
_KINDS = ("seal", "compaction")


class Group(NamedTuple):
    """A row group of a sealed file.

    Attributes:
        first: its first row's number in the file, from 0.
        rows: how many rows it has.
        start, end: the file's bytes [start, end) that are its own.
        chain: SHA-256 over the chain of the group before (of the first: over the SHA-256 of the
            file's path) and these bytes.
        boots: the boots whose rows it holds.
        first_utc_ns, last_utc_ns: UTC of the first start and of the last end in it, ns.
    """

    first: int
    rows: int
    start: int
    end: int
    chain: str
    boots: tuple[str, ...]
    first_utc_ns: int
    last_utc_ns: int


class SealedFile(NamedTuple):
    """A Parquet file: rows of one table and of one UTC date."""

    path: str
    table: str
    date: str
    size: int
    sha256: str
    rows: int
    groups: tuple[Group, ...]


class SealedJournal(NamedTuple):
    """A journal that was sealed.

    Attributes:
        rows: by table, how many rows and records of it are in the sealed files.
        first_utc_ns, last_utc_ns: UTC of the first start and the last end of its rows, ns.
        t_last: the latest instant that its batches name, boot-time ns.
        begun: when its writer's work began (`Facts.begun`), boot-time ns.
        issues: (kind, text) of what was wrong with it when it was sealed: a torn tail, batches
            that had been given up.
        checkpoints: running SHA-256 of its first bytes, at each multiple of
            `proofs.prefixes.spacing(size)`: what proves an earlier head of it.
    """

    name: str
    writer: str
    part: int
    host: str
    boot_id: str
    size: int
    sha256: str
    batches: int
    rows: Mapping[str, int]
    first_utc_ns: int
    last_utc_ns: int
    t_last: int
    begun: int
    issues: tuple[tuple[str, str], ...] = ()
    checkpoints: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, int]:
        """(writer, part): what the same journal is known by in every place."""
        return self.writer, self.part


class Replaced(NamedTuple):
    """A sealed file that this manifest's files stand for from now on."""

    path: str
    sha256: str


class Manifest(NamedTuple):
    """One link of a chain.

    Attributes:
        chain: the chain's uuid, 32 hex digits.
        number: its place in the chain, from 0.
        previous: SHA-256 of the bytes of the manifest before it; None for number 0.
        kind: `seal` or `compaction`.
        seal: names the files that came with it.
        utc: when it was made, ISO 8601.
        tool: name and version of what made it.
    """

    chain: str
    number: int
    previous: str | None
    kind: str
    seal: str
    utc: str
    tool: Mapping[str, str]
    journals: tuple[SealedJournal, ...] = ()
    files: tuple[SealedFile, ...] = ()
    replaces: tuple[Replaced, ...] = ()

    @property
    def path(self) -> str:
        """Its name in the store."""
        return path_of(self.chain, self.number)


class Link(NamedTuple):
    """A manifest as it lies in a store: with the SHA-256 of its bytes."""

    manifest: Manifest
    sha256: str


class Chain(NamedTuple):
    """The manifests of one ledger, by number.

    Attributes:
        missing: numbers below the last one that are not there.
    """

    id: str
    links: tuple[Link, ...]
    missing: tuple[int, ...] = ()

    @property
    def manifests(self) -> Iterator[Manifest]:
        """The manifests, by number."""
        return (link.manifest for link in self.links)

    @property
    def journals(self) -> Iterator[SealedJournal]:
        """All journals that were sealed."""
        return (journal for manifest in self.manifests for journal in manifest.journals)

    @property
    def files(self) -> Iterator[SealedFile]:
        """The files that count: those that a later manifest replaces are left out."""
        replaced = {each.path for manifest in self.manifests for each in manifest.replaces}
        return (
            file
            for manifest in self.manifests
            for file in manifest.files
            if file.path not in replaced
        )


def path_of(chain: str, number: int) -> str:
    """Where a manifest lies."""
    return f"{MANIFESTS}/{chain}/{number:08}.json"


def number_of(name: str) -> tuple[str, int] | None:
    """(chain, number) of a manifest's name; None for the name of anything else."""
    match = _NAME.fullmatch(name)
    return None if match is None else (match[1], int(match[2]))


def printed(manifest: Manifest) -> bytes:
    """A manifest's bytes: canonical JSON, the same for equal manifests."""
    document = {
        "schema": SCHEMA,
        "chain": manifest.chain,
        "number": manifest.number,
        "previous": manifest.previous,
        "kind": manifest.kind,
        "seal": manifest.seal,
        "utc": manifest.utc,
        "tool": dict(manifest.tool),
        "journals": [_renamed(each, _JOURNAL) for each in manifest.journals],
        "files": [
            _renamed(each, _FILES) | {"groups": [_renamed(group, _GROUP) for group in each.groups]}
            for each in manifest.files
        ],
        "replaces": [each._asdict() for each in manifest.replaces],
    }
    return canonical(document | {"sha256": own_hash(document)})


def own_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document without its key `sha256`: whether a file is as it was written.

    Nothing in a ledger names its last manifest; this finds one that was damaged, not one that was
    edited with care.
    """
    rest = {key: value for key, value in document.items() if key != "sha256"}
    return hashlib.sha256(canonical(rest)).hexdigest()


def canonical(document: Any) -> bytes:
    """A JSON document in the one form that is hashed: keys sorted, no spaces, one line."""
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return (text + "\n").encode()


def parse(data: bytes, where: str) -> Manifest:
    """Reads a manifest's bytes.

    Raises LedgerVersionError for one of a newer footprint, LedgerError for what is none.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _damaged(where, f"it is no JSON ({error})") from error
    if not isinstance(document, dict):
        raise _damaged(where, "it is no JSON object")
    schema = document.get("schema")
    if schema != SCHEMA:
        name, _, version = str(schema).rpartition("/")
        if name == SCHEMA.rpartition("/")[0] and version.isdigit():
            raise LedgerVersionError(
                f"{where} was written by a newer footprint ({schema}, this one reads {SCHEMA}):"
                " upgrade footprint to read it"
            )
        raise _damaged(where, f"its schema is {shown(schema)}, not {SCHEMA!r}")
    try:
        found = _manifest(document)
        if own_hash(document) != _digest(document["sha256"]):
            raise ValueError("its content is not what its own SHA-256 says")
        return found
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise _damaged(where, what) from error


def read_chains(store: Store) -> list[Chain]:
    """The chains of manifests in a place, by id; none where nothing was sealed.

    Only names and contents are looked at here; whether the hashes hold is `footprint verify`'s
    question. Raises LedgerError for a manifest that cannot be read, naming it.
    """
    by_chain: dict[str, list[Link]] = {}
    for name, _ in store.names(MANIFESTS + "/"):
        place = number_of(name)
        if place is None:
            continue
        data = store.read(name)
        manifest = parse(data, f"{store.where}/{name}")
        if (manifest.chain, manifest.number) != place:
            said = path_of(manifest.chain, manifest.number)
            raise _damaged(f"{store.where}/{name}", f"it says of itself that it is {said}")
        link = Link(manifest, hashlib.sha256(data).hexdigest())
        by_chain.setdefault(place[0], []).append(link)
    return [_chain(chain, links) for chain, links in sorted(by_chain.items())]


def _chain(chain: str, links: list[Link]) -> Chain:
    links.sort(key=lambda link: link.manifest.number)
    there = {link.manifest.number for link in links}
    missing = tuple(number for number in range(max(there)) if number not in there)
    return Chain(chain, tuple(links), missing)


def _damaged(where: str, what: str) -> LedgerError:
    return LedgerError(
        f"{where} is damaged or foreign: {what}: put back the file as it was sealed"
        " (`footprint verify` says what else differs)"
    )


#: Names in the file of the fields that have another name in Python.
_GROUP = {"start": "from", "end": "to"}
_FILES = {"size": "bytes"}
_JOURNAL = {"size": "bytes"}


def _renamed(fields: Any, names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in fields._asdict().items()}


def _manifest(document: Mapping[str, Any]) -> Manifest:
    number = _count(document["number"])
    previous = document["previous"]
    if (previous is None) != (number == 0):
        raise ValueError(f"manifest {number} names {shown(previous)} as the one before it")
    tool = document["tool"]
    return Manifest(
        chain=_matching(r"[0-9a-f]{32}", document["chain"]),
        number=number,
        previous=None if previous is None else _digest(previous),
        kind=_one_of(_KINDS, document["kind"]),
        seal=_matching(r"[A-Za-z0-9-]+", document["seal"]),
        utc=_text(document["utc"]),
        tool={_text(key): _text(value) for key, value in tool.items()},
        journals=tuple(map(_journal, document["journals"])),
        files=tuple(map(_file, document["files"])),
        replaces=tuple(
            Replaced(_sealed_path(each["path"]), _digest(each["sha256"]))
            for each in document.get("replaces", ())
        ),
    )


def _journal(found: Mapping[str, Any]) -> SealedJournal:
    # The name becomes that of a file which `footprint seal` removes: one file, in one folder.
    return SealedJournal(
        name=_matching(r"[^/\\]+\.fpj", found["name"]),
        writer=_matching(r"[0-9a-f]{32}", found["writer"]),
        part=_count(found["part"]),
        host=_text(found["host"]),
        boot_id=_text(found["boot_id"]),
        size=_count(found["bytes"]),
        sha256=_digest(found["sha256"]),
        batches=_count(found["batches"]),
        rows={_text(key): _count(value) for key, value in found["rows"].items()},
        first_utc_ns=_integer(found["first_utc_ns"]),
        last_utc_ns=_integer(found["last_utc_ns"]),
        t_last=_integer(found["t_last"]),
        begun=_integer(found["begun"]),
        issues=tuple((_text(kind), _text(text)) for kind, text in found["issues"]),
        checkpoints=tuple(map(_digest, found.get("checkpoints", ()))),
    )


def _file(found: Mapping[str, Any]) -> SealedFile:
    return SealedFile(
        path=_sealed_path(found["path"]),
        table=_text(found["table"]),
        date=_matching(r"\d{4}-\d\d-\d\d", found["date"]),
        size=_count(found["bytes"]),
        sha256=_digest(found["sha256"]),
        rows=_count(found["rows"]),
        groups=tuple(map(_group, found["groups"])),
    )


def _group(found: Mapping[str, Any]) -> Group:
    return Group(
        first=_count(found["first"]),
        rows=_count(found["rows"]),
        start=_count(found["from"]),
        end=_count(found["to"]),
        chain=_digest(found["chain"]),
        boots=tuple(map(_text, found["boots"])),
        first_utc_ns=_integer(found["first_utc_ns"]),
        last_utc_ns=_integer(found["last_utc_ns"]),
    )


def _integer(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError(f"{shown(value)} is no 64-bit integer")
    return value


def _count(value: Any) -> int:
    if _integer(value) < 0:
        raise ValueError(f"{value} is less than 0")
    return int(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{shown(value)} is no text")
    return value


def _matching(pattern: str, value: Any) -> str:
    if re.fullmatch(pattern, _text(value)) is None:
        raise ValueError(f"{shown(value)} is not what belongs there")
    return str(value)


def _digest(value: Any) -> str:
    if _SHA256.fullmatch(_text(value)) is None:
        raise ValueError(f"{shown(value)} is no SHA-256")
    return str(value)


def _sealed_path(value: Any) -> str:
    if _FILE.fullmatch(_text(value)) is None:
        raise ValueError(f"{shown(value)} is no path of a sealed file")
    return str(value)


def _one_of(known: Iterable[str], value: Any) -> str:
    if value not in known:
        raise ValueError(f"{shown(value)} is none of {', '.join(known)}")
    return str(value)


__all__ = [
    "MANIFESTS",
    "SCHEMA",
    "SEALED",
    "Chain",
    "Group",
    "Link",
    "Manifest",
    "Replaced",
    "SealedFile",
    "SealedJournal",
    "canonical",
    "number_of",
    "own_hash",
    "parse",
    "path_of",
    "printed",
    "read_chains",
]
