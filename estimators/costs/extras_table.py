"""Named extras as an own file states them.

Egress, licences, staff, a standing charge: anything with a name and a price. An own file's
`[[extra]]` tables take one of three forms:

    name = "licences"                  by time: price x count x months (or hours, days, ...) in
    price = "19 USD"                   the report's period
    per = "month"                      hour, day, week, month or year
    count = 5                          seats, machines; 1 where left out

    name = "egress"                    by what is counted: price x quantity / number in `per`
    price = "0.09 USD"
    per = "GB"                         any name: item, token, "1000000 tokens", "staff hour"
    quantity = 120                     where the report does not count it itself

    name = "set-up"                    a lump sum
    price = "5000 EUR"
    from = 2026-01-01                  spread evenly over [from, until), in UTC, where both are
    until = 2027-01-01                 given: a period bears its share. Else it is borne whole.

`from` and `until` limit the time in the first form, too, and spread a `quantity` in the second.
Hours, days and weeks are of fixed length. Months and years are those of the calendar (UTC): a whole
February bears one month's price, half of it half. `source` and `date` say where the price is from.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from footprint.estimators.costs.calendar import TIME_UNITS
from footprint.estimators.costs.tables import (
    Table,
    checked_table,
    dated,
    day_of,
    price_of,
    range_of,
    rows_of,
    text_of,
)
from footprint.estimators.costs.total import RESERVED
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GIVEN
from footprint.estimators.money import Money
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import parse_utc_ns, utc_ns
from footprint.estimators.units import checked, shown
from footprint.estimators.zones import folded

_KEYS = (
    "name",
    "price",
    "currency",
    "per",
    "count",
    "quantity",
    "from",
    "until",
    "source",
    "date",
)

Period = tuple[int, int]


class Extra(NamedTuple):
    """One extra; made by `checked_extras`.

    Attributes:
        name: of the part in the total.
        price: for `size` of `per`; of the whole where `per` is empty.
        per: a unit of time, or what is counted.
        size: how many of `per` the price is for; by time, how many pay it (`1/count`).
        quantity: how many were counted; None: the report counts them.
        spread: UTC ns that it is paid for; None where it is not limited.
        source, date: of the price.
    """

    name: str
    price: Money
    per: str
    size: Fraction
    quantity: Quantity | None
    spread: Period | None
    source: str
    date: str

    @property
    def is_by_time(self) -> bool:
        """Whether it is paid by the hour, day, week, month or year."""
        return self.per in TIME_UNITS


def checked_extras(tables: object, where: str = "extra") -> tuple[Extra, ...]:
    """Extras from the `[[extra]]` tables of an own file.

    Raises:
        EstimatorError: a key or value that is wrong; a name that another part of the cost has.
    """
    return tuple(_row(at, table) for at, table in rows_of(where, tables))


def _row(where: str, table: object) -> Extra:
    given = checked_table(where, table, _KEYS, ("name", "price"))
    name = text_of(f"{where}: name", given["name"])
    if name.casefold() in RESERVED:
        raise EstimatorError(f"{where}: name {shown(name)} is that of another part of the cost")
    size, per = _per(where, given)
    if per in TIME_UNITS:
        if "quantity" in given:
            raise EstimatorError(
                f"{where} is per {per} of the period and has a quantity: give count for how many "
                f'pay it, or call what is counted otherwise ("staff {per}")'
            )
        if size != 1:
            raise EstimatorError(f"{where}: per is {shown(given['per'])}: give one {per}")
        size = 1 / Fraction(Decimal(repr(_count(where, given))))
    elif "count" in given:
        raise EstimatorError(f"{where} has a count, which goes with time: give quantity")
    if not per and "quantity" in given:
        raise EstimatorError(f"{where} has a quantity but no per: say what is counted")
    quantity = None
    if "quantity" in given:
        quantity = range_of(f"{where}: quantity", given["quantity"], per)
    return Extra(
        name,
        price_of(f"{where}: price", given["price"], given.get("currency")),
        per,
        size,
        quantity,
        _spread(where, given, per in TIME_UNITS),
        text_of(f"{where}: source", given.get("source", GIVEN)),
        dated(f"{where}: date", given.get("date")),
    )


def _per(where: str, given: Table) -> tuple[Fraction, str]:
    """(number, unit) of `per`: `GB`, `1000000 tokens`; (1, "") for a lump sum."""
    if "per" not in given:
        return Fraction(1), ""
    text = text_of(f"{where}: per", given["per"])
    head, _, rest = text.partition(" ")
    size = 1.0
    if head[0].isdigit():
        size = checked(f"{where}: per", head.replace("_", ""))
        text = rest.strip()
    if not size or not text:
        raise EstimatorError(
            f"{where}: per is {shown(given['per'])}: give what is counted, such as GB, month, "
            "1000000 tokens"
        )
    unit = counted_as(text)
    return Fraction(Decimal(repr(size))), unit if unit in TIME_UNITS else text


def _count(where: str, given: Table) -> float:
    count = checked(f"{where}: count", given.get("count", 1))
    if not count:
        raise EstimatorError(f"{where}: count is 0: leave the extra out where nobody pays it")
    return count


def _spread(where: str, given: Table, is_by_time: bool) -> Period | None:
    ends = [key for key in ("from", "until") if key in given]
    if not ends:
        return None
    if len(ends) == 1 and not is_by_time:
        raise EstimatorError(f"{where} has {ends[0]} alone: give from and until")
    start = _instant(f"{where}: from", given["from"]) if "from" in given else -(2**62)
    end = _instant(f"{where}: until", given["until"]) if "until" in given else 2**62
    if start >= end:
        raise EstimatorError(f"{where}: until is not after from")
    return start, end


def _instant(where: str, value: Any) -> int:
    """UTC ns of a day's start in UTC, or of a time with its offset."""
    if isinstance(value, datetime):
        return utc_ns(value)
    if isinstance(value, str) and "T" in value:
        return parse_utc_ns(where, value)
    day: date = day_of(where, value)
    return utc_ns(datetime(day.year, day.month, day.day, tzinfo=UTC))


def counted_as(name: str) -> str:
    """A name in small letters, each word without a plural's s."""
    return " ".join(word.removesuffix("s") for word in folded(name).split())
