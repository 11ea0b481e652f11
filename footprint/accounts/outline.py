"""Ledgers without the rows of their sealed segments: who wrote what, and where the rows are.

It is small however long the ledgers are, so that a report can be planned without reading them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from footprint.ledger.corrections.apply import Applied
from footprint.ledger.corrections.correction import Correction
from footprint.ledger.reader import Facts, Issue
from footprint.ledger.sealed.plan import Key, Source

if TYPE_CHECKING:
    from footprint.ledger.corrections.scan import Touch

#: The kinds of rows whose number says how much work a ledger is.
_COUNTED = ("span", "fold", "point", "window")


class Place(NamedTuple):
    """A ledger's place, and the chains there that rows are read from."""

    where: str
    sources: tuple[Source, ...]

    def of(self, journals: Collection[Key]) -> Place:
        """The same with some of the journals, and the files that may have rows of theirs."""
        found: list[Source] = []
        for source in self.sources:
            own = {key: each for key, each in source.journals.items() if key in journals}
            boots = {journal.boot_id for journal in own.values()}
            if own:
                files = tuple(
                    file
                    for file in source.files
                    if any(not boots.isdisjoint(group.boots) for group in file.groups)
                )
                found.append(Source(own, files))
        return Place(self.where, tuple(found))


class Outline(NamedTuple):
    """Ledgers, read as one.

    Attributes:
        facts: of all writers; without the rows that are sealed. What runs declared is corrected;
            calls and readings are where no row of their boot is sealed, else pages correct them.
        issues: what was wrong.
        places: where the rows of sealed segments are.
        corrections: what became of each.
        void_readings: the corrections that hold by which readings are void.
        touches: by boot, what of its time is touched by the corrections of calls that hold.
        missing: what of the sealed rows could not be read to tell what corrections do.
    """

    facts: list[Facts]
    issues: list[Issue]
    places: tuple[Place, ...] = ()
    corrections: tuple[Applied, ...] = ()
    void_readings: tuple[Correction, ...] = ()
    touches: Mapping[str, Sequence[Touch]] = {}
    missing: tuple[Issue, ...] = ()


def rows(facts: Collection[Facts], places: Collection[Place]) -> int:
    """How many rows of spans, folds and readings some writers have, sealed or not."""
    writers = {one.writer for one in facts}
    sealed = sum(
        journal.rows.get(name, 0)
        for place in places
        for source in place.sources
        for (writer, _), journal in source.journals.items()
        if writer in writers
        for name in _COUNTED
    )
    return sealed + sum(one.rows.count(name) for one in facts for name in _COUNTED)
