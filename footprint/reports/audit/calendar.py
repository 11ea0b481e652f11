"""The periods of a series: days, weeks or months of UTC, never too many to look at.

Weeks begin on Monday (ISO 8601). Pages are made by UTC day, so that a period is whole days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

DAY, WEEK, MONTH = "day", "week", "month"

#: Up to so many days, a series is by day, and up to so many by week.
BY_DAY, BY_WEEK = 62, 549


class Dates(NamedTuple):
    """[start, end): from one day to another."""

    start: date
    end: date


class Calendar:
    """Cuts [first, last] into periods. Days are counted from 1970-01-01.

    Attributes:
        step: `day`, `week` or `month`.
        periods: whole days, weeks or months, from the one that `first` is in to that of `last`.
    """

    def __init__(self, first: int, last: int) -> None:
        length = last - first + 1
        self.step = DAY if length <= BY_DAY else WEEK if length <= BY_WEEK else MONTH
        self.periods = tuple(self._cut(date_of(first), date_of(last)))
        self._starts = {each.start: at for at, each in enumerate(self.periods)}

    def number(self, day: int) -> int:
        """The number of the period that a day is in. KeyError for a day beyond them."""
        return self._starts[self._start(date_of(day))]

    def _cut(self, first: date, last: date) -> Iterator[Dates]:
        start = self._start(first)
        while start <= last:
            end = self._next(start)
            yield Dates(start, end)
            start = end

    def _start(self, day: date) -> date:
        if self.step == WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.step == MONTH else day

    def _next(self, start: date) -> date:
        if self.step != MONTH:
            return start + timedelta(days=1 if self.step == DAY else 7)
        return (start + timedelta(days=31)).replace(day=1)


def date_of(day: int) -> date:
    """A day, counted from 1970-01-01."""
    return datetime.fromtimestamp(day * 86_400, UTC).date()
