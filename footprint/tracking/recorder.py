"""The session: what works behind the spans of one process.

One thread, the recorder, takes ended spans off the buffer, folds short ones, and hands everything
to the journal once a second; the meter reads the devices. Both start with the first span, sleep
while nothing is tracked, are made anew in a forked child, and finish at the interpreter's exit.
Nothing in here raises into the tracked program: what goes wrong is one line on stderr, once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from footprint import clock, settings
from footprint.ledger.journal import Journal, journal_name
from footprint.ledger.writer import Writer
from footprint.meter.meter import Meter
from footprint.model import NS_PER_S
from footprint.tracking import runtime
from footprint.tracking.drain import Drain
from footprint.tracking.origin import Forked, context, ledger_directory, origin
from footprint.tracking.site import PATHS

if TYPE_CHECKING:
    from footprint.probes.base import Early, Machine

#: How often ended spans are taken off the buffer, seconds, by how many came: (at least, seconds).
#: A flood is taken in small parts: fresh objects are in the cache still, and memory stays low.
TICKS = ((2_000, 0.02), (256, 0.1), (0, 0.25))
#: Reading goes on for so long after the last span: what follows is likely to be another, and the
#: counter's value without spans is what the idle floor is learned from.
LINGER = NS_PER_S
#: How often the journal is written and synced, and UTC anchored, ns. With a tick on top of it, at
#: most a second of finished work is not on the disk.
WRITE_EVERY, ANCHOR_EVERY = 7 * NS_PER_S // 10, 60 * NS_PER_S
#: A journal of so many bytes is closed, and another part begun; so it is after midnight, UTC: what
#: is closed can be sealed while the program runs on.
PART_BYTES, DAY = 64 * 2**20, 86_400 * NS_PER_S
#: UTC stepped when the clocks' difference moved by more than this, ns.
STEP = 10_000_000
#: At exit the counters' next edge is waited for, at most so long, seconds.
EXIT_WAIT = 0.15


class Session:
    """A writer of this process, with its threads.

    Args:
        given: settings given in code.
        discover: finds the devices; the machine's own by default.
        hold: keeps metering although no span is open (`footprint meter`).
        forked: where a forked child comes from.
    """

    def __init__(
        self,
        given: dict[str, Any],
        discover: Callable[[Machine], Any] | None = None,
        hold: bool = False,
        forked: Forked | None = None,
    ) -> None:
        self.problems: list[str] = []
        self.settings = settings.resolve(given, problems=self.problems)
        self.hold = hold
        self.pid = os.getpid()
        self.finished = False
        self._lock = threading.RLock()
        self._signal = threading.Event()
        self._linger_until = self._written = self._anchored = 0
        self._told: set[str] = set()
        self.origin = origin(self.settings, forked)
        self.writer_hex = self.origin.writer.hex
        now, utc = clock.anchor()
        self._offset = utc - now
        self._day = utc // DAY
        directory = None
        if not self.settings.disabled:
            directory, problem = ledger_directory(self.settings)
            self.problems += [problem] if problem else []
        writer = self.origin.writer.bytes
        name = journal_name(utc, self.origin.host, self.pid, writer)
        self.journal = Journal(directory, writer, name)
        self.writer = Writer(self.journal, context(self.origin, self.settings, now, utc), _describe)
        self._drain = Drain(self.writer, self.origin.below)
        machine = self._machine()
        self.meter = Meter(
            lambda: (discover or _discover)(machine),
            lambda: _tree(machine),
            self.writer,
            clock.now_ns,
            _take_early,
        )
        if runtime.watch is not None:
            runtime.watch.attach(self)

    def _machine(self) -> Machine:
        from footprint.probes.base import Machine

        return Machine(
            nvml_library=self.settings.nvml_library, replay=self.settings.replay, pid=self.pid
        )

    # -- the recorder's thread

    def loop(self) -> None:
        """Until the session is over: drain, write, sleep."""
        try:
            self.meter.start()
        except RuntimeError as error:  # no thread to be had
            if not runtime.leaving(error):
                self.problems.append(f"nothing is metered: {error}")
            self.meter.ready.set()
        self._tell()
        while not self.finished:
            try:
                pause = self.step()
            except Exception as error:  # noqa: BLE001 - the next tick may do better
                self._failed(error)
                pause = TICKS[-1][1]
            self._signal.wait(pause)
            self._signal.clear()

    def _failed(self, error: Exception) -> None:
        self._warn(
            f"some of what this program did is not recorded ({type(error).__name__}: {error})"
        )

    def step(self) -> float | None:
        """One tick. Seconds until the next; None: the session went to sleep."""
        with self._lock:
            if self.finished:
                return 0.0
            if not runtime.imported.is_set() and self.meter.ready.is_set():
                runtime.imported.set()
            now = clock.now_ns()
            taken = self._drain.take()
            if taken or runtime.open_spans or self.hold or runtime.watch is not None:
                self._linger_until = now + LINGER
            if now - self._written >= WRITE_EVERY:
                self._write(now)
            if now < self._linger_until or self._drain.waiting or not self.meter.ready.is_set():
                return next(seconds for least, seconds in TICKS if taken >= least)
            if not runtime.sleep():
                return TICKS[0][1]
            self.meter.rest()
            self._write(clock.now_ns())
            return None

    def wake(self) -> None:
        """A span began while everything slept."""
        self._linger_until = clock.now_ns() + LINGER
        self.meter.wake()
        self._signal.set()

    def _write(self, now: int, last: bool = False) -> None:
        if now - self._anchored >= ANCHOR_EVERY:
            self._anchor()
        else:
            t, utc = clock.anchor()
            if abs(utc - t - self._offset) > STEP:
                self._anchor()
        self.journal.write()  # what waits goes first: there may be room again
        self._rotate(now, last)
        self._drain.note_open(now)
        self.writer.commit(now)
        self.journal.write()
        self.journal.sync()
        self._written = now
        if self.journal.problem:
            self._warn(self.journal.problem)

    def _rotate(self, now: int, last: bool) -> None:
        """Begins another part of the journal, where it is time to, or where it is not there."""
        utc = now + self._offset
        due = not last and (self.journal.size >= PART_BYTES or utc // DAY != self._day)
        if (due or self.journal.gone()) and self.writer.rotate(now, utc):
            self._day = utc // DAY

    def _anchor(self) -> None:
        t, utc = clock.anchor()
        self._offset = utc - t
        self._anchored = t
        self.writer.record({"type": "anchor", "t": t, "utc_ns": utc})

    def _tell(self) -> None:
        for problem in self.problems:
            self._warn(problem)

    def _warn(self, text: str) -> None:
        key = text.partition("(")[0]
        if key in self._told:
            return
        self._told.add(key)
        runtime.say(text)

    # -- for everybody

    def flush(self) -> None:
        """Everything finished so far is in the journal when this returns."""
        with self._lock:
            if not self.finished:
                try:
                    self._drain.take()
                    self._write(clock.now_ns())
                except Exception as error:  # noqa: BLE001 - the caller is the program
                    self._failed(error)

    def note_open(self, seq: int) -> None:
        """Records a span that has not ended: somebody asks what it used so far."""
        with self._lock:
            if not self.finished:
                self._drain.note(seq)

    def settle(self, t: int, wait: float) -> bool:
        """Waits until every device is known up to `t`, at most `wait` seconds."""
        deadline = clock.now_ns() + int(wait * NS_PER_S)
        self._linger_until = max(self._linger_until, deadline)
        self._signal.set()
        self.meter.nudge()
        pause = threading.Event()
        while not self.meter.settled(t):
            if clock.now_ns() >= deadline:
                return False
            pause.wait(0.002)
        return True

    def close(self, reason: str) -> None:
        """Ends the session: spans still open are recorded as such; the journal is closed."""
        if self.finished or os.getpid() != self.pid:
            return
        now = clock.now_ns()
        if not self.meter.settled(now) and now < self._linger_until:
            self.settle(now, EXIT_WAIT)
        self.meter.close(timeout=0.5)
        self._tell()
        with self._lock:
            if self.finished:
                return
            try:
                self._drain.take()
                self._drain.end_open_spans(clock.now_ns())
                self._drain.take()
                now = clock.now_ns()
                self._anchor()
                self.writer.record({"type": "end", "t": now, "reason": reason})
                self._write(now, last=True)
            except Exception as error:  # noqa: BLE001 - the caller is the program
                self._failed(error)
            self.finished = True
            self.journal.close()
        self._signal.set()

    def abandon(self) -> None:
        """In a forked child: the journal and the threads are the parent's."""
        self.finished = True
        self.journal.abandon()


def _describe(path: int) -> tuple[dict[str, Any], int]:
    parent, site = PATHS[path]
    return site.record(path, parent), parent


def _take_early() -> Early | None:
    """What the first span's thread read; once."""
    from footprint.probes.base import Early

    found, runtime.early = runtime.early, None
    return None if found is None else Early(*found)


def _discover(machine: Machine) -> Any:
    from footprint import probes

    return probes.phases(machine)


def _tree(machine: Machine) -> Any:
    from footprint.probes.tree import TreeCpu

    return TreeCpu(machine)
