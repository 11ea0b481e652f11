"""Journals where they lie: in a directory or a bucket, named and read alike."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

from footprint.errors import LedgerError
from footprint.ledger import format as fmt
from footprint.ledger.stores import Store
from footprint.ledger.stores.local import LocalStore


class Readable(Protocol):
    """A file to read: a path, or one in a store."""

    @property
    def name(self) -> str:
        """Its name, without the folder."""
        ...

    def read_bytes(self) -> bytes:
        """Its content."""
        ...


class StoredFile(NamedTuple):
    """A file of a store, read as a path is.

    Attributes:
        path: its name in the store, with its folders.
        size: its bytes when it was listed; a journal may have grown since.
    """

    store: Store
    path: str
    size: int

    @property
    def name(self) -> str:
        """Its name, without the folder."""
        return self.path.rpartition("/")[2]

    def read_bytes(self) -> bytes:
        """Its content. Raises LedgerError, FileNotFoundError."""
        return self.store.read(self.path)


def journals(store: Store) -> list[StoredFile]:
    """The journals of a ledger, by name. Raises LedgerError where there is no ledger."""
    found = [
        StoredFile(store, name, size)
        for name, size in store.names(fmt.JOURNALS)
        if name.endswith(fmt.SUFFIX) and name.count("/") == 1
    ]
    if not found and not is_ledger(store):
        if isinstance(store, LocalStore) and store.root.exists():
            raise no_ledger(store.where)
        raise LedgerError(
            f"there is no ledger at {store.where}: name one, or record one with `footprint run`"
        )
    return found


def no_ledger(where: str) -> LedgerError:
    """That a directory is there and is no ledger."""
    return LedgerError(
        f"{where} is not a ledger: it has no {fmt.MARKER}: name the directory that has it, or"
        " record a ledger with `footprint run`"
    )


def is_ledger(store: Store) -> bool:
    """Whether a place is marked as a ledger, or has a ledger's folder of journals."""
    try:
        store.read(fmt.MARKER)
    except FileNotFoundError:
        # A bucket has no empty folders.
        return isinstance(store, LocalStore) and (store.root / fmt.JOURNALS).is_dir()
    return True


def is_url(place: str | Path) -> bool:
    """Whether a place is written as a URL: it is no path of this machine."""
    return isinstance(place, str) and "://" in place
