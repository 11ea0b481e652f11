"""Where a ledger's files are: a directory of this machine or of a network, or a bucket.

A store knows names and bytes and nothing of ledgers. Names are relative, parted by `/`. What is
written appears whole or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Store(Protocol):
    """A place for files. Every method raises LedgerError, one line, where the place fails.

    Attributes:
        where: the place as the user wrote it.
    """

    where: str

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        """(name, bytes) of all files below a prefix, by name; none where there is nothing."""
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
        """Copies a local file to a name."""
        ...

    def delete(self, name: str) -> None:
        """Removes a file; one that is missing is removed already."""
        ...

    def local(self, name: str) -> Path:
        """A path at which the file can be read: its own, or that of a copy on this machine."""
        ...
