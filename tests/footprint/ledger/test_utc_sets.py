"""Stretches of boot time on UTC: as long as they were, whatever UTC was set to meanwhile."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger.reader import Facts
from footprint.ledger.utc_sets import SET_NS, extent, sets_of, stretches

S = 1_000_000_000
Anchors = list[tuple[int, int]]

#: By how many seconds UTC was set: a second and less is not told apart from time that went by.
SET = st.just(0) | st.integers(2, 500) | st.integers(-500, -2)
#: Seconds from one anchor to the next, and by how many seconds UTC was set at it.
STEPS = st.lists(st.tuples(st.integers(1, 50), SET), max_size=6)


def anchored(steps: list[tuple[int, int]]) -> Anchors:
    times = accumulate((step for step, _ in steps), initial=0)
    ahead = accumulate((moved for _, moved in steps), initial=0)
    return [(t * S, (10_000 + t + by) * S) for t, by in zip(times, ahead, strict=True)]


def facts_of(anchors: Anchors) -> Facts:
    facts = Facts("writer", "where")
    facts.anchors += anchors
    return facts


def on_utc(anchors: Anchors, start: int, end: int) -> list[tuple[int, int]]:
    return list(stretches(anchors, facts_of(anchors).utc_ns, start, end))


def test_a_stretch_in_which_nothing_was_set_is_one() -> None:
    anchors = [(0, 100 * S), (10 * S, 110 * S + SET_NS // 2), (20 * S, 120 * S)]
    assert sets_of(anchors) == []
    assert on_utc(anchors, 5 * S, 25 * S) == [(105 * S, 125 * S)]


@pytest.mark.parametrize("moved", [-3600, 3600])
def test_where_utc_was_set_another_begins(moved: int) -> None:
    anchors = [(0, 10_000 * S), (30 * S, (10_030 + moved) * S)]
    assert on_utc(anchors, 0, 60 * S) == [
        (10_000 * S, 10_030 * S),
        ((10_030 + moved) * S, (10_060 + moved) * S),
    ]
    # What it was set to at an instant is of what follows.
    assert on_utc(anchors, 0, 30 * S) == [(10_000 * S, 10_030 * S)]
    assert on_utc(anchors, 30 * S, 31 * S) == [((10_030 + moved) * S, (10_031 + moved) * S)]
    assert on_utc(anchors, 30 * S, 30 * S) == [((10_030 + moved) * S, (10_030 + moved) * S)]


def test_an_extent_is_from_the_first_to_the_last_and_never_backwards() -> None:
    assert extent([(50, 60), (10, 20)]) == (10, 60)
    assert extent([(10, 9)]) == (10, 10)
    facts = facts_of([(0, 10_000 * S), (30 * S, 6_430 * S)])
    assert facts.utc_extent(0, 60 * S) == (6_430 * S, 10_030 * S)
    facts.anchors.append((60 * S, 20_000 * S))  # a journal that is read on
    assert facts.utc_extent(0, 90 * S) == (6_430 * S, 20_030 * S)


@given(STEPS, st.integers(0, 320), st.integers(0, 320))
def test_no_time_is_lost_or_added(steps: list[tuple[int, int]], first: int, length: int) -> None:
    start, end = first * S, (first + length) * S
    found = on_utc(anchored(steps), start, end)
    assert sum(over - begun for begun, over in found) == length * S


@given(STEPS, st.integers(0, 320), st.integers(1, 320))
def test_every_instant_lies_in_the_piece_of_its_time(
    steps: list[tuple[int, int]], first: int, length: int
) -> None:
    anchors = anchored(steps)
    start, end = first * S, (first + length) * S
    found = on_utc(anchors, start, end)
    sets = [t for t in sets_of(anchors) if start < t < end]
    assert len(found) == len(sets) + 1
    facts = facts_of(anchors)
    for t in range(start, end, S):
        begun, over = found[bisect_right(sets, t)]
        assert begun <= facts.utc_ns(t) < over
