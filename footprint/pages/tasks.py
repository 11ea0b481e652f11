"""The work of making a page, as something that can be sent to where it is done.

A task says who wrote in its part of the ledger and where the rows of sealed segments are; rows of
journals that are not sealed yet travel with it. Whoever has it (`page_of`) needs nothing else but
the ledger's place.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from footprint.accounts.days import DAY_NS, Part, parts
from footprint.accounts.lines import Period
from footprint.accounts.outline import Outline, Place, rows
from footprint.ledger.reader import Facts
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
    """

    part: Part
    facts: tuple[Facts, ...]
    places: tuple[Place, ...]
    asked: Asked

    @property
    def size(self) -> int:
        """About how many rows it has to go through."""
        return rows(self.facts, self.places)


def tasks(outline: Outline, asked: Asked) -> Iterator[Task]:
    """The pages of a ledger that a period touches."""
    keys = [key for place in outline.places for each in place.sources for key in each.journals]
    for part in parts(outline.facts, asked.period):
        facts, counted = own(outline.facts, part)
        writers = {one.writer for one in facts}
        sealed = {key for key in keys if key[0] in writers}
        places = tuple(place.of(sealed) for place in outline.places) if sealed else ()
        first = bisect_right(asked.cuts, part.day * DAY_NS)
        last = bisect_left(asked.cuts, (part.day + 1) * DAY_NS)
        places = tuple(each for each in places if each.sources)
        if compacted.files(places, part.boot, part.day):  # whole hours: of all who were there
            facts += [one for one in outline.facts if one.boot_id == part.boot and one not in facts]
        yield Task(
            counted,
            tuple(facts),
            places,
            asked._replace(cuts=asked.cuts[first:last]),
        )


def page_of(task: Task) -> Page:
    """Makes the page. Raises LedgerError where the ledger cannot be read."""
    from footprint.pages.rows import Loaded, loaded

    kept = compacted.page_of(task)
    if kept is not None:
        return kept
    found = loaded(task) if task.places else Loaded(list(task.facts), [], 0)
    if found.issues and (again := compacted.refreshed(task, found.issues)) is not None:
        return page_of(again)
    made = of(found.facts, task.part, task.asked.naming, task.asked.cuts)
    return made._replace(issues=tuple(found.issues), margin_ns=found.margin_ns)
