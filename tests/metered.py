"""A device made of a script and a clock that moves when it is told: the meter without threads."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from footprint.model import Device
from footprint.probes.base import ReadError
from recorded import GPU, MS, Recorded

S = 1000 * MS


class Clock:
    """Time in ns; `now` reads it."""

    def __init__(self, t: int = S) -> None:
        self.t = t

    def now(self) -> int:
        return self.t


class Scripted:
    """A GPU whose counter moves every `period_ms`, at `watts(t)`.

    Reading takes `took` ns of the clock. `fault(what, t)` may raise a ReadError or give a value.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        device: Device = GPU,
        period_ms: float = 100.0,
        phase_ms: float = 33.0,
        jitter_ms: float = 0.0,
        watts: Callable[[int], float] = lambda t: 300.0,
        took: int = 100_000,
        start_nj: int = 10**15,
        steps: bool = True,
    ) -> None:
        self.device, self.steps = device, steps
        self.clock, self.took = clock, took
        self.period, self.phase = round(period_ms * MS), round(phase_ms * MS)
        self.jitter = round(jitter_ms * MS)
        self.watts = watts
        self.start_nj = start_nj
        self.faults: list[Callable[[str, int], int | None]] = []
        self.reads = {"energy": 0, "power": 0}
        self._offsets = random.Random(1)
        self._moved: dict[int, int] = {}

    def edge(self, number: int) -> int:
        """When the counter moves for the `number`th time."""
        if number not in self._moved:
            self._moved[number] = self._offsets.randint(-self.jitter, self.jitter)
        return self.phase + number * self.period + self._moved[number]

    def last_edge(self, t: int) -> int:
        number = (t - self.phase) // self.period + 1
        while self.edge(number) > t:
            number -= 1
        return self.edge(number)

    def drawn(self, start: int, end: int) -> int:
        """nJ, in steps of a ms."""
        total, at = 0.0, start
        while at < end:
            stop = min(end, at + MS)
            total += self.watts(at) * (stop - at)
            at = stop
        return round(total)

    def energy_nj(self) -> int:
        self.reads["energy"] += 1
        self.clock.t += self.took // 2
        t = self.clock.t
        self.clock.t += self.took - self.took // 2
        found = self._fault("energy", t)
        if found is not None:
            return found
        return self.start_nj + round(self.watts(t) * self.last_edge(t))

    def power_mw(self) -> int:
        self.reads["power"] += 1
        self.clock.t += self.took
        found = self._fault("power", self.clock.t)
        return round(self.watts(self.clock.t) * 1000) if found is None else found

    def _fault(self, what: str, t: int) -> int | None:
        for fault in self.faults:
            found = fault(what, t)
            if found is not None:
                return found
        return None

    def fail(self, why: str, start: int, end: int, *whats: str) -> None:
        """Reads fail from `start` to `end`."""

        def fault(what: str, t: int) -> int | None:
            if start <= t < end and (not whats or what in whats):
                raise ReadError(why, f"{what} {why}")
            return None

        self.faults.append(fault)

    def stick(self, start: int, end: int) -> None:
        """The counter stands still, and then shows all of it."""

        def fault(what: str, t: int) -> int | None:
            if what == "energy" and start <= t < end:
                return self.start_nj + round(self.watts(t) * self.last_edge(start))
            return None

        self.faults.append(fault)

    def close(self) -> None:
        """Nothing."""


def run(tracker: Any, clock: Clock, until: int, late: Callable[[], int] = lambda: 0) -> int:
    """Polls a tracker when it is due, `late` ns late; gives how often."""
    polls = 0
    while True:
        due = max(getattr(tracker, "latest", tracker.due), tracker.due, clock.t)
        if due >= until:
            clock.t = max(clock.t, until)
            return polls
        clock.t = due + late()
        tracker.poll()
        polls += 1


def gaps(recorded: Recorded) -> list[tuple[str | None, str]]:
    """What was recorded as missing: device, reason."""
    return [(gap["device"], gap["reason"]) for gap in recorded.facts().gaps]
