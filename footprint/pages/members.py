"""The other side of a page's groups: what their entries did, where, and at which provider."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from footprint.accounts.doings import Doings
from footprint.accounts.entries import Entry
from footprint.accounts.lines import Book, Bounds
from footprint.accounts.threads import threads
from footprint.estimators.systems.use import ApiUse
from footprint.pages.page import ApiCalls, Grouper, Member

if TYPE_CHECKING:
    from footprint.accounts.table import Table

API = "api"


def members(
    book: Book, bounds: Bounds, grouper: Grouper, lost: AbstractSet[Hashable]
) -> dict[Hashable, Member]:
    """The groups of a book's entries by name, in the order of their first entries.

    Args:
        lost: names of groups of which some entries named a device that does not exist.
    """
    entries = book.entries
    if not isinstance(entries, list):
        return _bulk(entries, book, bounds, grouper, lost)
    found: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        found.setdefault(grouper.name(entry), []).append(entry)
    doings = Doings(book, bounds)
    return {
        name: Member(
            doings.of(own),
            frozenset(grouper.place(writer) for writer in {entry.writer for entry in own}),
            api_calls(own, book),
            name in lost,
        )
        for name, own in found.items()
    }


def _bulk(
    entries: Table, book: Book, bounds: Bounds, grouper: Grouper, lost: AbstractSet[Hashable]
) -> dict[Hashable, Member]:
    """The same of a book whose entries are columns (`accounts.bulk`)."""
    from footprint.accounts.bulk_doings import BulkDoings, grouped

    doings = BulkDoings(book, bounds)
    every = grouped(entries, grouper.name)
    with threads(len(entries)) as pool:
        found = list(pool.map(doings.of, every))
    return {
        group.name: Member(
            doing,
            frozenset(grouper.place(writer) for writer in group.writers),
            api_calls(group.entries(), book)
            if any(path.kind == API for path in group.paths)
            else None,
            group.name in lost,
        )
        for group, doing in zip(every, found, strict=True)
    }


def api_calls(entries: Iterable[Entry], book: Book) -> ApiCalls | None:
    """Calls of providers; None where none of the entries is one."""
    uses: list[ApiUse] = []
    untold = 0
    for entry in entries:
        if entry.path.kind != API or not entry.calls:
            continue
        units = entry.units
        if "tokens_in" not in units and "tokens_out" not in units:
            untold += entry.calls
            continue
        uses.append(
            ApiUse(
                entry.path.model or "",
                entry.path.tags.get("provider"),
                units.get("tokens_in", 0.0),
                units.get("tokens_out", 0.0),
                units.get("cached_tokens_in", 0.0),
                units.get("reasoning_tokens", 0.0),
                entry.calls,
                book.utc_ns(entry, entry.end),
            )
        )
    return ApiCalls(tuple(uses), untold) if uses or untold else None
