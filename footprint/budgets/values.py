"""Single values of a budget file, checked. Each raises UsageError, which says what to write."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from footprint.budgets import periods
from footprint.budgets.entries import Limit
from footprint.budgets.figures import Figure
from footprint.errors import UsageError, nearest, shown
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import parse_money

_WRITTEN = re.compile(r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([^\s\d]\S*)?\s*")


def names(field: str, value: Any) -> tuple[str, ...]:
    """A selector's values: a text, or a list of texts."""
    each = value if isinstance(value, list) else [value]
    if not each or not all(isinstance(one, str) for one in each):
        raise UsageError(
            f'{field} = {shown(value)} must be text, or a list of texts: {field} = "net"'
        )
    return tuple(each)


def period(value: Any, now: datetime) -> periods.Period:
    """A period, also a date or a year without quotes."""
    if isinstance(value, datetime | bool):
        raise UsageError(f'period = {value} is an instant: write period = "2026-Q4"')
    if isinstance(value, date | int):  # 2026-11-22 and 2026 without quotes
        value = str(value)
    return periods.parse(text_of("period", value), now)


def limit(key: str, value: Any, figure: Figure, line: int) -> Limit:
    """How much of a figure is allowed: a number in its unit; of `cost` money with its currency."""
    if figure.base == "cost":
        try:
            money = parse_money(key, value)
        except EstimatorError as error:
            raise UsageError(str(error)) from error
        return Limit(figure._replace(unit=money.currency), float(money.amount), line=line)
    return Limit(figure, number(key, value, figure.unit), line=line)


def number(key: str, value: Any, unit: str) -> float:
    """A finite number, 0 or more."""
    of = f" of {unit}" if unit else ""
    if isinstance(value, str):
        raise UsageError(f"{key} = {shown(value)} must be a number{of}{_instead(key, value, unit)}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{key} = {shown(value)} must be a number{of}, without quotes")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or number < 0:
        raise UsageError(f"{key} = {shown(value)} must be finite and not negative")
    return number


def _instead(key: str, text: str, unit: str) -> str:
    """What to write in place of a text: "12 kWh"."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return ", without quotes"
    if written[2] is None or written[2].casefold() == unit.casefold():
        return f": write {key} = {written[1]}"
    if not unit:
        return ", without quotes: 0.1 for 10 %"
    return f": {written[2]} is another unit; write it in {unit}, without quotes"


def one_of(table: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str) -> str:
    """One of a few words."""
    value = table.get(key, default)
    if value not in allowed:
        near = nearest(value, allowed) if isinstance(value, str) else ""
        raise UsageError(f"{key} = {shown(value)} is not known: use {' or '.join(allowed)}.{near}")
    return str(value)


def text_of(key: str, value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{key} = {shown(value)} must be text, and not empty")
    return value
