"""Leaf segments: at any instant a thread's innermost span holds it, and only that."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.estimators.cells import FULL, Segment
from footprint.estimators.leaves import Work, leaves


def load(segments: list[Segment], t: int) -> int:
    return sum(each.density for each in segments if each.start <= t < each.end)


@st.composite
def threads(draw: st.DrawFn) -> list[list[Work]]:
    """Calls of some threads, properly nested; parents are indices into all of them."""
    works: list[list[Work]] = []
    count = 0
    for _ in range(draw(st.integers(1, 3))):
        own: list[Work] = []

        def call(start: int, end: int, parent: int, depth: int, own: list[Work] = own) -> None:
            nonlocal count
            index, count = count, count + 1
            own.append(Work(start, end, parent))
            at = start
            while depth < 3 and at < end and draw(st.booleans()):
                begin = draw(st.integers(at, end))
                at = draw(st.integers(begin, end))
                call(begin, at, index, depth + 1)

        start = draw(st.integers(0, 10))
        call(start, start + draw(st.integers(0, 30)), -1, 0)
        works.append(own)
    return works


@settings(deadline=None)
@given(threads())
def test_segments_part_each_threads_time(works: list[list[Work]]) -> None:
    everything = [work for own in works for work in own]
    segments = leaves(everything)
    first = 0
    for own in works:
        mine = [each for each in segments if first <= each.entry < first + len(own)]
        first += len(own)
        for t in range(-1, 45):
            inside = own[0].start <= t < own[0].end
            assert load(mine, t) == (FULL if inside else 0)
        for each in mine:
            work = everything[each.entry]
            assert work.start <= each.start < each.end <= work.end


@settings(deadline=None)
@given(threads(), st.randoms(use_true_random=False))
def test_order_does_not_matter(works: list[list[Work]], shuffled) -> None:  # type: ignore[no-untyped-def]
    everything = [work for own in works for work in own]
    order = list(range(len(everything)))
    shuffled.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    moved = [
        everything[old]._replace(
            parent=place[everything[old].parent] if everything[old].parent >= 0 else -1
        )
        for old in order
    ]
    back = sorted(each._replace(entry=order[each.entry]) for each in leaves(moved))
    assert back == sorted(leaves(everything))


def test_a_parent_keeps_what_its_children_leave() -> None:
    works = [Work(0, 100), Work(10, 30, 0), Work(50, 100, 0)]
    own = [each for each in leaves(works) if each.entry == 0]
    assert own == [Segment(0, 0, 10), Segment(0, 30, 50)]


def test_children_in_threads_displace_their_parent_once() -> None:
    works = [Work(0, 100), Work(10, 60, 0), Work(20, 80, 0)]
    own = [each for each in leaves(works) if each.entry == 0]
    assert own == [Segment(0, 0, 10), Segment(0, 80, 100)]


def test_a_child_that_outlives_its_parent_keeps_all_of_its_time() -> None:
    works = [Work(0, 100), Work(50, 150, 0), Work(-20, 10, 0), Work(120, 130, 0)]
    assert leaves(works) == [
        Segment(0, 10, 50),
        Segment(1, 50, 150),
        Segment(2, -20, 10),
        Segment(3, 120, 130),
    ]


def test_a_grandchild_displaces_its_parent_only() -> None:
    works = [Work(0, 100), Work(20, 60, 0), Work(30, 40, 1)]
    assert leaves(works) == [
        Segment(0, 0, 20),
        Segment(0, 60, 100),
        Segment(1, 20, 30),
        Segment(1, 40, 60),
        Segment(2, 30, 40),
    ]


def test_a_fold_displaces_its_parent_by_what_it_covered() -> None:
    fold = Work(20, 60, 0, covered_ns=10, self_ns=5)
    assert leaves([Work(0, 100), fold]) == [
        Segment(0, 0, 20),
        Segment(0, 20, 60, FULL * 3 // 4),
        Segment(0, 60, 100),
        Segment(1, 20, 60, FULL // 8),
    ]


def test_a_fold_within_a_fold_is_counted_in_its_own_time_already() -> None:
    outer, inner = Work(0, 40, -1, 40, 30), Work(0, 40, 0, 10, 10)
    segments = leaves([outer, inner])
    assert [each.density for each in segments] == [FULL * 3 // 4, FULL // 4]


def test_a_fold_without_time_of_its_own_has_no_segment() -> None:
    assert leaves([Work(0, 40, -1, 40, 0)]) == []


def test_what_a_consumer_held_is_nobodys() -> None:
    held = {0: [(10, 30, 20), (40, 60, 5)]}
    assert leaves([Work(0, 100)], held) == [
        Segment(0, 0, 10),
        Segment(0, 30, 40),
        Segment(0, 40, 60, FULL * 3 // 4),
        Segment(0, 60, 100),
    ]


def test_a_call_while_the_consumer_held_the_stream_takes_no_more_than_all() -> None:
    assert leaves([Work(0, 100), Work(10, 30, 0)], {0: [(10, 30, 20)]})[0:2] == [
        Segment(0, 0, 10),
        Segment(0, 30, 100),
    ]


def test_a_hold_beyond_the_span_is_cut() -> None:
    assert leaves([Work(10, 100)], {0: [(0, 20, 20), (90, 120, 30)]}) == [Segment(0, 20, 90)]


def test_empty_work_has_no_segment() -> None:
    assert leaves([Work(5, 5), Work(9, 3, 0)]) == []


def test_a_run_holds_all_of_its_time_in_the_background() -> None:
    works = [Work(0, 100, background=True), Work(10, 30, 0)]
    assert leaves(works) == [Segment(0, 0, 100, FULL, True), Segment(1, 10, 30)]


def test_a_run_within_a_run_displaces_it() -> None:
    works = [Work(0, 100, background=True), Work(10, 30, 0, background=True)]
    assert leaves(works) == [
        Segment(0, 0, 10, FULL, True),
        Segment(0, 30, 100, FULL, True),
        Segment(1, 10, 30, FULL, True),
    ]


def test_a_run_within_a_span_displaces_it() -> None:
    works = [Work(0, 100), Work(10, 30, 0, background=True)]
    assert leaves(works) == [
        Segment(0, 0, 10),
        Segment(0, 30, 100),
        Segment(1, 10, 30, FULL, True),
    ]


@pytest.mark.parametrize("ring", [[0], [1, 0], [1, 2, 0]])
def test_a_ring_of_parents_ends(ring: list[int]) -> None:
    works = [Work(0, 10 + index, parent) for index, parent in enumerate(ring)]
    assert all(0 <= each.start < each.end for each in leaves(works))
