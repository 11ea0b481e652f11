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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from footprint.errors import LedgerError
from footprint.ledger import stored
from footprint.ledger.sealed import chain as chains
from footprint.ledger.sealed import plan
from footprint.ledger.sealed.closed import Here, glimpse, here, is_closed
from footprint.ledger.sealed.commit import commit, new_seal
from footprint.ledger.sealed.content import made
from footprint.ledger.sealed.manifest import Chain, Manifest, read_chains
from footprint.ledger.sealed.removal import remove, sweep
from footprint.ledger.sealed.scratch import scratch
from footprint.ledger.sealed.write import Content, write
from footprint.ledger.stores import Store

#: Bytes of journals that are sealed with one manifest: what is in memory at a time.
BATCH = 256 * 2**20


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
    chains.intact(store)
    removed = sweep(store, machine)
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
            with scratch("footprint-seal-") as folder:
                manifest = self._once(folder)
            if manifest is not None:
                return manifest

    def _once(self, folder: Path) -> Manifest | None:
        """One try; None where another sealer took some of them meanwhile."""
        seal = new_seal()
        contents = self._contents()
        wanted = {each.journal.key for each in contents}

        def fits(known: Sequence[Chain], _: str) -> bool:
            return not any(journal.key in wanted for chain in known for journal in chain.journals)

        journals = [each.journal for each in contents]
        written = write(contents, folder, seal)
        link = commit(self.store, "seal", seal, written, fits, journals=journals)
        if link is None:
            return None
        remove(self.store, link.manifest.journals, link.manifest.files)
        return link.manifest

    def _contents(self) -> list[Content]:
        """The journals, read; those that must not be sealed are left, with the reason."""
        named = _named(self.store)
        found: list[Content] = []
        for name in list(self.names):
            try:
                content = made(name.rpartition("/")[2], self.store.read(name))
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


__all__ = ["Outcome", "closed_bytes", "head", "seal"]
