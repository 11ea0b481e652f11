"""Pages that were made before: derived data, kept beside the sealed segments they were made from.

A page of sealed rows comes out the same each time, so it is made once. It is kept under the hash of
all that it rests on: which files and journals, what was asked, and how it is worked out. Whatever
changes one of these asks for another page, and what is kept can be deleted at any time. Of the
corrections only those count that bear on the page: the others leave it as it is.

What lies beyond the readings around a page that tell its own (`Page.margin_ns`) does not bear on
it. So a day that is over keeps its page while further days are sealed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from footprint.accounts.outline import Place
from footprint.accounts.within import MARGIN
from footprint.errors import LedgerError
from footprint.ledger.corrections.apply import is_of_calls
from footprint.ledger.corrections.correction import Correction
from footprint.ledger.stores import Store, open_store
from footprint.pages import stored
from footprint.pages.labels import label
from footprint.pages.page import Page
from footprint.pages.rows import FARTHER, around
from footprint.pages.tasks import Task, near

DERIVED = "derived/pages"

#: First and last instant (UTC ns), path, SHA-256.
_File = tuple[int, int, str, str]


class Kept:
    """Pages that were made before."""

    def __init__(self) -> None:
        #: By place: each file's first and last instant, path and hash.
        self._files: dict[int, tuple[Place, list[_File]]] = {}
        self._stores: dict[str, Store] = {}

    def page(self, task: Task) -> Page | None:
        """The page of a task, where it was made before."""
        if not keeps(task):
            return None
        store = self._store(task)
        for margin in FARTHER:
            for going in (False, True):
                try:
                    data = store.read(self._name(task, margin, going=going))
                except (FileNotFoundError, LedgerError):
                    continue
                found = stored.parsed(data)
                if found is not None and found.margin_ns == margin:
                    return found
        return None

    def keep(self, task: Task, page: Page) -> None:
        """Keeps a page, where that can be done; a place that cannot be written stays as it is."""
        if not keeps(task) or page.issues:
            return
        with contextlib.suppress(LedgerError):
            name = self._name(task, page.margin_ns, going=bool(page.left_open))
            self._store(task).replace(name, stored.printed(page))

    def _store(self, task: Task) -> Store:
        where = task.places[0].where
        if where not in self._stores:
            self._stores[where] = open_store(where)
        return self._stores[where]

    def _name(self, task: Task, margin: int, *, going: bool) -> str:
        """What a page is kept as.

        Args:
            margin: how far around it readings were looked for.
            going: with what says whether spans ended that were open when their journal was.
        """
        rests_on = {
            "schema": stored.SCHEMA,
            "asked": task.asked.name,
            "cuts": list(task.asked.cuts),
            "part": [task.part.boot, task.part.day, *task.part.bounds],
            "writers": [
                [one.writer, one.context.get("run"), one.where, label(one)] for one in task.facts
            ],
            "said": [
                [each.action, each.target, each.of_calls(), each.amounts, each.scales]
                for each in self._corrections(task, margin)
            ],
            "rows": sorted(self._rows(task, margin)),
            "last": sorted(last(task)) if going else [],
        }
        text = json.dumps(rests_on, separators=(",", ":"), sort_keys=True, default=dict)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return f"{DERIVED}/{digest[:2]}/{digest}.json.z"

    def _rows(self, task: Task, margin: int) -> Iterator[tuple[str, str]]:
        """The files with rows that touch a task's part, or are near it."""
        for _, _, path, sha256 in self._near(task, margin):
            yield path, sha256

    def _near(self, task: Task, margin: int) -> Iterator[_File]:
        asked = around(task, MARGIN + margin)
        for place in task.places:
            for file in self._of(place):
                if file[0] < asked.until_utc_ns and file[1] >= asked.since_utc_ns:
                    yield file

    def _corrections(self, task: Task, margin: int) -> Iterator[Correction]:
        """The corrections that bear on a page.

        Those of calls change calls of its part. Readings that are void bear on it where they lie in
        the part, or in the row groups that were read for it: it was made from no others.
        """
        hull: list[tuple[int, int]] = []
        for each in task.corrections:
            if is_of_calls(each):
                yield each
                continue
            hull = hull or list(self._readings(task, margin))
            low, high = min(since for since, _ in hull), max(until for _, until in hull)
            since, until = each.target.since_utc_ns, each.target.until_utc_ns
            meets = (since is None or since <= high) and (until is None or until > low)
            if meets or any(near(each, one, task.part.bounds, MARGIN) for one in task.facts):
                yield each

    def _readings(self, task: Task, margin: int) -> Iterator[tuple[int, int]]:
        """First and last UTC of a part with a margin, and of the readings that were read for it."""
        asked = around(task, MARGIN + margin)
        yield asked.since_utc_ns, asked.until_utc_ns
        for place in task.places:
            for source in place.sources:
                for file in source.files:
                    for group in file.groups if file.table in ("point", "window") else ():
                        if asked.wants(group.boots, group.first_utc_ns, group.last_utc_ns):
                            yield group.first_utc_ns, group.last_utc_ns

    def _of(self, place: Place) -> list[_File]:
        known = self._files.get(id(place))
        if known is None or known[0] is not place:
            files = [file for source in place.sources for file in source.files]
            known = self._files[id(place)] = (
                place,
                [
                    (
                        min(group.first_utc_ns for group in file.groups),
                        max(group.last_utc_ns for group in file.groups),
                        file.path,
                        file.sha256,
                    )
                    for file in files
                    if file.groups
                ],
            )
        return known[1]


def keeps(task: Task) -> bool:
    """Whether all that a page rests on is sealed, and its day was asked for as a whole."""
    return bool(
        task.places
        and task.part.whole
        and task.asked.name is not None
        and not any(one.rows.count(name) for one in task.facts for name in one.rows)
    )


def last(task: Task) -> Iterator[list[Any]]:
    """The journals that say whether spans ended which were open when another one was sealed."""
    for place in task.places:
        for source in place.sources:
            for journal in source.journals.values():
                yield [journal.writer, journal.part, journal.sha256]
