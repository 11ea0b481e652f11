"""The meter: one scheduler thread over all devices, and a thread of its own for a slow one.

A driver call that hangs cannot be interrupted, so it must not stand in others' way: a device whose
read was slow once is handed to a thread that reads nothing else. While nothing is tracked, nothing
is read: the counters' values before and after the pause say what idling took.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from footprint.ledger.writer import Writer
from footprint.meter.counter import GONE, CounterTracker
from footprint.meter.gpu_use import GpuUse
from footprint.meter.host import HostTracker, Tree
from footprint.probes.base import Discovery, Early, Source

#: A tracker that is due within this time is read in the same wake-up, ns.
TOGETHER = 200_000
#: A device whose read raised what no probe should is tried again after this, ns.
AGAIN = 1_000_000_000


class Tracker(Protocol):
    """Something the meter reads between `due` and `latest`, ns.

    `turn_ns`: during a pause it is read this often all the same; None: it can wait.
    """

    due: int
    latest: int
    settled: int
    slow: bool
    turn_ns: int | None

    def poll(self) -> None:
        """Reads once and says when to read next."""
        ...

    def wake(self) -> None:
        """Reads start again after a pause."""
        ...

    def rest(self) -> None:
        """Reads are about to pause."""
        ...


class Meter:
    """Reads a machine's devices on a thread of its own and writes what they say.

    Args:
        discover: finds the devices, at once or bit by bit; called on the meter's thread, as drivers
            take their time.
        tree: the tracked process tree, None: the host's CPU time is not split.
        writer: takes the records.
        clock: boot-time nanoseconds.
        early: what the first span's thread read before the meter was up.
    """

    def __init__(
        self,
        discover: Callable[[], Discovery | Iterable[Discovery]],
        tree: Callable[[], Tree | None],
        writer: Writer,
        clock: Callable[[], int],
        early: Callable[[], Early | None] = lambda: None,
    ) -> None:
        self.ready = threading.Event()
        self._discover = discover
        self._tree = tree
        self._writer = writer
        self._clock = clock
        self._early = early
        self._trackers: list[Tracker] = []
        self._lanes: list[_Lane] = []
        self._broken: set[int] = set()
        self._main = _Lane([], clock, self._outsource, self._failed)

    def start(self) -> None:
        """Starts the thread: discovery, then reads until `close`."""
        self._main.start(self._prepare)

    def wake(self) -> None:
        """Reads begin, or begin again."""
        for lane in (self._main, *self._lanes):
            lane.resume()

    def rest(self) -> None:
        """Reads pause after a last one."""
        for lane in (self._main, *self._lanes):
            lane.pause()

    def close(self, timeout: float) -> None:
        """Stops the threads; reads that hang are left behind after `timeout` seconds in all."""
        lanes = (self._main, *self._lanes)
        for lane in lanes:
            lane.stop()
        deadline = time.monotonic() + timeout
        for lane in lanes:
            lane.join(max(0.0, deadline - time.monotonic()))

    def settled(self, t: int) -> bool:
        """Whether every device that answers is known up to instant `t`."""
        if not self.ready.is_set():
            return False
        return all(
            tracker.settled >= t or getattr(tracker, "state", None) == GONE
            for tracker in self._trackers
        )

    def nudge(self) -> None:
        """Reads the host now: somebody waits for a result."""
        for lane in (self._main, *self._lanes):
            lane.nudge()

    def _prepare(self) -> list[Tracker]:
        try:
            return self._found()
        except Exception as error:  # noqa: BLE001 - a plug-in's may be any
            reason = f"{type(error).__name__}: {error}"
            remedy = "run `footprint doctor`"
            lack = {"probe": "", "what": "devices", "reason": reason, "remedy": remedy}
            self._writer.record({"type": "unavailable", **lack})
            return list(self._trackers)
        finally:
            self.ready.set()

    def _found(self) -> list[Tracker]:
        found = self._discover()
        host: list[Source] = []
        gpus: list[Source] = []
        trackers: list[Tracker] = []
        for phase in [found] if isinstance(found, Discovery) else found:
            for lack in phase.unavailable:
                self._writer.record({"type": "unavailable", **lack._asdict()})
            gpus += [source for source in phase.sources if hasattr(source, "processes")]
            for source in phase.sources:
                if source.steps or source.device.kind == "gpu":
                    counter = CounterTracker(source, self._writer, self._clock)
                    # Now: what else there is can take a while to be found.
                    self._main.first(counter)
                    trackers.append(counter)
                else:
                    host.append(source)
        tree = self._tree()
        if host or tree is not None:
            tracker = HostTracker(host, tree, self._writer, self._clock)
            if (early := self._early()) is not None:
                tracker.begin(early)
            trackers.append(tracker)
        self._trackers = list(trackers)
        if gpus:
            trackers.append(GpuUse(gpus, tree, self._writer, self._clock))
        return trackers

    def _outsource(self, tracker: Tracker) -> None:
        lane = _Lane([tracker], self._clock, None, self._failed)
        self._lanes.append(lane)
        lane.follow(self._main)  # it may have been paused or stopped since
        lane.start(None)

    def _failed(self, tracker: Tracker, error: Exception) -> None:
        """A probe raised what it must not: its device is tried again, the others go on."""
        if id(tracker) not in self._broken:
            self._broken.add(id(tracker))
            source = getattr(tracker, "source", None)
            device = source.device.id if source is not None else None
            text = f"{type(error).__name__}: {error}"
            self._writer.gap(device, self._clock(), None, "read-failed", text)


class _Lane:
    """A thread that reads some trackers, each when it is due."""

    def __init__(
        self,
        trackers: list[Tracker],
        clock: Callable[[], int],
        outsource: Callable[[Tracker], None] | None,
        failed: Callable[[Tracker, Exception], None],
    ) -> None:
        self._trackers = trackers
        self._clock = clock
        self._outsource = outsource
        self._failed = failed
        self._signal = _Signal()
        self._resting = False
        self._stopped = False
        self._nudged = False
        self._thread: threading.Thread | None = None

    def start(self, prepare: Callable[[], list[Any]] | None) -> None:
        thread = threading.Thread(
            target=self._run, args=(prepare,), name="footprint-meter", daemon=True
        )
        thread.start()
        self._thread = thread  # once it can be joined: a session may close while it starts

    def resume(self) -> None:
        self._resting = False
        self._signal.set()

    def pause(self) -> None:
        self._resting = True
        self._signal.set()

    def follow(self, lane: _Lane) -> None:
        self._resting, self._stopped = lane._resting, lane._stopped

    def nudge(self) -> None:
        self._nudged = True
        self._signal.set()

    def stop(self) -> None:
        self._stopped = True
        self._signal.set()

    def join(self, timeout: float) -> None:
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self, prepare: Callable[[], list[Any]] | None) -> None:
        if prepare is not None:
            self._trackers = prepare()
        while not self._stopped:
            if self._resting:
                self._rest()
                continue
            if self._nudged:
                self._nudged = False
                for tracker in self._trackers:
                    if isinstance(tracker, HostTracker):
                        tracker.due = tracker.latest = 0
            self._read_due()
            if not self._trackers:
                self._wait(None)
                continue
            # As late as one of them allows: others are due by then, and share the wake-up.
            latest = min(tracker.latest for tracker in self._trackers)
            self._wait(latest - self._clock())
        for tracker in self._trackers:
            self._call(tracker, tracker.rest)

    def first(self, tracker: Tracker) -> None:
        """Reads a tracker that is about to be this lane's, on its thread."""
        self._call(tracker, tracker.poll)

    def _call(self, tracker: Tracker, what: Callable[[], None]) -> None:
        try:
            what()
        except Exception as error:  # noqa: BLE001 - the others must go on, whatever it was
            tracker.due = tracker.latest = self._clock() + AGAIN
            self._failed(tracker, error)

    def _rest(self) -> None:
        for tracker in self._trackers:
            self._call(tracker, tracker.rest)
        while self._resting and not self._stopped:
            # A counter that wraps is read so often, even now, that no turn of it is missed.
            turns = [turn for tracker in self._trackers if (turn := tracker.turn_ns) is not None]
            began = self._clock()
            self._wait(min(turns, default=None))
            if turns and self._clock() - began >= min(turns):
                for tracker in self._trackers:
                    self._call(tracker, tracker.rest)
        if not self._stopped:
            for tracker in self._trackers:
                self._call(tracker, tracker.wake)

    def _read_due(self) -> None:
        now = self._clock() + TOGETHER
        for tracker in list(self._trackers):
            if tracker.due > now:
                continue
            self._call(tracker, tracker.poll)
            if tracker.slow and self._outsource is not None:
                self._trackers.remove(tracker)
                self._outsource(tracker)

    def _wait(self, nanoseconds: int | None) -> None:
        if nanoseconds is None:
            self._signal.wait(-1)
        elif nanoseconds > 0:
            self._signal.wait(nanoseconds / 1e9)


class _Signal:
    """Wakes one waiting thread. An Event does the same and makes a new lock for every wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def set(self) -> None:
        """Ends the wait, or the next one where nobody waits."""
        with contextlib.suppress(RuntimeError):  # it is set already
            self._lock.release()

    def wait(self, seconds: float) -> None:
        """Until it is set, or so many seconds; -1: without end."""
        self._lock.acquire(timeout=seconds)
