"""A ledger's own chain: its name, and how the next manifest is added to it.

The chain's name is given once, by whoever creates `manifests/own.json`; the ledger's marker repeats
it for readers. A manifest is added by creating its file, which one of several sealers at once does.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from footprint.errors import LedgerError, LedgerVersionError, shown
from footprint.ledger import format as fmt
from footprint.ledger.sealed.manifest import MANIFESTS, Chain, Manifest, canonical, printed
from footprint.ledger.stores import Store

#: A ledger with a chain; /1 is one of journals alone.
SCHEMA = "footprint.ledger/2"
OWN = f"{MANIFESTS}/own.json"


def marker(store: Store) -> dict[str, Any]:
    """What a ledger's marker says; nothing where there is none, or one without sense.

    Raises LedgerVersionError where a newer footprint marked it.
    """
    try:
        found = json.loads(store.read(fmt.MARKER))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    name, _, version = str(found.get("schema")).rpartition("/")
    known = int(SCHEMA.rpartition("/")[2])
    if name == SCHEMA.rpartition("/")[0] and version.isdigit() and int(version) > known:
        raise LedgerVersionError(
            f"{store.where} was written by a newer footprint ({found['schema']}, this one reads"
            f" {SCHEMA}): upgrade footprint to read it"
        )
    return found


def own(store: Store) -> str | None:
    """The name of a ledger's own chain; None where nothing was sealed here."""
    try:
        found = json.loads(store.read(OWN))
        name = found["chain"]
        if re.fullmatch(r"[0-9a-f]{32}", name) is None:
            raise ValueError(f"its chain is {shown(name)}")
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LedgerError(
            f"{store.where}/{OWN} does not name a chain ({error}): put it back from a copy"
        ) from error
    return str(name)


def intact(store: Store) -> None:
    """Raises LedgerError where the marker names a chain, and its name or its manifests are gone.

    The name is made before the marker repeats it, and the marker says that something was sealed
    after it was; so somebody removed them: what is sealed is neither nothing nor left over, and a
    new chain would hide that the old one was there.
    """
    said = marker(store)
    named = said.get("chain")
    if named is None:
        return
    gone = OWN if own(store) is None else ""
    if not gone and said.get("sealed") and not store.names(f"{MANIFESTS}/{named}"):
        gone = f"{MANIFESTS}/{named}"
    if gone:
        raise LedgerError(
            f"{store.where}/{gone} is missing, although sealed segments of chain {shown(named)}"
            f" were here: put back {MANIFESTS}/ from a copy (`footprint verify` says what else is"
            " gone)"
        )


def begin(store: Store) -> str:
    """The name of the ledger's own chain; gives it one, and marks the ledger, the first time."""
    marked = marker(store)
    name = own(store)
    if name is None:
        store.create(OWN, canonical({"chain": uuid.uuid4().hex}))
        name = own(store)
    if name is None:
        raise LedgerError(f"{store.where}/{OWN} vanished while it was made: run it again")
    if marked.get("chain") != name:
        # Before the first manifest: a reader of journals alone must not take the rest for all.
        store.replace(fmt.MARKER, canonical({"schema": SCHEMA, "chain": name}))
    return name


def sealed(store: Store, name: str) -> None:
    """Marks the ledger as one in which something was sealed, once a manifest is there."""
    if not marker(store).get("sealed"):
        store.replace(fmt.MARKER, canonical({"schema": SCHEMA, "chain": name, "sealed": True}))


def following(chains: list[Chain], name: str) -> tuple[int, str | None]:
    """The number of a chain's next manifest, and the SHA-256 of the one before it."""
    for chain in chains:
        if chain.id == name:
            if chain.missing:
                raise LedgerError(
                    f"manifest {chain.missing[0]} of chain {name} is missing: put it back from a"
                    " copy before anything is added (`footprint verify` names what else is)"
                )
            last = chain.links[-1]
            return last.manifest.number + 1, last.sha256
    return 0, None


def add(store: Store, manifest: Manifest) -> bool:
    """Adds a manifest; False where another was given its number first."""
    return store.create(manifest.path, printed(manifest))


__all__ = ["OWN", "SCHEMA", "add", "begin", "following", "intact", "marker", "own", "sealed"]
