"""Which dates of a ledger can be compacted, and which files that replaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from footprint.accounts.days import DAY_NS
from footprint.errors import LedgerError
from footprint.ledger.reader import Facts
from footprint.ledger.sealed import chain as chains
from footprint.ledger.sealed import whole
from footprint.ledger.sealed.manifest import Chain, SealedFile, SealedJournal, read_chains
from footprint.ledger.sealed.plan import Key, live_files
from footprint.ledger.sealed.tables import OF_CALLS, TIMES
from footprint.ledger.stores import Store
from footprint.pages.compacted import date_of, day_of


class Plan(NamedTuple):
    """What is to be done.

    Attributes:
        outline: the ledger as it was recorded, without the rows of its sealed segments.
        journals: of the ledger's own chain.
        days: (first, last) since 1970-01-01, UTC, that have calls to be compacted; None: none.
        files: that are to be replaced.
        why: what holds back younger dates; empty where nothing does.
    """

    outline: whole.Outline
    journals: dict[Key, SealedJournal]
    days: tuple[int, int] | None
    files: tuple[SealedFile, ...]
    why: str


def plan(store: Store, before: int) -> Plan:
    """What can be compacted of a ledger's days before a day (since 1970-01-01, UTC).

    Only up to the first day on which a journal that is not sealed has something, since what its
    calls used of that day's energy is not known yet.
    """
    outline = whole.outline(store)
    own = chains.own(store)
    every = read_chains(store)
    mine = next((each for each in every if each.id == own), None)
    if mine is None:
        why = "nothing of it is sealed: run `footprint seal` first"
        return Plan(outline, {}, None, (), why)
    if mine.missing:
        raise LedgerError(
            f"manifest {mine.missing[0]} of chain {own} is missing: put it back from a copy before"
            " anything is compacted (`footprint verify` names what else is)"
        )
    journals = {journal.key: journal for journal in mine.journals}
    last, why = _until(outline.facts, before)
    shared = _shared(every, mine)
    if shared:
        why = (
            f"{shared} of it was sealed by another ledger too: compact each ledger where it was"
            " sealed"
        )
        return Plan(outline, journals, None, (), why)
    files = tuple(
        file
        for file in live_files(mine.manifests)
        if file.table in OF_CALLS and day_of(file.date) < last
    )
    if not files:
        return Plan(outline, journals, None, (), why)
    first = min(day_of(file.date) for file in files)
    begun = min(_day(group.first_utc_ns) for file in files for group in file.groups)
    return Plan(outline, journals, (min(first, begun), last - 1), files, why)


def _until(facts: Sequence[Facts], before: int) -> tuple[int, str]:
    """The day before which all rows are sealed, and what holds back those after it."""
    why = ""
    for one in facts:
        first = _first_day(one)
        if first < before:
            before = first
            why = (
                f"{one.where} is not sealed and has rows of {date_of(first)}: dates from then on"
                " stay as they are until it is"
            )
    return before, why


def _first_day(one: Facts) -> int:
    """The day of the first instant that rows of a journal name."""
    found = int(one.context["t"])
    for table, named in TIMES.items():
        if named is not None and one.rows.count(table):
            found = one.rows.least(table, named[0], found)
    return _day(one.utc_ns(found))


def _shared(every: Iterable[Chain], mine: Chain) -> str:
    """A boot of which another chain has journals too, as text; nothing where there is none."""
    boots = {journal.boot_id: journal.host for journal in mine.journals}
    keys = {journal.key for journal in mine.journals}
    for chain in every:
        for journal in chain.journals if chain is not mine else ():
            if journal.boot_id in boots and journal.key not in keys:
                return f"boot {journal.boot_id} of {journal.host}"
    return ""


def _day(utc_ns: int) -> int:
    return utc_ns // DAY_NS
