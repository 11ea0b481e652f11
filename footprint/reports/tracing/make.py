"""A trace: from a number to its factors, the days it was booked on, spans and readings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from footprint.accounts.opened import Ledger
from footprint.estimators.quantity import total
from footprint.model import NJ_PER_J
from footprint.reports.build import figures_of
from footprint.reports.made_pages import pages
from footprint.reports.options import Options
from footprint.reports.tracing.address import SpanId, parse
from footprint.reports.tracing.days import MANY, Day, Opened, days, opened
from footprint.reports.tracing.figure import ATTRIBUTED, METERED, Figure, figure
from footprint.reports.tracing.readings import readings
from footprint.reports.tracing.single import single
from footprint.reports.tracing.view import SpanTrace, Trace
from footprint.reports.workings import worked_out
from footprint.settings import Settings

#: So many spans are named, unless more are asked for.
MOST = 20


def trace(
    ledger: Ledger,
    options: Options,
    settings: Settings,
    path: str,
    most: int = MOST,
    many: int = MANY,
    say: Callable[[str], None] = lambda text: None,
) -> Trace | SpanTrace:
    """Traces a figure of the report on a ledger, or a span.

    Args:
        path: the figure, as in the report's JSON, or a span's id (`address`).
        most: so many spans are named, those that used most.
        many: so many spans are booked one by one at most; further days are named as closed.
        say: told what is being done, as that takes its time.

    Raises UsageError for a path that the report does not have, and as `build` does.
    """
    asked = parse(path)
    outline = ledger.outline()
    workings = worked_out(ledger, outline, options, settings)
    if isinstance(asked, SpanId):
        return single(workings.work, asked)
    found = figure(figures_of(ledger, outline, options, workings), workings, asked)
    booked = days(workings.work, pages(workings.work, options), found)
    open_, closed = _which(booked, found, many)
    done: list[Opened] = []
    for day in open_:
        say(f"tracing {day.name}, {day.entries:,} spans")
        done.append(opened(day, found, most))
    every = sorted(
        (span for each in done for span in each.spans), key=lambda one: -one.energy_j.mid
    )
    shown = every[:most]
    used_nj = sum(each.energy_nj for each in done)
    shown_nj = sum(round(each.energy_j.mid * NJ_PER_J) for each in shown)
    devices = {each.line.device.id for day in booked for each in day.devices}
    return Trace(
        path=str(asked),
        value=found.value,
        per=found.per,
        steps=found.steps,
        days=tuple(row for day in booked for row in day.shown()),
        spans=tuple(shown),
        more_spans=sum(each.many for each in done) - len(shown),
        more_j=(used_nj - shown_nj) / NJ_PER_J,
        closed_days=tuple(sorted({day.name for day in closed})),
        readings=tuple(row for each in done for row in readings(each, devices)),
        notes=(*_notes(found, done, closed, options), *_filled(booked)),
    )


def _which(booked: Sequence[Day], found: Figure, many: int) -> tuple[list[Day], list[Day]]:
    """The days to open, and those that are left closed."""
    open_: list[Day] = []
    closed: list[Day] = []
    left = many
    for day in booked:
        if day.compacted or found.names is None:
            continue
        if day.entries <= left or not open_:
            open_.append(day)
            left -= day.entries
        else:
            closed.append(day)
    return open_, closed


def _notes(
    found: Figure, done: Sequence[Opened], closed: Sequence[Day], options: Options
) -> Sequence[str]:
    """What else is to be known; says of each check how it came out."""
    notes: list[str] = []
    if found.steps:
        whole = total([step.result for step in found.steps], found.steps[0].result.unit)
        per = 1.0 if found.per is None else found.per[1]
        same = abs(whole.mid / per - found.value.mid) <= 1e-9 * max(1e-300, abs(found.value.mid))
        notes.append(
            "the parts add up to the figure"
            if same
            else "the parts do not add up to the figure: report this, it is a mistake"
        )
    only = found.lines == (ATTRIBUTED,)
    wrong = sorted({each.day.name for each in done if each.energy_nj != each.day.energy_nj})
    if only and wrong:
        notes.append(
            f"the spans of {', '.join(wrong)} do not add up to what was booked: report this, it is"
            " a mistake"
        )
    elif only and done:
        notes.append("the spans add up to what was booked on their days, to the nJ")
    if METERED in found.lines:
        notes.append("what the spans leave of the days' energy is idle and unattributed")
    if closed:
        notes.append(
            f"{len(closed)} days were not opened: ask for a shorter period (--since, --until)"
        )
    if options.absorption == "full" and only:
        notes.append("with its share of idle energy, which the days and spans are shown without")
    return notes


def _filled(booked: Sequence[Day]) -> Iterator[str]:
    """By which rule energy was filled in (`accounts.timelines.fills`), where some was."""
    if any(each.filled_nj for day in booked for each in day.devices):
        yield (
            "no reading shows what was filled in: before a device's first reading (up to 2.5 s),"
            " after its last one (up to 0.4 s, or two periods of its counter) and in holes of up to"
            " 1 s it is booked at the mean power of the readings around it"
        )
