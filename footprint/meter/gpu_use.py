"""Who is on the GPUs: which ones the tracked tree has a context on, its memory, its share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from footprint.ledger.writer import Writer
from footprint.model import NS_PER_S
from footprint.probes.base import ReadError

#: How often it is asked, ns.
STEP = NS_PER_S


class GpuUse:
    """Asks each GPU once a second which processes of the tracked tree it serves."""

    def __init__(
        self, sources: Sequence[Any], tree: Any, writer: Writer, clock: Callable[[], int]
    ) -> None:
        self.due = 0
        self.settled = 2**62  # never what a result waits for
        self.slow = False
        self._tree = tree
        self._writer = writer
        self._clock = clock
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

    def wake(self) -> None:
        """Reads start again after a pause."""
        self.due = 0

    def rest(self) -> None:
        """Reads are about to pause."""

    def _pids(self) -> set[int]:
        pids = getattr(self._tree, "pids", None)
        return set(pids()) if pids is not None else {os.getpid()}

    def _ask(self, source: Any, number: int, pids: set[int], t: int) -> bool:
        """Whether the tree has a context on this GPU; records its memory."""
        if number in self._silent:
            return False
        try:
            processes: dict[int, int] = source.processes()
            used = source.memory_used()
        except ReadError as error:
            if error.why == "unsupported":
                self._silent.add(number)
            return False
        own = [memory for pid, memory in processes.items() if pid in pids]
        if own or used:
            self._writer.gpu_usage(number, t, self._share(source, processes, pids), sum(own), used)
        return bool(own)

    def _share(self, source: Any, processes: dict[int, int], pids: set[int]) -> float | None:
        """The tree's share of the GPU's busy time; 1 where nobody else is on it."""
        if processes and set(processes) <= pids:
            return 1.0
        return None
