"""Compaction: the calls of old dates give way to groups of them, in an entry of the chain.

In this order, so that it can be stopped anywhere:

    1. groups    files under a name of their own: nobody reads what no manifest names
    2. manifest  of kind `compaction`: from now on its files stand for those that it replaces, each
                 named with its SHA-256
    3. calls     the files that it replaces are removed

Stopped before 2 it leaves files that nobody reads, which a later `footprint seal` removes; stopped
after it, files that nobody reads any more, which the next compaction removes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from footprint.accounts.opened import Ledger
from footprint.accounts.outline import Place
from footprint.errors import LedgerError
from footprint.ledger.parts import join
from footprint.ledger.sealed import chain as chains
from footprint.ledger.sealed.commit import commit, new_seal
from footprint.ledger.sealed.manifest import SEALED, Chain, Replaced, SealedFile, read_chains
from footprint.ledger.sealed.plan import live_files
from footprint.ledger.sealed.removal import whole
from footprint.ledger.sealed.scratch import scratch
from footprint.ledger.sealed.tables import OF_CALLS
from footprint.ledger.sealed.write import Written
from footprint.ledger.sealed.write import write as write_rows
from footprint.ledger.stores import Store
from footprint.pages import compacted
from footprint.pages.compacted import Kept, date_of, day_of
from footprint.pages.finest import naming
from footprint.pages.tasks import Asked, Task, tasks
from footprint.retention.groups import kept
from footprint.retention.plan import Plan, plan
from footprint.retention.staying import needed, staying
from footprint.retention.write import write


class Outcome(NamedTuple):
    """What one call of `compact` did, or would have done.

    Attributes:
        dates: that were compacted, YYYY-MM-DD.
        calls: how many calls gave way.
        groups: by how many hourly groups.
        bytes_before, bytes_after: of the files that were replaced, and of those in their place.
        removed: files that an earlier compaction replaced and left over.
        why: what holds back younger dates, or nothing.
        head: (chain, number, SHA-256) of the manifest that was added; None: none was.
    """

    dates: tuple[str, ...] = ()
    calls: int = 0
    groups: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    removed: tuple[str, ...] = ()
    why: str = ""
    head: tuple[str, int, str] | None = None


def compact(store: Store, before: int, *, dry_run: bool = False) -> Outcome:
    """Compacts the dates of a ledger before a day.

    Args:
        store: the ledger.
        before: days since 1970-01-01, UTC; that day itself stays.
        dry_run: nothing is written or removed.

    Raises LedgerError where the ledger cannot be read whole, or not be written: nothing is lost
    then, and the next call goes on.
    """
    chains.marker(store)
    removed = () if dry_run else _sweep(store)
    found = plan(store, before)
    if found.days is None:
        return Outcome(removed=removed, why=found.why)
    with scratch("footprint-compact-") as folder:
        return _compacted(store, found, folder, dry_run)._replace(removed=removed)


def _compacted(store: Store, found: Plan, folder: Path, dry_run: bool) -> Outcome:
    seal = new_seal()
    days = _kept(store, found)
    if not days:
        return Outcome(why=found.why)
    journals = list(found.journals.values())
    written = [write(days[day], date_of(day), folder, seal, journals) for day in sorted(days)]
    written += _staying(store, found, folder, seal)
    hours = [each for pages in days.values() for each in pages if not each.is_day]
    outcome = Outcome(
        dates=tuple(map(date_of, sorted(days))),
        calls=sum(
            member.doing.calls
            for pages in days.values()
            for each in pages
            if each.is_day
            for member in each.page.members.values()
        ),
        groups=sum(len(each.page.members) for each in hours),
        bytes_before=sum(file.size for file in found.files),
        bytes_after=sum(each.file.size for each in written),
        why=found.why,
    )
    if dry_run:
        return outcome
    link = commit(
        store,
        "compaction",
        seal,
        written,
        partial(_fits, found),
        replaces=[Replaced(file.path, file.sha256) for file in found.files],
    )
    if link is None:
        raise LedgerError(f"{store.where} was compacted by another process meanwhile: try again")
    _remove(store, [file.path for file in found.files], [each.file for each in written])
    return outcome._replace(head=(link.manifest.chain, link.manifest.number, link.sha256))


def _kept(store: Store, found: Plan) -> dict[int, list[Kept]]:
    """What is kept, by day."""
    assert found.days is not None
    first, last = found.days
    outline = Ledger([store]).outline()
    by_day: dict[int, list[Kept]] = {}
    for task in tasks(outline, Asked(naming)):
        day = task.part.day
        if first <= day <= last and not _is_compacted(task):
            boot = [one for one in outline.facts if one.boot_id == task.part.boot]
            pages = kept(task, boot)
            if pages:
                by_day.setdefault(day, []).extend(pages)
    return by_day


def _is_compacted(task: Task) -> bool:
    return bool(compacted.files(task.places, task.part.boot, task.part.day))


def _staying(store: Store, found: Plan, folder: Path, seal: str) -> list[Written]:
    """Rows of the replaced files that younger dates need, in files of their own."""
    assert found.days is not None
    outline = found.outline
    facts, _ = join([*outline.facts, *outline.sealed.values()])
    places = (Place(store.where, tuple(outline.sources)),)
    wanted = needed(facts, places, found.days[1])
    rows = staying(store, found.journals, outline.sealed, found.files, wanted)
    return write_rows(rows, folder, seal) if rows else []


def _fits(found: Plan, known: Sequence[Chain], own: str) -> bool:
    """Whether what is to be replaced still is what is there."""
    assert found.days is not None
    there = {
        file.path
        for chain in known
        if chain.id == own
        for file in live_files(chain.manifests)
        if file.table in OF_CALLS and day_of(file.date) <= found.days[1]
    }
    return there == {file.path for file in found.files}


def _sweep(store: Store) -> tuple[str, ...]:
    """Finishes what interrupted compactions began, of all chains of the place."""
    removed: list[str] = []
    there = dict(store.names(SEALED))
    for chain in read_chains(store):
        for manifest in chain.manifests:
            left = [each.path for each in manifest.replaces if each.path in there]
            if left:
                live = set(live_files(chain.manifests))
                _remove(store, left, [file for file in manifest.files if file in live])
                removed += left
    return tuple(removed)


def _remove(store: Store, paths: Sequence[str], instead: Sequence[SealedFile]) -> None:
    """Removes files, once those that stand for them are there."""
    whole(store, instead, "the files that it stands for stay")
    for path in paths:
        store.delete(path)
