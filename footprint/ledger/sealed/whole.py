"""A ledger as a whole: journals that are not sealed, and sealed segments, each row once.

Others may seal while this reads. Journals are listed before manifests are, so that what moves from
the one to the other is seen at least once; what is seen twice is taken once; and where a file
vanished before it was read, it is all looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from footprint.errors import LedgerError
from footprint.ledger import collected, stored
from footprint.ledger import format as fmt
from footprint.ledger.reader import Facts, Issue, read_journals
from footprint.ledger.sealed import chain as chains
from footprint.ledger.sealed.intact import MISSING, REMEDY
from footprint.ledger.sealed.manifest import Chain, Manifest, SealedJournal, path_of, read_chains
from footprint.ledger.sealed.plan import Asked, Key, Source, sources
from footprint.ledger.sealed.read import Reading, read
from footprint.ledger.stored import StoredFile
from footprint.ledger.stores import Store

#: How often it is looked again while others seal and compact.
_TRIES = 10


class Contents(NamedTuple):
    """What lies in a ledger.

    Attributes:
        journals: those that no manifest names, or that grew since they were sealed.
        chains: the manifests.
        elsewhere: (writer, part) of sealed journals whose rows are read from their journal.
        issues: what is missing.
    """

    journals: list[StoredFile]
    chains: list[Chain]
    elsewhere: frozenset[Key]
    issues: list[Issue]


def contents(store: Store) -> Contents:
    """What lies in a ledger; nothing but manifests is read.

    Raises LedgerError where there is no ledger or a manifest is damaged, LedgerVersionError where
    a newer footprint wrote it.
    """
    files = stored.journals(store)
    chains.intact(store)
    found = read_chains(store)
    sealed: dict[str, list[SealedJournal]] = {}
    for journal in (each for chain in found for each in chain.journals):
        sealed.setdefault(journal.name, []).append(journal)
    opened: list[StoredFile] = []
    elsewhere: set[Key] = set()
    for file in files:
        key = _key(file) if file.name in sealed else None
        copies = [each for each in sealed.get(file.name, ()) if each.key == key]
        if copies and file.size <= max(each.size for each in copies):
            continue
        opened.append(file)
        elsewhere.update(each.key for each in copies)
    return Contents(opened, found, frozenset(elsewhere), _missing(found))


class Outline(NamedTuple):
    """A ledger without the rows of its sealed segments.

    Attributes:
        facts: one for each journal that is not sealed, with its rows.
        sealed: what sealed journals recorded, without rows.
        sources: where their rows are, chain by chain.
        issues: what was wrong with it.
    """

    facts: list[Facts]
    sealed: dict[Key, Facts]
    sources: list[Source]
    issues: list[Issue]


def outline(store: Store) -> Outline:
    """Who wrote what in a ledger, and where the rows are. Raises as `read_ledger` does."""

    def recorded(manifests: Sequence[Manifest], elsewhere: Collection[Key]) -> _Sealed:
        there = sources(manifests, Asked(), elsewhere)
        facts: list[Facts] = []
        missing: list[Issue] = []
        for source in there:
            with Reading(store, source) as reading:
                facts += [one for one in reading.recorded().values() if one.context]
                missing += reading.issues
        return _Sealed(facts, missing, there)

    seen = _seen(store, recorded)
    sealed = {(one.writer, one.part): one for one in seen.sealed.facts}
    return Outline(seen.journals, sealed, seen.sealed.sources, seen.issues)


def read_ledger(
    store: Store,
    boots: Collection[str] | None = None,
    since_utc_ns: int | None = None,
    until_utc_ns: int | None = None,
) -> tuple[list[Facts], list[Issue]]:
    """All that is in a ledger, one `Facts` for each journal, and what was wrong with it.

    What is sealed is filtered as `sealed.read` does, by boot and UTC [since, until); journals are
    read whole. Raises LedgerError, LedgerVersionError as `contents` does.
    """

    def with_rows(manifests: Sequence[Manifest], elsewhere: Collection[Key]) -> _Sealed:
        found = read(store, manifests, boots, since_utc_ns, until_utc_ns, elsewhere)
        return _Sealed(*found, [])

    seen = _seen(store, with_rows)
    return seen.every, seen.issues


class _Sealed(NamedTuple):
    """What was read of sealed segments: the facts, what is missing, and where the rest is."""

    facts: list[Facts]
    missing: list[Issue]
    sources: list[Source]


class _Seen(NamedTuple):
    """A ledger of one moment: its journals, its segments, all in their order, what was wrong."""

    journals: list[Facts]
    sealed: _Sealed
    every: list[Facts]
    issues: list[Issue]


def _seen(
    store: Store, of_segments: Callable[[Sequence[Manifest], Collection[Key]], _Sealed]
) -> _Seen:
    """Journals and segments, looked at again where others moved what lies in them meanwhile.

    Args:
        of_segments: reads what some manifests name, without journals that are read elsewhere.
    """
    for _ in range(_TRIES):
        there = contents(store)
        try:
            facts, issues = read_journals(_Watched(file) for file in there.journals)
        except _Vanished:
            continue
        manifests = [each for chain in there.chains for each in chain.manifests]
        sealed = of_segments(manifests, there.elsewhere)
        if sealed.missing and _heads(read_chains(store)) != _heads(there.chains):
            continue  # a file was replaced by another meanwhile
        # In the order of the journals' names, whatever has become of them.
        every = sorted([*facts, *sealed.facts], key=lambda one: one.order)
        told = [issue for one in sealed.facts for issue in one.issues]
        issues = sorted([*issues, *told], key=lambda issue: issue.where)
        said = collected.told(store, there.chains, every, sealed.missing)
        return _Seen(facts, sealed, every, [*there.issues, *issues, *said])
    raise _changing(store)


def _changing(store: Store) -> LedgerError:
    return LedgerError(
        f"the files of {store.where} change faster than they can be read: try again, or read a copy"
    )


def _heads(found: Iterable[Chain]) -> list[tuple[str, str]]:
    return [(chain.id, chain.links[-1].sha256) for chain in found]


def _missing(found: Iterable[Chain]) -> list[Issue]:
    text = "a manifest is missing: what was sealed with it is in no figure"
    return [
        Issue(MISSING, path_of(chain.id, number), text, REMEDY)
        for chain in found
        for number in chain.missing
    ]


def _key(file: StoredFile) -> Key | None:
    """(writer, part) of a journal; None where it is none, or gone."""
    try:
        head = fmt.read_header(file.store.read(file.path, 0, fmt.HEADER_SIZE))
    except FileNotFoundError:
        return None
    return None if head is None else head.key


class _Vanished(Exception):  # noqa: N818 - nothing went wrong: it was sealed
    """A journal that was listed is gone."""


class _Watched(NamedTuple):
    """A journal that says so when it is gone."""

    file: StoredFile

    @property
    def name(self) -> str:
        """Its name, without the folder."""
        return self.file.name

    def read_bytes(self) -> bytes:
        """Its content. Raises _Vanished."""
        try:
            return self.file.read_bytes()
        except FileNotFoundError as error:
            raise _Vanished from error


__all__ = ["Contents", "Outline", "contents", "outline", "read_ledger"]
