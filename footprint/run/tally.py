"""Running totals of a journal while it is written: for a progress line, and for runs so long that
booking them exactly takes time that nobody wants to wait for at their end.

Follows the file batch by batch, so it costs nothing to the writer and holds no rows. What it knows
is rough (`meter.running`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from footprint.ledger import format as fmt
from footprint.ledger.following import Batch, Following
from footprint.meter.running import Running
from footprint.model import NS_PER_S

_UJ = 1_000_000  # in a joule


class Tally:
    """Follows one journal, which may not be there yet. From one thread at a time.

    Attributes:
        unavailable: the records of what could not be measured.
        started, now: boot-time ns of the writer's start and of the last batch.
    """

    def __init__(self, path: Path) -> None:
        self._journal = Following(path)
        self._sums = Running()
        self._began_utc = 0
        self.unavailable: list[dict[str, Any]] = []
        self.started = self.now = 0
        self._past: list[tuple[int, float]] = []  # (t, own uJ) of the last batches

    @property
    def devices(self) -> dict[int, dict[str, Any]]:
        """The JSON records of the devices, by number."""
        return self._sums.devices

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
        return self._sums.metered_j

    @property
    def own_j(self) -> dict[str, float]:
        """Joules so far by device kind, the program's part."""
        return self._sums.own_j

    @property
    def own_bounds_j(self) -> dict[str, tuple[float, float]]:
        """The same, within the error of each device's sensor or model."""
        return self._sums.own_bounds_j

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
        for kind in (fmt.USAGE, fmt.POINT, fmt.WINDOW):
            self._sums.rows(kind, by_type.get(kind, ()))
        self.now = batch.t
        self._past = [*self._past[-3:], (batch.t, sum(self._sums.own_uj.values()))]

    def _record(self, record: dict[str, Any]) -> None:
        self._sums.record(record)
        match record.get("type"):
            case "writer":
                self.started, self._began_utc = record["t"], record["utc_ns"]
            case "unavailable":
                self.unavailable.append(record)
