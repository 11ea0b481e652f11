"""This process's spans of tests, in one ledger, whatever the tests do to footprint's settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from footprint import clock, settings
from footprint.tracking import runtime, session
from footprint.tracking.measure import measure

#: Tags of a test's spans: which part of a test, and of which session of tests.
PHASE, SESSION = "pytest", "pytest_session"
SETUP, CALL, TEARDOWN, ROUND = "setup", "call", "teardown", "round"
#: How many calls a round was, as it was added to its span.
CALLS = "pytest_calls"
#: So long the first test waits until the devices were found, seconds.
PATIENCE = 3.0


class Recording:
    """Spans of the tests of one session of tests.

    Args:
        name: the session of tests.
        temporary: the ledger where no setting names one.
        start: where other processes run tests of the session, too: when it began, boot-time ns.
    """

    def __init__(self, name: str, temporary: str, start: str = "") -> None:
        self.name = name
        self.is_shared = bool(start)
        self._start = start
        self._temporary = temporary
        self._before: Any = None
        #: Where the spans go; empty before the first.
        self.ledger = ""
        #: Settings that code gave before the first call: by these all figures are priced.
        self.given: dict[str, Any] = {}
        #: Why nothing is recorded; empty where something is.
        self.off = ""
        self._started = self._called = False

    def start(self) -> None:
        """Finds the devices, once: the first test would else run unmetered."""
        if self._started:
            return
        self._started = True
        given = session.given()
        found = settings.resolve(given, problems=[])
        if found.disabled or runtime.disabled():
            self.off = "footprint is switched off (FOOTPRINT_DISABLED): nothing was measured"
            return
        if found.replay:
            # All processes of the session play one trace, those that tests start, too.
            from footprint.probes.replay import START_VARIABLE

            os.environ.setdefault(START_VARIABLE, self._start or str(clock.now_ns()))
        named = "ledger" in found.origins
        self.ledger = os.path.abspath(found.ledger) if named else self._temporary  # noqa: PTH100
        self._before = given.get("ledger")
        runtime.prepare()
        self._own()

    def _own(self) -> None:
        """A test may have named another ledger: the next test's spans go where they all go."""
        if session.given().get("ledger") != self.ledger:
            session.configure(ledger=self.ledger)
            session.get().meter.ready.wait(PATIENCE)

    def release(self) -> None:
        """A test follows that is not measured: what it records goes where it would without us."""
        if self._started and not self.off and session.given().get("ledger") == self.ledger:
            session.configure(ledger=self._before)

    def open(self, test: str, phase: str, declared: Mapping[str, Any]) -> measure | None:
        """A span that has begun; None where nothing is recorded."""
        self.start()
        if self.off:
            return None
        self._own()
        if phase == CALL and not self._called:
            self._called, self.given = True, session.given()
        tags = {**(declared.get("tags") or {}), PHASE: phase, SESSION: self.name}
        return measure(test, **{**declared, "tags": tags}).__enter__()

    def settle(self, wait: float) -> None:
        """All that ended is in the ledger, with readings up to now where they come in time."""
        if self._started and not self.off and session.current() is not None:
            if wait:
                session.get().settle(clock.now_ns(), wait)
            session.flush()

    def finish(self) -> None:
        """The journal is closed, and the settings are as they were."""
        self.settle(wait=1.0)
        self.release()


def remove(temporary: str) -> None:
    """Removes a session's own ledger, where it was made."""
    import shutil

    shutil.rmtree(temporary, ignore_errors=True)
