"""Who is on the GPUs: which ones the tracked tree has a context on, its memory, its share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from footprint.ledger.writer import Writer
from footprint.model import NS_PER_S
from footprint.probes.base import UNSUPPORTED, ReadError

#: How often it is asked, ns.
STEP = NS_PER_S


class GpuUse:
    """Asks each GPU once a second which processes of the tracked tree it serves."""

    def __init__(
        self,
        sources: Sequence[Any],
        tree: Any,
        writer: Writer,
        clock: Callable[[], int],
        utc: Callable[[], int] = time.time_ns,
    ) -> None:
        self.due = self.latest = 0
        self.settled = 2**62  # never what a result waits for
        self.slow = False
        self.turn_ns: int | None = None
        self._tree = tree
        self._writer = writer
        self._clock = clock
        self._utc = utc  # the driver's clock, for its samples
        self._no_shares: set[int] = set()
        self._on: set[int] = set()
        self._sources = [(source, writer.device(source.device, clock())) for source in sources]
        self._resident: tuple[str, ...] | None = None
        self._silent: set[int] = set()

    def poll(self) -> None:
        """Asks every GPU once."""
        began = self._clock()
        pids = self._pids()
        resident: list[str] = []
        for source, number in self._sources:
            own = self._ask(source, number, pids, began)
            if own:
                resident.append(source.device.id)
        known = tuple(resident) or None
        if known != self._resident:
            self._resident = known
            self._writer.record(
                {"type": "resident", "t": began, "devices": None if known is None else list(known)}
            )
        now = self._clock()
        self.slow = now - began > 5_000_000
        self.due = now + STEP
        self.latest = self.due + STEP // 4

    def wake(self) -> None:
        """Reads start again after a pause."""
        self.due = self.latest = 0

    def rest(self) -> None:
        """Reads are about to pause."""

    def _pids(self) -> set[int]:
        pids = getattr(self._tree, "pids", None)
        return set(pids()) if pids is not None else {os.getpid()}

    def _ask(self, source: Any, number: int, pids: set[int], t: int) -> bool:
        """Whether the tree has a context on this GPU; records its memory and its share."""
        if number in self._silent:
            return False
        try:
            processes: dict[int, int] = source.processes()
            used = source.memory_used()
        except ReadError as error:
            if error.why == UNSUPPORTED:
                self._silent.add(number)
                return False
            return number in self._on  # a GPU that does not answer now is not left by it
        own = [memory for pid, memory in processes.items() if pid in pids]
        (self._on.add if own else self._on.discard)(number)
        if own or used:
            share = self._share(source, number, processes, pids)
            self._writer.gpu_usage(number, t, share, sum(own), used)
        return bool(own)

    def _share(
        self, source: Any, number: int, processes: dict[int, int], pids: set[int]
    ) -> float | None:
        """The tree's share of the GPU's busy time; 1 where nobody else is on it.

        None where nobody was busy, where the driver does not tell, and where the tree has no
        context that can be seen (in a container the driver's pids may be the host's).
        """
        if not any(pid in pids for pid in processes):
            return None
        if set(processes) <= pids:
            return 1.0
        if number in self._no_shares:
            return None
        # A little more than a step: drivers sample now and then only.
        since = (self._utc() - STEP * 3 // 2) // 1000
        try:
            shares: dict[int, float] = source.shares(since)
        except ReadError as error:
            if error.why == UNSUPPORTED:
                self._no_shares.add(number)
            return None
        if not shares:
            return None
        return min(1.0, sum(share for pid, share in shares.items() if pid in pids))
