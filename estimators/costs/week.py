"""A tariff's bands: which price holds at which time of a local clock, in which month, on which day.

A band is a price for some hours of some days of some months. Hours are of the local day that is
named: `22:00-06:00` with `mon` is Monday before 06:00 and Monday from 22:00. On a listed holiday
the day is a `holiday` and no weekday. Together the bands must price every minute of every kind of
day of every month once: a minute that none prices is a hole, one that two price an overlap, and
both are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import shown

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY = "holiday"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MINUTES = 24 * 60

_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


class Band(NamedTuple):
    """One band.

    Attributes:
        name: for messages.
        price: per kWh.
        months: 1 to 12.
        days: of `DAYS`, and `HOLIDAY`.
        hours: (from, until) in minutes of the local day, 0 to 1440.
    """

    name: str
    price: Decimal
    months: frozenset[int]
    days: frozenset[str]
    hours: tuple[tuple[int, int], ...]


#: The price of a day: (minute from which it holds, price), the first from 0.
Day = tuple[tuple[int, Decimal], ...]


def names_of(where: str, value: object, known: Sequence[str]) -> frozenset[str]:
    """Names such as `["mon-fri", "sun"]` or `"nov-mar"`: single ones, and ranges that may wrap.

    Raises:
        EstimatorError: not one of the known names.
    """
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, Sequence) or not given:
        raise EstimatorError(f"{where} is {shown(value)}: give names such as {known[0]}-{known[4]}")
    found: set[str] = set()
    for item in given:
        ends = [end.strip().casefold() for end in str(item).split("-")]
        if not 1 <= len(ends) <= 2 or any(end not in known for end in ends):
            raise EstimatorError(
                f"{where} is {shown(item)}: give one of {', '.join(known)}, or two with a dash"
            )
        first, last = known.index(ends[0]), known.index(ends[-1])
        wraps = len(known) if last < first else 0
        found |= {known[at % len(known)] for at in range(first, last + wraps + 1)}
    return frozenset(found)


def days_of(where: str, value: object) -> frozenset[str]:
    """Weekdays and `holiday`: `["sat", "sun", "holiday"]`."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, Sequence):
        return names_of(where, value, DAYS)
    plain = [day for day in given if str(day).strip().casefold() != HOLIDAY]
    holidays = {HOLIDAY} if len(plain) < len(given) else set()
    return frozenset((names_of(where, plain, DAYS) if plain or not holidays else set()) | holidays)


def hours_of(where: str, value: object) -> tuple[tuple[int, int], ...]:
    """Hours of a day: `"22:00-06:00"` or several, as (from, until) in minutes.

    Raises:
        EstimatorError: no such times, or two of them at one.
    """
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, Sequence) or not given:
        raise EstimatorError(f"{where} is {shown(value)}: give hours such as 06:00-22:00")
    found: list[tuple[int, int]] = []
    for item in given:
        match = _HOURS.fullmatch(str(item).strip())
        numbers = [int(part) for part in match.groups()] if match else [99, 0, 0, 0]
        start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if max(numbers[1], numbers[3]) > 59 or max(start, end) > MINUTES or start == end:
            raise EstimatorError(
                f"{where} is {shown(item)}: give hours such as 06:00-22:00, up to 24:00"
            )
        found += [(start, end)] if start < end else [(start, MINUTES), (0, end)]
    return tuple((start, end) for start, end in found if start < end)


def day_prices(where: str, bands: Iterable[Band], month: int, day: str) -> Day:
    """The prices of one kind of day in one month.

    Raises:
        EstimatorError: a minute that no band prices, or that two price; names the first one.
    """
    parts = sorted(
        (start, end, band.name, band.price)
        for band in bands
        if month in band.months and day in band.days
        for start, end in band.hours
    )
    when = f"{day} in {MONTHS[month - 1]}"
    at, before = 0, ""
    for start, end, name, _ in parts:
        if start > at:
            raise EstimatorError(
                f"{where} has no price at {clock(at)} (until {clock(start)}) on {when}: "
                "add a band for it"
            )
        if start < at:
            raise EstimatorError(
                f"{where} has two prices at {clock(start)} on {when}, of {before} and {name}: "
                "cut one of them"
            )
        at, before = end, name
    if at < MINUTES:
        raise EstimatorError(
            f"{where} has no price at {clock(at)} (until 24:00) on {when}: add a band for it"
        )
    return tuple((start, price) for start, _, _, price in parts)


def clock(minute: int) -> str:
    """`06:00` of a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
