"""Which sealed files and row groups a question needs: from manifests alone, no file is opened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from footprint.ledger.sealed import tables
from footprint.ledger.sealed.manifest import Group, Manifest, SealedFile, SealedJournal

#: (writer, part)
Key = tuple[str, int]
_DAY = 86_400 * 1_000_000_000
_NEVER, _ALWAYS = -(2**63), 2**63 - 1


class Asked(NamedTuple):
    """What is asked for: boots (None: all) and UTC [since, until) in ns."""

    boots: Collection[str] | None = None
    since_utc_ns: int = _NEVER
    until_utc_ns: int = _ALWAYS

    def wants(self, boots: Iterable[str], first: int, last: int) -> bool:
        """Whether something of these boots and this time can be in it; touching it is enough."""
        touches = first < self.until_utc_ns and last >= self.since_utc_ns
        return touches and (self.boots is None or any(each in self.boots for each in boots))


class Stretch(NamedTuple):
    """Rows [first, stop) of a sealed file."""

    file: SealedFile
    first: int
    stop: int

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.stop - self.first

    @property
    def whole(self) -> bool:
        """Whether it is all of the file."""
        return self.rows == self.file.rows


class Source(NamedTuple):
    """One chain's part of what is read.

    Attributes:
        journals: those whose rows are taken from this chain, by key.
        files: the files that count.
    """

    journals: Mapping[Key, SealedJournal]
    files: tuple[SealedFile, ...]


def sources(
    manifests: Iterable[Manifest], asked: Asked, without: Collection[Key] = ()
) -> list[Source]:
    """What to read of each chain, so that every journal is read once.

    A journal that two chains hold is taken from where it is longest. A writer that has rows in
    what is asked for keeps the records of all its parts, which say what the rows refer to.

    Args:
        manifests: of any chains, in any order.
        without: journals that are read elsewhere.
    """
    chains: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        chains.setdefault(manifest.chain, []).append(manifest)
    taken: dict[Key, tuple[str, SealedJournal]] = {}
    for chain in sorted(chains):
        for journal in (each for manifest in chains[chain] for each in manifest.journals):
            known = taken.get(journal.key)
            if journal.key not in without and (known is None or journal.size > known[1].size):
                taken[journal.key] = chain, journal
    there = [each for _, each in taken.values()]
    writers = {
        each.writer
        for each in there
        if asked.wants([each.boot_id], each.first_utc_ns, each.last_utc_ns)
    }
    found: list[Source] = []
    for chain, links in sorted(chains.items()):
        own = {
            key: journal
            for key, (place, journal) in taken.items()
            if place == chain and journal.writer in writers
        }
        if own:
            found.append(Source(own, live_files(links)))
    return found


def live_files(manifests: Iterable[Manifest]) -> tuple[SealedFile, ...]:
    """The files of a chain that count: not those that a later manifest replaces."""
    manifests = list(manifests)
    replaced = {each.path for manifest in manifests for each in manifest.replaces}
    return tuple(
        file for manifest in manifests for file in manifest.files if file.path not in replaced
    )


def stretches(
    files: Iterable[SealedFile], asked: Asked, table: str, most: int
) -> Iterator[Stretch]:
    """The row groups of a table that are asked for, neighbours together, in the files' order.

    Args:
        most: rows after which a stretch ends, so that memory is bounded.
    """
    if table == tables.RECORD:  # they stand for all of a journal's time, and then some
        asked = Asked(asked.boots)
    for file in files:
        if file.table != table:
            continue
        run: Stretch | None = None
        for group in file.groups:
            if not asked.wants(group.boots, group.first_utc_ns, group.last_utc_ns):
                continue
            if run is None or group.first != run.stop or run.rows + group.rows > most:
                if run is not None:
                    yield run
                run = Stretch(file, group.first, group.first)
            run = run._replace(stop=group.first + group.rows)
        if run is not None:
            yield run


def index(manifests: Iterable[Manifest]) -> dict[tuple[str, str], tuple[SealedFile, ...]]:
    """(boot id, UTC date) -> the files that have rows of that boot which touch that date.

    A row touches every date from its start to its end; a row group is taken to touch all dates
    between its first and last instant. Records are left out.
    """
    manifests = list(manifests)
    chains: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        chains.setdefault(manifest.chain, []).append(manifest)
    found: dict[tuple[str, str], list[SealedFile]] = {}
    for links in chains.values():
        days = _days_of_boots(journal for manifest in links for journal in manifest.journals)
        for file in live_files(links):
            if file.table == tables.RECORD:
                continue
            touched = {
                (boot, day)
                for group in file.groups
                for boot in group.boots
                for day in days_between(group.first_utc_ns, group.last_utc_ns)
                if day in days.get(boot, ())
            }
            for place in touched:
                found.setdefault(place, []).append(file)
    return {place: tuple(found[place]) for place in sorted(found)}


def _days_of_boots(journals: Iterable[SealedJournal]) -> dict[str, set[str]]:
    days: dict[str, set[str]] = {}
    for each in journals:
        days.setdefault(each.boot_id, set()).update(
            days_between(each.first_utc_ns, each.last_utc_ns)
        )
    return days


def days_between(first_utc_ns: int, last_utc_ns: int) -> Sequence[str]:
    """The UTC dates that [first, last] touches, as YYYY-MM-DD."""
    first, last = (_date(each) for each in (first_utc_ns, last_utc_ns))
    return [(first + timedelta(days)).isoformat() for days in range((last - first).days + 1)]


def _date(utc_ns: int) -> date:
    return datetime.fromtimestamp(min(max(utc_ns // _DAY, 0), LAST_DAY) * 86_400, UTC).date()


#: 9999-12-31, counted from 1970-01-01: the last date that can be said.
LAST_DAY = 2_932_896

__all__ = [
    "LAST_DAY",
    "Asked",
    "Group",
    "Key",
    "Source",
    "Stretch",
    "days_between",
    "index",
    "live_files",
    "sources",
    "stretches",
]
