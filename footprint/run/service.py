"""`footprint meter`: metering a host without a program, until told to stop.

What no program was running for is idle energy: it stands in the books only if somebody metered it.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from footprint import settings
from footprint.errors import LedgerError, UsageError
from footprint.ledger.journal import prepare
from footprint.ledger.sealed import background
from footprint.tracking import session
from footprint.tracking.recorder import Session

HOUR_S = 3600.0
#: What ends it, properly.
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


def meter(
    given: Mapping[str, Any],
    seconds: float | None = None,
    started: Callable[[Path], None] = lambda ledger: None,
) -> None:
    """Meters this host until SIGTERM, SIGINT or SIGHUP, or for some seconds.

    To be called from the main thread. While the disk is full it goes on, as a program's tracking
    does. `started` is told the ledger once it is known to be good.

    Raises:
        UsageError: wrong settings, or metering is switched off.
        LedgerError: the ledger cannot be written at the start, so that a service fails visibly.
    """
    resolved = settings.resolve(given)
    if resolved.disabled:
        where = resolved.origins.get("disabled", "")
        raise UsageError(f"nothing is metered: it is switched off ({where})")
    prepare(resolved.ledger)
    started(resolved.ledger)
    over = threading.Event()
    names = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    before = {each: signal.signal(each, lambda number, frame: over.set()) for each in names}
    try:
        session.configure(**given)
        current = session.get(lambda: Session(dict(given), hold=True))
        _wait(over, seconds, lambda: _seal(resolved))
        current.close("stopped")
        if current.journal.path is not None and current.journal.problem:
            raise LedgerError(f"the last records are lost: {current.journal.problem}")
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _seal(resolved: settings.Settings) -> None:
    """Closed journals are sealed by a process of its own, beside this one."""
    if resolved.seal == "auto":
        background.start(resolved.ledger)


def _wait(over: threading.Event, seconds: float | None, hourly: Callable[[], None]) -> None:
    """Waits in steps of an hour, and does what is due after each."""
    end = None if seconds is None else time.monotonic() + seconds
    while not over.is_set():
        left = HOUR_S if end is None else end - time.monotonic()
        if left <= 0:
            return
        if not over.wait(min(left, HOUR_S)) and left >= HOUR_S:
            hourly()
