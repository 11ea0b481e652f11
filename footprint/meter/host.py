"""The host's own parts: CPU packages and memory, read together with the tracked tree's share."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from footprint.ledger.writer import Writer
from footprint.probes.base import Early, ReadError, Source
from footprint.probes.cpu_times import parse_stat

#: How often the host is read while something is tracked, ns: a counter (RAPL) or a model.
COUNTER_STEP, MODEL_STEP = 100_000_000, 250_000_000
#: Reading the host may cost this share of one core; past that it is read less often.
BUDGET = 0.003
#: More than any package draws, W.
_MOST_W = 1000.0
#: A host whose reads take this much CPU time (thousands of processes) gets a thread of its own, ns.
SLOW = 5_000_000


class TreeSample(Protocol):
    """CPU time so far of the tracked tree, the machine and its control group; the tree's memory."""

    tree_cpu_ns: int
    machine_busy_ns: int
    machine_total_ns: int
    group_busy_ns: int
    rss_bytes: int


class Tree(Protocol):
    """Samples a process tree."""

    def sample(self) -> TreeSample:
        """One sample."""
        ...


class HostTracker:
    """Reads all of the host's own sources at one instant, with the tree's share of CPU time."""

    def __init__(
        self,
        sources: Sequence[Source],
        tree: Tree | None,
        writer: Writer,
        clock: Callable[[], int],
    ) -> None:
        self.due = self.latest = 0
        self.settled = 0
        self.slow = False
        modelled = all(source.device.tier == "utilisation" for source in sources)
        self._step = MODEL_STEP if modelled else COUNTER_STEP
        self._tree = tree
        self._writer = writer
        self._clock = clock
        self._sources = [(source, writer.device(source.device, clock())) for source in sources]
        self._epochs = dict.fromkeys((number for _, number in self._sources), 0)
        self._raws: dict[int, int] = {}
        self._failed: set[str] = set()
        self._cost = 0.0
        self.turn_ns = min(filter(None, map(_turn_ns, sources)), default=None)
        self._begun = False  # something was read before

    def begin(self, early: Early) -> None:
        """Takes what was read before this was made, as far as a source can tell its value then."""
        for source, number in self._sources:
            tell = getattr(source, "early_nj", None)
            raw = tell(early) if tell is not None else None
            if raw is None:
                return  # a measured CPU: its first moments are filled in when reading
            self._writer.point(number, 0, 0, early.t, raw)
            self._raws[number] = raw
        self._begun = True
        times = self._early_times(early)
        if self._tree is not None and times is not None:
            # The memory then is not known: the next sample says what it is soon after.
            busy, total = times
            self._writer.usage(early.t, early.process_ns, busy, total, 0, busy)

    @staticmethod
    def _early_times(early: Early) -> tuple[int, int] | None:
        try:
            return parse_stat(early.stat)
        except (ValueError, IndexError):
            return None

    def poll(self) -> None:
        """Reads everything once."""
        began, spent = self._clock(), time.thread_time_ns()
        for source, number in self._sources:
            before = self._clock()
            try:
                raw = source.energy_nj()
            except ReadError as error:
                self._fail(source.device.id, before, str(error))
                continue
            after = self._clock()
            self._recovered(source.device.id, before)
            if raw < self._raws.get(number, 0):
                self._epochs[number] += 1
            self._raws[number] = raw
            self._writer.point(number, self._epochs[number], after - before, after, raw)
        if self._tree is not None:
            self._sample_tree()
        now = self._clock()
        if self._begun:  # one reading says nothing of the time before it
            self.settled = began
        self._begun = True
        # Its own CPU time: on a busy host most of the wall-clock time is waiting for the GIL.
        self._cost += (time.thread_time_ns() - spent - self._cost) / 4
        self.slow = self._cost > SLOW
        self.due = now + int(max(self._step, self._cost / BUDGET))
        self.latest = self.due + self._step // 4

    def wake(self) -> None:
        """Reads start again after a pause."""
        self.due = self.latest = 0

    def rest(self) -> None:
        """Reads are about to pause."""
        self.poll()

    def _sample_tree(self) -> None:
        assert self._tree is not None
        try:
            sample = self._tree.sample()
        except (OSError, ReadError) as error:
            self._fail("tree", self._clock(), f"the process tree cannot be sampled: {error}")
            return
        self._recovered("tree", self._clock())
        self._writer.usage(
            self._clock(),
            sample.tree_cpu_ns,
            sample.machine_busy_ns,
            sample.machine_total_ns,
            sample.rss_bytes,
            sample.group_busy_ns,
        )

    def _recovered(self, what: str, t: int) -> None:
        if what in self._failed:
            self._failed.discard(what)
            device = None if what == "tree" else what
            self._writer.gap(device, t, t, "back", "it can be read again")

    def _fail(self, what: str, t: int, text: str) -> None:
        if what not in self._failed:
            self._failed.add(what)
            device = None if what == "tree" else what
            self._writer.gap(device, t, None, "read-failed", text)


def _turn_ns(source: Source) -> int | None:
    """A third of the shortest time in which a source's counter can wrap."""
    device = source.device
    if device.wrap_nj is None:
        return None
    return int(device.wrap_nj / (device.max_w or _MOST_W) / 3)
