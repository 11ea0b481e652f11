"""The watch over a process's limits: a thread that is there only while there are some.

The recorder hands over what it commits, once in 0.7 s; the watch prices it and has each limit look
at it. Nothing of it raises into the program, but for `refuse`, which the program asked for.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Any

from footprint.budgets.limits import Priced, Prices, Spent
from footprint.errors import BudgetExceededError
from footprint.ledger import format as fmt
from footprint.reports.view import Amounts
from footprint.settings import Settings
from footprint.tracking import runtime
from footprint.tracking.spending import Spending, Sums, between

if TYPE_CHECKING:
    from footprint.tracking.limits import limit
    from footprint.tracking.recorder import Session

#: How often limits are looked at, seconds.
LOOK = 0.5


class Watch:
    """All limits of this process, and what it spent since the first of them began."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._lock = threading.RLock()
        self._looking = threading.RLock()  # one at a time, so that nothing is told twice
        self._limits: dict[limit, tuple[Sums, float]] = {}
        self._spending = Spending()
        self._session: Session | None = None
        self._prices: tuple[object, Prices] | None = None
        self._signal = threading.Event()
        self._broken = False

    # -- limits come and go

    def begin(self, one: limit) -> None:
        """Counts for a limit from now on."""
        from footprint.tracking import session

        runtime.prepare()
        current = session.get()
        if self._session is not current:
            self.attach(current)
        current.flush()
        with self._lock:
            first = not self._limits
            self._limits[one] = self._spending.sums(), time.monotonic()
        if runtime.asleep:
            runtime.wake(stop=False)
        if first:
            self._signal.clear()
            threading.Thread(target=self._loop, name="footprint-limits", daemon=True).start()

    def end(self, one: limit) -> None:
        """A last look at a limit, and no more."""
        if os.getpid() != self.pid:
            return  # a forked child leaves its parent's block
        if self._session is not None:
            self._session.flush()
        self.check()
        with self._lock:
            self._limits.pop(one, None)
            if not self._limits:
                if runtime.watch is self:
                    runtime.watch = None
                if self._session is not None:
                    self._session.writer.listener = None
                    self._session = None
                self._signal.set()
        self.refuse_or_not()

    def used(self, one: limit) -> Amounts:
        """What was used since a limit began."""
        with self._lock:
            begun = self._limits.get(one)
            sums = self._spending.sums()
        return Amounts() if begun is None else self._priced(between(begun[0], sums), sums).amounts

    # -- what is spent

    def attach(self, session: Session) -> None:
        """Listens to a session from now on."""
        with self._lock:
            self._session = session
            session.writer.listener = self._take
            self._spending.begin(session.writer)

    def _take(
        self,
        taken: list[tuple[fmt.RowType, list[tuple[Any, ...]]]],
        records: list[dict[str, Any]],
    ) -> None:
        """What is being committed, on the recorder's thread."""
        try:
            with self._lock:
                self._spending.take(dict(taken), records)
        except Exception as error:  # noqa: BLE001 - what is recorded comes first
            self._failed(error)

    def _priced(self, spent: Spent, sums: Sums) -> Priced:
        devices = [each.record for each in sums.devices.values()]
        known = self._session, sorted(sums.devices)
        if self._prices is None or self._prices[0] != known:
            settings = Settings() if self._session is None else self._session.settings
            self._prices = known, Prices(settings, time.time_ns(), devices)
        return self._prices[1].of(spent)

    # -- looking

    def _loop(self) -> None:
        while runtime.watch is self and not self._signal.wait(LOOK):
            self.check()

    def check(self) -> None:
        """Has every limit look at what was spent."""
        try:
            with self._lock:
                begun = list(self._limits.items())
                sums = self._spending.sums()
            with self._looking:
                for one, (before, since) in begun:
                    one.look(self._priced(between(before, sums), sums), time.monotonic() - since)
        except Exception as error:  # noqa: BLE001 - the program comes first
            self._failed(error)
        self.refuse_or_not()

    def _failed(self, error: Exception) -> None:
        if not self._broken:
            self._broken = True
            say(f"limits are not checked: {type(error).__name__}: {error}")

    def refuse_or_not(self) -> None:
        """Has calls come by `refuse`, or no longer."""
        with self._lock:
            wanted = any(one.stops for one in self._limits)
            if wanted != (runtime.stopping is not None):
                runtime.set_stopping(self.refuse if wanted else None)

    def refuse(self) -> None:
        """Raises BudgetExceededError where the code that asks is to stop."""
        for one in list(self._limits):
            if one.stops and one.here() and one.reason is not None:
                raise BudgetExceededError(one.reason.text, one.reason)


_making = threading.Lock()
_watch: Watch | None = None


def watch() -> Watch:
    """This process's watch, made where there is none."""
    global _watch
    with _making:
        if _watch is None or _watch.pid != os.getpid():
            _watch = Watch()
        runtime.watch = _watch
        return _watch


def say(text: str) -> None:
    """Through the program's logging where it has some, else one line on stderr."""
    logger = logging.getLogger("footprint")
    if logger.hasHandlers():
        with contextlib.suppress(Exception):  # a handler is the program's
            logger.warning(text)
    else:
        runtime.say(text)
