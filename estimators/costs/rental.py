"""Rented hardware: the price of an instance or a device for an hour.

    price per device-hour = price per instance-hour / accelerators of the instance

Prices come from an own file's `[[rental]]` tables first, then from `data/rental_prices.csv`:

    [[rental]]
    instance = "p5.48xlarge"           or device = "H100 SXM", or both
    count = 8                          accelerators; 1 where left out
    price = "31.40 USD"
    unit = "instance-hour"             or "device-hour"; instance-hour where an instance is named
    region, terms, source, date        as in the shipped table; all may be left out
    includes_electricity = true        what a rental price does unless the contract says otherwise

A rental price includes the electricity, so that a tariff is not added to it (`with_electricity`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from footprint.estimators.costs.devices import device_named
from footprint.estimators.costs.tables import (
    checked_table,
    dated,
    first_day,
    price_of,
    rows_of,
    text_of,
)
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GIVEN, RENTAL, Factor
from footprint.estimators.money import CONTEXT, Money
from footprint.estimators.sources import Query
from footprint.estimators.units import checked_count, shown
from footprint.estimators.zones import folded, nearest

UNITS = ("instance-hour", "device-hour")
#: A price that is further from the work than this is named in the notes.
STALE_DAYS = 366
TERMS = ("list", "spot", "reserved", "assumed", "contract")

_TABLE = Path(__file__).parent.parent / "data" / "rental_prices.csv"
_VERSION = "rental_prices.csv"
_KEYS = (
    "cloud",
    "instance",
    "device",
    "count",
    "vcpus",
    "region",
    "price",
    "currency",
    "unit",
    "terms",
    "date",
    "source",
    "includes_electricity",
)


class RentalPrice(NamedTuple):
    """One price.

    Attributes:
        cloud, instance: the provider and its name of the machine; may be empty.
        device: the accelerator; may be empty.
        devices: accelerators of the instance.
        vcpus: None where not known.
        region: the provider's; empty where the source states none.
        price: for one `unit`.
        unit: one of `UNITS`.
        terms: one of `TERMS`.
        date: of the price (`2026-09`, `2026-09-30`); may be empty.
        source: who published it.
        version: the shipped table's name; empty for an own row.
        includes_electricity: None where it is not said: then it is taken to.
    """

    cloud: str
    instance: str
    device: str
    devices: int
    vcpus: int | None
    region: str
    price: Money
    unit: str
    terms: str
    date: str
    source: str
    version: str = ""
    includes_electricity: bool | None = None

    def per_device_hour(self) -> Money:
        """What one accelerator costs for an hour."""
        if self.unit == "device-hour":
            return self.price
        amount = CONTEXT.divide(self.price.amount, self.devices)
        return Money(amount, self.price.currency)

    def per_instance_hour(self) -> Money:
        """What the whole instance costs for an hour."""
        if self.unit == "instance-hour":
            return self.price
        return Money(CONTEXT.multiply(self.price.amount, self.devices), self.price.currency)


def checked_rentals(tables: object, where: str = "rental") -> tuple[RentalPrice, ...]:
    """Prices from the `[[rental]]` tables of an own file.

    Raises:
        EstimatorError: a key or value that is wrong, or neither an instance nor a device.
    """
    return tuple(_row(at, table) for at, table in rows_of(where, tables))


@cache
def shipped_rentals() -> tuple[RentalPrice, ...]:
    """The rows of `data/rental_prices.csv`."""
    lines = [line for line in _TABLE.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    rows: list[RentalPrice] = []
    for number, cells in enumerate(csv.DictReader(lines, strict=True), 1):
        given = {key: cell for key, cell in cells.items() if cell}
        rows.append(_row(f"{_VERSION}, row {number}", given)._replace(version=_VERSION))
    return tuple(rows)


class Rental(NamedTuple):
    """A price that fits what was asked for: the factor to apply, and the row it is from."""

    factor: Factor
    row: RentalPrice

    def note(self, on: date | None) -> str | None:
        """What to say of a price that is of another time than the work.

        Args:
            on: the last day of the work; None where it is not known.
        """
        if on is None or not self.row.date:
            return None
        apart = abs((on - first_day(self.row.date)).days)
        if apart <= STALE_DAYS:
            return None
        return (
            f"{RENTAL} of {self.factor.subject} is of {self.row.date}, {apart} days from the end "
            f"of the period ({on}): give one of that time as [[rental]]"
        )


def rentals(subject: str, rows: Iterable[RentalPrice], region: str = "") -> list[Rental]:
    """All prices of an instance (per instance-hour) or a device (per device-hour), in order.

    Args:
        subject: an instance by its provider's name (`p5.48xlarge`, `aws:p5.48xlarge`), or a
            device as `hardware.accelerators` knows it (`H100`, `NVIDIA A100-SXM4-80GB`).
        rows: own ones first.
        region: leaves out rows of other regions.
    """
    found: list[Rental] = []
    key = _instance_key(subject)
    device, assumption = device_named(subject)
    for row in rows:
        if region and row.region and row.region.casefold() != region.casefold():
            continue
        name = _instance_key(row.instance)
        if name and key in (name, f"{row.cloud}:{name}"):
            found.append(Rental(_factor(row, row.per_instance_hour(), row.instance, ""), row))
        elif row.device and device == device_named(row.device)[0]:
            how = f", {row.price} / {row.devices}" if row.unit == "instance-hour" else ""
            how += f"; {assumption}" if assumption else ""
            found.append(Rental(_factor(row, row.per_device_hour(), row.device, how), row))
    return found


def rental(subject: str, rows: Sequence[RentalPrice], region: str = "") -> Rental:
    """The first price of an instance or a device; as `rentals`.

    Raises:
        EstimatorError: no price is known; names the nearest instances and devices.
    """
    found = rentals(subject, rows, region)
    if found:
        return found[0]
    known = {folded(name): name for row in rows for name in (row.instance, row.device) if name}
    there = f" in {region}" if region and rentals(subject, rows) else ""
    raise EstimatorError(
        f"no rental price of {shown(subject)} is known{there}:{nearest(folded(subject), known)} "
        "Give one per device-hour (--rental), or as [[rental]] in a file (--factors)"
    )


def rental_price(subject: str, rows: Sequence[RentalPrice], region: str = "") -> Factor:
    """The factor of `rental`: CUR/h of one instance or one device."""
    return rental(subject, rows, region).factor


class RentalPrices(NamedTuple):
    """Prices as a source of a `sources.Registry`."""

    rows: tuple[RentalPrice, ...]
    name: str = "rental prices"

    def candidates(self, query: Query) -> list[Factor]:
        """The prices of the query's subject; none for other factors."""
        if query.name != RENTAL or not query.subject:
            return []
        return [found.factor for found in rentals(query.subject, self.rows)]


class Electricity(NamedTuple):
    """Whether electricity is added to a rental, and what the report says about it."""

    is_added: bool
    assumption: str


def with_electricity(includes_electricity: bool | None) -> Electricity:
    """The rule that keeps power from being paid twice.

    Args:
        includes_electricity: of the rental price; None where nobody said.
    """
    if includes_electricity is False:
        return Electricity(True, "the rental price excludes electricity, which is added")
    said = "includes" if includes_electricity else "is taken to include"
    return Electricity(
        False,
        f"the rental price {said} electricity, so that no tariff is added to it "
        "(includes_electricity = false where it is billed apart)",
    )


def _row(where: str, table: object) -> RentalPrice:
    given = checked_table(where, table, _KEYS, ("price",))
    text = {key: text_of(f"{where}: {key}", given[key]) for key in _TEXTS if key in given}
    if not text.get("instance") and not text.get("device"):
        raise EstimatorError(f"{where} has neither instance nor device: say what the price is of")
    unit = text.get("unit", "instance-hour" if "instance" in text else "device-hour")
    terms = text.get("terms", "contract")
    for key, value, known in (("unit", unit, UNITS), ("terms", terms, TERMS)):
        if value not in known:
            raise EstimatorError(f"{where}: {key} is {shown(value)}: give {' or '.join(known)}")
    if unit == "instance-hour" and "instance" not in text and "count" not in given:
        raise EstimatorError(f"{where} is per instance-hour: give instance, or count of devices")
    includes = given.get("includes_electricity")
    if includes is not None and not isinstance(includes, bool):
        raise EstimatorError(
            f"{where}: includes_electricity is {shown(includes)}: give true or false"
        )
    return RentalPrice(
        text.get("cloud", "").casefold(),
        text.get("instance", ""),
        text.get("device", ""),
        checked_count(f"{where}: count", given.get("count", 1), "devices", low=1),
        checked_count(f"{where}: vcpus", given["vcpus"], low=1) if "vcpus" in given else None,
        text.get("region", ""),
        price_of(f"{where}: price", given["price"], given.get("currency")),
        unit,
        terms,
        dated(f"{where}: date", given.get("date")),
        text.get("source", GIVEN),
        includes_electricity=includes,
    )


_TEXTS = ("cloud", "instance", "device", "region", "unit", "terms", "source")


def _factor(row: RentalPrice, price: Money, subject: str, how: str) -> Factor:
    of = ", ".join(part for part in (row.cloud, row.instance, row.region) if part)
    return Factor(
        name=RENTAL,
        value=price.amount,
        unit=f"{price.currency}/h",
        source=row.source,
        version=row.version,
        vintage=int(row.date[:4]) if row.date[:4].isdigit() else None,
        used_for="cost",
        why=f"{row.terms} price{f' of {of}' if of else ''}{how}",
        subject=subject,
        retrieved=row.date,
    )


def _instance_key(name: object) -> str:
    """An instance's name without case and Azure's prefix."""
    return str(name).strip().casefold().replace("standard_", "", 1)
