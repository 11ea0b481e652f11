"""What a test is given: `def test_x(footprint): ...`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from footprint.errors import UsageError, shown
from footprint.testing.recording import CALLS, PHASE, ROUND, SESSION, Recording
from footprint.tracking.measure import Span
from footprint.tracking.measure import measure as span_of

if TYPE_CHECKING:
    from footprint.accounts.result import Footprint

P = ParamSpec("P")
R = TypeVar("R")

#: `footprint(fn)`: so many rounds, each at least so long: noise is told from five samples on, and
#: a counter of 100 ms sees each.
ROUNDS, ROUND_S = 5, 0.1


class Fixture:
    """The test's own span, its children, and calls that are repeated.

    Attributes:
        extra_info: whatever belongs beside the test's figures; goes into the JSON.
    """

    def __init__(self, recording: Recording, test: str, declared: Mapping[str, Any]) -> None:
        self._recording = recording
        self._test = test
        self._declared = declared
        self._called = False
        self.span: Span | None = None
        self.extra_info: dict[str, Any] = {}

    def __call__(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Calls `fn` in five rounds of at least 0.1 s; the test's figures are those of one call.

        Gives what the last call returned. What it raises ends the rounds. Once in a test. Where
        nothing is measured it is one call.
        """
        return self._rounds(lambda: fn(*args, **kwargs), ROUNDS, None)

    def pedantic(
        self,
        fn: Callable[..., R],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        rounds: int = ROUNDS,
        iterations: int = 1,
    ) -> R:
        """Calls `fn` so often: `rounds` times `iterations`. As `__call__` otherwise.

        Raises UsageError where one of them is below 1.
        """
        for name, value in (("rounds", rounds), ("iterations", iterations)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise UsageError(f"{name}={shown(value)} is no number of calls: give 1 or more")
        return self._rounds(lambda: fn(*args, **(kwargs or {})), rounds, iterations)

    def measure(self, name: str, **declared: Any) -> span_of:
        """A part of the test as a span of its own, as `footprint.measure` does."""
        return span_of(name, **declared)

    def add(self, **units: float) -> None:
        """Adds amounts to the test's span (items, tokens_in, ...): the figures are for each, too.

        Raises UsageError for what is no amount.
        """
        (self.span or Span(None)).add(**units)

    def result(self, wait: float = 1.0) -> Footprint:
        """What the test used so far (docs/reference/api.md, `Footprint`).

        Args:
            wait: seconds to wait, at most, for the counters' next edge.

        Where nothing is measured (FOOTPRINT_DISABLED) the test is skipped. Raises UsageError
        outside the test's call.
        """
        if self._recording.off:
            import pytest

            pytest.skip(self._recording.off)
        if self.span is None:
            raise UsageError("the test's call has not begun, or is over: ask inside it")
        return self.span.result(wait)

    def _rounds(self, call: Callable[[], R], rounds: int, iterations: int | None) -> R:
        if self._called:
            raise UsageError(
                "footprint(...) was called twice in this test: its figures are of one call's kind;"
                " use footprint.measure for parts of a test"
            )
        self._called = True
        if self.span is None:
            return call()
        result = call() if iterations is None else None  # warm: what runs once is not in a round
        for _ in range(rounds):
            with self._open() as round_:
                done, result = _several(call, iterations)
                round_.add(**{CALLS: done})
        return result  # type: ignore[return-value]

    def _open(self) -> span_of:
        tags = {**(self._declared.get("tags") or {}), PHASE: ROUND, SESSION: self._recording.name}
        return span_of(self._test, **{**self._declared, "tags": tags})


def _several(call: Callable[[], R], iterations: int | None) -> tuple[int, R]:
    """So many calls, or as many as a round's time takes; how many, and what the last one gave."""
    result = call()
    if iterations is not None:
        for _ in range(iterations - 1):
            result = call()
        return iterations, result
    done, until = 1, time.perf_counter() + ROUND_S
    while time.perf_counter() < until:
        result = call()
        done += 1
    return done, result
