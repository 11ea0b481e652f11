"""Sealing: closed journals become Parquet files and a manifest, and then are removed.

In this order, so that a sealer can be stopped anywhere, and several can work at once:

    1. files     under a name of their own (the seal's id): nobody reads what no manifest names
    2. manifest  created under the chain's next number, which only one sealer can do
    3. journals  removed; readers skip a journal that a manifest names

Stopped before 2 it leaves files that nobody reads, which a later seal removes; stopped after it,
journals that nobody reads, which the next seal removes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from footprint import clock
from footprint._version import __version__
from footprint.errors import FootprintError, LedgerError, LedgerVersionError
from footprint.ledger import format as fmt
from footprint.ledger import stored
from footprint.ledger.proofs import prefixes
from footprint.ledger.reader import Facts, read_bytes, read_records
from footprint.ledger.sealed import chain as chains
from footprint.ledger.sealed import plan, tables
from footprint.ledger.sealed.closed import Here, glimpse, here, is_closed
from footprint.ledger.sealed.manifest import (
    SEALED,
    Manifest,
    SealedFile,
    SealedJournal,
    read_chains,
)
from footprint.ledger.sealed.write import Content, Written, write
from footprint.ledger.stores import Store
from footprint.model import NS_PER_S

#: Bytes of journals that are sealed with one manifest: what is in memory at a time.
BATCH = 256 * 2**20
#: Files that no manifest names are removed when they are older than this, s.
LEFT_AFTER = 3600
#: A sealer gives its files up, and begins again, when they are older than this, s: well before
#: another takes them for left over.
_GIVE_UP_AFTER = LEFT_AFTER // 2


class Outcome(NamedTuple):
    """What one call of `seal` did.

    Attributes:
        manifests: what was added to the chain.
        left: (journal, why) of closed journals that were left as they are.
        removed: files and journals that an earlier, interrupted seal had left over.
        head: (chain, number, SHA-256) of the last manifest; None where the ledger has none.
    """

    manifests: tuple[Manifest, ...]
    left: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    head: tuple[str, int, str] | None

    @property
    def journals(self) -> int:
        """How many journals were sealed."""
        return sum(len(each.journals) for each in self.manifests)

    @property
    def bytes_before(self) -> int:
        """Bytes of the journals that were sealed."""
        return sum(journal.size for each in self.manifests for journal in each.journals)

    @property
    def bytes_after(self) -> int:
        """Bytes of the files that hold them now."""
        return sum(file.size for each in self.manifests for file in each.files)


def seal(store: Store, machine: Here | None = None) -> Outcome:
    """Seals all closed journals of a ledger.

    Args:
        store: the ledger.
        machine: where this runs, and the time; by default this machine, now.

    Raises LedgerError where there is no ledger or it cannot be written: nothing is lost then, and
    the next call goes on. LedgerVersionError for a ledger of a newer footprint.
    """
    machine = here() if machine is None else machine
    chains.marker(store)
    removed = _sweep(store, machine)
    left: list[tuple[str, str]] = []
    added: list[Manifest] = []
    for batch in _batches(_closed(store, machine)):
        with contextlib.suppress(_NothingLeft):
            added.append(_Sealing(store, batch, left).run())
    return Outcome(tuple(added), tuple(left), tuple(removed), head(store))


def head(store: Store) -> tuple[str, int, str] | None:
    """(chain, number, SHA-256) of the last manifest of a ledger's own chain."""
    name = chains.own(store)
    if name is None:
        return None
    for chain in read_chains(store):
        if chain.id == name:
            last = chain.links[-1]
            return name, last.manifest.number, last.sha256
    return None


def closed_bytes(store: Store, machine: Here | None = None) -> int:
    """Bytes of the journals that a seal would take."""
    return sum(size for _, _, size in _closed(store, here() if machine is None else machine))


#: (boot, name in the store, bytes) of a journal.
_Closed = tuple[str, str, int]


def _closed(store: Store, machine: Here) -> list[_Closed]:
    """The journals that are closed and that no manifest names, boot by boot."""
    journals = stored.journals(store)
    named = _named(store)
    found: list[_Closed] = []
    for journal in journals:
        try:
            seen = glimpse(store, journal.path, journal.size)
        except FileNotFoundError:  # another sealer was quicker
            continue
        if seen is not None and seen.key not in named and is_closed(seen, machine):
            found.append((seen.boot_id, journal.path, journal.size))
    return sorted(found)


def _named(store: Store) -> set[plan.Key]:
    """(writer, part) of the journals that manifests name."""
    return {journal.key for chain in read_chains(store) for journal in chain.journals}


def _batches(found: Sequence[_Closed]) -> Iterator[list[str]]:
    batch: list[str] = []
    total = 0
    for _, name, size in found:
        if batch and total + size > BATCH:
            yield batch
            batch, total = [], 0
        batch.append(name)
        total += size
    if batch:
        yield batch


class _NothingLeft(Exception):  # noqa: N818 - nothing went wrong: others sealed it all
    """All journals of a batch are sealed, or cannot be."""


class _Sealing:
    """Some closed journals on their way into one manifest."""

    def __init__(self, store: Store, names: list[str], left: list[tuple[str, str]]) -> None:
        self.store = store
        self.names = names
        self.left = left

    def run(self) -> Manifest:
        """Seals them. Raises _NothingLeft where there is nothing to do."""
        while True:
            with tempfile.TemporaryDirectory(prefix="footprint-seal-") as folder:
                manifest = self._once(Path(folder))
            if manifest is not None:
                return manifest

    def _once(self, folder: Path) -> Manifest | None:
        """One try; None where another sealer took some of them meanwhile."""
        begun = clock.now_ns()
        seal = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.urandom(8).hex()}"
        contents = self._contents()
        own = chains.begin(self.store)
        written = write(contents, folder, seal)
        try:
            for each in written:
                self.store.put(each.file.path, each.local)
        except FootprintError:
            self._forget(written)
            raise
        # From here on nothing is taken back on an error: a manifest may be there although the
        # answer to its creation was lost.
        manifest = self._commit(own, seal, contents, written, begun)
        if manifest is None:
            self._forget(written)
            return None
        _remove(self.store, manifest.journals, manifest.files)
        return manifest

    def _contents(self) -> list[Content]:
        """The journals, read; those that must not be sealed are left, with the reason."""
        named = _named(self.store)
        found: list[Content] = []
        for name in list(self.names):
            try:
                content = _content(name.rpartition("/")[2], self.store.read(name))
            except FileNotFoundError:  # another sealer took it
                self.names.remove(name)
                continue
            except LedgerError as error:
                self.names.remove(name)
                self.left.append((name.rpartition("/")[2], str(error)))
                continue
            if content.journal.key in named:
                self.names.remove(name)
            else:
                found.append(content)
        if not found:
            raise _NothingLeft
        return found

    def _commit(
        self,
        own: str,
        seal: str,
        contents: Sequence[Content],
        written: Sequence[Written],
        begun: int,
    ) -> Manifest | None:
        """Adds the manifest; None where another names some of the journals."""
        wanted = {each.journal.key for each in contents}
        while clock.now_ns() - begun < _GIVE_UP_AFTER * NS_PER_S:
            known = read_chains(self.store)
            for manifest in (each for chain in known for each in chain.manifests):
                if manifest.seal == seal:  # it was created, and the answer was lost
                    return manifest
            if any(journal.key in wanted for chain in known for journal in chain.journals):
                return None
            number, previous = chains.following(known, own)
            manifest = Manifest(
                chain=own,
                number=number,
                previous=previous,
                kind="seal",
                seal=seal,
                utc=datetime.now(UTC).isoformat(timespec="milliseconds"),
                tool={"name": "footprint", "version": __version__},
                journals=tuple(each.journal for each in contents),
                files=tuple(each.file for each in written),
            )
            if chains.add(self.store, manifest):
                return manifest
        raise LedgerError(
            f"sealing {self.store.where} took longer than {_GIVE_UP_AFTER // 60} minutes: its"
            " journals stay; run `footprint seal` again"
        )

    def _forget(self, written: Iterable[Written]) -> None:
        """Removes files that no manifest will name; what stays is removed by a later seal."""
        with contextlib.suppress(LedgerError):
            for each in written:
                self.store.delete(each.file.path)


def _content(name: str, data: bytes) -> Content:
    """A journal's bytes as what is sealed of it. Raises LedgerError where it must not be."""
    facts = read_bytes(data, name)
    minor = (fmt.read_header(data) or (0, 0))[1]
    if minor > fmt.MINOR:
        raise LedgerVersionError(
            f"a newer footprint wrote it (minor version {minor}, this one knows {fmt.MINOR}):"
            " upgrade footprint to seal it"
        )
    if damage := [issue.text for issue in facts.issues if issue.kind == "corrupt"]:
        raise LedgerError(f"it is damaged ({damage[0]}) and stays as it is, to be looked into")
    if not facts.context:
        raise LedgerError("its first record, the writer, is lost: it stays as it is")
    records = [
        (str(each.get("type")), json.dumps(each, separators=(",", ":"), ensure_ascii=False))
        for each in read_records(data)
    ]
    return Content(_entry(name, data, facts, len(records)), facts, records)


def _entry(name: str, data: bytes, facts: Facts, records: int) -> SealedJournal:
    """A journal's entry in the manifest."""
    first, last = _period(facts)
    rows = {row.name: facts.rows.count(row.name) for row in fmt.ROW_TYPES}
    return SealedJournal(
        name=name,
        writer=facts.writer,
        part=facts.part,
        host=facts.host,
        boot_id=facts.boot_id,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        batches=facts.batches,
        rows={table: count for table, count in rows.items() if count} | {tables.RECORD: records},
        first_utc_ns=first,
        last_utc_ns=last,
        t_last=facts.t_last,
        begun=facts.begun,
        issues=tuple((issue.kind, issue.text) for issue in facts.issues),
        checkpoints=prefixes.checkpoints(data),
    )


def _period(facts: Facts) -> tuple[int, int]:
    """UTC of the first and the last instant that a journal's rows and batches name."""
    from footprint.ledger import columns

    first = facts.utc_ns(facts.context["t"])
    last = max(first, facts.utc_ns(facts.t_last))
    for table, named in tables.TIMES.items():
        if named is None or not facts.rows.count(table):
            continue
        rows = columns.of(facts.rows, table)
        starts, ends = (rows[each] for each in named)
        first = min(first, int((starts + tables.offsets(facts.anchors, starts)).min()))
        last = max(last, int((ends + tables.offsets(facts.anchors, ends)).max()))
    return first, last


def _remove(
    store: Store,
    journals: Iterable[SealedJournal],
    files: Iterable[SealedFile],
    *,
    hashed: bool = False,
) -> list[str]:
    """Removes journals that were sealed, those that are still what was sealed.

    Not before all files are there: a journal is the only other place where its rows are. One that
    was read a moment ago is known by its size, since journals only grow; others are `hashed`.
    """
    there = dict(store.names(SEALED))
    missing = [file.path for file in files if there.get(file.path) != file.size]
    if missing:
        raise LedgerError(
            f"{store.where}/{missing[0]} is not there although a manifest names it: put it back"
            " from a copy; the journals it was made from stay"
        )
    removed: list[str] = []
    sizes = dict(store.names(fmt.JOURNALS))
    for journal in journals:
        name = f"{fmt.JOURNALS}/{journal.name}"
        with contextlib.suppress(FileNotFoundError):
            if sizes.get(name) != journal.size or (
                hashed and _digest(store, name) != journal.sha256
            ):
                continue
            store.delete(name)
            removed.append(name)
    return removed


def _digest(store: Store, name: str) -> str:
    return hashlib.sha256(store.read(name)).hexdigest()


def _sweep(store: Store, machine: Here) -> list[str]:
    """Finishes what interrupted seals began: removes their journals, and files nobody names."""
    known = read_chains(store)
    there = {journal.name for journal in stored.journals(store)}
    removed: list[str] = []
    for chain in known:
        again = [journal for journal in chain.journals if journal.name in there]
        if again:
            removed += _remove(store, again, _files_of(chain.manifests, again), hashed=True)
    named = {file.path for chain in known for each in chain.manifests for file in each.files}
    for name, _ in store.names(SEALED):
        # What is being shipped here was sealed long ago, and written a moment ago.
        if (
            name not in named
            and _age_s(name, machine.utc_ns) > LEFT_AFTER
            and _written_s(store, name, machine.utc_ns) > LEFT_AFTER
        ):
            store.delete(name)
            removed.append(name)
    return removed


def _files_of(
    manifests: Iterable[Manifest], journals: Sequence[SealedJournal]
) -> tuple[SealedFile, ...]:
    """The files that have to be there before some journals are removed."""
    manifests = list(manifests)
    live = set(plan.live_files(manifests))
    wanted = {journal.key for journal in journals}
    return tuple(
        file
        for manifest in manifests
        if any(journal.key in wanted for journal in manifest.journals)
        for file in manifest.files
        if file in live
    )


def _age_s(name: str, utc_ns: int) -> float:
    """How long ago a sealed file was named, s, by the seal's id; not at all for a foreign name."""
    stamp = name.rpartition("/")[2].partition("-")[0]
    try:
        made = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return utc_ns / 1e9 - made.timestamp()


def _written_s(store: Store, name: str, utc_ns: int) -> float:
    """How long ago a file was written, s; not at all where it is gone."""
    try:
        return (utc_ns - store.written_utc_ns(name)) / 1e9
    except FileNotFoundError:
        return 0


__all__ = ["LEFT_AFTER", "Outcome", "closed_bytes", "head", "seal"]
