"""Shipping: a ledger's sealed segments and manifests, copied to another place under the same chain.

Files first, then their manifest, in the chain's order: at every instant the place holds whole
manifests with all their files, and a run that was killed is taken up by the next one. Nothing that
is there is overwritten: what is the same is left, what differs is named and ends the run.

A place takes many ledgers, each under its own chain, and is read as one ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from footprint.errors import LedgerError
from footprint.ledger import format as fmt
from footprint.ledger import pinned, receipts, stored
from footprint.ledger.sealed import chain as chains
from footprint.ledger.sealed import manifest as manifests
from footprint.ledger.sealed.manifest import Chain, Link, SealedFile
from footprint.ledger.stores import Store
from footprint.ledger.stores.local import LocalStore

_PIECE = 16 * 2**20


class Shipped(NamedTuple):
    """What a run of `ship` did.

    Attributes:
        manifests, files, bytes: copied; `bytes` is that of all files.
        journals: open journals that were copied, or made longer.
        pins: files of pinned factors that were copied.
        there: manifests that were at the destination already.
        removed, removed_bytes: sealed files that were removed at the source.
        skew_s: the destination's clock less this host's, s; None where nothing was copied.
    """

    manifests: int = 0
    files: int = 0
    bytes: int = 0
    journals: int = 0
    pins: int = 0
    there: int = 0
    removed: int = 0
    removed_bytes: int = 0
    skew_s: float | None = None


def ship(
    source: Store,
    destination: Store,
    *,
    open_journals: bool = False,
    delete_after: bool = False,
) -> Shipped:
    """Copies a ledger's sealed segments, and the factors that it pinned, to another place.

    Args:
        source: the ledger; all chains that it holds are shipped.
        destination: a ledger, or a place that holds nothing yet.
        open_journals: also what is not sealed yet. A longer copy of a journal replaces a shorter
            one, never the other way; the copies go once the journal arrives sealed.
        delete_after: remove sealed files from the source that were read back from the
            destination and have the hash of their manifest there. Manifests stay, and a note
            says where the files are.

    Raises LedgerError: no ledger, a destination that holds something else, a file that differs, a
    source that is not as it was sealed.
    """
    if _same(source, destination):
        raise LedgerError(f"{destination.where} is the ledger itself: name another place")
    stored.journals(source)  # says so where there is no ledger
    run = _Run(source, destination)
    run.prepare()
    sealed = manifests.read_chains(source)
    for chain in sealed:
        run.chain(chain)
    run.pins()
    if open_journals:
        run.open_journals({each.name for chain in sealed for each in chain.journals})
    if delete_after:
        for chain in sealed:
            run.remove(chain)
    return run.shipped


class _Run:
    """One run from one place to another."""

    def __init__(self, source: Store, destination: Store) -> None:
        self.source = source
        self.destination = destination
        self.shipped = Shipped()

    def prepare(self) -> None:
        """Marks the destination as a ledger of sealed segments, or checks that it is one."""
        there = self.destination
        # Asked again: another run may have marked it after the first look, and shipped into it.
        if not stored.is_ledger(there) and there.names() and not stored.is_ledger(there):
            raise LedgerError(
                f"{self.destination.where} holds other files and no {fmt.MARKER}: name an empty"
                " place or a ledger"
            )
        known = chains.marker(self.destination)
        if known.get("schema") != chains.SCHEMA:
            marker = manifests.canonical({**known, "schema": chains.SCHEMA})
            self.destination.replace(fmt.MARKER, marker)

    def chain(self, chain: Chain) -> None:
        """Ships one chain, manifest by manifest."""
        if chain.missing:
            missing = manifests.path_of(chain.id, chain.missing[0])
            raise self._damaged(missing, "is missing")
        there = dict(self.destination.names(manifests.SEALED))
        known = dict(self.destination.names(f"{manifests.MANIFESTS}/{chain.id}"))
        moved = receipts.moved(self.source, chain.id)
        counted = {file.path for file in chain.files}
        before: str | None = None
        arrived: list[SealedFile] = []
        for link in chain.links:
            if link.manifest.previous != before:
                raise self._damaged(link.manifest.path, "does not follow the one before it")
            before = link.sha256
            files = [file for file in link.manifest.files if file.path in counted]
            if link.manifest.path in known:
                self._check_same(link.manifest.path)
                self._add(there=1)
                for file in files:
                    self._file(file, there, moved)
            else:
                for file in files:
                    self._check_cut(file, there)
                    self._file(file, there, moved)
                self._manifest(link)
                arrived += files
            self._signature(link, known)
        self._check_arrived(arrived, moved)
        self._superseded(chain)
        if arrived:
            skew_s = receipts.write(self.destination, chain)
            self.shipped = self.shipped._replace(skew_s=skew_s)

    def open_journals(self, sealed: set[str]) -> None:
        """Copies journals that are not sealed."""
        there = dict(self.destination.names(fmt.JOURNALS))
        for journal in stored.journals(self.source):
            if journal.name in sealed:
                continue
            if there.get(journal.path, -1) >= journal.size:
                continue
            data = journal.read_bytes()
            if journal.path in there:
                old = self.destination.read(journal.path)
                if len(old) >= len(data):
                    continue
                if not data.startswith(old):
                    raise self._differs(journal.path)
            self.destination.replace(journal.path, data)
            self._add(journals=1, bytes=len(data))

    def pins(self) -> None:
        """Copies pinned factors: a report on the other place is replayed from the same ones."""
        for size in pinned.ship(self.source, self.destination):
            self._add(pins=1, bytes=size)

    def remove(self, chain: Chain) -> None:
        """Removes sealed files at the source that are whole at the destination."""
        here = dict(self.source.names(manifests.SEALED))
        journals = {name.rpartition("/")[2] for name, _ in self.source.names(fmt.JOURNALS)}
        counted = {file.path for file in chain.files}
        files = [
            file
            for manifest in chain.manifests
            # A seal that was interrupted has journals to remove, and looks for their files first.
            if not any(journal.name in journals for journal in manifest.journals)
            for file in manifest.files
            if file.path in here and file.path in counted
        ]
        if not files:
            return
        for file in files:
            if _digest(_pieces(self.destination, file)) != file.sha256:
                raise self._damaged(file.path, "is not what its manifest says", self.destination)
        receipts.note_moved(self.source, chain.id, files, _address(self.destination))
        for file in files:
            self.source.delete(file.path)
            self._add(removed=1, removed_bytes=file.size)

    def _file(self, file: SealedFile, there: dict[str, int], moved: dict[str, str]) -> None:
        """Copies a file, where it is not there."""
        size = there.get(file.path)
        if size is not None:
            if size != file.size:
                raise self._differs(file.path)
            return
        try:
            path = self.source.local(file.path)
        except FileNotFoundError as error:
            if file.path in moved:
                raise LedgerError(
                    f"{file.path} is not in {self.source.where} any more: it was shipped to"
                    f" {moved[file.path]}: ship it from there"
                ) from error
            raise self._damaged(file.path, "is missing") from error
        if _digest(_chunks(path)) != file.sha256:
            raise self._damaged(file.path, "is not what its manifest says")
        self.destination.put(file.path, path)
        self._add(files=1, bytes=file.size)

    def _check_cut(self, file: SealedFile, there: dict[str, int]) -> None:
        """A file without its manifest is of a run that was cut, or nobody's: its hash tells."""
        whole = there.get(file.path) == file.size
        if whole and _digest(_pieces(self.destination, file)) != file.sha256:
            raise self._differs(file.path)

    def _check_arrived(self, files: list[SealedFile], moved: dict[str, str]) -> None:
        """Copies again what a seal at the destination took for left over meanwhile."""
        if files:
            there = dict(self.destination.names(manifests.SEALED))
            for file in files:
                self._file(file, there, moved)

    def _manifest(self, link: Link) -> None:
        data = self.source.read(link.manifest.path)
        if not self.destination.create(link.manifest.path, data):
            self._check_same(link.manifest.path)  # another run was first
        self._add(manifests=1)

    def _signature(self, link: Link, known: dict[str, int]) -> None:
        name = link.manifest.path.removesuffix(".json") + ".sig.json"
        try:
            data = self.source.read(name)
        except FileNotFoundError:
            return
        if name in known or not self.destination.create(name, data):
            self._check_same(name)

    def _superseded(self, chain: Chain) -> None:
        """Removes open copies of journals that the destination now has sealed, and as long."""
        there = dict(self.destination.names(fmt.JOURNALS))
        for journal in chain.journals:
            name = f"{fmt.JOURNALS}/{journal.name}"
            if name not in there or there[name] > journal.size:
                continue
            head = fmt.read_header(self.destination.read(name, 0, fmt.HEADER_SIZE))
            if head is not None and head.key == journal.key:
                self.destination.delete(name)

    def _check_same(self, name: str) -> None:
        if self.destination.read(name) != self.source.read(name):
            raise self._differs(name)

    def _differs(self, name: str) -> LedgerError:
        return LedgerError(
            f"{self.destination.where}/{name} is another file than {self.source.where}/{name}, and"
            " nothing is overwritten: `footprint verify` says which of the two was changed"
        )

    def _damaged(self, name: str, what: str, place: Store | None = None) -> LedgerError:
        where = (place or self.source).where
        return LedgerError(
            f"{where}/{name} {what}: nothing of it or after it was shipped or removed; put it back"
            f" from a copy (`footprint verify {where}` says what else differs)"
        )

    def _add(self, **counts: int) -> None:
        self.shipped = self.shipped._replace(
            **{name: getattr(self.shipped, name) + count for name, count in counts.items()}
        )


def _same(one: Store, other: Store) -> bool:
    return _address(one) == _address(other)


def _address(store: Store) -> str:
    """A place such that it is found from anywhere: a directory's whole path."""
    return str(store.root.resolve()) if isinstance(store, LocalStore) else store.where


def _digest(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _pieces(store: Store, file: SealedFile) -> Iterator[bytes]:
    """A file's content as the place gives it now, not as a copy of it was."""
    for start in range(0, file.size, _PIECE):
        yield store.read(file.path, start, min(start + _PIECE, file.size))
