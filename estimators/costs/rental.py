"""Rented hardware: the price of an instance or a device for an hour.

Own prices come first, then those of `data/rental_prices.csv`; `rental_table` has both.

A rental price includes the electricity, so that a tariff is not added to it (`with_electricity`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from footprint.estimators.costs.devices import device_named
from footprint.estimators.costs.rental_table import (
    RentalPrice,
    checked_rentals,
    shipped_rentals,
)
from footprint.estimators.costs.tables import first_day
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import RENTAL, Factor
from footprint.estimators.money import Money
from footprint.estimators.sources import Query
from footprint.estimators.units import shown
from footprint.estimators.zones import folded, nearest

__all__ = [
    "Electricity",
    "Rental",
    "RentalPrice",
    "RentalPrices",
    "checked_rentals",
    "rental",
    "rental_price",
    "rentals",
    "shipped_rentals",
    "with_electricity",
]

#: A price that is further from the work than this is named in the notes.
STALE_DAYS = 366


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
