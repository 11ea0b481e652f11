"""Bounds: whatever a device drew that agrees with its meter lies between them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from footprint.estimators.attribution import attribute
from footprint.estimators.cells import FULL, Cells, Segment

MS = 1_000_000
MAX_W = 700

#: Power of each ms, in W.
powers = st.lists(
    st.sampled_from([0, 60, 300, MAX_W]) | st.integers(0, MAX_W), min_size=20, max_size=80
)


@st.composite
def cut(draw: st.DrawFn, power: list[int], loose: bool) -> Cells:
    """Cells that a meter with edges in ms may make of a power curve.

    With `loose` each stated edge is off by up to its slack.
    """
    inner = draw(st.sets(st.integers(1, len(power) - 1), min_size=1, max_size=6))
    true = [0, *sorted(inner), len(power)]
    energy = [sum(power[left:right]) * MS for left, right in pairwise(true)]
    edges, slack = [t * MS for t in true], [0] * len(true)
    if loose:
        for index, t in enumerate(true):
            slack[index] = draw(st.sampled_from([0, MS, 3 * MS]))
            edges[index] = t * MS + draw(st.integers(-slack[index], slack[index]))
        assume(all(a < b for a, b in pairwise(edges)))
    return Cells(edges, energy, slack, float(MAX_W))


@st.composite
def work(draw: st.DrawFn, length: int) -> list[Segment]:
    """Segments of four entries with ends in ms, which may overlap."""
    found: list[Segment] = []
    for entry in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, length - 1))
        while at < length and len(found) < 12:
            end = min(length, at + draw(st.integers(1, length)))
            found.append(Segment(entry, at * MS, end * MS))
            at = end + draw(st.integers(0, length))
    return found


def truth(power: list[int], segments: list[Segment]) -> dict[int, Fraction]:
    """What each entry really used: its share of the power of every ms."""
    used: dict[int, Fraction] = {}
    for index, watts in enumerate(power):
        t = index * MS
        active = [each for each in segments if each.start <= t < each.end]
        for each in active:
            used[each.entry] = used.get(each.entry, Fraction(0)) + Fraction(watts * MS, len(active))
    return used


@settings(deadline=None, max_examples=120)
@given(st.data(), powers)
def test_truth_is_within_the_bounds(data: st.DataObject, power: list[int]) -> None:
    cells = data.draw(cut(power, loose=False))
    segments = data.draw(work(len(power)))
    done = attribute(cells, segments)
    for entry, used in truth(power, segments).items():
        share = done.entries[entry]
        assert share.low_nj <= used <= share.high_nj
        assert share.low_nj <= share.energy_nj <= share.high_nj


@settings(deadline=None, max_examples=120)
@given(st.data(), powers)
def test_truth_is_within_the_bounds_where_edges_are_loose(
    data: st.DataObject, power: list[int]
) -> None:
    cells = data.draw(cut(power, loose=True))
    one = data.draw(st.integers(0, len(power) - 1))
    end = data.draw(st.integers(one + 1, len(power)))
    # what lies before the first edge or after the last was not metered
    known = (min(cells.edges[0], 0), max(cells.edges[-1], len(power) * MS))
    edges = [known[0], *cells.edges[1:-1], known[1]]
    cells = cells._replace(edges=edges)
    share = attribute(cells, [Segment(0, one * MS, end * MS)]).entries[0]
    used = sum(power[one:end]) * MS
    assert share.low_nj <= used <= share.high_nj


@settings(deadline=None, max_examples=80)
@given(st.data(), powers)
def test_groups_hold_their_truth_and_are_no_wider_than_the_sum(
    data: st.DataObject, power: list[int]
) -> None:
    cells = data.draw(cut(power, loose=False))
    segments = data.draw(work(len(power)))
    groups = {entry: [entry % 2, 7] for entry in range(4)}
    done = attribute(cells, segments, groups=groups)
    used = truth(power, segments)
    for group in (0, 1, 7):
        members = [e for e in done.entries if group in groups[e]]
        if not members:
            assert group not in done.groups or done.groups[group] == (0, 0)
            continue
        low, high = done.groups[group]
        assert low <= sum(used[e] for e in members) <= high
        assert low >= sum(done.entries[e].low_nj for e in members) - 1
        assert high <= sum(done.entries[e].high_nj for e in members) + 1


@settings(deadline=None, max_examples=80)
@given(st.data(), powers)
def test_truth_of_a_fold_is_within_the_bounds(data: st.DataObject, power: list[int]) -> None:
    """Where in its window a fold's calls were is not known: they may be anywhere in it."""
    cells = data.draw(cut(power, loose=False))
    start = data.draw(st.integers(0, len(power) - 1))
    end = data.draw(st.integers(start + 1, len(power)))
    own = data.draw(st.sets(st.integers(start, end - 1), min_size=1))
    density = min(FULL, -(-len(own) * FULL // (end - start)))
    fold = Segment(0, start * MS, end * MS, density)
    done = attribute(cells, [fold], groups={0: [0]})
    used = sum(power[t] for t in own) * MS
    share = done.entries[0]
    rounding = MAX_W * (end - start) * MS // FULL + 1000  # a density is a whole 2**-20
    assert share.low_nj - rounding <= used <= share.high_nj + rounding
    low, high = done.groups[0]
    assert low - rounding <= used <= high + rounding


def test_whole_cells_are_exact() -> None:
    cells = Cells([0, 100, 250, 400], [7_000, 100_000, 3_000], [0] * 4, 700.0)
    for limit in (700.0, None):  # prices are rounded down: a nJ a cell at most
        share = attribute(cells._replace(max_w=limit), [Segment(0, 0, 250)]).entries[0]
        assert 107_000 - 2 <= share.low_nj <= share.energy_nj <= share.high_nj == 107_000


def test_an_end_on_a_loose_edge_is_as_loose_as_the_edge() -> None:
    cells = Cells([0, 100 * MS, 200 * MS], [30 * 10**9] * 2, [0, MS, 0], 700.0)
    share = attribute(cells, [Segment(0, 0, 100 * MS)]).entries[0]
    assert share.energy_nj == 30 * 10**9
    assert share.low_nj == pytest.approx(29.3 * 10**9, abs=2000)
    assert share.high_nj == pytest.approx(30.7 * 10**9, abs=2000)


def test_a_third_of_a_cell_is_not_rounded_out_of_its_bounds() -> None:
    segments = [Segment(0, 0, 25 * MS), Segment(1, 24 * MS, 25 * MS), Segment(2, 0, 25 * MS)]
    cells = Cells([0, MS, 25 * MS], [0, 700 * MS], [0] * 3, 700.0)
    assert attribute(cells, segments).entries[1].high_nj >= 700 * MS / 3


def test_ten_seconds_are_known_to_two_percent() -> None:
    # edges each 100 ms known to 0.5 ms, 300 W, 840 W at most: the ends alone are open
    edges = [index * 100 * MS for index in range(111)]
    cells = Cells(edges, [30 * 10**9] * 110, [MS // 2] * 111, 840.0)
    share = attribute(cells, [Segment(0, 133 * MS, 10_133 * MS)]).entries[0]
    assert share.energy_nj == pytest.approx(3000e9, rel=0.005)
    assert share.high_nj - share.low_nj < 0.04 * share.energy_nj


def test_calls_back_to_back_are_known_together() -> None:
    edges = [index * 100 * MS for index in range(31)]
    cells = Cells(edges, [30 * 10**9] * 30, [0] * 31, 840.0)
    calls = [Segment(index, index * 5 * MS, (index + 1) * 5 * MS) for index in range(600)]
    done = attribute(cells, calls, groups={index: [0] for index in range(600)})
    low, high = done.groups[0]
    assert low == pytest.approx(900e9, rel=1e-6)
    assert high == pytest.approx(900e9, rel=1e-6)
    single = done.entries[100]
    assert single.low_nj == 0
    assert single.high_nj == pytest.approx(4.2e9, rel=1e-6)
