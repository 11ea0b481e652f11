"""What the live view shows: immutable, made once a tick.

Energy is in J, carbon in g CO2e (location-based), all with the bounds of the sensors' gain and of
the factors. What is not known is None, and `notes` say why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from footprint.estimators.quantity import Quantity
from footprint.top.devices import DeviceNow


class Spent(NamedTuple):
    """An energy and what follows from it.

    Attributes:
        energy_j: J.
        carbon_g: g CO2e, location-based.
        cost: by currency.
    """

    energy_j: Quantity | None = None
    carbon_g: Quantity | None = None
    cost: Mapping[str, Quantity] = {}


class SpanNow(NamedTuple):
    """Spans in flight of one path.

    Attributes:
        name, kind, model: as they were declared.
        many: how many.
        longest_s: for how long the first of them runs.
    """

    name: str
    kind: str
    model: str | None
    many: int
    longest_s: float


class CallsNow(NamedTuple):
    """Calls of one path that ended in the last five seconds.

    Attributes:
        name, kind, model: as they were declared.
        at_once: how many were at work at once, on average.
    """

    name: str
    kind: str
    model: str | None
    at_once: float


class ProgramNow(NamedTuple):
    """A program that writes to the ledger, and those that it started.

    Attributes:
        host, pid, run: which one.
        spans: in flight.
        lately: calls that are too short to be seen in flight.
        calls: that ended since the view began.
        calls_per_s: over the last five seconds; None at first.
        power_w: its share of the devices' power; None where no device is known.
        spent: so far, of the whole run; since the view began where `since_view`.
        since_view: the books of before are not known yet.
    """

    host: str
    pid: int | None
    run: str
    spans: tuple[SpanNow, ...]
    lately: tuple[CallsNow, ...]
    calls: int
    calls_per_s: float | None
    power_w: float | None
    spent: Spent
    since_view: bool


class View(NamedTuple):
    """One tick.

    Attributes:
        utc: ISO 8601.
        elapsed_s: since the view began.
        devices, programs: what there is.
        power_w: W, of all devices that answer; None where none does.
        spent: of all devices since the view began.
        hourly: of all devices in an hour at this power.
        notes: what the figures rest on, and what is missing.
    """

    utc: str
    elapsed_s: float
    devices: tuple[DeviceNow, ...]
    programs: tuple[ProgramNow, ...]
    power_w: Quantity | None
    spent: Spent
    hourly: Spent
    notes: tuple[str, ...]
