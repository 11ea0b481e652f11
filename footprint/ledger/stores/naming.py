"""Names in a store: relative, parted by `/`, and never a way out of it.

Names come from manifests, which are files that anybody may have edited: a name such as
`../../etc/passwd` is refused before a place is asked.
"""

from __future__ import annotations

from footprint.errors import LedgerError, shown


def checked(name: str) -> str:
    """The name, where it is one. Raises LedgerError where it is none.

    A part that begins with a dot is none: such files are a store's own, half written, or the
    file system's (`.nfs...`, `.snapshot`).
    """
    parts = name.split("/")
    if any(not part or part.startswith(".") or "\0" in part or "\\" in part for part in parts):
        raise LedgerError(
            f"{shown(name)} is no name of a ledger's file: what names it was made or edited by"
            " something else, check it with `footprint verify`"
        )
    return name


def folder(prefix: str) -> str:
    """A prefix of `names` without its last slash, checked; "" is the whole store."""
    prefix = prefix.rstrip("/")
    return checked(prefix) if prefix else ""


def is_hidden(name: str) -> bool:
    """Whether a part of a name begins with a dot: no file of a ledger's."""
    return name.startswith(".") or "/." in name
