"""A tariff laid over UTC: its prices as a series, right where the local clock changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from footprint.estimators.costs.tariffs import Tariff, checked_tariff, zone_of
from footprint.estimators.costs.week import DAYS, HOLIDAY, MINUTES
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import TARIFF, Factor
from footprint.estimators.series import NS_PER_S, Row, Series, series

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_S_PER_DAY = 24 * 3600


def tariff_series(table: object, since_ns: int, until_ns: int, where: str = "tariff") -> Series:
    """A tariff's prices over [since, until) of UTC: Decimals in `CUR/kWh`, without a hole.

    Args:
        table: a mapping as `checked_tariff` takes, or a Tariff.

    Raises:
        EstimatorError: as `checked_tariff`; or some of the time has no price (names the first
            local time of it).
    """
    tariff = table if isinstance(table, Tariff) else checked_tariff(table, where)
    if since_ns >= until_ns:
        raise EstimatorError(f"{where}: the period ends at its start or before: give a longer one")
    place = zone_of(where, tariff.zone)
    _check_valid(where, tariff, place, since_ns, until_ns)
    if tariff.steps is not None:
        holes = tariff.steps.holes(since_ns, until_ns)
        if holes:
            raise _no_price(where, holes[0][0], place, "add the rows that are missing")
        found = tariff.steps.between(since_ns, until_ns)
        triples = list(zip(found.starts, found.ends, found.values, strict=True))
    elif tariff.flat is not None:
        triples = [(since_ns, until_ns, tariff.flat)]
    else:
        triples = list(_by_clock(tariff, place, since_ns, until_ns))
    rows = [(max(a, since_ns), min(b, until_ns), price) for a, b, price in triples]
    return series(where, _merged(rows), tariff.unit)


def tariff_over(table: object, since_ns: int, until_ns: int, why: str) -> Factor:
    """The tariff over a period as a Factor: one price as a Decimal, others as a Series."""
    tariff = table if isinstance(table, Tariff) else checked_tariff(table)
    steps = tariff_series(tariff, since_ns, until_ns)
    value = tariff.flat if tariff.flat is not None else steps
    return Factor(TARIFF, value, tariff.unit, source=tariff.source, used_for="cost", why=why)


def _by_clock(
    tariff: Tariff, place: ZoneInfo, since_ns: int, until_ns: int
) -> Iterator[tuple[int, int, Decimal]]:
    """(start, end, price) by what the local clock shows.

    The offset from UTC is constant between two changes of the clock, so that each such stretch is
    walked on a plain clock: no local time has to be looked up that may not exist, or twice.
    """
    for start, end, offset_s in _offsets(place, since_ns, until_ns):
        at = start
        while at < end:
            local_s = at // NS_PER_S + offset_s
            day_s = local_s - local_s % _S_PER_DAY
            day = date(1970, 1, 1) + timedelta(seconds=day_s)
            kind = HOLIDAY if day in tariff.holidays else DAYS[day.weekday()]
            prices = tariff.days[day.month, kind]
            step = bisect_right(prices, (local_s - day_s) // 60, key=lambda part: part[0]) - 1
            until = prices[step + 1][0] if step + 1 < len(prices) else MINUTES
            stop = min((day_s + until * 60 - offset_s) * NS_PER_S, end)
            yield at, stop, prices[step][1]
            at = stop


def _offsets(place: ZoneInfo, since_ns: int, until_ns: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, seconds ahead of UTC): stretches of one offset that make up [since, until)."""
    at = since_ns
    while at < until_ns:
        offset = _offset_s(place, at)
        before = end = at
        while end < until_ns and _offset_s(place, end) == offset:
            before, end = end, min(end + _S_PER_DAY * NS_PER_S, until_ns)
        if _offset_s(place, end) != offset:
            low, high = before // NS_PER_S, -(-end // NS_PER_S)
            while high - low > 1:  # offset holds at low, another one at high
                middle = (low + high) // 2
                same = _offset_s(place, middle * NS_PER_S) == offset
                low, high = (middle, high) if same else (low, middle)
            end = min(high * NS_PER_S, until_ns)
        yield at, end, offset
        at = end


def _offset_s(place: ZoneInfo, t_ns: int) -> int:
    offset = datetime.fromtimestamp(t_ns // NS_PER_S, place).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _merged(rows: Sequence[tuple[int, int, Decimal]]) -> list[Row]:
    """Adjoining rows of one price as one."""
    found: list[tuple[int, int, Decimal]] = []
    for start, end, price in rows:
        if found and found[-1][1] == start and found[-1][2] == price:
            found[-1] = (found[-1][0], end, price)
        else:
            found.append((start, end, price))
    return list(found)


def _check_valid(where: str, tariff: Tariff, place: ZoneInfo, since_ns: int, until_ns: int) -> None:
    def midnight_ns(day: date) -> int:
        return int(datetime(day.year, day.month, day.day, tzinfo=place).timestamp()) * NS_PER_S

    help_ = "give a tariff for that time, too, or report on a shorter period"
    if tariff.valid_from and since_ns < midnight_ns(tariff.valid_from):
        raise _no_price(where, since_ns, place, help_)
    if tariff.valid_until and until_ns > midnight_ns(tariff.valid_until):
        raise _no_price(where, max(since_ns, midnight_ns(tariff.valid_until)), place, help_)


def _no_price(where: str, t_ns: int, place: ZoneInfo, help_: str) -> EstimatorError:
    local = datetime.fromtimestamp(t_ns // NS_PER_S, place)
    return EstimatorError(f"{where} has no price at {local.isoformat()} ({place.key}): {help_}")
