"""Sums of many days' pages, kept: a year is read as its weeks or months.

What `kept` does for a page, done for the pages of a period together. A sum rests on all that its
pages rest on, with the widest margin that one of them may have; so it is looked for by fewer and
coarser names than they are, and made again a little more often.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from footprint.accounts.outline import Place
from footprint.accounts.within import MARGIN, REACH
from footprint.errors import LedgerError
from footprint.ledger.reader import Facts
from footprint.ledger.stores import Store, open_store
from footprint.pages import stored
from footprint.pages.kept import DERIVED, keeps, last
from footprint.pages.labels import label
from footprint.pages.page import Page
from footprint.pages.tasks import Task
from footprint.pages.total import Adding, Total

#: Fewer pages are read as quickly as their sum.
FEW = 4


class Sums:
    """Sums that were made before.

    Args:
        cuts: UTC ns, increasing: instants at which a factor changes, over all pages.
    """

    def __init__(self, cuts: tuple[int, ...]) -> None:
        self._cuts = cuts
        self._stores: dict[str, Store] = {}
        #: What is known of writers and files, by identity: tasks of a boot share them.
        self._said: dict[int, tuple[Facts, str]] = {}
        self._files: dict[int, tuple[Place, list[tuple[int, int, str]]]] = {}

    def total(self, tasks: Sequence[Task]) -> Total | None:
        """The sum of the pages of some tasks, where it was made before."""
        if not may_be_kept(tasks, FEW):
            return None
        for going in (False, True):
            try:
                data = self.store(tasks).read(self._name(tasks, going=going))
            except (FileNotFoundError, LedgerError):
                continue
            found = stored.parsed(data)
            if found is not None:
                return total_of(found, self._cuts)
        return None

    def keep(self, tasks: Sequence[Task], found: Total) -> None:
        """Keeps a sum, where that can be done; a place that cannot be written stays as it is."""
        if not may_be_kept(tasks, FEW) or found.missing:
            return
        with contextlib.suppress(LedgerError):
            name = self._name(tasks, going=bool(found.left_open))
            self.store(tasks).replace(name, stored.printed(found.page))

    def store(self, tasks: Sequence[Task]) -> Store:
        """Where what is made of some tasks is kept: beside the rows of the first one."""
        where = tasks[0].places[0].where
        if where not in self._stores:
            self._stores[where] = open_store(where)
        return self._stores[where]

    def _name(self, tasks: Sequence[Task], *, going: bool) -> str:
        """What a sum is kept as."""
        digest = self.digest(tasks, going=going)
        return f"{DERIVED}/{digest[:2]}/{digest}.sum.json.z"

    def digest(self, tasks: Sequence[Task], *, going: bool) -> str:
        """A hash of all that the pages of some tasks rest on.

        Args:
            going: with what says whether spans ended that were open when their journal was.
        """
        boots: dict[str, list[Task]] = {}
        for task in tasks:
            boots.setdefault(task.part.boot, []).append(task)
        facts = {id(one): one for task in tasks for one in task.facts}
        rests_on: dict[str, Any] = {
            "schema": stored.SCHEMA,
            "asked": tasks[0].asked.name,
            "cuts": list(self._cuts),
            "parts": [[task.part.boot, task.part.day, *task.part.bounds] for task in tasks],
            "writers": sorted(map(self._writer, facts.values())),
            "rows": sorted({file for own in boots.values() for file in self._near(own)}),
            "last": sorted({str(each) for task in tasks for each in last(task)}) if going else [],
        }
        text = json.dumps(rests_on, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _writer(self, one: Facts) -> str:
        known = self._said.get(id(one))
        if known is None:
            said = [one.writer, one.context.get("run"), one.where, label(one)]
            known = self._said[id(one)] = one, json.dumps(said)
        return known[1]

    def _near(self, tasks: Sequence[Task]) -> Iterator[str]:
        """The files that pages of one boot may have been made from."""
        since = [each.part.bounds.since for each in tasks]
        until = [each.part.bounds.until for each in tasks]
        begin = None if None in since else min(each for each in since if each is not None)
        end = None if None in until else max(each for each in until if each is not None)
        facts = {id(one): one for task in tasks for one in task.facts}.values()
        ends = [one.utc_around(begin, end) for one in facts]
        low = None if begin is None else min(each for each, _ in ends if each is not None)
        high = None if end is None else max(each for _, each in ends if each is not None)
        for place in {id(place): place for task in tasks for place in task.places}.values():
            for first, over, file in self._of(place):
                if (low is None or over >= low - MARGIN - REACH) and (
                    high is None or first < high + MARGIN + REACH
                ):
                    yield file

    def _of(self, place: Place) -> list[tuple[int, int, str]]:
        known = self._files.get(id(place))
        if known is None:
            known = self._files[id(place)] = (
                place,
                [
                    (
                        min(group.first_utc_ns for group in file.groups),
                        max(group.last_utc_ns for group in file.groups),
                        f"{file.path} {file.sha256}",
                    )
                    for source in place.sources
                    for file in source.files
                    if file.groups
                ],
            )
        return known[1]


def may_be_kept(tasks: Sequence[Task], few: int) -> bool:
    """Whether there are not few, all of them sealed, and no correction bears on any."""
    return len(tasks) >= few and all(keeps(each) and not each.corrections for each in tasks)


def total_of(page: Page, cuts: tuple[int, ...]) -> Total:
    """The total that a kept page says, whose stretches of time are those between all cuts."""
    adding = Adding()
    adding.add(page)
    return adding.total()._replace(cuts=cuts)
