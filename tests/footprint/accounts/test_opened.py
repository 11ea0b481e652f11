"""Opening ledgers: what a point in time may be."""

from __future__ import annotations

import pytest

from footprint.accounts.opened import parse_instant
from footprint.errors import UsageError


def test_an_instant_is_utc_where_it_says_nothing() -> None:
    assert parse_instant("since", "1970-01-02") == 86_400 * 10**9
    assert parse_instant("since", "1970-01-01T01:00:00.000001+01:00") == 1000
    assert parse_instant("since", None) is None


@pytest.mark.parametrize(
    "wrong", ["yesterday", "2026-13-01", "9999-12-31T23:59:59-12:00", "0001-01-01"]
)
def test_what_is_no_point_in_time_is_one_line(wrong: str) -> None:
    with pytest.raises(UsageError, match="--since") as told:
        parse_instant("since", wrong)
    assert "\n" not in str(told.value)
