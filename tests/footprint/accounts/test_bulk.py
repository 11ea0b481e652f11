"""Columns are booked as entries are: the same groups, the same lines, number for number."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts.days import parts
from footprint.accounts.entries import Entry
from footprint.accounts.lines import Book, Period
from random_ledgers import random_facts
from recorded import MS, UTC

WHEN = st.none() | st.integers(-100, 3_200)


def grouping(entries: Sequence[Entry], index: int) -> Iterable[Hashable]:
    entry = entries[index]
    return (
        (entry.path.name, entry.status, entry.writer),
        ("own time" if entry.path.background else "calls"),
        "all",
    )


def both(seed: int, period: Period, cuts: Sequence[int]) -> Iterator[tuple[Book, Book]]:
    """Each part of a ledger, booked in both ways."""
    facts = random_facts(random.Random(seed))
    for part in parts(facts, period):
        plain = books.of_part(facts, part, grouping, cuts)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(books, "MANY", 0)
            yield plain, books.of_part(facts, part, grouping, cuts)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32), WHEN, WHEN, st.lists(st.integers(-5, 3_100), max_size=4, unique=True))
def test_groups_and_lines_are_the_same(
    seed: int, since: int | None, until: int | None, cuts: list[int]
) -> None:
    ends = sorted(each for each in (since, until) if each is not None)
    if len(ends) == 2 and ends[0] == ends[1]:
        return
    at = [None if each is None else UTC + each * MS for each in (since, until)]
    if len(ends) == 2:
        at = [UTC + each * MS for each in ends]
    instants = [UTC + cut * MS + 333 for cut in sorted(cuts)]
    for plain, bulk in both(seed, (at[0], at[1]), instants):
        assert [tuple(each) for each in bulk.entries] == [tuple(each) for each in plain.entries]
        assert bulk.groups == plain.groups
        assert bulk.devices == plain.devices
        assert bool(bulk.assumed) == bool(plain.assumed)
        assert bulk.notes == plain.notes


def test_entries_are_a_sequence() -> None:
    plain, bulk = next(both(4, (None, None), ()))
    assert len(bulk.entries) == len(plain.entries) > 10
    assert bulk.entries[-1] == plain.entries[-1]
    assert bulk.entries[2:9:2] == plain.entries[2:9:2]
    with pytest.raises(IndexError):
        bulk.entries[len(plain.entries)]
