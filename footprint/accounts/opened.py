"""`open_ledger`: a ledger to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from footprint.accounts import book as books
from footprint.accounts.folded import Compaction, compactions, remarked, told
from footprint.accounts.outline import Outline, Place
from footprint.accounts.runs import roll_up
from footprint.errors import LedgerError, UsageError
from footprint.ledger.collected import Found, moved, once
from footprint.ledger.corrections.active import standing
from footprint.ledger.corrections.apply import Applied, apply
from footprint.ledger.corrections.correction import Correction
from footprint.ledger.corrections.journals import parted
from footprint.ledger.parts import join
from footprint.ledger.reader import Facts, Issue
from footprint.ledger.sealed.manifest import read_chains
from footprint.ledger.sealed.plan import Key, Source
from footprint.ledger.sealed.tables import GROUP
from footprint.ledger.sealed.whole import outline, read_ledger
from footprint.ledger.stored import journals
from footprint.ledger.stores import Store, open_store
from footprint.ledger.stores.local import LocalStore

if TYPE_CHECKING:
    import pandas as pd

#: An instant: a datetime (UTC where it says nothing), or ISO 8601 text.
Instant = datetime | str | None

#: How often it is looked again while others compact.
_TRIES = 3


class Ledger:
    """One or more ledgers, read as one. Made by `open_ledger`.

    Attributes:
        stores: where they are.
        places: the same as they were named: directories and URLs.
        directories: those of them that are directories of this machine.
        proposed: corrections that are applied although they are not in a ledger.
    """

    def __init__(self, stores: list[Store]) -> None:
        self.stores = stores
        self.places = [each.where for each in stores]
        self.directories = [each.root for each in stores if isinstance(each, LocalStore)]
        self.proposed: Sequence[Correction] = ()
        for each in stores:
            journals(each)  # says so where there is none

    def facts(self) -> tuple[list[Facts], list[Issue]]:
        """What the writers recorded, sealed or not, as it was corrected since, and what was wrong.

        Raises LedgerError as `recorded` does.
        """
        facts, issues, _ = self.corrected()
        return facts, [*issues, *(issue for each in self.stores for issue in told(each))]

    def corrected(self) -> tuple[list[Facts], list[Issue], list[Applied]]:
        """The same, and what each correction did."""
        facts, issues = self.recorded()
        facts, corrections, wrong = parted(facts)
        facts, applied = apply(facts, [*corrections, *self.proposed])
        if applied:
            applied = remarked(applied, self._compactions())
        return facts, [*issues, *wrong], applied

    def recorded(self) -> tuple[list[Facts], list[Issue]]:
        """What the writers recorded, before any correction, and what was wrong with it.

        A journal that is in several of the ledgers is read once, from its longest copy.
        Raises LedgerError where there are journals and none of them is one.
        """
        found: list[Found] = []
        issues: list[Issue] = []
        for store in self.stores:
            facts, wrong = read_ledger(store)
            found += [Found(store.where, one) for one in facts]
            issues += wrong
        return _writers(*self._once(found, issues))

    def _once(self, found: list[Found], issues: list[Issue]) -> tuple[list[Facts], list[Issue]]:
        """Each journal once."""
        if not found and any(issue.kind == "unreadable" for issue in issues):
            wrong = f"{issues[0].where}: {issues[0].line}"
            raise LedgerError(f"nothing in {self.places[0]} can be read: {wrong}")
        facts, copies = once(found)
        return facts, [*issues, *copies]

    def outline(self, *, fresh: bool = False) -> Outline:
        """What is to be reported, without the rows of sealed segments. Raises as `facts` does.

        Args:
            fresh: what was kept of what corrections do is worked out again.
        """
        recorded = self._recorded()
        found = self._corrected(recorded, fresh=fresh)
        for _ in range(_TRIES if found.missing else 0):
            # What a compaction replaced meanwhile is looked for where it is now.
            before, recorded = recorded, self._recorded()
            if recorded.places == before.places:
                break
            found = self._corrected(recorded, fresh=fresh)
        return found

    def corrections(self) -> list[Correction]:
        """The corrections that the ledger has, in any order."""
        return parted(self._recorded().facts)[1]

    def _recorded(self) -> Outline:
        """What was recorded, before any correction, without the rows of sealed segments."""
        found: list[Found] = []
        issues: list[Issue] = []
        sealed: list[tuple[str, list[Source], dict[Key, Facts]]] = []
        for store in self.stores:
            there = outline(store)
            every = sorted([*there.facts, *there.sealed.values()], key=lambda one: one.order)
            found += [Found(store.where, one) for one in every]
            issues += there.issues
            sealed.append((store.where, there.sources, there.sealed))
        single, issues = self._once(found, issues)
        kept = set(map(id, single))
        facts, issues = _writers(single, issues)
        places = (
            Place(where, tuple(sources)).of({key for key, one in own.items() if id(one) in kept})
            for where, sources, own in sealed
        )
        return Outline(facts, issues, tuple(each for each in places if each.sources))

    def _corrected(self, recorded: Outline, *, fresh: bool) -> Outline:
        """The same with what corrections do."""
        facts, corrections, wrong = parted(recorded.facts)
        recorded = recorded._replace(facts=facts, issues=[*recorded.issues, *wrong])
        every = standing([*corrections, *self.proposed])
        if not every.all:
            return recorded
        from footprint.accounts.corrected import corrected

        return corrected(recorded, every, self._compactions(), fresh=fresh)

    def _compactions(self) -> list[Compaction]:
        return compactions(chain for store in self.stores for chain in read_chains(store))

    def missing(self, issues: Sequence[Issue]) -> list[Issue]:
        """What is to be said of sealed files that could not be read, once and by place."""
        found = list(dict.fromkeys(issues))
        return [each for store in self.stores for each in moved(store, found)] if found else []

    def book(
        self,
        since: Instant = None,
        until: Instant = None,
        grouping: books.Grouping = books.no_groups,
    ) -> books.Book:
        """The ledger, booked. Spans and readings outside [since, until) are cut off.

        Compacted dates are left out as a whole, their devices' energy too, and an issue of the kind
        `compacted` says so: of the calls that used it a few rows are left (those that later dates
        need). `spans` and reports have the groups that stand for them, `readings` the energy.
        """
        from footprint.accounts import compacted

        period = parse_period(since, until)
        facts, issues = self.facts()
        left_out = compacted.days(self.compacted())
        return books.make(facts, issues, grouping, period, without=left_out)

    def spans(self, since: Instant = None, until: Instant = None) -> pd.DataFrame:
        """Spans with their energy, one row each (docs/reference/frames.md).

        Of compacted dates: groups of calls, one row each, of the hours that begin in the period.
        """
        from footprint.accounts import compacted, frames
        from footprint.accounts.compacted_frames import with_groups

        period = parse_period(since, until)
        facts, issues = self.facts()
        kept = self.compacted()
        left_out = compacted.days(kept)
        frame = frames.spans(books.make(facts, issues, period=period, without=left_out))
        return with_groups(frame, compacted.groups(kept, facts, period))

    def compacted(self) -> list[Place]:
        """Where the groups of compacted dates are, each once."""
        seen: set[str] = set()
        found: list[Place] = []
        for store in self.stores:
            live = (file for chain in read_chains(store) for file in chain.files)
            files = [one for one in live if one.table == GROUP and one.sha256 not in seen]
            seen.update(one.sha256 for one in files)
            found.append(Place(store.where, (Source({}, tuple(files)),)))
        return found

    def readings(self, since: Instant = None, until: Instant = None) -> pd.DataFrame:
        """What the devices used, merged over all writers, one row a stretch of time.

        Compacted dates are in it: their readings stay as they were.
        """
        from footprint.accounts import frames

        period = parse_period(since, until)
        facts, issues = self.facts()
        return frames.readings(books.make(facts, issues, period=period))


def _writers(facts: list[Facts], issues: list[Issue]) -> tuple[list[Facts], list[Issue]]:
    """Journals as what their writers recorded, each in the run that it belongs to."""
    whole, missing = join(facts)
    roll_up(whole)
    return whole, [*issues, *missing]


def open_ledger(*places: str | Path) -> Ledger:
    """Opens ledgers for reading; several are read as one.

    Args:
        places: directories, or URLs: `s3://bucket/prefix`, `file:///path`. None: the one that the
            settings name.

    Raises LedgerError where there is none, LedgerVersionError where one is from a newer footprint.
    """
    if not places:
        from footprint.settings import resolve

        places = (resolve().ledger,)
    return Ledger([open_store(each) for each in places])


def parse_period(since: Instant, until: Instant) -> books.Period:
    """[since, until) in UTC nanoseconds. Raises UsageError where it is empty or makes no sense."""
    period = parse_instant("since", since), parse_instant("until", until)
    if period[0] is not None and period[1] is not None and period[0] >= period[1]:
        remedy = "swap them" if period[0] > period[1] else "the end is not in it: give a later one"
        raise UsageError(f"--since {since} is not before --until {until}: {remedy}")
    return period


#: What a ledger can speak of; nanoseconds in 64 bits end in 2262.
_YEARS = (1970, 2261)


def parse_instant(name: str, value: Instant) -> int | None:
    """UTC nanoseconds of a point in time. Raises UsageError for what is none."""
    if value is None:
        return None
    from datetime import UTC

    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise UsageError(
                f"--{name} {value!r} is no date: give 2026-11-22 or 2026-11-22T14:00:00+01:00"
            ) from error
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    if not _YEARS[0] <= value.year <= _YEARS[1]:
        raise UsageError(
            f"--{name} {value.isoformat()} is out of range: give a date from"
            f" {_YEARS[0]} to {_YEARS[1]}"
        )
    whole = int(value.replace(microsecond=0).timestamp())
    return whole * 1_000_000_000 + value.microsecond * 1000
