"""Running totals of what a meter writes, row by row: rough, and at once.

For what is said while a program runs. A CPU's energy is split by CPU time a second at a time, and a
GPU is the program's where it has a context on it; where nothing tells that, all GPUs are. What is
exact is booked later, from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from footprint.ledger import format as fmt

_UJ = 1_000_000  # in a joule


class Running:
    """Sums over the rows of one writer. From one thread at a time.

    Attributes:
        devices: the JSON records of the devices, by number.
        metered_uj: by device, all that the meter saw, uJ.
        own_uj: by device, the program's part, uJ.
        held_ns: by device, for how long it was read and the program's.
    """

    def __init__(self) -> None:
        self.devices: dict[int, dict[str, Any]] = {}
        self.metered_uj: dict[int, float] = {}
        self.own_uj: dict[int, float] = {}
        self.held_ns: dict[int, int] = {}
        self._memory = 0
        self._raw: dict[int, tuple[int, int, int]] = {}  # device -> epoch, uJ, ns
        self._usage: tuple[Any, ...] | None = None
        self._shares = {"cpu": 1.0, "dram": 1.0}
        self._resident: set[str] | None = None

    def record(self, record: dict[str, Any]) -> None:
        """Takes a JSON record: who writes, a device, or where the program has a context."""
        match record.get("type"):
            case "writer":
                self._memory = record.get("hardware", {}).get("memory_bytes") or 0
            case "device":
                self.devices[record["number"]] = record
            case "resident":
                known = record.get("devices")
                self._resident = None if known is None else set(known)

    def rows(self, kind: fmt.RowType, rows: Iterable[tuple[Any, ...]]) -> None:
        """Takes rows; those of other kinds than readings and usage are let be."""
        if kind is fmt.USAGE:
            for row in rows:
                self._use(row)
        elif kind is fmt.POINT:
            for number, epoch, _, t, raw in rows:
                self._point(number, epoch, t, raw)
        elif kind is fmt.WINDOW:
            for number, _, start, end, energy in rows:
                self._add(number, energy, end - start)

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

    def _point(self, number: int, epoch: int, t: int, raw: int) -> None:
        before = self._raw.get(number)
        self._raw[number] = (epoch, raw, t)
        if before is None:
            return
        step = raw - before[1]
        wrap = self.devices.get(number, {}).get("wrap_uj")
        if step < 0 and wrap:
            step += wrap
        if step > 0 and (before[0] == epoch or wrap):
            self._add(number, step, t - before[2])

    def _add(self, number: int, energy_uj: float, length_ns: int) -> None:
        device = self.devices.get(number)
        if device is None:
            return  # its record was lost
        share = self._share(device)
        self.metered_uj[number] = self.metered_uj.get(number, 0.0) + energy_uj
        self.own_uj[number] = self.own_uj.get(number, 0.0) + energy_uj * share
        if share:
            self.held_ns[number] = self.held_ns.get(number, 0) + length_ns

    def share(self, kind: str) -> float:
        """The program's share of the host's CPU time or memory, 0 to 1, when it last told."""
        return self._shares.get(kind, 1.0)

    def _share(self, device: dict[str, Any]) -> float:
        kind = str(device["kind"])
        if kind == "gpu" and self._resident is not None:
            return float(device["id"] in self._resident)
        return self.share(kind)

    # -- sums

    @property
    def metered_j(self) -> dict[str, float]:
        """Joules so far by device kind, of all that the meter saw."""
        return self._by_kind(self.metered_uj)

    @property
    def own_j(self) -> dict[str, float]:
        """Joules so far by device kind, the program's part."""
        return self._by_kind(self.own_uj)

    @property
    def own_bounds_j(self) -> dict[str, tuple[float, float]]:
        """The same, within the error of each device's sensor or model."""
        bounds = [
            {number: amount * self.gain(number, end) for number, amount in self.own_uj.items()}
            for end in ("gain_low", "gain_high")
        ]
        low, high = (self._by_kind(each) for each in bounds)
        return {kind: (low[kind], high[kind]) for kind in low}

    def gain(self, number: int, end: str) -> float:
        """A bound of a device's sensor or model over what it says."""
        return float(self.devices[number].get(end) or 1.0)

    def _by_kind(self, amounts: dict[int, float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for number, amount in amounts.items():
            kind = str(self.devices[number]["kind"])
            found[kind] = found.get(kind, 0.0) + amount / _UJ
        return found
