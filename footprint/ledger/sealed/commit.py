"""Adding an entry to a ledger's own chain: its files, then the manifest that names them.

Whoever adds one may be stopped anywhere, and others may add theirs at the same time: a manifest is
created under the chain's next number, which only one of them can do. The others look again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from footprint import clock
from footprint._version import __version__
from footprint.errors import FootprintError, LedgerError
from footprint.ledger.sealed import chain as chains
from footprint.ledger.sealed.manifest import (
    Chain,
    Link,
    Manifest,
    Replaced,
    SealedJournal,
    printed,
    read_chains,
)
from footprint.ledger.sealed.removal import LEFT_AFTER
from footprint.ledger.sealed.write import Written
from footprint.ledger.stores import Store
from footprint.model import NS_PER_S

#: Files are given up when their manifest is not there after so long, s: well before another takes
#: them for left over.
GIVE_UP_AFTER = LEFT_AFTER // 2
_COMMANDS = {"seal": "footprint seal", "compaction": "footprint compact"}


def new_seal() -> str:
    """The id of an entry that is begun now; its files are named by it."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.urandom(8).hex()}"


def commit(
    store: Store,
    kind: str,
    seal: str,
    written: Sequence[Written],
    fits: Callable[[Sequence[Chain], str], bool],
    *,
    journals: Iterable[SealedJournal] = (),
    replaces: Iterable[Replaced] = (),
) -> Link | None:
    """Puts files into a ledger, and adds the manifest that names them.

    Args:
        store: the ledger.
        kind: of the entry: `seal` or `compaction`.
        seal: its id (`new_seal`).
        written: its files, on this machine.
        fits: whether the chains of the place, and the name of the ledger's own, still are what
            the entry was made from.
        journals: that its files hold.
        replaces: files that its files stand for.

    Returns the manifest as the chain has it; None, and the files are gone, where it does not fit
    any more. Raises LedgerError where the ledger cannot be written.
    """
    begun = clock.now_ns()
    own = chains.begin(store)
    try:
        for each in written:
            store.put(each.file.path, each.local)
    except FootprintError:
        _forget(store, written)
        raise
    # From here on nothing is taken back on an error: a manifest may be there although the answer
    # to its creation was lost.
    while clock.now_ns() - begun < GIVE_UP_AFTER * NS_PER_S:
        known = read_chains(store)
        for link in (each for chain in known for each in chain.links):
            if link.manifest.seal == seal:  # it was created, and the answer was lost
                return link
        if not fits(known, own):
            _forget(store, written)
            return None
        number, previous = chains.following(known, own)
        manifest = Manifest(
            chain=own,
            number=number,
            previous=previous,
            kind=kind,
            seal=seal,
            utc=datetime.now(UTC).isoformat(timespec="milliseconds"),
            tool={"name": "footprint", "version": __version__},
            journals=tuple(journals),
            files=tuple(each.file for each in written),
            replaces=tuple(replaces),
        )
        if chains.add(store, manifest):
            chains.sealed(store, own)
            return Link(manifest, sha256(printed(manifest)).hexdigest())
    raise LedgerError(
        f"a {kind} of {store.where} took longer than {GIVE_UP_AFTER // 60} minutes: what it was"
        f" made from stays; run `{_COMMANDS[kind]}` again"
    )


def _forget(store: Store, written: Iterable[Written]) -> None:
    """Removes files that no manifest will name; what stays is removed by a later seal."""
    with contextlib.suppress(LedgerError):
        for each in written:
            store.delete(each.file.path)


__all__ = ["GIVE_UP_AFTER", "commit", "new_seal"]
