"""The report over time: a row a day, week or month, and when of the day energy is used."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.audit.calendar import DAY
from footprint.reports.audit.series import Period
from footprint.reports.blocks import LEFT, RIGHT, Block, Cell, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Report


def over_time(report: Report, say: Speech) -> Iterator[Block]:
    """A row for each period; nothing where there is one alone: it is the totals."""
    series = report.series
    if series is None or len(series.periods) < 2:
        return
    rows = series.periods
    amounts = [each.amounts for each in rows]
    flows = (
        ("attributed", [each.attributed for each in rows]),
        ("idle", [each.idle for each in rows]),
        ("unattributed_short", [each.unattributed for each in rows]),
    )
    yield of_columns(
        say(f"over_time.{series.step}"),
        (
            (say("period"), LEFT, [_dates(each, series.step, say) for each in rows]),
            (say("energy"), RIGHT, [say.middle(each.energy_j) for each in amounts]),
            (say("bounds"), RIGHT, [say.interval(each.energy_j) for each in amounts]),
            *(
                (say(name), RIGHT, [say.middle(each.energy_j) for each in own])
                for name, own in flows
            ),
            (say("carbon"), RIGHT, [say.middle(each.carbon_location_g) for each in amounts]),
            (say("market"), RIGHT, [say.middle(each.carbon_market_g) for each in amounts]),
            (say("cost"), RIGHT, [say.money(each.cost) for each in amounts]),
        ),
        note=say("over_time.note"),
    )


def _dates(period: Period, step: str, say: Speech) -> Cell:
    """The first day of a period: it names a week or a month too."""
    day = say.day(period.start.isoformat())
    text = day if step == DAY else say("over_time.from", day=day)
    return Cell(text, float(period.start.toordinal()))


def by_hour(report: Report, say: Speech) -> Iterator[Block]:
    """A row for each hour of the day, a column for each day of the week."""
    hours = report.hours
    if hours is None:
        return
    rows = [hour for hour in range(24) if any(own[hour] is not None for own in hours.weekdays)]
    yield of_columns(
        say("by_hour.title"),
        (
            (say("by_hour.hour"), LEFT, [Cell(f"{hour:02}:00", float(hour)) for hour in rows]),
            *(
                (say(f"weekday.{number}"), RIGHT, [say.amount(own[hour], "J") for hour in rows])
                for number, own in enumerate(hours.weekdays, start=1)
            ),
        ),
        note=say("by_hour.note"),
    )
