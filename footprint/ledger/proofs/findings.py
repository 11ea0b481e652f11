"""What `verify` finds: where, which rows and bytes, what it means and what to do."""

from __future__ import annotations

from typing import Any, NamedTuple

ERROR, NOTE = "error", "note"


class Finding(NamedTuple):
    """Something in a ledger that is not as it was written, or that is worth knowing.

    Attributes:
        kind: one word: changed, missing, truncated, inserted, moved, copied, unreadable, newer,
            given-up, torn-tail, leftover, shipped, sealed-still-there, unsigned, unproved,
            foreign.
        where: the file's name in the store.
        text: what it is, and what to do.
        severity: `error`: the books are not what was written; `note`: they are.
        rows: (first, last) row of a sealed file, from 0.
        bytes: the file's bytes [start, end).
    """

    kind: str
    where: str
    text: str
    severity: str = ERROR
    rows: tuple[int, int] | None = None
    bytes: tuple[int, int] | None = None

    @property
    def is_error(self) -> bool:
        """Whether the ledger does not verify because of it."""
        return self.severity == ERROR

    @property
    def line(self) -> str:
        """The finding on one line."""
        place = self.where
        if self.rows is not None:
            place += f" rows {self.rows[0]} to {self.rows[1]}"
        if self.bytes is not None:
            place += f" bytes {self.bytes[0]} to {self.bytes[1]}"
        return f"{self.severity}: {self.kind}: {place}: {self.text}"

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        found: dict[str, Any] = {
            "severity": self.severity,
            "kind": self.kind,
            "where": self.where,
            "text": self.text,
        }
        if self.rows is not None:
            found["rows"] = {"first": self.rows[0], "last": self.rows[1]}
        if self.bytes is not None:
            found["bytes"] = {"from": self.bytes[0], "to": self.bytes[1]}
        return found


def note(kind: str, where: str, text: str, **more: Any) -> Finding:
    """A finding that leaves the ledger verified."""
    return Finding(kind, where, text, NOTE, **more)
