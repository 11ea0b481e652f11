"""The work of making a page, as something that can be sent to where it is done.

A task says who wrote in its part of the ledger and where the rows of sealed segments are; rows of
journals that are not sealed yet travel with it. Whoever has it (`page_of`) needs nothing else but
the ledger's place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from footprint.accounts.days import Part, parts
from footprint.accounts.lines import Period
from footprint.accounts.outline import Outline, Place, rows
from footprint.ledger.reader import Facts
from footprint.pages.make import of, own
from footprint.pages.page import Naming, Page


class Asked(NamedTuple):
    """What pages are asked for: as the arguments of `make.pages`."""

    naming: Naming
    period: Period = (None, None)
    cuts: tuple[int, ...] = ()


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
        yield Task(counted, tuple(facts), tuple(each for each in places if each.sources), asked)


def page_of(task: Task) -> Page:
    """Makes the page. Raises LedgerError where the ledger cannot be read."""
    from footprint.pages.rows import loaded

    facts, issues = loaded(task) if task.places else (task.facts, [])
    made = of(facts, task.part, task.asked.naming, task.asked.cuts)
    return made._replace(issues=tuple(issues))
