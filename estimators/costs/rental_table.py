"""Prices of rented hardware: rows of `data/rental_prices.csv`, and an own file's `[[rental]]`.

    [[rental]]
    instance = "p5.48xlarge"           or device = "H100 SXM", or both
    count = 8                          accelerators; 1 where left out
    price = "31.40 USD"
    unit = "instance-hour"             or "device-hour"; instance-hour where an instance is named
    region, terms, source, date        as in the shipped table; all may be left out
    includes_electricity = true        what a rental price does unless the contract says otherwise

A device-hour costs the instance-hour divided by the accelerators of the instance.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from footprint.estimators.costs.tables import checked_table, dated, price_of, rows_of, text_of
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GIVEN
from footprint.estimators.money import CONTEXT, Money
from footprint.estimators.units import checked_count, shown

UNITS = ("instance-hour", "device-hour")
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
