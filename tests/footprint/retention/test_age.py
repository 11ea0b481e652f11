"""How long calls are kept."""

from __future__ import annotations

import pytest

from footprint.errors import UsageError
from footprint.retention.age import first_kept

DAY_NS = 86_400 * 10**9
#: 2026-11-22T13:00:00Z is 20,779 days and some hours after 1970-01-01.
NOW = 20_779 * DAY_NS + 13 * 3600 * 10**9


@pytest.mark.parametrize(
    ("text", "day"),
    [("90d", 20_689), ("2w", 20_765), ("0d", 20_779), ("1970-01-02", 1), ("2026-11-22", 20_779)],
)
def test_ages_and_dates(text: str, day: int) -> None:
    assert first_kept(text, NOW) == day


@pytest.mark.parametrize("text", ["", "90", "-1d", "3 months", "1969-12-31", "2026-11-23", "d"])
def test_others_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--keep-calls"):
        first_kept(text, NOW)
