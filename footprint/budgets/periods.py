"""Periods of budgets, UTC: `2026-Q4`, `2026`, `2026-11`, `2026-W47`, `2026-11-22`, `FROM/TO`,
and `month`, `quarter`, ...: the one that is going on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from footprint.errors import UsageError, nearest

#: Periods that begin anew by themselves.
GOING_ON = ("day", "week", "month", "quarter", "year")

_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_WEEK = re.compile(r"(\d{4})-?W(\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

#: What nanoseconds in 64 bits can hold; what a ledger speaks of.
_YEARS = (1970, 2261)


class Period(NamedTuple):
    """[start, end) in UTC; None: open on that side. `text`: as it is shown."""

    text: str
    start: datetime | None = None
    end: datetime | None = None

    def overlaps(self, other: Period) -> bool:
        """Whether there is an instant in both."""
        return _before(self.start, other.end) and _before(other.start, self.end)

    def begun(self, now: datetime) -> bool:
        """Whether some of it is gone: at its first instant nothing is."""
        return self.start is None or self.start < now

    def elapsed(self, now: datetime) -> float | None:
        """The part of it that is gone, 0 to 1; None: it is open, not begun, or over."""
        if self.start is None or self.end is None or not self.start <= now < self.end:
            return None
        return (now - self.start) / (self.end - self.start)


def _before(start: datetime | None, end: datetime | None) -> bool:
    return start is None or end is None or start < end


def parse(text: str, now: datetime) -> Period:
    """A period. Raises UsageError, which says how one is written.

    Args:
        now: in which month, quarter, ... `month`, `quarter`, ... are.
    """
    word = text.strip()
    try:
        found = _interval(word) if "/" in word else _named(word, now)
        if found is not None and not _YEARS[0] <= found[0].year <= found[1].year <= _YEARS[1]:
            raise UsageError(f"period {text!r} is not between {_YEARS[0]} and {_YEARS[1]}")
    except (ValueError, OverflowError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"period {text!r} is not in the calendar: {error}") from error
    if found is None:
        raise UsageError(
            f"period {text!r} is none: write 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-22,"
            f" 2026-01-01/2026-04-01, or {', '.join(GOING_ON)} for the one that is going on."
            + nearest(word, GOING_ON)
        )
    shown = word if word not in GOING_ON else _shown(word, found[0])
    return Period(shown, *found)


def _named(word: str, now: datetime) -> tuple[datetime, datetime] | None:
    if word in GOING_ON:
        return _around(word, now.astimezone(UTC))
    if at := _YEAR.fullmatch(word):
        return _at(int(at[1])), _at(int(at[1]) + 1)
    if at := _QUARTER.fullmatch(word):
        return _months(int(at[1]), 3 * int(at[2]) - 2, 3)
    if at := _MONTH.fullmatch(word):
        return _months(int(at[1]), int(at[2]), 1)
    if at := _WEEK.fullmatch(word):
        monday = date.fromisocalendar(int(at[1]), int(at[2]), 1)
        start = _at(monday.year, monday.month, monday.day)
        return start, start + timedelta(days=7)
    if _DAY.fullmatch(word):
        start = datetime.fromisoformat(word).replace(tzinfo=UTC)
        return start, start + timedelta(days=1)
    return None


def _around(word: str, now: datetime) -> tuple[datetime, datetime]:
    """The day, week, ... that an instant is in."""
    day = _at(now.year, now.month, now.day)
    if word == "day":
        return day, day + timedelta(days=1)
    if word == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    if word == "month":
        return _months(now.year, now.month, 1)
    if word == "quarter":
        return _months(now.year, now.month - (now.month - 1) % 3, 3)
    return _at(now.year), _at(now.year + 1)


def _shown(word: str, start: datetime) -> str:
    if word == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02}"
    if word == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return start.date().isoformat()[: {"day": 10, "month": 7, "year": 4}[word]]


def _interval(word: str) -> tuple[datetime, datetime]:
    first, _, last = word.partition("/")
    start, end = _instant(word, first), _instant(word, last)
    if start >= end:
        raise UsageError(f"period {word!r} ends before it begins: swap the two")
    return start, end


def _instant(word: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(
            f"period {word!r}: {text!r} is no date: write 2026-01-01/2026-04-01, the second date"
            " is no longer in it"
        ) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _months(year: int, month: int, count: int) -> tuple[datetime, datetime]:
    """So many months from one on."""
    after = month - 1 + count
    return _at(year, month), _at(year + after // 12, after % 12 + 1)


def _at(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)
