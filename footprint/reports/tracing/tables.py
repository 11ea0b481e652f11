"""A trace as headings, tables and lists, which text and Markdown share."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity
from footprint.reports.blocks import LEFT, RIGHT, Block, Facts, Listed, Page, of_columns
from footprint.reports.sections.basis import factor_table
from footprint.reports.speech import Speech
from footprint.reports.tracing.view import InCell, ReadingsOf, SpanTrace, Trace
from footprint.words import Words, words


def page(found: Trace | SpanTrace, lang: str = "en") -> Page:
    """The page of a trace. Raises UsageError for a language that is not there."""
    say, own = Speech(lang), words(lang, "trace")
    if isinstance(found, SpanTrace):
        return _of_span(found, say, own)
    head = [(own("value"), _value(found.value, say))]
    if found.per is not None:
        what, count = found.per
        head.append(("", own("per", count=say.count(count), what=say.said(what))))
    blocks = (*_steps(found, say, own), *_days(found, say, own), *_spans(found, say, own))
    return Page(
        own("title", figure=found.path),
        tuple(head),
        (*blocks, *_readings(found, say, own), *_notes(found.notes, say, own)),
        lang,
    )


def _value(quantity: Quantity, say: Speech) -> str:
    return say.both(quantity)


def _steps(found: Trace, say: Speech, own: Words) -> Iterator[Block]:
    if not found.steps:
        return
    rows = found.steps
    yield of_columns(
        own("steps.title"),
        (
            (own("steps.what"), LEFT, [say.said(each.what) for each in rows]),
            (say("energy"), RIGHT, [say.both(each.energy_j) for each in rows]),
            (own("steps.result"), RIGHT, [say.both(each.result) for each in rows]),
        ),
    )
    factors: dict[Factor, None] = {}
    for step in rows:
        factors |= dict.fromkeys(step.factors)
    if factors:
        yield factor_table(tuple(factors), say)


def _days(found: Trace, say: Speech, own: Words) -> Iterator[Block]:
    rows = found.days
    if not rows:
        return
    yield of_columns(
        own("days.title"),
        (
            (own("days.day"), LEFT, [say.day(each.day) for each in rows]),
            (say("field.host"), LEFT, [each.host for each in rows]),
            (say("device"), LEFT, [each.device for each in rows]),
            (say("tier"), LEFT, [say.named("tier_name", each.tier) for each in rows]),
            (say("energy"), RIGHT, [say.amount(each.energy_j, "J") for each in rows]),
            (own("days.filled"), RIGHT, [say.amount(each.filled_at_most_j, "J") for each in rows]),
            ("", LEFT, [own("days.compacted") if each.compacted else "" for each in rows]),
        ),
    )


def _spans(found: Trace, say: Speech, own: Words) -> Iterator[Block]:
    rows = found.spans
    notes: list[str] = []
    if found.more_spans:
        energy = say.amount(found.more_j, "J")
        notes.append(own("spans.more", count=say.count(found.more_spans), energy=energy))
    if found.closed_days:
        notes.append(own("spans.closed", days=", ".join(map(say.day, found.closed_days))))
    if rows or notes:
        yield of_columns(
            own("spans.title"),
            (
                (own("spans.id"), LEFT, [each.id for each in rows]),
                (own("spans.name"), LEFT, [each.name for each in rows]),
                (own("spans.start"), LEFT, [say.instant(each.start) for each in rows]),
                (own("spans.end"), LEFT, [say.instant(each.end) for each in rows]),
                (say("calls"), RIGHT, [say.count(each.calls) for each in rows]),
                (say("energy"), RIGHT, [say.both(each.energy_j) for each in rows]),
            ),
            wide=True,
            note=" ".join(notes),
        )


def _readings(found: Trace, say: Speech, own: Words) -> Iterator[Block]:
    rows = found.readings
    if not rows:
        return
    yield of_columns(
        own("readings.title"),
        (
            (say("device"), LEFT, [each.device for each in rows]),
            (own("readings.journal"), LEFT, [each.journal for each in rows]),
            (say("field.host"), LEFT, [each.host for each in rows]),
            (say("readings"), RIGHT, [say.count(each.readings) for each in rows]),
            (own("readings.first"), LEFT, [say.instant(each.first) for each in rows]),
            (own("readings.last"), LEFT, [say.instant(each.last) for each in rows]),
            (own("readings.counter"), RIGHT, [_joules(each.first_j, say) for each in rows]),
            (own("readings.counter_to"), RIGHT, [_joules(each.last_j, say) for each in rows]),
            (own("readings.file"), LEFT, [_files(each, say, own) for each in rows]),
        ),
        wide=True,
    )


def _time(iso: str) -> str:
    """The time of day to a tenth of a ms: the day is the span's."""
    return iso[11:24]


def _share(cell: InCell, say: Speech) -> str:
    return say.share(cell.booked_j / cell.metered_j) if cell.metered_j else ""


def _joules(value: float | None, say: Speech) -> str:
    """What a counter said, in full: its difference is what matters."""
    return "" if value is None else f"{say.number(value, 16)} J"


def _files(each: ReadingsOf, say: Speech, own: Words) -> str:
    found: list[str] = []
    for file in each.files:
        rows = own("readings.rows", first=say.count(file.first), last=say.count(file.stop))
        found.append(f"{file.path} ({rows}, sha256 {file.sha256})")
    return "; ".join(found)


def _notes(notes: tuple[str, ...], say: Speech, own: Words) -> Iterator[Block]:
    if notes:
        yield Listed(own("notes.title"), tuple(map(say.said, notes)))


def _of_span(found: SpanTrace, say: Speech, own: Words) -> Page:
    span, cells = found.span, found.cells
    head = [
        (own("value"), _value(span.energy_j, say)),
        (own("spans.name"), span.name),
        (own("spans.start"), say.instant(span.start)),
        (own("spans.end"), say.instant(span.end)),
    ]
    note = own("cells.more", count=say.count(found.cut)) if found.cut else ""
    table = of_columns(
        own("cells.title"),
        (
            (say("device"), LEFT, [each.device for each in cells]),
            (own("spans.start"), LEFT, [_time(each.start) for each in cells]),
            (own("spans.end"), LEFT, [_time(each.end) for each in cells]),
            (say("metered"), RIGHT, [say.amount(each.metered_j, "J") for each in cells]),
            (own("cells.booked"), RIGHT, [say.amount(each.booked_j, "J") for each in cells]),
            (
                own("cells.share"),
                RIGHT,
                [_share(each, say) for each in cells],
            ),
            (say("tier"), LEFT, [say.named("tier_name", each.tier) for each in cells]),
            ("", LEFT, [own("cells.estimated") if each.estimated else "" for each in cells]),
        ),
        note=note,
    )
    declared = Facts(own("declared.title"), found.declared)
    return Page(
        own("title_span", id=span.id),
        tuple(head),
        (declared, table, *_notes(found.notes, say, own)),
        say.lang,
    )
