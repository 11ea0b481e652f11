"""When energy was used: what was metered by hour of UTC, day by day, and over the days of a week.

Hours add up to the conservation table: cells that an hour cuts are divided by time, nJ for nJ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from footprint.accounts.hours import Hour, merged
from footprint.estimators.applied import mean
from footprint.estimators.series import Series as Steps
from footprint.estimators.units import J_PER_KWH
from footprint.model import NJ_PER_J, NS_PER_S
from footprint.pages.page import DeviceLine
from footprint.pages.total import Total
from footprint.reports.audit.calendar import BY_DAY, date_of
from footprint.reports.places import Places

_HOUR_NS = 3_600 * NS_PER_S

#: 24 figures, from 00:00 to 23:00 UTC; None where nothing is known of the hour.
Hours24 = tuple[float | None, ...]


class Day(NamedTuple):
    """What all devices drew on a UTC day, by hour, J: metered = attributed + idle + unattributed.

    `carbon_location_g` is the best estimate of its carbon, None where it is not known of all.
    """

    date: date
    metered_j: Hours24
    attributed_j: Hours24
    idle_j: Hours24
    unattributed_j: Hours24
    carbon_location_g: Hours24


class Hourly(NamedTuple):
    """A report by hour of UTC.

    Attributes:
        days: those on which anything was metered, in order.
        weekdays: from Monday to Sunday, the mean of `metered_j` over the days on which the hour is
            known.
    """

    days: tuple[Day, ...]
    weekdays: tuple[Hours24, ...]

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it; of more than `BY_DAY` days the days of the week alone."""
        days = self.days if len(self.days) <= BY_DAY else ()
        return {
            "days": [
                {
                    "date": day.date.isoformat(),
                    **{name: list(getattr(day, name)) for name in _ENERGIES},
                    "carbon_location_g": list(day.carbon_location_g),
                }
                for day in days
            ],
            "weekdays": [
                {"weekday": number, "metered_j": list(hours)}
                for number, hours in enumerate(self.weekdays, start=1)
            ],
        }


_ENERGIES = ("metered_j", "attributed_j", "idle_j", "unattributed_j")


def hourly(book: Total, places: Places) -> Hourly | None:
    """The report by hour; None where nothing was metered."""
    sums: dict[int, Hour] = {}
    rates = _Rates(book, places)
    for line in book.devices:
        sums = merged(sums, line.hours) if sums else dict(line.hours)
        rates.take(line)
    known = {hour: own for hour, own in sums.items() if own.covered_ns}
    if not known:
        return None
    grams = rates.grams()
    numbers = sorted({hour // 24 for hour in known})
    days = tuple(_day(number, known, grams) for number in numbers)
    return Hourly(days, _weekdays(days))


def _day(number: int, known: Mapping[int, Hour], grams: Mapping[int, float | None]) -> Day:
    hours = [known.get(24 * number + at) for at in range(24)]

    def joules(amounts: Iterable[int | None]) -> Hours24:
        return tuple(None if each is None else each / NJ_PER_J for each in amounts)

    return Day(
        date_of(number),
        joules(None if each is None else each.metered_nj for each in hours),
        joules(None if each is None else each.attributed_nj for each in hours),
        joules(None if each is None else each.idle_nj for each in hours),
        joules(None if each is None else each.unattributed_nj for each in hours),
        tuple(grams.get(24 * number + at) for at in range(24)),
    )


def _weekdays(days: Sequence[Day]) -> tuple[Hours24, ...]:
    found: list[Hours24] = []
    for weekday in range(7):
        own = [day.metered_j for day in days if day.date.weekday() == weekday]
        hours = zip(*own, strict=True)
        columns = [[each for each in hour if each is not None] for hour in hours]
        means = [sum(column) / len(column) if column else None for column in columns]
        found.append(tuple(means) or (None,) * 24)
    return tuple(found)


class _Rates:
    """Carbon by hour, from what the places of a boot's runs have in common.

    Energy of a device that runs of several places shared is not known by place and hour; where
    their factors differ, neither is its carbon.
    """

    def __init__(self, book: Total, places: Places) -> None:
        self._places = places
        self._period = book.start_ns or 0, book.end_ns or 0
        numbers: dict[str, set[int]] = {}
        for (_, boot), number in places.of_place.items():
            numbers.setdefault(boot, set()).add(number)
        self._numbers = {boot: sorted(own) for boot, own in numbers.items()}
        self._known: dict[tuple[int, int], float | None] = {}
        self._parts: dict[int, list[float | None]] = {}

    def take(self, line: DeviceLine) -> None:
        """Counts what a device drew."""
        numbers = self._numbers.get(line.boot, ())
        alike = not any(map(self._changes, numbers))
        constant = self._common(numbers, 0) if alike else None
        for hour, own in line.hours.items():
            if not own.covered_ns:
                continue
            rate = constant if alike else self._common(numbers, hour)
            kwh = own.metered_nj / NJ_PER_J / J_PER_KWH
            self._parts.setdefault(hour, []).append(None if rate is None else kwh * rate)

    def _common(self, numbers: Iterable[int], hour: int) -> float | None:
        """What some places have in common in an hour; None where they differ."""
        rates = {self._rate(number, hour) for number in numbers}
        return rates.pop() if len(rates) == 1 else None

    def _changes(self, number: int) -> bool:
        """Whether the intensity of a place changes with time."""
        return any(isinstance(each.value, Steps) for each in self._places.sets[number].intensity)

    def grams(self) -> dict[int, float | None]:
        """g CO2e by hour."""
        return {
            hour: None if None in parts else sum(part for part in parts if part is not None)
            for hour, parts in self._parts.items()
        }

    def _rate(self, number: int, hour: int) -> float | None:
        """g CO2e for a kWh of IT energy in an hour, PUE included."""
        key = number, hour
        if key not in self._known:
            self._known[key] = self._mean(number, hour)
        return self._known[key]

    def _mean(self, number: int, hour: int) -> float | None:
        """The grid's intensity, of steps within an hour the mean by time; times PUE."""
        found = self._places.sets[number]
        if not found.intensity:
            return None
        value = mean(found.intensity, self._lengths(number, hour)).value
        if value is None:
            return None
        pue = 1.0 if found.pue is None else found.pue.quantity.mid
        return float(value.mid) * pue

    def _lengths(self, number: int, hour: int) -> dict[int, int]:
        """Instants of the steps within an hour of the report, each with how long it holds, ns."""
        since, until = hour * _HOUR_NS, (hour + 1) * _HOUR_NS
        since, until = max(since, self._period[0]), min(until, self._period[1])
        steps = [each.value for each in self._places.sets[number].intensity]
        cuts = {cut for each in steps if isinstance(each, Steps) for cut in each.cuts(since, until)}
        instants = [since, *sorted(cuts), max(since + 1, until)]
        return {start: end - start for start, end in pairwise(instants)}
