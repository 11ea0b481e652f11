"""Manifests that may have been damaged: what can be read of them, and what does not fit.

`sealed.manifest.read_chains` stops at the first manifest that cannot be read. Here each is a
finding, and the rest is looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from footprint.console import many
from footprint.errors import LedgerError, LedgerVersionError, shown
from footprint.ledger import format as fmt
from footprint.ledger.proofs.findings import Finding, note
from footprint.ledger.sealed.chain import OWN, SCHEMA
from footprint.ledger.sealed.manifest import (
    MANIFESTS,
    Link,
    Manifest,
    SealedFile,
    canonical,
    number_of,
    parse,
    path_of,
    printed,
)
from footprint.ledger.stores import Store

#: What stands at the end of a signature's name.
SIGNATURE = ".sig.json"
_RESTORE = "put back the file from a copy"


class Manifests(NamedTuple):
    """What lies below `manifests/`.

    Attributes:
        links: the manifests that could be read, by chain and number.
        hashes: SHA-256 of every manifest's bytes, readable or not, by chain and number.
        unread: names of the others: what they say of sealed files is not known.
    """

    links: dict[str, dict[int, Link]]
    hashes: dict[str, dict[int, str]]
    unread: list[str]

    @property
    def manifests(self) -> Iterator[Manifest]:
        """All that could be read."""
        return (link.manifest for links in self.links.values() for _, link in sorted(links.items()))


def read(store: Store) -> tuple[Manifests, list[Finding]]:
    """Reads all manifests of a place, and holds each against the one before it."""
    found = Manifests({}, {}, [])
    findings: list[Finding] = []
    for name, _ in store.names(MANIFESTS):
        place = number_of(name)
        if place is None:
            if not name.endswith(SIGNATURE) and name != OWN:
                findings.append(note("foreign", name, "no file of a ledger's; it is not read"))
            continue
        data = store.read(name)
        chain, number = place
        digest = hashlib.sha256(data).hexdigest()
        found.hashes.setdefault(chain, {})[number] = digest
        links = found.links.setdefault(chain, {})
        try:
            manifest = parse(data, name)
        except LedgerError as error:
            kind = "newer" if isinstance(error, LedgerVersionError) else "changed"
            text = "it " + str(error).removeprefix(f"{name} ")
            findings.append(Finding(kind, name, text))
            found.unread.append(name)
            continue
        if (manifest.chain, manifest.number) != place:
            said = path_of(manifest.chain, manifest.number)
            text = f"it says of itself that it is {said}: it was moved or copied; {_RESTORE}"
            findings.append(Finding("moved", name, text))
            found.unread.append(name)
            continue
        if printed(manifest) != data:
            text = f"it is not written as footprint writes it: it was edited; {_RESTORE}"
            findings.append(Finding("changed", name, text))
        links[number] = Link(manifest, digest)
    for chain in sorted(found.hashes):
        findings += _linked(chain, found.hashes[chain], found.links[chain])
    findings += _consistent(found)
    return found, findings


def own_chain(store: Store, found: Manifests) -> list[Finding]:
    """Whether the ledger's marker and `manifests/own.json` are what they were, and agree."""
    marker, wrong = _object(store, fmt.MARKER)
    own, also = _object(store, OWN)
    findings = wrong + also
    if marker is None and not wrong:
        text = 'it is missing: put it back from a copy, or write {"schema": "footprint.ledger/1"}'
        findings.append(Finding("missing", fmt.MARKER, text))
    if marker is not None:
        known = {fmt.SCHEMA: {"schema"}, SCHEMA: {"schema", "chain", "sealed"}}
        schema = marker.get("schema")
        if schema not in known:
            name, _, version = str(schema).rpartition("/")
            if name == SCHEMA.rpartition("/")[0] and version.isdigit():
                text = f"a newer footprint marked the ledger ({schema}): upgrade footprint"
                findings.append(Finding("newer", fmt.MARKER, text))
            else:
                text = f"its schema is {shown(schema)}, not {' or '.join(known)}: {_RESTORE}"
                findings.append(Finding("changed", fmt.MARKER, text))
        elif set(marker) - known[schema]:
            text = f"its keys are {', '.join(sorted(marker))}: {_RESTORE}"
            findings.append(Finding("changed", fmt.MARKER, text))
    if findings:
        return findings
    named = None if marker is None else marker.get("chain")
    chain = None if own is None else own.get("chain")
    if own is not None and (set(own) != {"chain"} or not isinstance(chain, str)):
        findings.append(Finding("changed", OWN, f"it does not name a chain: {_RESTORE}"))
    elif named != chain:
        if chain is None:
            text = f"it is missing: {fmt.MARKER} says that this ledger's chain is {named}"
            findings.append(Finding("missing", OWN, f"{text}: {_RESTORE}"))
        elif named is None and not found.hashes.get(chain):
            text = "sealing was stopped as it began; the next `footprint seal` goes on"
            findings.append(note("leftover", OWN, text))
        else:
            text = f"it says that this ledger's chain is {named}, {OWN} says {chain}: {_RESTORE}"
            findings.append(Finding("changed", fmt.MARKER, text))
    elif chain is not None and chain not in found.hashes:
        text = (
            f"chain {chain} has no manifest yet: sealing was stopped before its first, or the"
            " chain was removed: a saved head tells which"
        )
        findings.append(note("leftover", OWN, text))
    return findings


def _object(store: Store, name: str) -> tuple[dict[str, Any] | None, list[Finding]]:
    """A small JSON file that footprint wrote: in one of the two forms that it has ever used."""
    try:
        data = store.read(name)
    except FileNotFoundError:
        return None, []
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        content = None
    written = isinstance(content, dict) and data in (
        canonical(content),
        json.dumps(content).encode() + b"\n",
    )
    if not written:
        text = f"it is not what footprint writes: it was damaged or edited; {_RESTORE}"
        return None, [Finding("changed", name, text)]
    return content, []


def _linked(chain: str, hashes: dict[int, str], links: dict[int, Link]) -> Iterator[Finding]:
    """Each manifest names the bytes of the one before it."""
    for number in range(max(hashes)):
        if number not in hashes:
            text = f"it is missing, and {max(hashes)} is there: {_RESTORE}"
            yield Finding("missing", path_of(chain, number), text)
    for number, link in sorted(links.items()):
        before = hashes.get(number - 1)
        if before is not None and link.manifest.previous != before:
            where = path_of(chain, number - 1)
            text = (
                f"{path_of(chain, number)} names another SHA-256 for it: one of the two was edited"
                f" or replaced; {_RESTORE}"
            )
            yield Finding("changed", where, text)


def _consistent(found: Manifests) -> Iterator[Finding]:
    """What each manifest says fits together, and nothing is in the books twice."""
    sealed: dict[tuple[str, str, int], str] = {}
    files: dict[str, tuple[str, SealedFile]] = {}
    for manifest in found.manifests:
        for journal in manifest.journals:
            known = sealed.setdefault((manifest.chain, *journal.key), manifest.path)
            if known != manifest.path:
                text = f"journal {journal.name} was sealed already, by {known}: {_RESTORE}"
                yield Finding("copied", manifest.path, text)
            for kind, said in journal.issues:
                if kind == "missing-batches":  # given up by its writer, or gone
                    text = f"journals/{journal.name} was sealed with a flaw: {said}"
                    yield note("missing", manifest.path, text)
        for file in manifest.files:
            if file.path in files:
                text = f"{file.path} is named by {files[file.path][0]} too: {_RESTORE}"
                yield Finding("copied", manifest.path, text)
            files[file.path] = manifest.path, file
            if problem := _groups(file):
                yield Finding("changed", manifest.path, f"{file.path}: {problem}: {_RESTORE}")
        for old in manifest.replaces:
            named = files.get(old.path)
            if named is None or named[1].sha256 != old.sha256:
                text = f"it replaces {old.path}, which no manifest before it has: {_RESTORE}"
                yield Finding("changed", manifest.path, text)
        if manifest.kind == "seal" and (said := _counts(manifest)):
            yield Finding("changed", manifest.path, f"{said}: {_RESTORE}")


def _groups(file: SealedFile) -> str:
    """What is wrong with the row groups of a file's entry, or nothing."""
    row = at = 0
    for group in file.groups:
        if group.first != row or group.start < at or not group.start <= group.end <= file.size:
            return f"its row group at row {group.first} does not follow the one before it"
        row, at = row + group.rows, group.end
    return "" if row == file.rows else f"its row groups have {many(row, 'row')}, it has {file.rows}"


def _counts(manifest: Manifest) -> str:
    """Where a seal's journals had other rows than its files have, or nothing."""
    journals, files = Counter[str](), Counter[str]()
    for journal in manifest.journals:
        journals.update(journal.rows)
    for file in manifest.files:
        files[file.table] += file.rows
    for table in sorted({*journals, *files}):
        if journals[table] != files[table]:
            held = many(journals[table], "row")
            return f"its journals had {held} of {table}, its files {files[table]}"
    return ""


__all__ = ["SIGNATURE", "Manifests", "own_chain", "read"]
