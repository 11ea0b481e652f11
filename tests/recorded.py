"""Journals made by hand: what processes would have recorded, at exact times, in memory."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from footprint.ledger.folding import Fold, Folded
from footprint.ledger.journal import Journal
from footprint.ledger.reader import Facts, read_bytes
from footprint.ledger.writer import Writer
from footprint.model import OK, Device

MS = 1_000_000
S = 1000 * MS
#: The clock's offset to UTC in these journals, ns.
UTC = 1_700_000_000 * S

GPU = Device("GPU-0", "gpu", "a GPU", "counter", "gpu", max_w=840.0, number=0)
OTHER_GPU = GPU._replace(id="GPU-1", number=1)
CPU = Device("cpu:0", "cpu", "a CPU", "utilisation", "machine", 400.0, 0.7, 1.5, "a table")
DRAM = Device("dram:0", "dram", "memory", "utilisation", "machine", 40.0, 0.5, 2.0, "a table")


class Recorded:
    """One process's journal.

    Args:
        parent: (process, sequence) that started this one.
        forked_below: sequences below belong to the parent.
        t: when it began.
        utc: of boot time 0.
    """

    _numbers = itertools.count(1)

    def __init__(
        self,
        parent: tuple[Recorded, int] | None = None,
        *,
        forked_below: int = 0,
        boot: str = "boot-1",
        host: str = "host",
        t: int = 0,
        declared: dict[str, Any] | None = None,
        memory: int = 1000,
        utc: int = UTC,
    ) -> None:
        self.id = uuid.UUID(int=next(self._numbers))
        self.seq = forked_below
        self.paths: list[dict[str, Any]] = []
        outer = None if parent is None else {"writer": parent[0].id.hex, "seq": parent[1]}
        self.journal = Journal(None, self.id.bytes, "memory")
        context = {
            "type": "writer",
            "schema": "footprint.ledger/1",
            "writer": self.id.hex,
            "host": host,
            "boot_id": boot,
            "pid": 100 + int(self.id),
            "t": t,
            "utc_ns": t + utc,
            "run": "run",
            "parent": outer,
            "forked_below": forked_below,
            "declared": declared or {},
            "hardware": {"cpus": 4, "memory_bytes": memory},
        }
        self.writer = Writer(self.journal, context, lambda path: (self.paths[path - 1], 0))

    def span(self, start: int, end: int, parent: int = 0, *, units: Any = None, **path: Any) -> int:
        """A call; gives its sequence."""
        self.seq += 1
        number = self._path(path)
        amounts = tuple(itertools.chain.from_iterable((units or {}).items()))
        row = (self.seq, parent, number, path.get("status", OK), start, end, amounts or None, None)
        self.writer.spans(Folded([row], []), {})
        return self.seq

    def fold(self, start: int, end: int, calls: int, busy: int, parent: int = 0) -> int:
        """Many short calls."""
        self.seq += 1
        number = self._path({})
        one = Fold(self.seq, parent, number, OK, False, start, end, calls, busy, busy, busy, {}, {})
        self.writer.spans(Folded([], [one]), {})
        return self.seq

    def _path(self, given: dict[str, Any]) -> int:
        record = {"type": "path", "path": len(self.paths) + 1, "parent": 0, "name": "call"}
        self.paths.append({**record, **{k: v for k, v in given.items() if k != "status"}})
        return len(self.paths)

    def counter(self, device: Device, watts: list[float], step: int = 100 * MS, t: int = 0) -> None:
        """A counter's edges, `step` apart from `t`, known exactly: these watts in between."""
        number = self.writer.device(device, t)
        raw = 1000.0 * S
        self.writer.point(number, 0, 0, t, int(raw))
        for index, each in enumerate(watts):
            raw += each * step
            self.writer.point(number, 0, 0, t + (index + 1) * step, int(raw))

    def power(self, device: Device, watts: list[float], step: int = 100 * MS, t: int = 0) -> None:
        """Windows of integrated power."""
        number = self.writer.device(device, t)
        for index, each in enumerate(watts):
            start = t + index * step
            self.writer.window(number, "power", start, start + step, int(each * step))

    def facts(self, until: int = 60 * S) -> Facts:
        """As it is read back; `until`: when its last batch was written."""
        self.writer.commit(until)
        return read_bytes(self.journal.pending(), "memory")
