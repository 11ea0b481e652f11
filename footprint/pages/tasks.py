"""The work of making a page, as something that can be sent to where it is done.

A task says who wrote in its part of the ledger and where the rows of sealed segments are; rows of
journals that are not sealed yet travel with it. Whoever has it (`page_of`) needs nothing else but
the ledger's place.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from footprint.accounts.compacted import files as of_groups
from footprint.accounts.days import DAY_NS, Part, parts
from footprint.accounts.lines import Bounds, Period
from footprint.accounts.outline import Outline, Place, rows
from footprint.accounts.within import MARGIN, REACH
from footprint.ledger.corrections.correction import Correction
from footprint.ledger.reader import Facts
from footprint.ledger.sealed.session import Session
from footprint.pages import compacted
from footprint.pages.make import of, own
from footprint.pages.page import Naming, Page


class Asked(NamedTuple):
    """What pages are asked for.

    Attributes:
        naming: gives entries the names of their groups.
        period: [since, until) in UTC ns.
        cuts: UTC ns, increasing: instants at which a factor changes.
        name: what the naming is known by, so that pages may be kept; None: they may not.
    """

    naming: Naming
    period: Period = (None, None)
    cuts: tuple[int, ...] = ()
    name: str | None = None


class Task(NamedTuple):
    """One page to be made.

    Attributes:
        part: of the ledger; its members are counted among `facts`.
        facts: its members and those above them.
        places: where the rows of their sealed journals are.
        corrections: that hold and may bear on the part, the earliest first; those of what runs
            declared are in `facts`.
    """

    part: Part
    facts: tuple[Facts, ...]
    places: tuple[Place, ...]
    asked: Asked
    corrections: tuple[Correction, ...] = ()

    @property
    def size(self) -> int:
        """About how many rows it has to go through."""
        return rows(self.facts, self.places)


def tasks(outline: Outline, asked: Asked) -> Iterator[Task]:
    """The pages of a ledger that a period touches."""
    boots: dict[str, dict[str, Facts]] = {}
    for one in outline.facts:
        boots.setdefault(one.boot_id, {})[one.writer] = one
    # All parts of a boot have the same places: there may be many of both.
    places = {boot: _of_boot(outline, boot) for boot in boots} if outline.places else {}
    kept = {boot for boot, where in places.items() if any(of_groups(where))}
    for part in parts(outline.facts, asked.period):
        boot = boots[part.boot]
        facts, counted = own(outline.facts, part, boot)
        where = places.get(part.boot, ())
        if part.boot in kept and compacted.files(
            where, part.boot, part.day
        ):  # whole hours: of all who were there
            there = {one.writer for one in facts}
            facts += [one for writer, one in boot.items() if writer not in there]
        first = bisect_right(asked.cuts, part.day * DAY_NS)
        last = bisect_left(asked.cuts, (part.day + 1) * DAY_NS)
        own_asked = asked._replace(cuts=asked.cuts[first:last])
        said = _corrections(outline, part, facts) if where else ()
        yield Task(counted, tuple(facts), where, own_asked, said)


def _corrections(outline: Outline, part: Part, facts: Sequence[Facts]) -> tuple[Correction, ...]:
    """Those that change calls that touch a part, and those by which readings are void near it."""
    since, until = part.bounds.closed
    found = {
        each.correction.id: each.correction
        for each in outline.touches.get(part.boot, ())
        if each.first < until and each.last >= since
    }
    for each in outline.void_readings:
        if any(near(each, one, part.bounds, MARGIN + REACH) for one in facts):
            found[each.id] = each
    return tuple(sorted(found.values(), key=lambda each: each.order))


def near(correction: Correction, one: Facts, bounds: Bounds, margin: int) -> bool:
    """Whether readings of a writer that are void lie within a part of its time, or near it."""
    from footprint.ledger.corrections.readings import taken

    void = taken(one, correction)
    since, until = bounds.closed
    return void is not None and void.since < until + margin and void.until > since - margin


def _of_boot(outline: Outline, boot: str) -> tuple[Place, ...]:
    """Where a boot's sealed rows are."""
    found = (
        place.of(
            {
                key
                for source in place.sources
                for key, journal in source.journals.items()
                if journal.boot_id == boot
            }
        )
        for place in outline.places
    )
    return tuple(each for each in found if each.sources)


def pages_of(tasks: Iterable[Task]) -> Iterator[Page]:
    """Makes pages one after the other, as they are asked for. Raises as `page_of` does."""
    with Session() as session:
        for task in tasks:
            yield page_of(task, session)


def page_of(task: Task, session: Session | None = None) -> Page:
    """Makes the page. Raises LedgerError where the ledger cannot be read.

    Args:
        session: what its reading shares with those before and after; None: nothing.
    """
    from footprint.pages.rows import loaded

    kept = compacted.page_of(task)
    if kept is not None:
        return kept
    found = loaded(task, session)
    if found.issues and (again := compacted.refreshed(task, found.issues)) is not None:
        return page_of(again, session)
    made = of(found.facts, task.part, task.asked.naming, task.asked.cuts)
    return made._replace(issues=tuple(found.issues), margin_ns=found.margin_ns)
