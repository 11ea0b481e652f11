"""Where a ledger's files are: a directory of this machine or of a network, or a bucket.

A store knows names and bytes and nothing of ledgers. Names are relative, parted by `/`. What is
written appears whole or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from footprint.errors import LedgerError


class Store(Protocol):
    """A place for files. Every method raises LedgerError, one line, where the place fails.

    Attributes:
        where: the place as the user wrote it.
    """

    where: str

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        """(name, bytes) of all files below a prefix, by name; none where there is nothing.

        A prefix is a whole part of the names: `journals` or `journals/`, not `jour`.
        """
        ...

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        """A file's bytes from `start` up to `end`. Raises FileNotFoundError where it is missing."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Writes a new file, durably; False, and nothing is changed, where the name is taken."""
        ...

    def replace(self, name: str, data: bytes) -> None:
        """Writes a file, new or in place of another, at once."""
        ...

    def put(self, name: str, path: Path) -> None:
        """Copies a local file to a name, new or in place of another, whole or not at all."""
        ...

    def delete(self, name: str) -> None:
        """Removes a file; one that is missing is removed already."""
        ...

    def local(self, name: str) -> Path:
        """A path at which the file can be read: its own, or that of a copy on this machine.

        Raises FileNotFoundError where it is missing.
        """
        ...

    def written_utc_ns(self, name: str) -> int:
        """When a file was written, by the place's own clock: UTC, ns.

        That is the server's clock for a bucket and for most network directories. Buckets keep
        whole seconds. Raises FileNotFoundError where it is missing.
        """
        ...


def open_store(where: str | Path) -> Store:
    """The store at a path or URL (`file:///path`, `s3://bucket/prefix`); nothing is asked of it.

    Raises LedgerError for a place that is neither.
    """
    from footprint.ledger.stores.local import LocalStore

    if isinstance(where, Path) or "://" not in where:
        return LocalStore(where)
    url = urlsplit(where)
    if url.scheme == "file" and url.netloc in {"", "localhost"}:
        return LocalStore(where, Path(unquote(url.path)))
    if url.scheme == "s3":
        from footprint.ledger.stores.objects import ObjectStore

        return ObjectStore(where)
    raise LedgerError(
        f"{where} is no place for a ledger: give a directory, file:///path or s3://bucket/prefix"
    )
