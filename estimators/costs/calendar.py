"""How many hours, months or years lie between two instants, as exact fractions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from footprint.estimators.series import NS_PER_S, utc_ns

_FIXED_S = {"hour": 3_600, "day": 86_400, "week": 604_800}
TIME_UNITS = (*_FIXED_S, "month", "year")


def units_between(unit: str, since_ns: int, until_ns: int) -> Fraction:
    """How many of a unit of `TIME_UNITS` lie in [since, until).

    Months and years are those of the calendar in UTC, each counted by the share of it that lies
    in the period: `sum over months of overlap / length of the month`. So adjoining periods add
    up, and a whole month is 1 whatever its length.
    """
    if until_ns <= since_ns:
        return Fraction(0)
    if unit in _FIXED_S:
        return Fraction(until_ns - since_ns, _FIXED_S[unit] * NS_PER_S)
    total = Fraction(0)
    for start, end in _calendar(unit, since_ns, until_ns):
        total += Fraction(min(end, until_ns) - max(start, since_ns), end - start)
    return total


def _calendar(unit: str, since_ns: int, until_ns: int) -> Iterator[tuple[int, int]]:
    """The calendar's months or years that touch a period, as UTC ns."""
    months = 1 if unit == "month" else 12
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=since_ns // NS_PER_S)
    at = moment.year * 12 + (moment.month - 1 if months == 1 else 0)
    start = _month_ns(at)
    while start < until_ns:
        at += months
        end = _month_ns(at)
        yield start, end
        start = end


def _month_ns(number: int) -> int:
    return utc_ns(datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC))
