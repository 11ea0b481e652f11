"""Periods of budgets: what is in them, what overlaps, how far one is gone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.budgets.periods import GOING_ON, Period, parse
from footprint.errors import UsageError

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
INSTANTS = st.integers(10**8, 7 * 10**9).map(lambda s: datetime.fromtimestamp(s, UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-Q1", "2026-01-01", "2026-04-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026Q4", "2026-10-01", "2027-01-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-W47", "2026-11-16", "2026-11-23"),
        ("2026-W01", "2025-12-29", "2026-01-05"),
        ("2026-11-22", "2026-11-22", "2026-11-23"),
        ("2026-01-01/2026-04-01", "2026-01-01", "2026-04-01"),
        ("2026-01-01T06:00/2026-01-01T07:00+01:00", "2026-01-01T06:00", None),
        (" 2026 ", "2026-01-01", "2027-01-01"),
    ],
)
def test_what_is_written_is_a_period(text: str, start: str, end: str | None) -> None:
    if end is None:  # an hour later and an hour further east is the same instant
        with pytest.raises(UsageError, match="ends before it begins"):
            parse(text, NOW)
        return
    found = parse(text, NOW)
    assert (found.start, found.end) == (at(start), at(end))
    assert found.text == text.strip()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-Q5", "write 2026, 2026-Q4"),
        ("2026-13", "not in the calendar"),
        ("2026-W54", "not in the calendar"),
        ("2026-02-30", "not in the calendar"),
        ("last week", "write 2026, 2026-Q4"),
        ("moth", "Did you mean month"),
        ("", "write 2026, 2026-Q4"),
        ("2026-04-01/2026-01-01", "ends before it begins"),
        ("2026-01-01/P3M", "'P3M' is no date"),
        ("0001", "between 1970 and 2261"),
        ("2261", "between 1970 and 2261"),
        ("9999", "not in the calendar"),
        ("9999-12", "not in the calendar"),
    ],
)
def test_what_is_none_is_one_line_that_says_how(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        parse(text, NOW)
    assert "\n" not in str(raised.value)


def test_a_period_that_is_going_on_is_shown_by_its_own_name() -> None:
    shown = {word: parse(word, NOW).text for word in GOING_ON}
    assert shown == {
        "day": "2026-11-22",
        "week": "2026-W47",
        "month": "2026-11",
        "quarter": "2026-Q4",
        "year": "2026",
    }


@given(INSTANTS, st.sampled_from(GOING_ON))
def test_a_period_that_is_going_on_holds_now_and_is_what_its_name_says(
    now: datetime, word: str
) -> None:
    found = parse(word, now)
    assert found.start is not None
    assert found.end is not None
    assert found.start <= now < found.end
    assert parse(found.text, now) == found


@given(st.dates(date(1971, 1, 1), date(2200, 1, 1)))
def test_weeks_months_and_quarters_tile_the_calendar(day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for word in GOING_ON:
        found = parse(word, noon)
        assert found.end is not None
        after = parse(word, found.end)
        assert after.start == found.end
        assert not found.overlaps(after)
        assert found.overlaps(found)


@given(INSTANTS, st.integers(1, 10**6), st.integers(0, 10**6))
def test_the_part_that_is_gone_is_between_nothing_and_all(
    start: datetime, length: int, later: int
) -> None:
    period = Period("x", start, start + timedelta(seconds=length))
    elapsed = period.elapsed(start + timedelta(seconds=later))
    if later >= length:
        assert elapsed is None
    else:
        assert elapsed == pytest.approx(later / length)


def test_an_open_period_has_no_part_that_is_gone() -> None:
    assert Period("x", None, NOW).elapsed(NOW) is None
    assert Period("x", NOW, None).elapsed(NOW) is None
    assert Period("x").begun(NOW)
    assert not Period("x", NOW + timedelta(1)).begun(NOW)
    assert not Period("x", NOW).begun(NOW)  # at its first instant
