"""LiveSource: a provider as a source of factors, over a cache of UTC days.

A query's period is cut into UTC days. Days that the cache holds and that need not be asked for
again are taken from it; the others are asked for in stretches as long as the provider allows.
Where the provider cannot be asked, days that are in the cache serve, however old, and the factor
says so; where one is missing, the source is unavailable and the next one in the order is asked.
Hours for which the provider has no value stay holes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, Factor
from footprint.estimators.series import Series, iso, series
from footprint.estimators.sources import Query, SourceUnavailable
from footprint.estimators.zones import Zone
from footprint.factors.live.answers import MAX_G_PER_KWH
from footprint.factors.live.cache import UNIT, CachedDay, DayCache
from footprint.factors.live.days import DAY_NS, day_name, day_of, days, runs
from footprint.factors.live.http import Http
from footprint.factors.live.provider import Provider, Reading


class _Read(NamedTuple):
    """What one query came to: the days, and what to say of how they were got."""

    days: dict[int, CachedDay]
    asked: set[int]
    notes: list[str]


class LiveSource:
    """A `Source` of `GRID_INTENSITY` series from one provider.

    Args:
        provider: its API.
        http, cache: where it is asked and what was read before.
        now_ns: UTC now.
        monotonic: s, for the budget of a query.
    """

    def __init__(
        self,
        provider: Provider,
        http: Http,
        cache: DayCache,
        *,
        now_ns: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.provider = provider
        self._http, self._cache = http, cache
        self._now_ns, self._monotonic = now_ns, monotonic

    @property
    def name(self) -> str:
        """What the order of sources calls it."""
        return self.provider.name

    def candidates(self, query: Query) -> tuple[Factor, ...]:
        """One factor, a series over the query's period up to now; none for queries without a
        period.

        Raises:
            SourceUnavailable: the provider does not cover the zone, which a user who named it
                should hear; or it could not be asked, and the cache does not hold the
                whole period; or it has no value in it.
            EstimatorError: a period that ends before it starts.
        """
        zone, since_ns, now_ns = query.zone, query.since_ns, self._now_ns()
        if query.name != GRID_INTENSITY or zone is None or since_ns is None or since_ns > now_ns:
            return ()
        if query.until_ns is not None and query.until_ns < since_ns:
            raise EstimatorError(
                f"period from {iso(since_ns)} to {iso(query.until_ns)}: it ends before it starts"
            )
        zone_id = self.provider.zone_id(zone)
        if zone_id is None:
            raise SourceUnavailable(f"it does not cover {zone.code} (zone_ids names more places)")
        until_ns = min(query.until_ns if query.until_ns is not None else now_ns, now_ns)
        until_ns = max(until_ns, since_ns + 1)
        try:
            read = self._read(zone_id, since_ns, until_ns, now_ns)
        finally:
            self._http.close()
        return (self._factor(zone, read, since_ns, until_ns),)

    def _read(self, zone_id: str, since_ns: int, until_ns: int, now_ns: int) -> _Read:
        wanted = days(since_ns, until_ns)
        kept = {day: self._cache.get(zone_id, day) for day in wanted}
        found = {day: entry for day, entry in kept.items() if entry is not None}
        stale = [day for day in wanted if day not in found or not found[day].fresh(day, now_ns)]
        asked: set[int] = set()
        notes: list[str] = []
        give_up = self._monotonic() + self._http.limits.query_s
        try:
            for start_ns, end_ns in runs(stale, self.provider.max_days):
                if asked and self._monotonic() > give_up:
                    raise SourceUnavailable(
                        f"took longer than {self._http.limits.query_s:g} s for "
                        f"{len(asked)} of {len(stale)} days, which are kept: ask again"
                    )
                answer = self.provider.read(
                    self._http, zone_id, start_ns, min(end_ns, now_ns), now_ns
                )
                by_day, note = sorted_by_day(answer.readings, start_ns, end_ns, now_ns)
                if answer.partial:
                    _complete(by_day, found)
                self._series([r for day in by_day.values() for r in day])  # or nothing is kept
                notes += [text for text in (answer.note, note) if text]
                for day in range(start_ns, end_ns, DAY_NS):
                    found[day] = CachedDay(now_ns, by_day.get(day, []))
                    notes += [text for text in (self._cache.put(zone_id, day, found[day]),) if text]
                    asked.add(day)
        except SourceUnavailable as error:
            missing = [day for day in wanted if day not in found]
            if missing:
                held = f"; the cache lacks {day_name(missing[0])}" if found else ""
                raise SourceUnavailable(f"{error}{held}") from error
            notes.append(f"the provider could not be asked: {error}")
        return _Read({day: found[day] for day in wanted}, asked, list(dict.fromkeys(notes)))

    def _factor(self, zone: Zone, read: _Read, since_ns: int, until_ns: int) -> Factor:
        readings = [reading for day in read.days.values() for reading in day.readings]
        touching = [r for r in readings if r.end_ns > since_ns and r.start_ns < until_ns]
        if not touching:
            said = "".join(f"; {note}" for note in read.notes)
            raise SourceUnavailable(f"has no values from {iso(since_ns)} to {iso(until_ns)}{said}")
        kinds = Counter(reading.kind for reading in touching)
        counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        return Factor(
            name=GRID_INTENSITY,
            value=self._series(touching),
            unit=UNIT,
            zone=zone.code,
            source=f"{self.provider.source} (values: {counted})",
            version=self.provider.version,
            vintage=int(day_name(touching[-1].start_ns)[:4]),
            license=self.provider.license,
            used_for="carbon_location_g",
            why=_why(read),
            # Of all days the one that was read first: nothing is newer than it says.
            retrieved=day_name(min(day.read_ns for day in read.days.values())),
        )

    def _series(self, readings: list[Reading]) -> Series:
        rows = [(r.start_ns, r.end_ns, r.g_per_kwh) for r in readings]
        if not rows:
            return Series((), (), (), UNIT)
        try:
            return series(self.name, rows, UNIT, high=MAX_G_PER_KWH)
        except EstimatorError as error:
            raise SourceUnavailable(f"answered nonsense: {error}") from error


def sorted_by_day(
    readings: list[Reading], since_ns: int, until_ns: int, now_ns: int
) -> tuple[dict[int, list[Reading]], str]:
    """The readings that start in [since, until) and not after now, by day; and what was left out.

    A provider may send the step before or after what was asked for; a reading more than a day
    away shows that it answered something else. Two different values for one instant cannot both
    be right, and nothing says which is: both are left out, and a hole remains. (Seen: the UK's
    API for 2021-04-19T19:00Z, carbon-intensity/api-definitions issue 17; eco2mix in the hour in
    which the clocks change.)

    Raises:
        SourceUnavailable: a reading more than a day outside.
    """
    by_start: dict[int, set[Reading]] = {}
    for reading in readings:
        if not since_ns - DAY_NS <= reading.start_ns <= until_ns + DAY_NS:
            raise SourceUnavailable(
                f"answered nonsense: a value of {iso(reading.start_ns)}, asked from "
                f"{iso(since_ns)} to {iso(until_ns)}"
            )
        if since_ns <= reading.start_ns < until_ns and reading.start_ns <= now_ns:
            by_start.setdefault(reading.start_ns, set()).add(reading)
    by_day: dict[int, list[Reading]] = {}
    doubtful: list[int] = []
    for start_ns, found in sorted(by_start.items()):
        if len({reading.g_per_kwh for reading in found}) > 1:
            doubtful.append(start_ns)
        else:
            by_day.setdefault(day_of(start_ns), []).append(min(found))
    note = (
        f"{len(doubtful)} instants with two different values left out, the first {iso(doubtful[0])}"
        if doubtful
        else ""
    )
    return by_day, note


def _complete(by_day: dict[int, list[Reading]], before: dict[int, CachedDay]) -> None:
    """Adds what was read before of days that a partial answer touches."""
    for day, entry in before.items():
        new = by_day.get(day, [])
        starts = {reading.start_ns for reading in new}
        by_day[day] = sorted(new + [old for old in entry.readings if old.start_ns not in starts])


def _why(read: _Read) -> str:
    kept = len(read.days) - len(read.asked)
    if not kept:
        parts = ["asked for live"]
    else:
        oldest = min(entry.read_ns for day, entry in read.days.items() if day not in read.asked)
        parts = [f"{kept} of {len(read.days)} days from the cache, the oldest of {iso(oldest)}"]
    return "; ".join([*parts, *read.notes])
