"""Periods cover all days, each once, and there are never too many of them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.reports.audit.calendar import Calendar, date_of

#: 2026-11-22, counted from 1970-01-01.
SUNDAY = 20_779


@pytest.mark.parametrize(
    ("days", "step", "count", "start", "end"),
    [
        (1, "day", 1, date(2026, 11, 22), date(2026, 11, 23)),
        (62, "day", 62, date(2026, 11, 22), date(2027, 1, 23)),
        (63, "week", 10, date(2026, 11, 16), date(2027, 1, 25)),
        (366, "week", 54, date(2026, 11, 16), date(2027, 11, 29)),
        (600, "month", 21, date(2026, 11, 1), date(2028, 8, 1)),
    ],
)
def test_the_step_grows_with_the_length(
    days: int, step: str, count: int, start: date, end: date
) -> None:
    found = Calendar(SUNDAY, SUNDAY + days - 1)
    assert found.step == step
    assert len(found.periods) == count
    assert (found.periods[0].start, found.periods[-1].end) == (start, end)


@given(st.integers(-3_000, 40_000), st.integers(0, 3_000), st.data())
def test_each_day_is_in_one_period(first: int, length: int, data: st.DataObject) -> None:
    found = Calendar(first, first + length)
    assert len(found.periods) <= 102
    assert all(one.end == other.start for one, other in pairwise(found.periods))
    day = data.draw(st.integers(first, first + length))
    start, end = found.periods[found.number(day)]
    assert start <= date_of(day) < end
