"""Bought hardware: what one hour of use costs.

    price per used hour = ((price - residual) / lifetime_h  +  maintenance_per_year / 8760)
                          / utilisation

Utilisation is the share of the lifetime in which the hardware is used: hours without use have to be
paid by the hours with it. A year is 365 days, 8,760 h. Low is the lowest price over the longest,
best used lifetime; high the highest price over the shortest, least used one. Interest and tax are
not in it. From an own file:

    [[purchase]]
    device = "H100 SXM"
    price = "28000 USD"
    lifetime_years = [3, 4, 6]         or one number
    utilisation = 0.6                  or [low, mid, high]; more than 0, at most 1
    residual = "2000 USD"              what it sells for at the end; 0 where left out
    maintenance_per_year = "900 USD"   0 where left out
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from footprint.estimators.costs.devices import device_named
from footprint.estimators.costs.tables import (
    checked_table,
    dated,
    price_of,
    range_of,
    rows_of,
    text_of,
)
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GIVEN, LIFETIME, PURCHASE, Factor
from footprint.estimators.money import CONTEXT, Money, MoneyRange, exact_money
from footprint.estimators.quantity import Quantity

H_PER_YEAR = 8_760
LIFETIME_MAX_YEARS = 30.0

_KEYS = (
    "device",
    "price",
    "currency",
    "lifetime_years",
    "utilisation",
    "residual",
    "maintenance_per_year",
    "source",
    "date",
)


class Purchase(NamedTuple):
    """One device that was bought; made by `checked_purchases`.

    Attributes:
        device: its name.
        price: of one.
        lifetime_h: for how long it is kept.
        utilisation: share of that time in which it is used.
        residual: what it is sold for at the end.
        maintenance_per_year: paid all the time.
        source, date: of the price.
    """

    device: str
    price: Money
    lifetime_h: Quantity
    utilisation: Quantity
    residual: Money | None = None
    maintenance_per_year: Money | None = None
    source: str = GIVEN
    date: str = ""

    def per_hour(self) -> MoneyRange:
        """What one hour of its use costs; as `per_used_hour`."""
        return per_used_hour(
            exact_money(self.price),
            self.lifetime_h,
            self.utilisation,
            self.residual,
            self.maintenance_per_year,
        )

    def factors(self) -> tuple[Factor, ...]:
        """What the figure rests on, as entries of a report."""
        vintage = int(self.date[:4]) if self.date[:4].isdigit() else None

        def entry(name: str, value: Quantity | Decimal, unit: str) -> Factor:
            return Factor(
                name,
                value,
                unit,
                source=self.source,
                vintage=vintage,
                used_for="cost",
                why="amortised over the lifetime by hours of use",
                subject=self.device,
                retrieved=self.date,
            )

        return (
            entry(PURCHASE, self.price.amount, self.price.currency),
            entry(LIFETIME, self.lifetime_h, "h"),
            entry("utilisation", self.utilisation, "1"),
        )


def checked_purchases(tables: object, where: str = "purchase") -> tuple[Purchase, ...]:
    """Bought devices from the `[[purchase]]` tables of an own file.

    Raises:
        EstimatorError: a key or value that is wrong, a device twice, a lifetime or a utilisation
            of 0, a residual above the price.
    """
    found = tuple(_row(at, table) for at, table in rows_of(where, tables))
    names = [device_named(row.device)[0] for row in found]
    for row, name in zip(found, names, strict=True):
        if names.count(name) > 1:
            raise EstimatorError(f"{where} has {row.device} twice: keep one of them")
    return found


def purchase_of(device: str, purchases: Iterable[Purchase]) -> Purchase | None:
    """The purchase of a device by any of its names (as NVML prints it, too); None without one."""
    name, _ = device_named(device)
    return next((each for each in purchases if device_named(each.device)[0] == name), None)


def per_used_hour(
    price: MoneyRange,
    lifetime_h: Quantity,
    utilisation: Quantity,
    residual: Money | None = None,
    maintenance_per_year: Money | None = None,
) -> MoneyRange:
    """The price of one hour of use; see the head of this file for the formula.

    Args:
        lifetime_h: in any unit of time, more than 0.
        utilisation: more than 0, at most 1.
        residual: at most the lowest price, in its currency.

    Raises:
        EstimatorError: a value outside of these, or amounts of two currencies.
    """
    life = lifetime_h.to("h")
    if life.low <= 0:
        raise EstimatorError("lifetime is 0 or less: give for how long the hardware is kept")
    if utilisation.unit != "1" or utilisation.low <= 0 or utilisation.high > 1:
        raise EstimatorError(
            f"utilisation is {utilisation.low:g} to {utilisation.high:g}: "
            "give a share of the lifetime, more than 0, at most 1"
        )
    for name, money in (("residual", residual), ("maintenance", maintenance_per_year)):
        if money is not None and money.currency != price.currency:
            raise EstimatorError(
                f"{name} is in {money.currency}, the price in {price.currency}: "
                "give both in one currency"
            )
    left = residual.amount if residual else Decimal(0)
    if left > price.low:
        raise EstimatorError(
            f"residual of {left:f} {price.currency} is above the price: what is bought loses value"
        )
    yearly = maintenance_per_year.amount if maintenance_per_year else Decimal(0)
    upkeep = CONTEXT.divide(yearly, Decimal(H_PER_YEAR))

    def hour(cost: Decimal, hours: float, share: float) -> Decimal:
        kept = CONTEXT.divide(CONTEXT.subtract(cost, left), Decimal(repr(hours)))
        return CONTEXT.divide(CONTEXT.add(kept, upkeep), Decimal(repr(share)))

    return MoneyRange(
        hour(price.low, life.high, utilisation.high),
        hour(price.mid, life.mid, utilisation.mid),
        hour(price.high, life.low, utilisation.low),
        price.currency,
    )


def _row(where: str, table: object) -> Purchase:
    given = checked_table(where, table, _KEYS, ("device", "price", "lifetime_years", "utilisation"))
    price = price_of(f"{where}: price", given["price"], given.get("currency"))
    years = range_of(
        f"{where}: lifetime_years", given["lifetime_years"], "years", high=LIFETIME_MAX_YEARS
    )
    paid = {
        key: price_of(f"{where}: {key}", given[key], price.currency)
        for key in ("residual", "maintenance_per_year")
        if key in given
    }
    made = Purchase(
        text_of(f"{where}: device", given["device"]),
        price,
        Quantity(years.low * H_PER_YEAR, years.mid * H_PER_YEAR, years.high * H_PER_YEAR, "h"),
        range_of(f"{where}: utilisation", given["utilisation"], "1", high=1.0),
        paid.get("residual"),
        paid.get("maintenance_per_year"),
        text_of(f"{where}: source", given.get("source", GIVEN)),
        dated(f"{where}: date", given.get("date")),
    )
    try:
        made.per_hour()
    except EstimatorError as error:
        raise EstimatorError(f"{where}: {error}") from None
    return made
