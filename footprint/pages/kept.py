"""Pages that were made before: derived data, kept beside the sealed segments they were made from.

A page of sealed rows comes out the same each time, so it is made once. It is kept under the hash of
all that it rests on: which files and journals, what was asked, and how it is worked out. Whatever
changes one of these asks for another page, and what is kept can be deleted at any time.

What lies beyond the readings around a page that tell its own (`Page.margin_ns`) does not bear on
it. So a day that is over keeps its page while further days are sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from footprint.accounts.within import MARGIN
from footprint.errors import LedgerError
from footprint.ledger.stores import open_store
from footprint.pages import stored
from footprint.pages.page import Page
from footprint.pages.rows import FARTHER, around
from footprint.pages.tasks import Task

DERIVED = "derived/pages"


def kept(task: Task) -> Page | None:
    """The page of a task, where it was made before."""
    if not _keeps(task):
        return None
    store = open_store(task.places[0].where)
    for margin in FARTHER:
        for going in (False, True):
            try:
                data = store.read(_name(task, margin, going=going))
            except (FileNotFoundError, LedgerError):
                continue
            found = stored.parsed(data)
            if found is not None and found.margin_ns == margin:
                return found
    return None


def keep(task: Task, page: Page) -> None:
    """Keeps a page, where that can be done; a place that cannot be written is left as it is."""
    if not _keeps(task) or page.issues:
        return
    try:
        store = open_store(task.places[0].where)
        name = _name(task, page.margin_ns, going=bool(page.left_open))
        store.replace(name, stored.printed(page))
    except LedgerError:
        return


def _keeps(task: Task) -> bool:
    """Whether all that a page rests on is sealed, and its day was asked for as a whole."""
    return bool(
        task.places
        and task.part.whole
        and task.asked.name is not None
        and not any(count for one in task.facts for count in map(one.rows.count, one.rows))
    )


def _name(task: Task, margin: int, *, going: bool) -> str:
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
        "writers": [[one.writer, one.context.get("run"), one.where] for one in task.facts],
        "rows": sorted(_rows(task, margin)),
        "last": sorted(_last(task)) if going else [],
    }
    text = json.dumps(rests_on, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{DERIVED}/{digest[:2]}/{digest}.json.z"


def _rows(task: Task, margin: int) -> Iterator[list[Any]]:
    wanted = around(task, MARGIN + margin)
    for place in task.places:
        for source in place.sources:
            for file in source.files:
                if any(
                    wanted.wants(group.boots, group.first_utc_ns, group.last_utc_ns)
                    for group in file.groups
                ):
                    yield [file.path, file.sha256]


def _last(task: Task) -> Iterator[list[Any]]:
    for place in task.places:
        for source in place.sources:
            for journal in source.journals.values():
                yield [journal.writer, journal.part, journal.sha256]
