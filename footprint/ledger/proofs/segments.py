"""Sealed files against their manifests: hashes of bytes, named by rows. No Parquet is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from footprint.console import many
from footprint.errors import LedgerError
from footprint.ledger.proofs.findings import Finding, note
from footprint.ledger.sealed.intact import BLOCK, of_groups
from footprint.ledger.sealed.manifest import SEALED, Group, Manifest, SealedFile
from footprint.ledger.stores import Store, open_store

#: Threads: hashing and reading let go of the interpreter's lock.
THREADS = 2
_SEAL = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{16}")
_RESTORE = "put back the file from a copy"


class Expected(NamedTuple):
    """What manifests say of the files below `sealed/`.

    Attributes:
        live: the files that count, by path.
        replaced: paths of files that later ones stand for, and that may still be there.
        seals: the ids of all seals that a manifest names.
        moved: where files are that were shipped and then removed here.
        unread: a file that could not be read and may name files too, or nothing.
    """

    live: Mapping[str, SealedFile]
    replaced: frozenset[str]
    seals: frozenset[str]
    moved: Mapping[str, str] = {}
    unread: str = ""


def expected(
    manifests: Iterable[Manifest], moved: Mapping[str, str] | None = None, unread: str = ""
) -> Expected:
    """What the manifests of all chains name.

    Args:
        moved: path -> place of files that were shipped, and then removed here (`receipts.moved`).
        unread: a manifest, or the ledger's marker, that is of a newer footprint or damaged.
    """
    manifests = list(manifests)
    replaced = frozenset(old.path for each in manifests for old in each.replaces)
    live = {
        file.path: file for each in manifests for file in each.files if file.path not in replaced
    }
    seals = frozenset(each.seal for each in manifests)
    return Expected(live, replaced, seals, moved or {}, unread)


def check(
    store: Store, named: Expected, told: Callable[[int], None] = lambda _: None
) -> list[Finding]:
    """Reads and hashes every file that a manifest names, and looks at the others.

    A file that was shipped and then removed is looked at where it is now: a note says no more than
    where, and the manifest's hash is what counts.

    Args:
        told: called with the bytes of each file that was read, from several threads.
    """
    there = dict(store.names(SEALED))

    def one(file: SealedFile) -> list[Finding]:
        if file.path not in there and file.path in named.moved:
            return _elsewhere(file, named.moved[file.path], named)
        if file.path not in there:
            last = max(file.rows - 1, 0)
            text = f"it is missing, with {many(file.rows, 'row')} of {file.date}: {_RESTORE}"
            return [Finding("missing", file.path, text, rows=(0, last))]
        found = _file(store, file, named.live)
        told(there[file.path])
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        findings = [each for found in pool.map(one, named.live.values()) for each in found]
    unnamed = [path for path in sorted(there) if path not in named.live]
    found = [_unnamed(store, path, there[path], named) for path in unnamed]
    findings += [each for each in found if each is not None]
    if hidden := found.count(None):
        which = (
            "1 sealed file that no other one names is"
            if hidden == 1
            else (f"{hidden:,} sealed files that no other one names are")
        )
        text = f"{which} not told from leftovers, and not looked at, as long as it cannot be read"
        findings.append(note("unproved", named.unread, text))
    return findings


def sha256(store: Store, path: str, size: int) -> str:
    """The hash of a file's bytes up to `size`. Raises FileNotFoundError."""
    digest = hashlib.sha256()
    for start in range(0, size, BLOCK):
        digest.update(store.read(path, start, min(start + BLOCK, size)))
    return digest.hexdigest()


def _file(store: Store, file: SealedFile, live: Mapping[str, SealedFile]) -> list[Finding]:
    """What is wrong with a file that a manifest names."""
    try:
        data_sha256 = sha256(store, file.path, file.size)
        beyond = len(store.read(file.path, file.size, file.size + BLOCK))
    except FileNotFoundError:
        return [Finding("missing", file.path, f"it vanished while it was read: {_RESTORE}")]
    if data_sha256 == file.sha256:
        if not beyond:
            return []
        text = f"something was appended to it: cut it off after byte {file.size}, or {_RESTORE}"
        span = (file.size, file.size + beyond)
        return [Finding("inserted", file.path, text, bytes=span)]
    for other in live.values():
        if other.sha256 == data_sha256 and other.size == file.size:
            text = f"it holds what belongs in {other.path}: it was swapped; {_RESTORE}"
            return [Finding("moved", file.path, text, rows=(0, max(file.rows - 1, 0)))]
    return list(_changed(store, file))


def _elsewhere(file: SealedFile, place: str, named: Expected) -> list[Finding]:
    """What is wrong with a file that was shipped to another place and removed here."""
    rows = (0, max(file.rows - 1, 0))
    try:
        found = _file(open_store(place), file, named.live)
    except LedgerError as error:
        text = f"it was shipped to {place}, which cannot be asked: {error}"
        return [Finding("missing", file.path, text, rows=rows)]
    if not found:
        text = f"it was shipped to {place} and removed here; there it is whole"
        return [note("shipped", file.path, text, rows=rows)]
    said = f"at {place}, to which it was shipped"
    return [each._replace(text=f"{said}: {each.text}") for each in found]


def _changed(store: Store, file: SealedFile) -> Iterator[Finding]:
    """Which row groups of a file are not what was sealed; else which of its other bytes."""
    of = of_groups(file, lambda start, end: store.read(file.path, start, end))
    good = [holds for _, holds in of]
    for first, last in _runs(file.groups, good):
        rows = first.first, last.first + last.rows - 1
        text = f"these rows are not what was sealed: {_RESTORE}"
        yield Finding("changed", file.path, text, rows=rows, bytes=(first.start, last.end))
    size = _size(store, file)
    if size < file.size:
        text = f"it ends after {size} of {file.size} bytes: {_RESTORE}"
        yield Finding("truncated", file.path, text, bytes=(size, file.size))
    elif all(good):
        end = file.groups[-1].end if file.groups else 0
        text = (
            "bytes outside its rows (the file's head or footer) are not what was sealed, the rows'"
            f" own are: {_RESTORE}"
        )
        yield Finding("changed", file.path, text, bytes=(end, file.size))


def _size(store: Store, file: SealedFile) -> int:
    return dict(store.names(file.path.rpartition("/")[0])).get(file.path, 0)


def _runs(groups: Iterable[Group], good: Iterable[bool]) -> Iterator[tuple[Group, Group]]:
    """(first, last) of row groups in a row that are not good."""
    first: Group | None = None
    last: Group | None = None
    for group, is_good in zip(groups, good, strict=True):
        if not is_good:
            first, last = first or group, group
        elif first is not None and last is not None:
            yield first, last
            first = None
    if first is not None and last is not None:
        yield first, last


def _unnamed(store: Store, path: str, size: int, named: Expected) -> Finding | None:
    """A file below `sealed/` that is in no book; None where that cannot be told."""
    if path in named.replaced:
        text = "a later file stands for it; it is in no figure and can be deleted"
        return note("leftover", path, text)
    digest = sha256(store, path, size)
    for file in named.live.values():
        if file.sha256 == digest:
            text = f"it is a copy of {file.path}, which no manifest names: delete it"
            return Finding("copied", path, text)
    if named.unread:
        return None
    seal = path.rpartition("/")[2].removesuffix(".parquet")
    if _SEAL.fullmatch(seal) and seal not in named.seals and path.endswith(".parquet"):
        text = (
            "no manifest names it: a sealing that was stopped or is under way, or one whose"
            " manifest was removed (a saved head tells); it is in no figure, and `footprint seal`"
            " removes it when it is an hour old"
        )
        return note("leftover", path, text)
    text = "no manifest names it, and no sealing left it: somebody put it there; delete it"
    return Finding("inserted", path, text)


__all__ = ["Expected", "check", "expected", "sha256"]
