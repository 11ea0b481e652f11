"""What the entries of a book did, by group and cut: calls, amounts, and their providers' side.

Tallies are what a report needs beside energies to show its figures by several fields at once: they
add up to any of the cuts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from footprint.accounts.amounts import Sum, added, exact_sum
from footprint.accounts.entries import Entry
from footprint.accounts.lines import Book
from footprint.model import ERROR
from footprint.pages.members import API, api_calls
from footprint.pages.page import Combination, Grouper, Tally

if TYPE_CHECKING:
    from footprint.accounts.table import Table


def tallies(book: Book, grouper: Grouper) -> dict[Combination, Tally]:
    """The tallies of a book's entries, in the order of their first entries."""
    entries = book.entries
    if isinstance(entries, list):
        found: dict[Combination, list[Entry]] = {}
        for entry in entries:
            found.setdefault(grouper.combination(entry), []).append(entry)
        return {name: _tally(own, book, grouper) for name, own in found.items()}
    return dict(_bulk(entries, book, grouper))


def _bulk(entries: Table, book: Book, grouper: Grouper) -> Iterator[tuple[Combination, Tally]]:
    """The same of entries that are columns."""
    from footprint.accounts.bulk_doings import counts, grouped

    for group in grouped(entries, grouper.combination):
        calls, errors, units = counts(group)
        is_api = any(path.kind == API for path in group.paths)
        yield (
            cast(Combination, group.name),
            Tally(
                0 if group.paths[0].background else calls,
                errors,
                units,
                frozenset(grouper.place(writer) for writer in group.writers),
                api_calls(group.entries(), book) if is_api else None,
            ),
        )


def _tally(entries: Iterable[Entry], book: Book, grouper: Grouper) -> Tally:
    own = list(entries)
    units: dict[str, Sum] = {}
    for name in dict.fromkeys(name for entry in own for name in entry.units):
        sums = exact_sum([entry.units[name] for entry in own if name in entry.units])
        units = added(units, {name: sums})
    background = own[0].path.background
    return Tally(
        0 if background else sum(entry.calls for entry in own),
        sum(entry.calls for entry in own if entry.status == ERROR),
        units,
        frozenset(grouper.place(writer) for writer in {entry.writer for entry in own}),
        api_calls(own, book),
    )
