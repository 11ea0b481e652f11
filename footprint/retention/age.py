"""How long single calls are kept, as it is written on a command line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from footprint import clock
from footprint.accounts.days import DAY_NS
from footprint.errors import UsageError

_DAYS = {"d": 1, "w": 7}
_EPOCH = date(1970, 1, 1)


def first_kept(text: str, now_utc_ns: int | None = None) -> int:
    """The first day whose calls are kept, counted from 1970-01-01, UTC.

    Args:
        text: an age (`90d`, `12w`): a day is older when all of it lies so far back; or a date.
        now_utc_ns: by default this moment.

    Raises UsageError for anything else, and for a date to come.
    """
    today = (clock.anchor()[1] if now_utc_ns is None else now_utc_ns) // DAY_NS
    match = re.fullmatch(r"(\d{1,6})([dw])", text.strip())
    if match is not None:
        return max(0, today - int(match[1]) * _DAYS[match[2]])
    try:
        named = date.fromisoformat(text.strip())
    except ValueError:
        named = None
    if named is None or named < _EPOCH:
        raise UsageError(
            f"--keep-calls {text!r} is no age: give days (90d), weeks (12w) or a date (2026-09-01)"
        )
    found = (named - _EPOCH).days
    if found > today:
        now = datetime.fromtimestamp(today * 86_400, UTC).date()
        raise UsageError(f"--keep-calls {text} is to come: give {now} or an earlier date")
    return found
