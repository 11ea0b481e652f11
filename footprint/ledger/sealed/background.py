"""Sealing by itself: a process of its own, at the lowest priority, that nobody waits for.

    python -m footprint.ledger.sealed.background LEDGER BYTES

seals a ledger whose closed journals have at least so many bytes. It says nothing, since the
terminal is another's: what it could not do is left to the next one; `footprint seal` says why.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from footprint.ledger import format as fmt

#: `footprint run` leaves smaller amounts of closed journals to a later one, bytes.
FROM_BYTES = 64 * 2**20


def start(ledger: Path, from_bytes: int = 0) -> bool:
    """Starts a process that seals a ledger, if its journals have so many bytes; does not wait.

    Never raises: where a process cannot be started, the journals stay as they are. Gives whether
    one was started.
    """
    with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
        ledger = Path(os.path.abspath(ledger))  # noqa: PTH100 - links stay
        if _journal_bytes(ledger) < max(from_bytes, 1):
            return False
        command = [sys.executable, "-P", "-m", __name__, str(ledger), str(from_bytes)]
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return True
    return False


def _journal_bytes(ledger: Path) -> int:
    with os.scandir(ledger / fmt.JOURNALS) as entries:
        return sum(entry.stat().st_size for entry in entries if entry.name.endswith(fmt.SUFFIX))


def _main(ledger: str, from_bytes: str) -> int:
    from footprint.errors import FootprintError
    from footprint.ledger.sealed.sealing import closed_bytes, seal
    from footprint.ledger.stores.local import LocalStore

    with contextlib.suppress(OSError, AttributeError):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])  # `footprint run` holds some back
        os.nice(19)
    store = LocalStore(Path(ledger))
    try:
        if closed_bytes(store) >= max(int(from_bytes), 1):
            seal(store)
    except FootprintError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
