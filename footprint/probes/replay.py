"""A recorded trace, played as if its devices were here: for demonstrations, tests, and asking
again what a run cost. The format is told in `footprint.probes.trace`.

The trace's first row is played at the first read of any of its devices, at the speed at which it
was recorded. When it is over, one more reading gives the last value, so that all that was
recorded arrives; after it the device is lost.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise
from typing import NoReturn

from footprint import clock
from footprint.errors import FootprintError
from footprint.model import NS_PER_S, Device, Unavailable
from footprint.probes.base import (
    COUNTER_LIMIT_NJ,
    LOST,
    UNSUPPORTED,
    Discovery,
    Machine,
    ReadError,
)
from footprint.probes.trace import Track, read_trace

#: Rows further apart than this are edges worth looking for, in ns.
STEPS_FROM_NS = 15_000_000

#: When the trace began, in boot-time ns: set by `footprint run` for all processes of a run, which
#: would else each see the counters at another place.
START_VARIABLE = "FOOTPRINT_REPLAY_START"


class ReplayProbe:
    """The devices of `machine.replay`; none where it is None."""

    name = "replay"

    def __init__(self, now_ns: Callable[[], int] = clock.now_ns) -> None:
        self._now_ns = now_ns

    def discover(self, machine: Machine) -> Discovery:
        """A source for each device of the trace, or the one line that says what is wrong."""
        if machine.replay is None:
            return Discovery(())
        try:
            tracks = read_trace(machine.replay)
        except FootprintError as error:
            remedy = "correct the trace, or name none to measure this machine"
            what = f"trace {machine.replay}"
            reason = str(error).removeprefix(what).lstrip(":, ")
            missing = Unavailable(self.name, what, reason, remedy)
            return Discovery((), (missing,))
        start = machine.environ.get(START_VARIABLE, "")
        playback = Playback(self._now_ns, int(start) if start.isdecimal() else None)
        numbers = itertools.count()
        return Discovery(
            tuple(
                ReplaySource(
                    track, playback, machine.replay, next(numbers) if track.kind == "gpu" else None
                )
                for track in tracks
            )
        )


class Playback:
    """The time of a trace: starts when it is first asked, or at `start_ns`."""

    def __init__(self, now_ns: Callable[[], int], start_ns: int | None = None) -> None:
        self._now_ns = now_ns
        self._start_ns = start_ns

    def time_ns(self) -> int:
        """Nanoseconds since the trace's first row."""
        now = self._now_ns()
        if self._start_ns is None:
            self._start_ns = now
        return now - self._start_ns


class ReplaySource:
    """One device of a trace.

    Joules are given as the recorded counter showed them: the value of the last row that is past
    (before the device's first row: that row's). Watts hold from their row to the next, and the
    energy is their integral since the first row, exact at any instant.
    """

    def __init__(
        self, track: Track, playback: Playback, path: str, number: int | None = None
    ) -> None:
        self._track, self._playback = track, playback
        self._ended = False
        times = track.times_ns
        gaps = sorted(later - sooner for sooner, later in pairwise(times))
        median = gaps[len(gaps) // 2] if gaps else 0
        self.steps = not track.watts and median > STEPS_FROM_NS
        self.device = Device(
            id=track.device,
            kind=track.kind,
            name=track.name,
            tier="power" if track.watts else "counter",
            scope="gpu" if track.kind == "gpu" else "machine",
            max_w=track.max_w,
            number=number,
            notes=(f"replayed from {path}, not measured now",),
        )

    def energy_nj(self) -> int:
        """The counter in nJ, modulo 2**63. Raises ReadError (LOST) after the trace's end."""
        row, time_ns = self._row(holds=True)
        track = self._track
        energy = track.energy_nj[max(0, row)]
        if track.watts and 0 <= row < len(track.watts) - 1:
            # W x ns = nJ
            energy += int(track.watts[row] * (time_ns - track.times_ns[row]))
        return energy % COUNTER_LIMIT_NJ

    def power_mw(self) -> int:
        """Power in mW where the trace gives watts. Raises ReadError."""
        if not self._track.watts:
            raise ReadError(UNSUPPORTED, f"{self.device.name}: the trace tells no power")
        row, _ = self._row(holds=False)
        return round(self._track.watts[max(0, row)] * 1000)

    def processes(self) -> dict[int, int]:
        """Not recorded. Raises ReadError (UNSUPPORTED)."""
        self._not_recorded("processes")

    def shares(self, since_us: int) -> dict[int, float]:
        """Not recorded. Raises ReadError (UNSUPPORTED)."""
        self._not_recorded("shares")

    def memory_used(self) -> int:
        """Not recorded. Raises ReadError (UNSUPPORTED)."""
        self._not_recorded("memory")

    def close(self) -> None:
        """Nothing to let go of."""

    def _row(self, *, holds: bool) -> tuple[int, int]:
        """The row that is in force, -1 before the first, and the trace's time."""
        time_ns, end_ns = self._playback.time_ns(), self._track.times_ns[-1]
        if time_ns > end_ns:
            if self._ended or not holds:
                text = f"{self.device.name}: the trace ended at {end_ns / NS_PER_S:g} s"
                raise ReadError(LOST, text)
            self._ended = True
        return bisect_right(self._track.times_ns, time_ns) - 1, time_ns

    def _not_recorded(self, what: str) -> NoReturn:
        raise ReadError(UNSUPPORTED, f"{self.device.name}: a trace records no {what}")
