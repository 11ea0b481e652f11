"""Small ledgers with exact numbers: real journals, written with the package's own writer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from footprint.ledger.folding import Fold, Folded, histogram
from footprint.ledger.journal import Journal, prepare
from footprint.ledger.writer import Writer
from footprint.model import Device

S = 1_000_000_000
MS = 1_000_000
#: 2026-11-22T11:00:00Z
UTC = 1_795_345_200 * S

GPU = Device("GPU-1", "gpu", "Test GPU", "counter", "gpu", max_w=500.0, number=0)
CPU = Device("cpu:boot:package-0", "cpu", "Test CPU", "counter", "package", max_w=200.0)


def _flat(units: Mapping[str, float]) -> tuple[Any, ...]:
    """Amounts as the hot path hands them on: name, value, name, value, ..."""
    return tuple(chain.from_iterable(units.items()))


class Recorder:
    """One writer of a ledger. Times are ns after its start, on a clock that starts at 1000 s."""

    def __init__(
        self,
        ledger: Path,
        number: int = 1,
        *,
        host: str = "host-a",
        boot: str = "boot-a",
        declared: Mapping[str, Any] | None = None,
        t0: int = 1000 * S,
        parent: dict[str, Any] | None = None,
        utc_ns: int = UTC,
        run: str = "",
    ) -> None:
        prepare(ledger)
        self.t0 = t0
        self.writer_id = uuid.UUID(int=number)
        self.journal = Journal(ledger, self.writer_id.bytes, f"{number:04}")
        self.paths: list[dict[str, Any]] = []
        context = {
            "type": "writer",
            "schema": "footprint.ledger/1",
            "writer": self.writer_id.hex,
            "host": host,
            "boot_id": boot,
            "pid": number,
            "t": t0,
            "utc_ns": utc_ns,
            "run": run or self.writer_id.hex,
            "parent": parent,
            "forked_below": 0,
            "tool": {"name": "footprint", "version": "0"},
            "declared": {"charge": "machine", **(declared or {})},
            "hardware": {"cpus": 2, "memory_bytes": 2**33},
        }
        self.writer = Writer(self.journal, context, lambda path: (self.paths[path - 1], 0))
        self._seq = 0
        self._spans: list[tuple[Any, ...]] = []
        self._folds: list[Fold] = []

    def path(self, name: str, **declared: Any) -> int:
        """Declares a function; gives its path."""
        number = len(self.paths) + 1
        record = {"type": "path", "path": number, "parent": 0, "name": name, "kind": "other"}
        self.paths.append(record | declared)
        return number

    def span(
        self,
        path: int,
        start: int,
        end: int,
        *,
        status: int = 0,
        parent: int = 0,
        **units: float,
    ) -> int:
        """A span; gives its sequence."""
        self._seq += 1
        row = (self._seq, parent, path, status, self.t0 + start, self.t0 + end, _flat(units), None)
        self._spans.append(row)
        return self._seq

    def fold(
        self, path: int, start: int, durations: Sequence[int], status: int = 0, **units: float
    ) -> int:
        """Calls one after the other, folded."""
        self._seq += 1
        busy = sum(durations)
        first = self.t0 + start
        self._folds.append(
            Fold(
                self._seq,
                0,
                path,
                status,
                False,
                first,
                first + busy,
                len(durations),
                busy,
                busy,
                busy,
                units,
                histogram(durations),
            )
        )
        return self._seq

    def counter(self, device: Device, watts: Sequence[float], step: int = 100 * MS) -> None:
        """A counter that is read at each step, exactly; `watts` in each step from the start."""
        number = self.writer.device(device, self.t0)
        raw_nj = 1000 * S
        self.writer.point(number, 0, 0, self.t0, raw_nj)
        for index, power in enumerate(watts, start=1):
            raw_nj += int(power * step)
            self.writer.point(number, 0, 0, self.t0 + index * step, raw_nj)

    def close(self, now: int = 60 * S, *, ended: bool = True) -> Path:
        """Writes the journal; gives its path."""
        self.writer.spans(Folded(self._spans, self._folds), {})
        if ended:
            self.writer.record({"type": "end", "t": self.t0 + now, "reason": "exit"})
        self.writer.commit(self.t0 + now)
        self.journal.close()
        assert self.journal.path is not None
        return self.journal.path
