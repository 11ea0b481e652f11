"""The idle floor, and which cells are idle."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.cells import Cells, Segment, idle_cells, idle_floor_w

MS = 1_000_000


def steps(watts: list[float | None], width_ms: int = 100, **more: object) -> Cells:
    """Cells of one width with these mean powers."""
    width = width_ms * MS
    edges = [index * width for index in range(len(watts) + 1)]
    energy = [None if each is None else round(each * width) for each in watts]
    return Cells(edges, energy, [0] * len(edges), **more)  # type: ignore[arg-type]


def test_floor_is_the_lowest_stretch_in_which_nothing_ran() -> None:
    cells = steps([300] * 5 + [80] * 6 + [90] * 6)
    busy = [Segment(0, 0, 500 * MS)]
    assert idle_floor_w(cells, busy) == 80.0


def test_one_low_cell_is_not_the_floor() -> None:
    # a cell's mean power is off by as much as its edges are: only half a second counts
    cells = steps([80, 80, 20, 80, 80, 80, 80, 80, 80, 80])
    assert idle_floor_w(cells, []) == pytest.approx(68.0)


def test_floor_without_idle_time_is_the_lowest_of_all() -> None:
    cells = steps([300] * 5 + [200] * 5)
    assert idle_floor_w(cells, [Segment(0, 0, 1000 * MS)]) == 200.0


def test_floor_of_short_idle_time() -> None:
    assert idle_floor_w(steps([300, 70, 300]), [Segment(0, 0, 100 * MS)]) == pytest.approx(185.0)
    both = [Segment(0, 0, 100 * MS), Segment(0, 200 * MS, 300 * MS)]
    assert idle_floor_w(steps([300, 70, 300]), both) == 70.0


def test_floor_ignores_what_was_not_metered_or_only_estimated() -> None:
    cells = steps([None] * 5 + [5] * 5 + [80] * 5, estimated=frozenset(range(5, 10)))
    assert idle_floor_w(cells, []) == 80.0
    assert idle_floor_w(steps([None, None]), []) == 0.0
    assert idle_floor_w(steps([]), []) == 0.0


def test_runs_do_not_keep_a_cell_from_being_idle() -> None:
    cells = steps([100] * 3)
    run = Segment(0, 0, 300 * MS, background=True)
    assert idle_cells(cells, [run, Segment(1, 150 * MS, 160 * MS)]) == b"\1\0\1"


@given(
    st.lists(st.integers(1, 9), min_size=0, max_size=12),
    st.lists(st.tuples(st.integers(-10, 60), st.integers(1, 30)), max_size=6),
)
def test_a_cell_is_idle_where_no_segment_has_a_moment_in_common(
    widths: list[int], spans: list[tuple[int, int]]
) -> None:
    edges = [sum(widths[:index]) for index in range(len(widths) + 1)] if widths else []
    cells = Cells(edges, [1] * len(widths), [0] * len(edges))
    segments = [Segment(0, start, start + length) for start, length in spans]
    expected = bytes(
        not any(each.start < right and each.end > left for each in segments)
        for left, right in pairwise(edges)
    )
    assert idle_cells(cells, segments) == expected
