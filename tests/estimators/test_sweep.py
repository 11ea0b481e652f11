"""The sweep's sums: what is booked, by the rule, and never more than there is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from estimators_laws import cells_of, reference, segments_of
from footprint.estimators.attribution import attribute, booked_nj
from footprint.estimators.cells import FULL, Cells, Segment, idle_floor_w


@settings(deadline=None, max_examples=150)
@given(cells_of(), segments_of(), st.sampled_from([0.0, 1.0, 2.5, 100.0]))
def test_energy_is_that_of_the_plain_and_slow_way(
    cells: Cells, segments: list[Segment], floor_w: float
) -> None:
    done = attribute(cells, segments, floor_w)
    entries, idle = reference(cells, segments, floor_w)
    # every cell's amounts are rounded to whole nJ, and every entry once more
    allowed = 2 * len(cells.energy) + 2
    for entry, expected in entries.items():
        assert abs(done.entries[entry].energy_nj - expected) <= allowed
    assert abs(done.idle_nj - idle) <= allowed * (len(entries) + 1)


def test_runs_that_hold_all_of_many_cells_leave_no_debt() -> None:
    # Each cell's parts are rounded: were one of them rounded up, idle would fall below zero.
    edges = [index * 7 for index in range(1001)]
    cells = Cells(edges, [1000 + index % 13 for index in range(1000)], [0] * 1001)
    calls = [Segment(1, index * 7, index * 7 + 3) for index in range(1000)]
    run = Segment(0, 0, 7000, background=True)
    done = attribute(cells, [run, *calls], 1.0)
    assert 0 <= done.idle_nj <= 2 * 1000


def test_what_is_at_rest_comes_from_the_idle_cells_beside() -> None:
    # 100 ns at 700 W in a cell of 1000 ns at 70 W, between cells of 70 W: learned without a floor
    cells = Cells([0, 1000, 2000, 3000], [70_000, 133_000, 70_000], [0] * 4, 1000.0)
    done = attribute(cells, [Segment(0, 1400, 1500)], 10.0)
    assert done.entries[0].energy_nj == 70_000
    assert done.idle_nj == 3 * 70_000 - 7_000


def test_estimated_cells_say_nothing_of_rest() -> None:
    edges, energy = [0, 1000, 2000], [500_000, 133_000]
    flagged = Cells(edges, energy, [0] * 3, 1000.0, frozenset({0}))
    done = attribute(flagged, [Segment(0, 1400, 1500)], 70.0)
    assert done.entries[0].energy_nj == 70_000


def test_no_more_than_the_device_can_draw() -> None:
    # 500 W on average, a call of a tenth of the cell, and a device of 700 W: the rest drew it too
    cells = Cells([0, 1000], [500_000], [0, 0], 700.0)
    done = attribute(cells, [Segment(0, 0, 100)], 10.0)
    assert done.entries[0].energy_nj == 70_000
    assert done.idle_nj == 430_000


def test_a_run_holds_what_its_parts_leave() -> None:
    cells = Cells([0, 1000], [300_000], [0, 0])
    run, call = Segment(0, 0, 1000, background=True), Segment(1, 200, 700)
    done = attribute(cells, [run, call], 100.0)
    assert done.entries[1].energy_nj == 250_000
    assert done.entries[0].energy_nj == 50_000
    assert done.idle_nj == 0


def test_density_is_the_part_of_a_window_that_was_held() -> None:
    cells = Cells([0, 1000], [550_000], [0, 0])
    done = attribute(cells, [Segment(0, 0, 1000, FULL // 2)], 100.0)
    assert done.entries[0].energy_nj == 500_000
    assert done.entries[0].active_ns == 500


@settings(deadline=None, max_examples=60)
@given(cells_of(), segments_of(), st.data())
def test_parts_of_the_cells_add_up(
    cells: Cells, segments: list[Segment], data: st.DataObject
) -> None:
    floor_w = idle_floor_w(cells, segments)
    count = len(cells.energy)
    chosen = data.draw(st.sets(st.integers(0, max(0, count - 1))))
    one = booked_nj(cells, segments, floor_w, chosen)
    other = booked_nj(cells, segments, floor_w, set(range(count)) - chosen)
    for entry, share in attribute(cells, segments, floor_w).entries.items():
        assert 0 <= share.energy_nj - one[entry] - other[entry] <= 1
