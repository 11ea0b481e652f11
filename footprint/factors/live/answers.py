"""Reading JSON that a stranger sent: each step says what was expected and what came.

All of these raise SourceUnavailable: an answer that is not as documented is the provider's
affair, and the next source is asked.
"""

from __future__ import annotations

import math
from datetime import datetime

from footprint.errors import shown
from footprint.estimators.errors import EstimatorError
from footprint.estimators.series import utc_ns
from footprint.estimators.sources import SourceUnavailable

#: Above any grid, by our choice: six times the life cycle of coal power (820 g/kWh, the median in
#: IPCC AR5 WG3 annex III, table A.III.2), so that only a wrong unit or a broken field is refused.
MAX_G_PER_KWH = 5000.0


def nonsense(where: str, value: object, expected: str) -> SourceUnavailable:
    """The error for a part of an answer that cannot be right."""
    return SourceUnavailable(f"answered nonsense: {where} is {shown(value)}, not {expected}")


def fields(value: object, where: str) -> dict[str, object]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise nonsense(where, value, "an object")
    return value


def items(value: object, where: str) -> list[object]:
    """A JSON array."""
    if not isinstance(value, list):
        raise nonsense(where, value, "a list")
    return value


def intensity(value: object, where: str, *, high: float = MAX_G_PER_KWH) -> float | None:
    """A number from 0 to `high`; None for null, which is a value that is not there (yet)."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise nonsense(where, value, "a number")
    number = float(value) if abs(value) <= high else math.inf
    if not 0 <= number <= high:  # NaN fails both
        raise nonsense(where, value, f"from 0 to {high:g}")
    return number


def instant(value: object, where: str) -> int:
    """UTC ns of an ISO 8601 time with its offset."""
    if isinstance(value, str):
        try:
            return utc_ns(datetime.fromisoformat(value))
        except (EstimatorError, ValueError, OverflowError):
            pass
    raise nonsense(where, value, "an ISO 8601 time with its offset")


def same(value: object, expected: object, where: str) -> None:
    """A part of the answer that must repeat what was asked for."""
    if value != expected or type(value) is not type(expected):
        raise nonsense(where, value, f"{expected!r} as asked for")
