"""Running totals of a journal while it is written: for a progress line, and for runs so long that
booking them exactly takes time that nobody wants to wait for at their end.

Follows the file batch by batch, so it costs nothing to the writer and holds no rows. What it knows
is rough: a CPU's energy is split by CPU time a second at a time, and GPUs are the program's alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from footprint.ledger import format as fmt
from footprint.ledger.following import Batch, Following
from footprint.model import NS_PER_S

_UJ = 1_000_000  # in a joule


class Tally:
    """Follows one journal, which may not be there yet. From one thread at a time.

    Attributes:
        devices: the JSON records of the devices, by number.
        unavailable: the records of what could not be measured.
        started, now: boot-time ns of the writer's start and of the last batch.
    """

    def __init__(self, path: Path) -> None:
        self._journal = Following(path)
        self._memory = self._began_utc = 0
        self.devices: dict[int, dict[str, Any]] = {}
        self.unavailable: list[dict[str, Any]] = []
        self.started = self.now = 0
        self._raw: dict[int, tuple[int, int]] = {}  # device -> epoch, uJ
        self._usage: tuple[Any, ...] | None = None
        self._shares = {"cpu": 1.0, "dram": 1.0}
        self._metered_uj: dict[int, float] = {}  # by device
        self._own_uj: dict[int, float] = {}
        self._past: list[tuple[int, float]] = []  # (t, own uJ) of the last batches

    @property
    def ledger(self) -> Path:
        """The directory that the journal is in."""
        return self._journal.path.parent.parent

    def written_meanwhile(self) -> int:
        """Bytes of all journals of the ledger that were written since this one began."""
        try:
            found = [path.stat() for path in self._journal.path.parent.iterdir()]
        except OSError:
            return self._journal.size
        return sum(each.st_size for each in found if each.st_mtime_ns >= self._began_utc)

    @property
    def metered_j(self) -> dict[str, float]:
        """Joules so far by device kind, of all that the meter saw."""
        return self._by_kind(self._metered_uj)

    @property
    def own_j(self) -> dict[str, float]:
        """Joules so far by device kind, the program's part."""
        return self._by_kind(self._own_uj)

    @property
    def own_bounds_j(self) -> dict[str, tuple[float, float]]:
        """The same, within the error of each device's sensor or model."""
        bounds = [
            {
                number: amount * float(self.devices[number].get(gain) or 1.0)
                for number, amount in self._own_uj.items()
            }
            for gain in ("gain_low", "gain_high")
        ]
        low, high = (self._by_kind(each) for each in bounds)
        return {kind: (low[kind], high[kind]) for kind in low}

    def _by_kind(self, amounts: dict[int, float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for number, amount in amounts.items():
            kind = str(self.devices[number]["kind"])
            found[kind] = found.get(kind, 0.0) + amount / _UJ
        return found

    @property
    def watts(self) -> float | None:
        """The program's part over the last batches; None at first."""
        if len(self._past) < 2:
            return None
        (t0, e0), (t1, e1) = self._past[0], self._past[-1]
        return (e1 - e0) / _UJ / max((t1 - t0) / NS_PER_S, 1e-9)

    def update(self) -> None:
        """Reads what was appended since the last time."""
        for batch in self._journal.new():
            self._take(batch)

    def _take(self, batch: Batch) -> None:
        for section in batch.sections:
            for record in section.records:
                self._record(record)
        by_type = {each.row: each.rows for each in batch.sections if each.row is not None}
        for row in by_type.get(fmt.USAGE, ()):
            self._use(row)
        for number, epoch, _, _, raw in by_type.get(fmt.POINT, ()):
            self._point(number, epoch, raw)
        for number, _, _, _, energy in by_type.get(fmt.WINDOW, ()):
            self._add(number, energy)
        self.now = batch.t
        self._past = [*self._past[-3:], (batch.t, sum(self._own_uj.values()))]

    def _record(self, record: dict[str, Any]) -> None:
        match record.get("type"):
            case "writer":
                self._memory = record.get("hardware", {}).get("memory_bytes") or 0
                self.started, self._began_utc = record["t"], record["utc_ns"]
            case "device":
                self.devices[record["number"]] = record
            case "unavailable":
                self.unavailable.append(record)

    def _use(self, row: tuple[Any, ...]) -> None:
        _, tree, busy, _, resident, *_ = row
        if self._usage is not None and busy > self._usage[1]:
            share = (tree - self._usage[0]) / (busy - self._usage[1])
            self._shares["cpu"] = min(1.0, max(0.0, share))
            self._usage = (tree, busy)
        elif self._usage is None:
            self._usage = (tree, busy)
        if self._memory:
            self._shares["dram"] = min(1.0, resident / self._memory)

    def _point(self, number: int, epoch: int, raw: int) -> None:
        before = self._raw.get(number)
        self._raw[number] = (epoch, raw)
        if before is None:
            return
        step = raw - before[1]
        wrap = self.devices.get(number, {}).get("wrap_uj")
        if step < 0 and wrap:
            step += wrap
        if step > 0 and (before[0] == epoch or wrap):
            self._add(number, step)

    def _add(self, number: int, energy_uj: float) -> None:
        if number not in self.devices:
            return  # its record was lost
        share = self._shares.get(str(self.devices[number]["kind"]), 1.0)
        self._metered_uj[number] = self._metered_uj.get(number, 0.0) + energy_uj
        self._own_uj[number] = self._own_uj.get(number, 0.0) + energy_uj * share
