"""The laws of attribution: nothing is lost, nothing is booked twice, order does not matter."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators_laws import cells_of, segments_of
from footprint.estimators.attribution import attribute, booked_by_nj
from footprint.estimators.cells import FULL, Cells, Segment

floors = st.none() | st.sampled_from([0.0, 3.0, 77.7, 1e4])


@settings(deadline=None, max_examples=150)
@given(cells_of(), segments_of(), floors)
def test_conservation(cells: Cells, segments: list[Segment], floor_w: float | None) -> None:
    done = attribute(cells, segments, floor_w)
    metered = sum(each or 0 for each in cells.energy)
    assert done.metered_nj == metered
    assert sum(each.energy_nj for each in done.entries.values()) + done.idle_nj == metered
    assert done.idle_nj >= 0
    for share in done.entries.values():
        assert 0 <= share.low_nj <= share.energy_nj <= share.high_nj
        assert 0 <= share.metered_ns <= share.active_ns
        assert share.estimated_nj in (0, share.energy_nj)


@settings(deadline=None, max_examples=60)
@given(cells_of(scale=1_000_003), segments_of(scale=1_000_003), floors)
def test_conservation_of_large_amounts(
    cells: Cells, segments: list[Segment], floor_w: float | None
) -> None:
    done = attribute(cells, segments, floor_w)
    assert sum(each.energy_nj for each in done.entries.values()) + done.idle_nj == done.metered_nj
    assert done.idle_nj >= 0


@settings(deadline=None, max_examples=60)
@given(cells_of(), segments_of(), st.randoms(use_true_random=False))
def test_order_does_not_matter(
    cells: Cells, segments: list[Segment], shuffled: random.Random
) -> None:
    groups = {entry: [entry % 2] for entry in range(5)}
    done = attribute(cells, segments, groups=groups)
    other = list(segments)
    shuffled.shuffle(other)
    assert attribute(cells, other, groups=groups) == done


@settings(deadline=None, max_examples=60)
@given(cells_of(known=True), segments_of(), st.integers(-10_000, 10_000))
def test_shifting_the_clock_changes_nothing(cells: Cells, segments: list[Segment], by: int) -> None:
    moved = cells._replace(edges=[edge + by for edge in cells.edges])
    later = [each._replace(start=each.start + by, end=each.end + by) for each in segments]
    assert attribute(moved, later) == attribute(cells, segments)


@settings(deadline=None, max_examples=60)
@given(cells_of(known=True), segments_of(), st.integers(2, 1000))
def test_a_slower_clock_books_the_same(cells: Cells, segments: list[Segment], by: int) -> None:
    """The same energy over times longer by a factor: power falls by it, shares do not change."""
    cells = cells._replace(max_w=None)
    slower = cells._replace(
        edges=[edge * by for edge in cells.edges], slack=[each * by for each in cells.slack]
    )
    later = [each._replace(start=each.start * by, end=each.end * by) for each in segments]
    one, other = attribute(cells, segments, 7.0), attribute(slower, later, 7.0 / by)
    for entry, share in one.entries.items():
        assert abs(other.entries[entry].energy_nj - share.energy_nj) <= 3 * len(cells.energy) + 2


@settings(deadline=None, max_examples=60)
@given(cells_of(known=True), segments_of(), st.integers(2, 1000))
def test_twice_the_power_is_twice_the_energy(
    cells: Cells, segments: list[Segment], by: int
) -> None:
    cells = cells._replace(max_w=None)
    stronger = cells._replace(energy=[(each or 0) * by for each in cells.energy])
    one, other = attribute(cells, segments, 7.0), attribute(stronger, segments, 7.0 * by)
    for entry, share in one.entries.items():
        off = abs(other.entries[entry].energy_nj - by * share.energy_nj)
        assert off <= (by + 1) * (2 * len(cells.energy) + 2)


def test_nothing_metered() -> None:
    done = attribute(Cells([], [], []), [Segment(0, 5, 15)])
    assert done.metered_nj == done.idle_nj == 0
    share = done.entries[0]
    assert (share.energy_nj, share.low_nj, share.high_nj) == (0, 0, 0)
    assert (share.metered_ns, share.active_ns) == (0, 10)


def test_nothing_ran() -> None:
    done = attribute(Cells([0, 10], [500], [0, 0]), [])
    assert (done.metered_nj, done.idle_nj, done.entries) == (500, 500, {})


@pytest.mark.parametrize(("start", "end"), [(-50, -20), (-50, 0), (100, 130), (120, 130)])
def test_outside_all_cells(start: int, end: int) -> None:
    cells = Cells([0, 50, 100], [5_000, 6_000], [0] * 3, 700.0)
    done = attribute(cells, [Segment(0, start, end)], groups={0: [0]})
    assert done.idle_nj == 11_000
    assert done.entries[0][:4] == (0, 0, 0, 0)
    assert done.entries[0].active_ns == end - start
    assert done.groups == {0: (0, 0)}


def test_partly_outside() -> None:
    cells = Cells([0, 100], [10_000], [0, 0], 700.0)
    share = attribute(cells, [Segment(0, -100, 300)]).entries[0]
    assert (share.energy_nj, share.metered_ns, share.active_ns) == (10_000, 100, 400)


def test_missing_is_not_zero() -> None:
    cells = Cells([0, 100, 200], [10_000, None], [0] * 3, 700.0)
    share = attribute(cells, [Segment(0, 0, 200)]).entries[0]
    assert (share.energy_nj, share.metered_ns, share.active_ns) == (10_000, 100, 200)


def test_eight_threads_sum_to_the_union() -> None:
    cells = Cells([0, 100], [80_001], [0, 0], 900.0)
    done = attribute(cells, [Segment(entry, 0, 100) for entry in range(8)])
    assert [each.energy_nj for each in done.entries.values()] == [10_000] * 8
    assert done.idle_nj == 1


def test_estimated_energy_is_flagged() -> None:
    cells = Cells([0, 100, 200], [10_000, 10_000], [0] * 3, None, frozenset({1}))
    done = attribute(cells, [Segment(0, 0, 100), Segment(1, 0, 150), Segment(2, 100, 200)])
    assert [done.entries[each].estimated_nj > 0 for each in range(3)] == [False, True, True]
    assert done.estimated_nj == 10_000


def test_short_calls_get_their_power_and_not_the_average() -> None:
    """700 W in calls of 5 ms, 70 W in gaps of 95 ms, half a second of idling before."""
    ms = 1_000_000
    edges = [index * 100 * ms for index in range(26)]
    idle, busy = 70 * 100 * ms, (700 * 5 + 70 * 95) * ms
    cells = Cells(edges, [idle] * 5 + [busy] * 20, [0] * 26, 840.0)
    calls = [
        Segment(index, (500 + 100 * index + 40) * ms, (500 + 100 * index + 45) * ms)
        for index in range(20)
    ]
    done = attribute(cells, calls)
    assert done.floor_w == 70.0
    total = sum(each.energy_nj for each in done.entries.values())
    assert total == pytest.approx(20 * 700 * 5 * ms, rel=1e-6)


def test_a_density_is_a_part_of_one() -> None:
    assert FULL == 2**20


cuts_of = st.lists(st.integers(-20, 600), max_size=5, unique=True).map(sorted)


@settings(deadline=None, max_examples=80)
@given(cells_of(), segments_of(), floors, cuts_of)
def test_stretches_add_up_to_what_is_booked(
    cells: Cells, segments: list[Segment], floor_w: float | None, cuts: list[int]
) -> None:
    floor = 7.0 if floor_w is None else floor_w
    done = attribute(cells, segments, floor)
    by = booked_by_nj(cells, segments, floor, cuts)
    for entry, share in done.entries.items():
        own = by.get(entry, {})
        pieces = (len(cuts) + 1) * sum(segment.entry == entry for segment in segments)
        assert 0 <= share.energy_nj - sum(own.values()) <= pieces
        assert all(0 <= stretch <= len(cuts) for stretch in own)
        assert all(amount > 0 for amount in own.values())


@settings(deadline=None, max_examples=60)
@given(cells_of(), segments_of())
def test_time_held_adds_up_to_the_time_in_the_cells(cells: Cells, segments: list[Segment]) -> None:
    done = attribute(cells, segments, 7.0)
    held = sum(share.held_ns for share in done.entries.values())
    present = cells.edges[-1] - cells.edges[0] if cells.energy else 0
    assert all(share.held_ns >= 0 for share in done.entries.values())
    assert held <= present


def test_a_cut_divides_a_call_by_what_its_cells_drew() -> None:
    cells = Cells([0, 100, 200], [10_000, 30_000], [0] * 3)
    half = [Segment(0, 50, 150)]
    assert booked_by_nj(cells, half, 100.0, [100]) == {0: {0: 5_000, 1: 25_000}}
    whole = [Segment(0, 0, 200)]
    assert booked_by_nj(cells, whole, 0.0, [50, 150]) == {0: {0: 5_000, 1: 20_000, 2: 15_000}}
    assert booked_by_nj(cells, whole, 0.0, []) == {0: {0: 40_000}}
