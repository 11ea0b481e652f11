"""For how long at least one of a group's calls ran.

On one host it is exact: the union of the calls' times. It is kept by hour of UTC, so that hosts can
be put together without asking for their calls again: of several, the one that was active for the
longest counts in each hour. That is exact where hosts work in step, as in a training run, and else
a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from footprint.accounts.days import Clock
from footprint.model import NS_PER_S

#: (start, end), and of a fold also what its calls covered of it; ns.
Stretch = tuple[int, int]
Window = tuple[int, int, int]

#: By hour since 1970: ns in which at least one call ran.
Active = Mapping[int, int]

HOUR_NS = 3600 * NS_PER_S
#: Density 1 of a fold's calls in its window, as an integer.
FULL = 1 << 40


def active(
    spans: Iterable[Stretch], folds: Iterable[Window] = ()
) -> tuple[list[Stretch], list[int]]:
    """When at least one of some calls ran: stretches that do not overlap, and their densities.

    Where in its window a fold's calls ran is not known: they are taken to be spread evenly over it.
    Folds whose windows overlap count together, but for no more than the time that there is.

    Args:
        spans: (start, end) of each.
        folds: (start, end, covered) of each.
    """
    one = merged(spans)
    windows = [fold for fold in folds if fold[1] > fold[0]]
    if not windows:
        return one, [FULL] * len(one)
    events: list[tuple[int, int]] = []
    for start, end, density in chain(
        ((start, end, FULL) for start, end in one),
        (
            (start, end, min(FULL, covered * FULL // (end - start)))
            for start, end, covered in windows
        ),
    ):
        events.append((start, density))
        events.append((end, -density))
    events.sort()
    stretches: list[Stretch] = []
    densities: list[int] = []
    load = at = 0
    for t, change in events:
        if t > at and load:
            stretches.append((at, t))
            densities.append(min(load, FULL))
        at = t
        load += change
    return stretches, densities


def active_ns(spans: Iterable[Stretch], folds: Iterable[Window] = ()) -> int:
    """For how long at least one of some calls ran, ns."""
    stretches, densities = active(spans, folds)
    pairs = zip(stretches, densities, strict=True)
    return _whole(sum((end - start) * density for (start, end), density in pairs))


def by_hour(stretches: Sequence[Stretch], densities: Sequence[int], clock: Clock) -> Active:
    """The same by hour of UTC; no hour is active for longer than an hour."""
    found: dict[int, int] = {}
    for (start, end), density in zip(stretches, densities, strict=True):
        utc = clock.utc_ns(start)
        for hour, ns in _hours(utc, utc + end - start):
            found[hour] = found.get(hour, 0) + ns * density
    return {hour: min(HOUR_NS, _whole(amount)) for hour, amount in found.items()}


def by_hour_of(start: Any, end: Any, clock: Clock) -> Active:
    """`by_hour` of many stretches, as columns, all of density 1."""
    import numpy as np

    utc = clock.utc_column(start)
    last = utc + (end - start)
    hour = utc // HOUR_NS
    inside = hour == (last - 1) // HOUR_NS
    hours, at = np.unique(hour[inside], return_inverse=True)
    sums = np.zeros(len(hours), np.int64)
    np.add.at(sums, at, (last - utc)[inside])
    found: dict[int, int] = dict(zip(hours.tolist(), sums.tolist(), strict=True))
    for begin, stop in zip(utc[~inside].tolist(), last[~inside].tolist(), strict=True):
        for each, ns in _hours(begin, stop):
            found[each] = found.get(each, 0) + ns
    return {hour: min(HOUR_NS, ns) for hour, ns in found.items()}


def _hours(start: int, end: int) -> Iterable[tuple[int, int]]:
    """(hour, ns of it) of a stretch of UTC."""
    for hour in range(start // HOUR_NS, -(-end // HOUR_NS)):
        inside = min(end, (hour + 1) * HOUR_NS) - max(start, hour * HOUR_NS)
        if inside > 0:
            yield hour, inside


def _whole(amount: int) -> int:
    return (amount + FULL // 2) // FULL


def longest(parts: Iterable[Active | None]) -> Active | None:
    """Several hosts' together, or those of parts of a host's time; None where none is known."""
    known = [each for each in parts if each is not None]
    if len(known) < 2:
        return known[0] if known else None
    found: dict[int, int] = {}
    for each in known:
        for hour, ns in each.items():
            if ns > found.get(hour, -1):
                found[hour] = ns
    return found


def by_day(own: Active) -> Active:
    """The same by the first hour of each day of UTC, for days that nothing more is known of.

    A year has 24 times fewer of them. Several hosts' hours must be together by then (`longest`).
    """
    found: dict[int, int] = {}
    for hour, ns in own.items():
        day = hour - hour % 24
        found[day] = found.get(day, 0) + ns
    return found


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The union, as stretches that do not touch."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = found[-1][0], end
        elif end > start:
            found.append((start, end))
    return found
