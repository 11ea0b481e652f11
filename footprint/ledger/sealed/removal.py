"""What sealing removes: journals that were sealed, and files that interrupted seals left over."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from footprint.errors import LedgerError
from footprint.ledger import format as fmt
from footprint.ledger import stored
from footprint.ledger.sealed import plan
from footprint.ledger.sealed.closed import Here
from footprint.ledger.sealed.manifest import (
    SEALED,
    Manifest,
    SealedFile,
    SealedJournal,
    read_chains,
)
from footprint.ledger.stores import Store

#: Files that no manifest names are removed when they are older than this, s.
LEFT_AFTER = 3600


def remove(
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
    whole(store, files, "the journals it was made from stay")
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


def whole(store: Store, files: Iterable[SealedFile], stays: str) -> None:
    """Raises LedgerError where one of some sealed files is not there; it says what stays then."""
    there = dict(store.names(SEALED))
    for file in files:
        if there.get(file.path) != file.size:
            raise LedgerError(
                f"{store.where}/{file.path} is not there although a manifest names it: put it back"
                f" from a copy; {stays}"
            )


def _digest(store: Store, name: str) -> str:
    return hashlib.sha256(store.read(name)).hexdigest()


def sweep(store: Store, machine: Here) -> list[str]:
    """Finishes what interrupted seals began: removes their journals, and files nobody names."""
    known = read_chains(store)
    there = {journal.name for journal in stored.journals(store)}
    removed: list[str] = []
    for chain in known:
        again = [journal for journal in chain.journals if journal.name in there]
        if again:
            removed += remove(store, again, _files_of(chain.manifests, again), hashed=True)
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


__all__ = ["LEFT_AFTER", "remove", "sweep", "whole"]
