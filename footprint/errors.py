"""Every error that footprint raises on purpose.

    FootprintError              base: one line: what, where, what to do
    |- UsageError               a wrong argument, setting or command          exit 2
    |  `- OccupiedError         what another tool wrote stands in its place
    |- LedgerError              a ledger that cannot be read or written       exit 2
    |  `- LedgerVersionError    written by a newer footprint
    |- CheckFailedError         a check that was asked for says no            exit 1
    `- BudgetExceededError      a limit that the program set itself, with on="stop", is exceeded

`footprint.cli` maps them to exit codes in one place.
"""

from __future__ import annotations

from collections.abc import Iterable


class FootprintError(Exception):
    """Base of all; its text is one line for people: what, where, what to do."""

    exit_code = 2


class UsageError(FootprintError, ValueError):
    """A wrong argument, setting or command."""


class OccupiedError(UsageError):
    """What another tool wrote stands where figures belong: it is replaced only where asked for.

    At a terminal the command asks; elsewhere `--force` says so.
    """


class LedgerError(FootprintError):
    """A ledger that cannot be read or written."""


class LedgerVersionError(LedgerError):
    """A journal that a newer footprint wrote."""


class CheckFailedError(FootprintError):
    """A check that was asked for (`verify`, `check`) says no."""

    exit_code = 1


class BudgetExceededError(FootprintError):
    """More was used than `footprint.limit(..., on="stop")` allows.

    Raised where the program enters a tracked call, or adds amounts to one; nowhere else.

    Attributes:
        exceeded: what was exceeded, and by how much.
    """

    exit_code = 1

    def __init__(self, text: str, exceeded: object = None) -> None:
        super().__init__(text)
        self.exceeded = exceeded


def shown(value: object) -> str:
    """A value as a message shows it: on one line, and no longer than 60 characters."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - the value is the caller's
        text = f"a {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(word: str, known: Iterable[str], limit: int = 3) -> str:
    """` Did you mean A or B?` for a name that is not known, or an empty string.

    Compares without regard to case; gives the known spelling.
    """
    spelling = {name.casefold(): name for name in known}
    from difflib import get_close_matches  # 1.4 ms, and most names are known

    close = get_close_matches(word.casefold(), spelling, n=limit, cutoff=0.6)
    return f" Did you mean {' or '.join(spelling[name] for name in close)}?" if close else ""
