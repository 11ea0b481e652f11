"""Tables of prices as they come from a user's file: their keys and plain values, checked.

A table is a mapping such as TOML gives. Every message opens with where the table stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import Money, checked_amount, checked_currency, parse_money
from footprint.estimators.quantity import Quantity
from footprint.estimators.units import checked, shown

Table = Mapping[str, Any]


def checked_table(
    where: str, table: object, allowed: Sequence[str], required: Collection[str] = ()
) -> Table:
    """A mapping that has the required keys and no others than the allowed ones.

    Raises:
        EstimatorError: no mapping, a key that is not known (the nearest one is named) or missing.
    """
    if not isinstance(table, Mapping):
        raise EstimatorError(f"{where} is {shown(table)}: give a table with {', '.join(allowed)}")
    for key in table:
        if key not in allowed:
            raise EstimatorError(
                f"{where} has a key {shown(key)} that is not known:{_nearest(key, allowed)} "
                f"Use {', '.join(allowed)}"
            )
    for key in allowed:
        if key in required and table.get(key) in (None, ""):
            raise EstimatorError(f"{where} has no {key}: give it")
    return table


def rows_of(where: str, value: object, *, least: int = 0) -> list[tuple[str, Any]]:
    """(`where 1`, row) for each row of an array of tables.

    Raises:
        EstimatorError: not an array, or one of fewer rows than `least`.
    """
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence) or len(value) < least:
        raise EstimatorError(f"{where} is {shown(value)}: give an array of tables")
    return [(f"{where} {number}", row) for number, row in enumerate(value, 1)]


def text_of(where: str, value: object) -> str:
    """A text that is not empty, on one line."""
    if not isinstance(value, str) or not value.strip():
        raise EstimatorError(f"{where} is {shown(value)}: give a text")
    return " ".join(value.split())


def day_of(where: str, value: object) -> date:
    """A date: a TOML date, or ISO 8601 text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value.strip() if isinstance(value, str) else "")
    except ValueError:
        raise EstimatorError(f"{where} is {shown(value)}: give a date such as 2026-09-30") from None


def dated(where: str, value: object) -> str:
    """When something was published, in ISO 8601: a day, a month (`2026-09`) or a year; or empty."""
    if value in (None, ""):
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    text = str(value).strip()
    try:
        if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
            first_day(text)
            return text
    except ValueError:
        pass
    raise EstimatorError(
        f"{where} is {shown(value)}: give a day, month or year such as 2026-09-30 or 2026-09"
    )


def first_day(when: str) -> date:
    """The first day of what `dated` gave: 1 September of `2026-09`."""
    year, month, day = (*when.split("-"), "01", "01")[:3]
    return date(int(year), int(month), int(day))


def price_of(where: str, value: object, currency: object = None) -> Money:
    """A price with its currency: `"0.18 EUR"`, or a number where the table names the currency.

    Raises:
        EstimatorError: no amount, no currency, or another currency than the table's.
    """
    if currency is None:
        return parse_money(where, value)
    code = checked_currency(f"currency of {where}", currency)
    if isinstance(value, str) and len(value.split()) > 1:
        money = parse_money(where, value)
        if money.currency != code:
            raise EstimatorError(
                f"{where} is in {money.currency}, its table in {code}: give both in one currency"
            )
        return money
    return Money(checked_amount(where, value, code), code)


def range_of(
    where: str, value: object, unit: str, *, low: float = 0.0, high: float | None = None
) -> Quantity:
    """A number, or `[low, mid, high]`, as a Quantity.

    Raises:
        EstimatorError: not one number or three, in order, from `low` to `high`.
    """
    given = [value] * 3 if isinstance(value, str) or not isinstance(value, Sequence) else value
    if len(given) != 3:
        raise EstimatorError(f"{where} is {shown(value)}: give one number, or [low, mid, high]")
    of = "" if unit == "1" else unit
    ends = [checked(where, each, of, low=low, high=high) for each in given]
    if not ends[0] <= ends[1] <= ends[2]:
        raise EstimatorError(f"{where} is {shown(value)}: give low <= mid <= high")
    return Quantity(ends[0], ends[1], ends[2], unit)


def _nearest(key: object, allowed: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(str(key).casefold(), allowed, n=1, cutoff=0.6)
    return f" Did you mean {close[0]}?" if close else ""
