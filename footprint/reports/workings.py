"""A report's workings: all that its figures are made of, before they are put together.

`build` makes a report of them; `trace` goes from one of its figures down to spans and readings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from footprint.accounts.lines import Period
from footprint.accounts.opened import Ledger, parse_period
from footprint.accounts.outline import Outline
from footprint.estimators.applied import Use
from footprint.factors.opened import Opened, opened
from footprint.ledger.reader import Facts
from footprint.ledger.utc_sets import extent
from footprint.pages.tasks import Asked, Task, tasks
from footprint.pages.total import Total
from footprint.reports import groups, keys
from footprint.reports.audit.series import Timed, timed
from footprint.reports.booked import Booked
from footprint.reports.made_pages import pages
from footprint.reports.options import Options
from footprint.reports.places import Places
from footprint.settings import Settings


class Workings(NamedTuple):
    """What a report is made of.

    Attributes:
        fields: of the groups' keys.
        period: what was asked for, UTC ns.
        sources: where factors come from.
        places: the factors of each place, settled.
        work: the pages that were added, as tasks.
        timed: their totals, over all and period by period.
        book: the total.
        booked: its energies as uses by place; `absorbing`: with idle energy spread over the spans.
        idle, other, whole: uses of idle and unattributed energy, and of all.
        made: the groups, those that used most first.
    """

    fields: tuple[str, ...]
    period: Period
    sources: Opened
    places: Places
    work: Sequence[Task]
    timed: Timed
    book: Total
    booked: Booked
    absorbing: Booked
    idle: Mapping[int, Use]
    other: Mapping[int, Use]
    whole: Mapping[int, Use]
    made: Sequence[groups.Made]


def worked_out(ledger: Ledger, outline: Outline, options: Options, settings: Settings) -> Workings:
    """Reads, books, and sums by place. Raises UsageError for what makes no sense in `options`."""
    fields = keys.parse(options.by)
    period = parse_period(options.since, options.until)
    facts = outline.facts
    sources = opened(settings, ledger.stores, pins=options.pins)
    places = Places(facts, options.declared, settings, sources, _span(facts, period))
    if fields is None:
        fields = groups.present(facts, keys.DEFAULT)
    asked = Asked(groups.naming(fields), period, places.cuts(), ",".join((*fields, "cuts")))
    work = list(tasks(outline, asked))
    made_by = partial(pages, options=options)
    found = timed(work, made_by, facts, outline.issues, asked.cuts, fresh=options.fresh)
    book = found.whole
    book = book._replace(issues=[*book.issues, *ledger.missing([*outline.missing, *book.missing])])
    booked = Booked(book, places.of_place, options.absorption == "full")
    idle, other, whole = booked.rest()
    places.settle(whole)
    absorbing = booked if booked.absorb else Booked(book, places.of_place, absorb=True)
    made = groups.make(book, booked, places, sources.registry, absorbing)
    return Workings(
        fields=fields,
        period=period,
        sources=sources,
        places=places,
        work=work,
        timed=found,
        book=book,
        booked=booked,
        absorbing=absorbing,
        idle=idle,
        other=other,
        whole=whole,
        made=made,
    )


def _span(facts: Sequence[Facts], asked: Period) -> tuple[int, int] | None:
    """First and last instant that the ledger speaks of, within what was asked for; UTC ns."""
    if not facts:
        return None
    first, last = extent(one.utc_extent(one.begun, max(one.begun, one.t_last)) for one in facts)
    first = first if asked[0] is None else max(first, asked[0])
    last = last if asked[1] is None else min(last, asked[1])
    return (first, last) if first < last else None
