"""UTC days: the pieces in which live values are asked for and kept.

A UTC day always has 24 hours, whatever a country's clocks do, so a change of clocks neither
doubles nor drops one.
"""

from __future__ import annotations

from footprint.estimators.series import NS_PER_S, iso

HOUR_NS = 3_600 * NS_PER_S
DAY_NS = 24 * HOUR_NS


def day_of(t_ns: int) -> int:
    """UTC ns at which the day of an instant begins."""
    return t_ns // DAY_NS * DAY_NS


def days(since_ns: int, until_ns: int) -> list[int]:
    """The starts of the days that [since, until) touches; the day of `since` where it is empty."""
    return list(range(day_of(since_ns), max(until_ns, since_ns + 1), DAY_NS))


def runs(wanted: list[int], most: int) -> list[tuple[int, int]]:
    """Days as stretches [start, end) without gaps, none longer than `most` days."""
    found: list[tuple[int, int]] = []
    for day in sorted(wanted):
        if found and found[-1][1] == day and day - found[-1][0] < most * DAY_NS:
            found[-1] = (found[-1][0], day + DAY_NS)
        else:
            found.append((day, day + DAY_NS))
    return found


def day_name(t_ns: int) -> str:
    """`2026-03-29`, the UTC day of an instant."""
    return iso(t_ns)[:10]
