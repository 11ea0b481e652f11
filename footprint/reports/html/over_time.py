"""Charts of energy and carbon over time, and of the hours in which energy is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from footprint.charts.heat import heat
from footprint.charts.stacked import Part, stacked
from footprint.estimators.quantity import Quantity
from footprint.reports import figures as fig
from footprint.reports.audit.series import Flow, Series
from footprint.reports.html.figure import figure
from footprint.reports.sections.groups import key_name
from footprint.reports.speech import Speech
from footprint.reports.view import Report

#: So many groups have a colour of their own; the others share the last.
_GROUPS = 4
_REST = "c5"
#: What a colour stands for beside the groups.
_IDLE, _OTHER = "idle", "other"
#: Every so many hours have a label.
_HOURS = 3


def over_time(report: Report, say: Speech) -> Iterator[str]:
    """Energy, then carbon, of each period: the largest groups, others, idle, unattributed."""
    series = report.series
    if series is None or len(series.periods) < 2:
        return
    for name, unit, of in (
        ("energy", "J", lambda flow: flow.energy_j),
        ("carbon", "g", lambda flow: flow.carbon_location_g),
    ):

        def mid(flow: Flow | None, of: Callable[[Flow], Quantity | None] = of) -> float:
            found = None if flow is None else of(flow)
            return 0.0 if found is None else found.mid

        title = say(f"chart.{name}_over_time")
        yield _stacked(series, say, mid, unit=unit, title=title, name=name)


def _stacked(
    series: Series,
    say: Speech,
    mid: Callable[[Flow | None], float],
    *,
    unit: str,
    title: str,
    name: str,
) -> str:
    periods = series.periods
    columns = [_parts(series, at, mid) for at in range(len(periods))]
    shown, size = _scale(max(map(sum, columns)), unit, say)
    names = _names(series, say)
    parts = [
        Part(text, [column[at] / size for column in columns], colour)
        for at, (text, colour) in enumerate(names)
    ]
    totals = [sum(column[at] for column in columns) for at in range(len(names))]
    told = say(
        "chart.over_time_said",
        step=say(f"over_time.{series.step}"),
        start=say.day(periods[0].start.isoformat()),
        end=say.day(periods[-1].start.isoformat()),
        parts=say.listed(
            f"{text}: {say.amount(total, unit)}"
            for (text, _), total in zip(names, totals, strict=True)
            if total
        ),
    )
    labels = [say.day(each.start.isoformat()) for each in periods]
    svg = stacked(labels, parts, shown, name=f"time-{name}", title=title, description=told)
    return figure(title, svg)


def _parts(series: Series, at: int, mid: Callable[[Flow | None], float]) -> list[float]:
    """A period's amounts: groups with a colour, all others, idle, unattributed."""
    period = series.periods[at]
    groups = [mid(flow) for flow in period.groups]
    rest = sum(groups[_GROUPS:]) + mid(period.others)
    return [*groups[:_GROUPS], rest, mid(period.idle), mid(period.unattributed)]


def _names(series: Series, say: Speech) -> Sequence[tuple[str, str]]:
    """(what a part is called, its colour), as `_parts` has them."""
    groups = [key_name(key, own_time=own, say=say) for key, own in series.groups[:_GROUPS]]
    named = [(text, f"c{at}") for at, text in enumerate(groups)]
    idle, other = say("line.idle"), say("line.unattributed")
    return [*named, (say("chart.others"), _REST), (idle, _IDLE), (other, _OTHER)]


def _scale(most: float, unit: str, say: Speech) -> tuple[Callable[[float], str], float]:
    """(an amount in the unit that suits the largest, as text; that unit in the given one)."""
    name, size = fig.scale(most, unit)

    def shown(amount: float) -> str:
        return f"{fig.digits(amount, say.lang)} {name}"

    return shown, size


def by_hour(report: Report, say: Speech) -> Iterator[str]:
    """When in the week energy is used: a row a day of the week, a column an hour."""
    hours = report.hours
    if hours is None:
        return
    known = [each for row in hours.weekdays for each in row if each is not None]
    if len(known) < 2:
        return  # one cell is no picture
    shown, size = _scale(max(known), "J", say)
    rows = [
        (say(f"weekday.{number}"), [None if each is None else each / size for each in row])
        for number, row in enumerate(hours.weekdays, start=1)
    ]
    most = max(known)
    day, hour = next(
        (day, hour)
        for day, row in enumerate(hours.weekdays, start=1)
        for hour, each in enumerate(row)
        if each == most
    )
    title = say("chart.hours")
    told = say(
        "chart.hours_said",
        most=say.amount(most, "J"),
        day=say(f"weekday.{day}"),
        hour=f"{hour:02}:00",
    )
    columns = [f"{hour:02}" if hour % _HOURS == 0 else "" for hour in range(24)]
    svg = heat(
        rows, columns, shown, say("chart.unknown"), name="hours", title=title, description=told
    )
    yield figure(title, svg)
