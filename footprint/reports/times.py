"""Instants as reports write them."""

from __future__ import annotations

from datetime import UTC, datetime

from footprint.model import NS_PER_S


def stamp(utc_ns: int) -> str:
    """UTC in ISO 8601 to the microsecond, exactly."""
    seconds, rest = divmod(utc_ns, NS_PER_S)
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06}Z"
