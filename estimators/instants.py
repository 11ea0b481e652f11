"""Instants: whole nanoseconds of UTC since 1970, from and to what people write.

A local clock shows some times twice a year and skips others, so a local time is converted once,
where it enters, and only where it names one instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import shown

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

NS_PER_S = 1_000_000_000

#: What an int64 holds, less a year at either end: the years 1678 to 2261.
_MAX_NS = 2**63 - 366 * 86_400 * NS_PER_S


def checked_instant(name: str, t_ns: object) -> int:
    """`t_ns` as UTC ns, in the years that an int64 of nanoseconds holds.

    Raises:
        EstimatorError: no int, or outside.
    """
    if isinstance(t_ns, int) and not isinstance(t_ns, bool) and -_MAX_NS <= t_ns <= _MAX_NS:
        return t_ns
    raise EstimatorError(
        f"{name}: {shown(t_ns)} is no instant: give whole nanoseconds of UTC, "
        "in the years 1679 to 2261"
    )


def utc_ns(moment: datetime, name: str = "time") -> int:
    """UTC ns of a datetime that knows its offset.

    Raises:
        EstimatorError: it has no offset (a local clock alone is ambiguous twice a year), or it
            lies outside the years 1679 to 2261.
    """
    from datetime import UTC, datetime, timedelta

    if moment.utcoffset() is None:
        raise EstimatorError(
            f"{name} {moment.isoformat()} has no offset: write it as {moment.isoformat()}Z for "
            "UTC, or name the time zone"
        )
    passed = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return checked_instant(name, (passed // timedelta(microseconds=1)) * 1000)


def parse_utc_ns(name: str, text: object, zone: str | None = None) -> int:
    """UTC ns of an ISO 8601 time; one without offset is of the IANA time zone `zone`.

    Raises:
        EstimatorError: no time; no offset and no zone; a local time that a change of clocks skips,
            or that it has twice (give its offset).
    """
    from datetime import datetime

    if isinstance(text, datetime):
        moment = text
    else:
        try:
            moment = datetime.fromisoformat(str(text).strip())
        except ValueError:
            raise EstimatorError(
                f"{name} is {shown(text)}: give a time such as 2026-03-29T01:00:00+01:00"
            ) from None
    if moment.tzinfo is not None or zone is None:
        return utc_ns(moment, name)
    if not 1679 <= moment.year <= 2261:  # before a change of zone can overflow
        raise EstimatorError(f"{name} is {moment.isoformat()}: give a time from 1679 to 2261")
    place = _place(zone)
    first, second = (moment.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        # PEP 495: of a local time that the clocks skip, fold 0 does not come back from UTC.
        skipped = _there_and_back(first, place) != moment
        what = "does not exist" if skipped else "happens twice"
        raise EstimatorError(
            f"{name} is {moment.isoformat()}, which {what} in {zone} (the clocks change): "
            "give the time with its offset"
        )
    return utc_ns(first, name)


def _place(zone: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError, TypeError):
        raise EstimatorError(
            f"time zone {shown(zone)} is not known: give an IANA name such as Europe/Paris"
        ) from None


def _there_and_back(moment: datetime, place: tzinfo) -> datetime:
    from datetime import UTC

    return moment.astimezone(UTC).astimezone(place).replace(tzinfo=None, fold=0)


def iso(t_ns: int) -> str:
    """UTC in ISO 8601, whole seconds."""
    from datetime import UTC, datetime, timedelta

    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=t_ns // NS_PER_S)
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def day_of_utc(t_ns: int) -> date:
    """The day in UTC that an instant lies in."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(t_ns // NS_PER_S, UTC).date()
