"""What a trace says: immutable. Energy in J; sums of spans and readings are exact (nJ)."""

from __future__ import annotations

from typing import NamedTuple

from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity


class Step(NamedTuple):
    """A part of a figure: some energy and the factors that it was multiplied with.

    Attributes:
        what: `metered in FRA`, `of API providers`.
        energy_j: J; None where the step has none.
        factors: those that the figure rests on.
        result: what it comes to.
    """

    what: str
    energy_j: Quantity | None
    factors: tuple[Factor, ...]
    result: Quantity


class OnDay(NamedTuple):
    """What was booked of one device in one boot's UTC day.

    Attributes:
        day: ISO 8601 date, UTC.
        host, device, device_kind, tier: which device, and how its energy is known.
        energy_j: J of the figure.
        compacted: single calls of this day are not kept any more.
        filled_at_most_j: at most so many J of `energy_j` were filled in where no reading shows
            any: before a device's first one, after its last one or in a hole. Of what was metered
            it is just so much.
    """

    day: str
    boot: str
    host: str
    device: str
    device_kind: str
    tier: str
    energy_j: float
    compacted: bool
    filled_at_most_j: float = 0.0


class SpanOf(NamedTuple):
    """A span (or a fold of short calls) behind a figure.

    Attributes:
        id: `WRITER:SEQ`, which `--trace` takes.
        name, start, end, calls: as in `spans()`; ISO 8601 UTC.
        energy_j: J of the devices of the figure, with bounds of timing.
    """

    id: str
    name: str
    start: str
    end: str
    calls: int
    energy_j: Quantity


class ReadingsOf(NamedTuple):
    """A device's readings by one writer, within the days that were opened.

    Attributes:
        writer, journal: who read it, and the journal that it wrote.
        readings: how many, with those around the days that bear on them.
        first, last: ISO 8601 UTC.
        first_j, last_j: what its counter said then; None where it tells power.
        files: sealed files that hold them: path, SHA-256, first and last row.
    """

    host: str
    device: str
    writer: str
    journal: str
    readings: int
    first: str
    last: str
    first_j: float | None
    last_j: float | None
    files: tuple[FileOf, ...]


class FileOf(NamedTuple):
    """Rows [first, stop) of a sealed file, which `footprint verify` covers."""

    path: str
    sha256: str
    first: int
    stop: int


class Trace(NamedTuple):
    """From a figure down.

    Attributes:
        path: the figure's, as it was asked for, in full.
        value: what the report says.
        per: (what it is divided by, how many); None where it is a sum.
        steps: parts that add up to it, before it is divided.
        days: what the energy behind it was booked as, by device and UTC day, the most first.
        spans: those behind it, the most first, of the days that were opened.
        more_spans: how many there are beside these, in the same days; `more_j` what they used.
        closed_days: days that were not opened, since there are too many spans.
        readings: of the devices, in the days that were opened.
        notes: what else is to be known, and what was checked.
    """

    path: str
    value: Quantity
    per: tuple[str, float] | None
    steps: tuple[Step, ...]
    days: tuple[OnDay, ...]
    spans: tuple[SpanOf, ...]
    more_spans: int
    more_j: float
    closed_days: tuple[str, ...]
    readings: tuple[ReadingsOf, ...]
    notes: tuple[str, ...]


class InCell(NamedTuple):
    """A stretch of time between two readings of a device in which a span was active.

    Attributes:
        start, end: ISO 8601 UTC.
        metered_j: what the device drew in it; None where that is not known.
        booked_j: what of it was booked to the span.
        tier, estimated: how it is known; filled in from readings nearby.
    """

    host: str
    device: str
    start: str
    end: str
    metered_j: float | None
    booked_j: float
    tier: str
    estimated: bool


class SpanTrace(NamedTuple):
    """A span, cell by cell.

    Attributes:
        span: which one.
        declared: what it and its run declared, by name.
        cells: of all its devices, by time; their `booked_j` add up to its energy.
        cut: the span has more cells than are shown: how many.
        notes: what else is to be known.
    """

    span: SpanOf
    declared: tuple[tuple[str, str], ...]
    cells: tuple[InCell, ...]
    cut: int
    notes: tuple[str, ...]
