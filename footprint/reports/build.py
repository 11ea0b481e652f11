"""From a ledger to a report: read, book, sum by place, price, and say what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from footprint.accounts.lines import Period
from footprint.accounts.opened import Ledger
from footprint.accounts.outline import Outline
from footprint.estimators.factors import Factor
from footprint.ledger.proofs.head import brief, head
from footprint.model import NJ_PER_J, NS_PER_S
from footprint.pages.page import CALLS, OWN_TIME
from footprint.pages.total import Total
from footprint.reports import corrected, gaps, groups, said
from footprint.reports.audit import attached
from footprint.reports.audit.coverage import coverage
from footprint.reports.audit.figures import audited
from footprint.reports.audit.hours import hourly
from footprint.reports.audit.series import series
from footprint.reports.beside import extras
from footprint.reports.booked import Booked
from footprint.reports.options import Options
from footprint.reports.places import Places
from footprint.reports.times import stamp
from footprint.reports.view import Balance, Line, Report, added
from footprint.reports.workings import Workings, worked_out
from footprint.settings import Settings


def build(ledger: Ledger, options: Options, settings: Settings) -> Report:
    """The report on a ledger. Raises UsageError for what makes no sense in `options`."""
    asked = attached.asked(options, settings)
    # Made first: what is recorded meanwhile may be in the report, and nothing else is not.
    heads = [brief(head(store)) for store in ledger.stores]
    outline = ledger.outline(fresh=options.fresh)
    report = figures(ledger, outline, options, settings)
    return attached.attached(report, outline, heads, asked, options, settings)


def figures(ledger: Ledger, outline: Outline, options: Options, settings: Settings) -> Report:
    """The figures of a report, and what they rest on. Raises as `build` does."""
    return figures_of(ledger, outline, options, worked_out(ledger, outline, options, settings))


def figures_of(ledger: Ledger, outline: Outline, options: Options, of: Workings) -> Report:
    """The same from its workings."""
    book, booked, places, made = of.book, of.booked, of.places, of.made
    registry, applied = of.sources.registry, outline.corrections
    instants = _instants(book, of.period)
    extra = extras(of.sources.contracts, _closed(instants), book.counts())
    beside = [each.api for each in made if each.api] + ([extra] if extra else [])
    lines: list[Line] = []
    totals = places.price(of.whole)
    bare = is_bare(book, of.period)
    priced = () if bare else places.factors()
    if of.whole:
        parts = [_line(name, booked, places) for name in (CALLS, OWN_TIME)]
        lines += [line for line in parts if line is not None]
        lines += [Line("idle", places.price(of.idle)), Line("unattributed", places.price(of.other))]
    if api := [each.api.amounts for each in made if each.api]:
        lines.append(Line("api", added(api)))
        totals = added([totals, lines[-1].amounts]) if of.whole else lines[-1].amounts
    if extra is not None:
        lines.append(Line("extras", extra.amounts))
        totals = added([totals, extra.amounts])
    report = Report(
        ledgers=tuple(ledger.places),
        by=of.fields,
        absorption=options.absorption,
        period=(_stamp(instants[0]), _stamp(instants[1])),
        boundary=tuple(said.boundary(book, options.absorption)),
        conservation=_conservation(book),
        totals=totals,
        lines=tuple(lines),
        groups=tuple(each.group for each in made),
        factors=_once((*priced, *(f for b in beside for f in b.factors))),
        assumptions=() if bare else tuple(said.assumptions(book, booked, places, made, beside)),
        gaps=(
            *gaps.collect(book, places, made, of.fields, beside, is_bare=bare),
            *gaps.of_totals(totals, lines),
            *corrected.gaps(applied),
        ),
        corrections=tuple(corrected.shown(each) for each in applied),
        partial=any(issue.kind in _PARTIAL for issue in book.issues),
        series=series(of.timed, made, places, registry, absorb=booked.absorb),
        hours=hourly(book, places),
        coverage=coverage(book, of.period),
    )
    return audited(report, of)


#: What is wrong with a ledger where some of it is in no figure.
_PARTIAL = ("missing-segment", "missing-part", "moved", "missing-batches", "corrupt", "unreadable")


def _once(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """Each factor once, with all that it was used for."""
    found: dict[tuple[str, str, str], Factor] = {}
    for factor in factors:
        key = factor.name, factor.subject, factor.digest
        known = found.get(key)
        if known is not None:
            uses = dict.fromkeys([*known.used_for.split(", "), *factor.used_for.split(", ")])
            factor = known._replace(used_for=", ".join(use for use in uses if use))  # noqa: PLW2901
        found[key] = factor
    return tuple(found.values())


def _line(part: str, booked: Booked, places: Places) -> Line | None:
    """The line of all calls, or of all runs' own time; None where there is none."""
    where = {
        place
        for name, member in booked.book.members.items()
        if cast(groups.Name, name)[1] == (part == OWN_TIME)
        for place in member.places
    }
    if not where:
        return None
    return Line(part, places.price(booked.used(part, where).uses))


def _conservation(book: Total) -> tuple[Balance, ...]:
    """The books of each device that was read; one that was seen over several boots has one row."""
    found: dict[tuple[str, str], Balance] = {}
    for each in book.devices:
        if not each.metered:
            continue  # a gap says so
        row = Balance(
            host=each.host,
            device=each.device.id,
            device_kind=each.device.kind,
            name=each.device.name,
            tier=each.device.tier,
            metered_j=each.metered_nj / NJ_PER_J,
            attributed_j=each.attributed_nj / NJ_PER_J,
            idle_j=each.idle_nj / NJ_PER_J,
            unattributed_j=each.unattributed_nj / NJ_PER_J,
            covered_s=each.covered_ns / NS_PER_S,
            missing_s=each.missing_ns / NS_PER_S,
            filled_j=each.estimated_nj / NJ_PER_J,
        )
        key = row.host, row.device
        before = found.get(key)
        if before is not None:
            sums = {name: getattr(before, name) + getattr(row, name) for name in _SUMMED}
            row = before._replace(**sums)
        found[key] = row
    return tuple(found[key] for key in sorted(found))


_SUMMED = (
    *("metered_j", "attributed_j", "idle_j", "unattributed_j", "filled_j"),
    *("covered_s", "missing_s"),
)


def is_bare(book: Total, asked: Period) -> bool:
    """Whether a period was asked for of which a ledger that holds something holds nothing."""
    is_part = asked != (None, None) and bool(book.facts)
    return is_part and not book.entries and not any(each.metered for each in book.devices)


def _instants(book: Total, asked: Period) -> Period:
    """What was asked for, else the first and last instant of spans and readings; UTC ns."""
    since = asked[0] if asked[0] is not None else book.start_ns
    until = asked[1] if asked[1] is not None else book.end_ns
    return since, until


def _closed(instants: Period) -> tuple[int, int] | None:
    since, until = instants
    return None if since is None or until is None or since >= until else (since, until)


def _stamp(utc_ns: int | None) -> str | None:
    return None if utc_ns is None else stamp(utc_ns)
