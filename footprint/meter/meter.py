"""The meter: one scheduler thread over all devices, and a thread of its own for a slow one.

A driver call that hangs cannot be interrupted, so it must not stand in others' way: a device whose
read was slow once is handed to a thread that reads nothing else. While nothing is tracked, nothing
is read: the counters' values before and after the pause say what idling took.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

from footprint.ledger.writer import Writer
from footprint.meter.counter import GONE, CounterTracker
from footprint.meter.gpu_use import GpuUse
from footprint.meter.host import HostTracker, Tree
from footprint.probes.base import Discovery, Source

#: A tracker that is due within this time is read in the same wake-up, ns.
TOGETHER = 200_000


class Tracker(Protocol):
    """Something the meter reads when it is due."""

    due: int
    settled: int
    slow: bool

    def poll(self) -> None:
        """Reads once and says when to read next (`due`)."""
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
        discover: finds the devices; called on the meter's thread, as drivers take their time.
        tree: the tracked process tree, None: the host's CPU time is not split.
        writer: takes the records.
        clock: boot-time nanoseconds.
    """

    def __init__(
        self,
        discover: Callable[[], Discovery],
        tree: Callable[[], Tree | None],
        writer: Writer,
        clock: Callable[[], int],
    ) -> None:
        self.ready = threading.Event()
        self._discover = discover
        self._tree = tree
        self._writer = writer
        self._clock = clock
        self._trackers: list[Tracker] = []
        self._sources: list[Source] = []
        self._lanes: list[_Lane] = []
        self._main = _Lane([], clock, self._outsource)

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
        """Stops the threads; a read that hangs is left behind after `timeout` seconds."""
        lanes = (self._main, *self._lanes)
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            lane.join(timeout)

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
        found = self._discover()
        for lack in found.unavailable:
            self._writer.record({"type": "unavailable", **lack._asdict()})
        host: list[Source] = []
        trackers: list[Tracker] = []
        for source in found.sources:
            if source.steps or source.device.kind == "gpu":
                trackers.append(CounterTracker(source, self._writer, self._clock))
            else:
                host.append(source)
        tree = self._tree()
        if host or tree is not None:
            trackers.append(HostTracker(host, tree, self._writer, self._clock))
        gpus = [source for source in found.sources if hasattr(source, "processes")]
        self._trackers = list(trackers)
        if gpus:
            trackers.append(GpuUse(gpus, tree, self._writer, self._clock))
        self._sources = list(found.sources)
        self.ready.set()
        return trackers

    def _outsource(self, tracker: Tracker) -> None:
        lane = _Lane([tracker], self._clock, None)
        self._lanes.append(lane)
        lane.start(None)


class _Lane:
    """A thread that reads some trackers, each when it is due."""

    def __init__(
        self,
        trackers: list[Tracker],
        clock: Callable[[], int],
        outsource: Callable[[Tracker], None] | None,
    ) -> None:
        self._trackers = trackers
        self._clock = clock
        self._outsource = outsource
        self._signal = threading.Event()
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
                        tracker.due = 0
            self._read_due()
            if not self._trackers:
                self._wait(None)
                continue
            due = min(tracker.due for tracker in self._trackers)
            self._wait(due - self._clock())
        for tracker in self._trackers:
            tracker.rest()

    def _rest(self) -> None:
        for tracker in self._trackers:
            tracker.rest()
        while self._resting and not self._stopped:
            self._wait(None)
        for tracker in self._trackers:
            tracker.wake()

    def _read_due(self) -> None:
        now = self._clock() + TOGETHER
        for tracker in list(self._trackers):
            if tracker.due > now:
                continue
            tracker.poll()
            if tracker.slow and self._outsource is not None:
                self._trackers.remove(tracker)
                self._outsource(tracker)

    def _wait(self, nanoseconds: int | None) -> None:
        if nanoseconds is None:
            self._signal.wait()
        elif nanoseconds > 0:
            self._signal.wait(nanoseconds / 1e9)
        self._signal.clear()
