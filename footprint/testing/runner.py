"""Where tests run: a span around each part of a test, repetitions, and limits.

Nothing that goes wrong in here fails a test: it is told in the summary.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest

from footprint.testing.fixture import Fixture
from footprint.testing.marks import Marked, marked
from footprint.testing.options import AUTO, Options
from footprint.testing.plugin import is_asked
from footprint.testing.recording import CALL, SETUP, TEARDOWN, Recording
from footprint.tracking.measure import measure

#: `repeat="auto"`: until a second of calls, at least 5 and at most 1000 of them.
AUTO_S, AUTO_LEAST, AUTO_MOST = 1.0, 5, 1000


class State:
    """What is known of a test that is measured."""

    def __init__(self, mark: Marked) -> None:
        self.mark = mark
        self.fixture: Fixture | None = None
        self.runs = 0
        self.stopped = False
        self.calls_s = 0.0
        self.started_ns = time.time_ns()
        self.notes: list[str] = []
        self.verdicts: list[dict[str, Any]] = []

    @property
    def more(self) -> bool:
        """Whether the test is to run again: as often as it was asked to, unless it fails."""
        if self.stopped:
            return False
        if self.mark.repeat == AUTO:
            enough = self.calls_s >= AUTO_S and self.runs >= AUTO_LEAST
            return not enough and self.runs < AUTO_MOST
        return self.runs < self.mark.repeat


class Again(pytest.Item):
    """What comes after a test that may run again.

    Where it does, this is another test of the same place, so that teardown takes down what is the
    test's own and leaves what is its class's and module's; else it stands for the next test.
    """

    state: State
    follower: pytest.Item | None

    def listchain(self) -> list[Any]:
        """What teardown is to leave. It is asked for when the call is over."""
        if self.state.more:
            return super().listchain()
        return [] if self.follower is None else self.follower.listchain()

    def runtest(self) -> None:
        """Never run."""


class Runner:
    """Hooks of the process that runs tests.

    Args:
        options: what was asked for.
        session: `id` and `ledger` of the session of tests; of a worker `start`, too.
    """

    def __init__(self, options: Options, session: dict[str, str]) -> None:
        self._options = options
        self._recording = Recording(session["id"], session["ledger"], session.get("start", ""))
        self._key = pytest.StashKey[State]()

    def state(self, item: pytest.Item) -> State:
        """A test's state, made at the first look."""
        found = item.stash.get(self._key, None)
        if found is None:
            found = item.stash[self._key] = State(marked(item, self._options))
        return found

    def fixture(self, item: pytest.Item) -> Fixture:
        """What a test's run is given; another one for each run."""
        state = self.state(item)
        state.fixture = Fixture(self._recording, item.nodeid, state.mark.declared)
        return state.fixture

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        """A test that is to run several times does so, from setup to teardown, and reports once."""
        if not self._is_measured(item) or self.state(item).mark.repeat == 1:
            return None
        from _pytest.runner import runtestprotocol

        state, hooks = self.state(item), item.ihook
        hooks.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        place: Any = item.parent
        again = Again.from_parent(place, name=item.name)
        again.state, again.follower = state, nextitem
        reports = runtestprotocol(item, log=False, nextitem=again)
        while state.more:
            reports = runtestprotocol(item, log=False, nextitem=again)
        for report in reports:
            hooks.pytest_runtest_logreport(report=report)
        hooks.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Fixtures, apart from the test's own call."""
        if not self._options.every:
            if not is_asked(item):
                self._guarded(None, self._recording.release)
            return (yield)
        return (yield from self._around(item, SETUP))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """The test itself; where it passed, its figures are held against its limits."""
        if not self._is_measured(item):
            return (yield)
        state = self.state(item)
        state.runs += 1
        began = time.perf_counter()
        try:
            result = yield from self._around(item, CALL)
        finally:
            state.calls_s += time.perf_counter() - began
        if state.mark.limits and not state.more:
            self._judge(item, state)
        return result

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """What takes fixtures down."""
        if not self._options.every:
            return (yield)
        return (yield from self._around(item, TEARDOWN))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """What the summary needs travels with the reports, from workers too."""
        report: Any = yield
        if self._is_measured(item):
            state = self.state(item)
            state.stopped = state.stopped or not report.passed
            report.footprint = self._told(state) if report.when == "teardown" else {}
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Everything is in the ledger before the process that sums up reads it."""
        self._guarded(None, self._recording.finish)

    def _is_measured(self, item: pytest.Item) -> bool:
        return self._options.every or is_asked(item)

    def _around(self, item: pytest.Item, phase: str) -> Generator[None, Any, Any]:
        """A span around what follows; its faults are told and raise nothing."""
        state = self.state(item)
        span = self._guarded(
            state, lambda: self._recording.open(item.nodeid, phase, state.mark.declared)
        )
        if phase == CALL and state.fixture is not None:
            state.fixture.span = span
        try:
            result = yield
        except BaseException as error:
            self._close(state, span, error)
            raise
        self._close(state, span, None)
        return result

    def _close(self, state: State, span: measure | None, error: BaseException | None) -> None:
        if state.fixture is not None:
            state.fixture.span = None
        if span is not None:
            kind = None if error is None else type(error)
            self._guarded(state, lambda: span.__exit__(kind, error, None))

    def _judge(self, item: pytest.Item, state: State) -> None:
        found = self._guarded(state, lambda: self._verdicts(item, state))
        over = [each["text"] for each in found or () if each["verdict"] == "over"]
        if over:
            pytest.fail("; ".join(over), pytrace=False)

    def _verdicts(self, item: pytest.Item, state: State) -> list[dict[str, Any]]:
        from footprint.testing.judging import judged_in_ledger

        state.verdicts = judged_in_ledger(
            self._recording, item.nodeid, state.mark, state.started_ns
        )
        return state.verdicts

    def _told(self, state: State) -> dict[str, Any]:
        """What a test's last report says of it, as what travels between processes."""
        extra = {} if state.fixture is None else state.fixture.extra_info
        return {
            "ledger": self._recording.ledger,
            "off": self._recording.off,
            "given": json.dumps(self._recording.given, default=str),
            "runs": state.runs,
            "limits": dict(state.mark.limits),
            "judge": state.mark.judge,
            "verdicts": state.verdicts,
            "notes": state.notes,
            "extra_info": self._guarded(state, lambda: json.dumps(extra, default=str)) or "{}",
        }

    def _guarded(self, state: State | None, what: Callable[[], Any]) -> Any:
        """Does something of ours. A fault of it is a note, and never a test's."""
        try:
            return what()
        except Exception as error:  # noqa: BLE001 - the test is none of our business
            if state is not None:
                state.notes.append(f"not measured: {type(error).__name__}: {error}")
            return None
