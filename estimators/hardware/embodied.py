"""Embodied carbon of hardware: what its manufacture emitted, and a work's share of it.

    M = TE x (TiR / EL) x (RR / ToR)

TE: emissions of the device's manufacture, cradle to gate; TiR / EL: the time for which it was
reserved over its expected lifetime; RR / ToR: the part of it that was reserved. Software Carbon
Intensity specification (ISO/IEC 21031:2024), "Embodied emissions".

The table is data/embodied.csv: for each device the published figures' least and greatest as low
and high. Where the sources disagree by a factor of three (an H100 spans 164 to 575 kg), so does
the interval; `mid` is the figure named in the row's source, else the geometric mean of the ends.
Transport, use and end of life are left out, since the sources differ in what they count there.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import EMBODIED, LIFETIME, Factor
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.sources import Query
from footprint.estimators.units import checked

HOURS_PER_YEAR = 8_766  # 365.25 days

_TABLE = Path(__file__).parent.parent / "data" / "embodied.csv"


class EmbodiedRow(NamedTuple):
    """One device's manufacture.

    Attributes:
        name: the device; accelerators by the name of their table.
        kind: `accelerator`, `cpu`, `memory` or `server`.
        kg: cradle to gate, one device.
        lifetime_years: for how long such devices are kept.
        source: of the figures.
        lifetime_source: of the lifetime.
        vintage: the year of the newest figure.
    """

    name: str
    aliases: tuple[str, ...]
    kind: str
    kg: Quantity
    lifetime_years: Quantity
    source: str
    lifetime_source: str
    vintage: int


def embodied_g(
    te_kg: Quantity, reserved_s: float | Quantity, lifetime: Quantity, share: float = 1.0
) -> Quantity:
    """A work's share of a device's manufacture: M, in g CO2e.

    1000 kg over 4 years come to 28.5 g for each hour.

    Args:
        te_kg: TE, in any unit of mass.
        reserved_s: TiR, seconds (or a Quantity of time) for which the device was held; of several
            like devices, their sum.
        lifetime: EL, in any unit of time. Its high end gives the low end of the result.
        share: RR / ToR, from 0 to 1: the part of the device that was reserved.

    Raises:
        EstimatorError: negative or not finite input, a lifetime that reaches zero, a share above 1.
    """
    part = checked("share of the device", share, high=1.0)
    held = (
        reserved_s.to("s")
        if isinstance(reserved_s, Quantity)
        else exact(checked("reserved time", reserved_s, "s"), "s")
    )
    mass, life = te_kg.to("g"), lifetime.to("s")
    for name, quantity in (("embodied carbon", mass), ("reserved time", held)):
        if quantity.low < 0:
            raise EstimatorError(f"{name} is {quantity.low!r} {quantity.unit}: give 0 or more")
    if life.low <= 0:
        raise EstimatorError(
            f"lifetime is {lifetime.low!r} {lifetime.unit}: give more than 0, such as 4 years"
        )
    per_second = Quantity(1 / life.high, 1 / life.mid, 1 / life.low, "1/s")
    return mass.times(held.times(per_second, "1"), "g") * part


def embodied_rows() -> tuple[EmbodiedRow, ...]:
    """All rows, in the table's order."""
    return _rows()


def find_embodied(subject: str) -> EmbodiedRow | None:
    """The row of a device, by its own name or any name of its accelerator; None: not in the table.

    A short name of several boards (`A100`) stands for the board that `accelerator` takes it for.
    A CPU is found by the words of its name in what the system calls it: `EPYC 7742` in
    `AMD EPYC 7742 64-Core Processor`.
    """
    known = {_folded(each): row for row in _rows() for each in (row.name, *row.aliases)}
    if row := known.get(_folded(subject)):
        return row
    words = _words(subject)
    for row in _rows():
        if row.kind == "cpu" and any(_words(each) <= words for each in (row.name, *row.aliases)):
            return row
    try:
        return known.get(_folded(accelerator(subject).name))
    except EstimatorError:
        return None


class Hardware:
    """The table as a source of factors: `EMBODIED` in kg and `LIFETIME` in h, of a subject."""

    name = "hardware"

    def candidates(self, query: Query) -> Iterable[Factor]:
        """The device's factor; none where the table lacks it."""
        if query.name not in (EMBODIED, LIFETIME) or not query.subject:
            return ()
        row = find_embodied(query.subject)
        if row is None:
            return ()
        other = stood_in_for(query.subject, row)
        return (_embodied(row, other) if query.name == EMBODIED else _lifetime(row, other),)


def stood_in_for(subject: str, row: EmbodiedRow) -> str:
    """The accelerator that a row of another one stands in for (H800: H100); empty: it is its own.

    They have the same chip, and no figure of their own is published.
    """
    if row.kind != "accelerator":
        return ""
    try:
        name = accelerator(subject).name
    except EstimatorError:
        return ""
    return "" if name == row.name else name


def _embodied(row: EmbodiedRow, other: str) -> Factor:
    return Factor(
        name=EMBODIED,
        value=row.kg,
        unit="kg",
        source=f"that of {row.name} stands in; {row.source}" if other else row.source,
        version=_TABLE.name,
        vintage=row.vintage,
        used_for="embodied_g",
        why=f"the row {row.name!r} of footprint's table; low and high: the published extremes",
        subject=other or row.name,
    )


def _lifetime(row: EmbodiedRow, other: str) -> Factor:
    return Factor(
        name=LIFETIME,
        value=row.lifetime_years.times(exact(HOURS_PER_YEAR, "h"), "h"),
        unit="h",
        source=row.lifetime_source,
        version=_TABLE.name,
        used_for="embodied_g",
        why="lifetimes in use for data-centre hardware; give your own where it is known",
        subject=other or row.name,
    )


def _folded(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _words(name: str) -> set[str]:
    return set(re.findall(r"[0-9a-z+]+", name.casefold()))


@cache
def _rows() -> tuple[EmbodiedRow, ...]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_row(cells) for cells in csv.DictReader(file))


def _row(cells: dict[str, str]) -> EmbodiedRow:
    low, high = float(cells["low_kg"]), float(cells["high_kg"])
    mid = float(cells["mid_kg"]) if cells["mid_kg"] else math.sqrt(low * high)
    years = [float(each) for each in cells["lifetime_years"].split()]
    return EmbodiedRow(
        name=cells["name"],
        aliases=tuple(each.strip() for each in cells["aliases"].split(";") if each.strip()),
        kind=cells["kind"],
        kg=Quantity(low, mid, high, "kg"),
        lifetime_years=Quantity(years[0], years[1], years[2], "years"),
        source=cells["source"],
        lifetime_source=cells["lifetime_source"],
        vintage=int(cells["vintage"]),
    )
