"""A device's timeline: what several writers saw of one counter, as cells."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counted import MS, Counter, Row, S, polls
from footprint.accounts.timelines.build import build
from footprint.accounts.timelines.fills import FILL
from footprint.accounts.timelines.merge import merge
from footprint.accounts.timelines.period import period_ns
from footprint.accounts.timelines.place import place
from footprint.accounts.timelines.points import Point, Window, read_points
from footprint.accounts.timelines.timeline import Timeline
from footprint.ledger.format import NO_LAG
from footprint.model import Device

GPU = Device("GPU-0", "gpu", "a GPU", "counter", "gpu", max_w=840.0)
RAPL = Device(
    "cpu:0", "cpu", "a CPU", "counter", "package", max_w=400.0, wrap_nj=262_143_000_000_000
)


def sound(timeline: Timeline) -> None:
    """What holds for every timeline."""
    cells = timeline.cells
    assert len(cells.edges) == len(cells.slack) == len(cells.energy) + 1 or not cells.edges
    assert all(a < b for a, b in pairwise(cells.edges))
    assert all(each is None or each >= 0 for each in cells.energy)
    assert all(each >= 0 for each in cells.slack)
    assert len(timeline.tiers) == len(cells.energy)


def total(timeline: Timeline) -> int:
    return sum(
        each or 0
        for cell, each in enumerate(timeline.cells.energy)
        if cell not in timeline.cells.estimated
    )


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([2, 7, 30, 150]), st.sampled_from([20, 50, 100]))
def test_one_writer_counts_all_and_knows_its_edges(seed: int, step: int, period: int) -> None:
    rng = random.Random(seed)
    counter = Counter(seed, period=period * MS)
    reads = polls(rng, S - 50 * MS, S + 40 * period * MS, step * MS)
    points = read_points([counter.rows(reads)])
    timeline = build(GPU, points, [])
    sound(timeline)
    assert total(timeline) == (points[-1].raw_uj - points[0].raw_uj) * 1000
    # each edge is where the counter moved, within its slack, but for the first read's
    values = {value: edge for edge, value in zip(counter.edges, counter.values, strict=True)}
    raw = points[0].raw_uj
    cells = timeline.cells
    for index, energy in enumerate(cells.energy[:-1]):
        raw += (energy or 0) // 1000
        off = abs(cells.edges[index + 1] - values[raw])
        assert off <= cells.slack[index + 1] + 2000


@settings(deadline=None, max_examples=100)
@given(
    st.integers(0, 10_000),
    st.sampled_from([3, 20, 60]),
    st.sampled_from([3, 20, 60, 170]),
    st.sampled_from([0, 900]),
)
def test_two_writers_see_one_counter(seed: int, step: int, other_step: int, late: int) -> None:
    rng = random.Random(seed)
    counter = Counter(seed)
    one = counter.rows(polls(rng, S - 50 * MS, 5 * S, step * MS))
    begin = S - 30 * MS + late * MS
    other = counter.rows(polls(rng, begin, 5 * S, other_step * MS, took=5 * MS))
    alone, both = (build(GPU, read_points(rows), []) for rows in ([one], [one, other]))
    sound(both)
    assert len(merge(read_points([one, other]), None, 840.0)) == 1
    raws = [row[3] for row in one + other]
    assert total(both) == (max(raws) - min(raws)) * 1000
    if step == 3:  # the first saw every edge: the second adds none, and narrows what was open
        assert both.cells.energy == alone.cells.energy
        assert sum(both.cells.slack) <= 1.1 * sum(alone.cells.slack)
    assert build(GPU, read_points([other, one]), []).cells == both.cells


def test_a_late_read_finds_its_place() -> None:
    rows = [[(0, 1000, S, 10), (0, 1000, S + 100 * MS, 30)], [(0, NO_LAG, S - 1, 10)]]
    # read before the first writer's second edge, and done after it, with a value of its own
    rows[1].append((0, 60_000, S + 101 * MS, 20))
    (run,) = merge(read_points(rows), None, 840.0)
    assert [point.raw_uj for point in run] == [10, 20, 30]
    assert run[1].high <= run[2].high


def test_both_writers_brackets_narrow_an_edge() -> None:
    points = [Point(100, 200, 5, 0, 0), Point(150, 240, 5, 0, 1)]
    assert merge(points, None, None) == [[Point(150, 200, 5, 0, 0)]]


def test_contradicting_brackets_keep_the_narrower() -> None:
    points = [Point(100, 200, 5, 0, 0), Point(210, 240, 5, 0, 1)]
    assert merge(points, None, None) == [[Point(210, 240, 5, 0, 1)]]


def reset_rows(before: list[int], after: list[int], epoch: int, phase: int = 0) -> list[Row]:
    rows = [(0, 1000, S + index * 100 * MS + phase, raw) for index, raw in enumerate(before)]
    start = S + len(before) * 100 * MS + phase
    rows += [(epoch, 1000, start + index * 100 * MS, raw) for index, raw in enumerate(after)]
    return rows


@pytest.mark.parametrize("epoch", [0, 1], ids=["unnoticed", "noticed"])
def test_a_reset_begins_a_run(epoch: int) -> None:
    rows = reset_rows([9_000_000, 39_000_000], [3_000_000, 33_000_000], epoch)
    timeline = build(GPU, read_points([rows]), [])
    sound(timeline)
    # 100 ms between the runs are filled in from both sides and flagged
    assert timeline.cells.energy == [30 * 10**9] * 3
    assert timeline.cells.estimated == frozenset({1})


def test_two_writers_see_one_reset() -> None:
    one = reset_rows([9_000_000, 39_000_000], [3_000_000, 33_000_000, 63_000_000], 1)
    # the second learns of it later, from a value that the first did not catch
    other = [
        (0, 1000, S + 1 * MS, 9_000_000),
        (0, 1000, S + 101 * MS, 39_000_000),
        (1, 160_000, S + 260 * MS, 18_000_000),
        (1, 40_000, S + 301 * MS, 33_000_000),
    ]
    runs = merge(read_points([one, other]), None, 840.0)
    assert [[p.raw_uj for p in run] for run in runs] == [
        [9_000_000, 39_000_000],
        [3_000_000, 18_000_000, 33_000_000, 63_000_000],
    ]
    sound(build(GPU, read_points([one, other]), []))


def test_a_read_from_before_a_reset_that_was_late() -> None:
    one = reset_rows([9_000_000, 39_000_000], [3_000_000, 33_000_000], 1)
    other = [(0, 1000, S + 2 * MS, 9_000_000), (0, 190_000, S + 201 * MS, 39_000_000)]
    runs = merge(read_points([one, other]), None, 840.0)
    assert [[p.raw_uj for p in run] for run in runs] == [
        [9_000_000, 39_000_000],
        [3_000_000, 33_000_000],
    ]


def test_a_writer_that_slept_through_a_reset() -> None:
    awake = reset_rows([9_000_000, 39_000_000], [3_000_000 + 30_000_000 * n for n in range(9)], 1)
    slept = [(0, 1000, S + 2 * MS, 9_000_000), (0, NO_LAG, S + 901 * MS, 213_000_000)]
    timeline = build(GPU, read_points([awake, slept]), [])
    sound(timeline)
    assert timeline.cells == build(GPU, read_points([awake]), []).cells


def test_a_second_process_after_a_reload() -> None:
    one = reset_rows([900_000_000, 930_000_000], [], 0)
    other = [(0, NO_LAG, 60 * S, 5_000_000), (0, 1000, 60 * S + 100 * MS, 35_000_000)]
    timeline = build(GPU, read_points([one, other]), [])
    sound(timeline)
    assert total(timeline) == 60 * 10**9
    assert None in timeline.cells.energy


def test_a_second_process_goes_on_counting() -> None:
    one = reset_rows([900_000_000, 930_000_000], [], 0)
    other = [(0, NO_LAG, 60 * S, 3_000_000_000), (0, 1000, 60 * S + 100 * MS, 3_005_000_000)]
    timeline = build(GPU, read_points([one, other]), [])
    assert total(timeline) == (3_005_000_000 - 900_000_000) * 1000


def test_lost_and_back_without_a_reset_goes_on() -> None:
    # an epoch of its own, but the counter shows too much to have begun again
    rows = reset_rows([900_000_000_000, 900_030_000_000], [], 0)
    rows += [(1, NO_LAG, 4 * S, 900_900_000_000), (1, 1000, 4 * S + 100 * MS, 900_930_000_000)]
    timeline = build(GPU, read_points([rows]), [])
    assert total(timeline) == 930 * 10**9
    assert None not in timeline.cells.energy


def test_lost_and_back_with_a_reset_is_missing() -> None:
    rows = reset_rows([900_000_000, 930_000_000], [], 0)
    rows += [(1, NO_LAG, 4 * S, 9_000_000), (1, 1000, 4 * S + 100 * MS, 39_000_000)]
    timeline = build(GPU, read_points([rows]), [])
    sound(timeline)
    assert total(timeline) == 60 * 10**9
    assert timeline.cells.energy.count(None) == 1


WRAP_UJ = 262_143_000_000


def rapl_rows(raws: list[int], phase: int = 0, step: int = 100 * MS, begin: int = S) -> list[Row]:
    """What the host's tracker writes: an epoch of its own at each wrap."""
    rows: list[Row] = []
    epoch = 0
    for index, raw in enumerate(raws):
        if rows and raw < rows[-1][3]:
            epoch += 1
        rows.append((epoch, 50, begin + index * step + phase, raw))
    return rows


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 2), st.integers(1, 99))
def test_wraps_are_no_resets(seed: int, writers: int, phase: int) -> None:
    """A counter that wraps several times, read by one or two processes."""
    rng = random.Random(seed)
    begin = rng.randrange(WRAP_UJ)
    watts = rng.randint(20, 390)
    step = 60 * S  # a third to a tenth of a turn

    def raw(t: int) -> int:
        return (begin + watts * (t - S) // 1000) % WRAP_UJ

    rows = []
    for writer in range(writers):
        times = [S + index * step + writer * phase * step // 100 for index in range(40)]
        rows.append(rapl_rows([raw(t) for t in times], writer * phase * step // 100, step))
    timeline = build(RAPL, read_points(rows), [])
    sound(timeline)
    first, last = min(row[0][2] for row in rows), max(row[-1][2] for row in rows)
    assert total(timeline) == pytest.approx(watts * (last - first), rel=1e-6)
    assert not timeline.cells.estimated


def test_a_read_from_just_before_a_wrap_that_was_late() -> None:
    one = rapl_rows([WRAP_UJ - 10_000_000, 5_000_000, 15_000_000])
    other = [(0, 50, S + 1000, WRAP_UJ - 9_999_000), (0, 99_000, S + 100 * MS + 50, WRAP_UJ - 100)]
    timeline = build(RAPL, read_points([one, other]), [])
    sound(timeline)
    assert total(timeline) == 25_000_000 * 1000


def test_a_new_process_after_a_wrap() -> None:
    one = rapl_rows([WRAP_UJ - 20_000_000, WRAP_UJ - 10_000_000])
    other = rapl_rows([5_000_000, 15_000_000], begin=2 * S)
    timeline = build(RAPL, read_points([one, other]), [])
    assert total(timeline) == 35_000_000 * 1000


def test_a_fall_that_no_wrap_explains_is_a_reset() -> None:
    rows = rapl_rows([5_000_000, 15_000_000, 1_000_000, 11_000_000])
    timeline = build(RAPL, read_points([rows]), [])
    assert total(timeline) == 20_000_000 * 1000
    assert timeline.cells.estimated == frozenset({1})


def test_edges_that_cannot_be_told_apart_keep_their_energy() -> None:
    points = [Point(S, S, 0, 0, 0), Point(2 * S, 2 * S, 50, 0, 0), Point(2 * S, 2 * S, 70, 0, 0)]
    timeline = build(RAPL, points, [])
    assert timeline.cells.energy == [70_000]


@pytest.mark.parametrize("kind", ["gpu", "cpu"])
def test_only_a_gpus_counter_has_a_period(kind: str) -> None:
    # reads each 100 ms; the second took 20 ms and says so
    rows = [(0, 100, S + index * 100 * MS, index * 1_000_000) for index in range(8) if index != 3]
    rows.append((0, 20_000, S + 310 * MS, 3_000_000))
    timeline = build(GPU._replace(kind=kind), read_points([sorted(rows, key=lambda r: r[2])]), [])
    slack = timeline.cells.slack[3]
    assert (slack < 3 * MS) if kind == "gpu" else (slack == 10 * MS)


def test_a_first_read_is_placed_by_the_period() -> None:
    counter = Counter(3)
    reads = [(S + 130 * MS, S + 130 * MS + 1000)]
    reads += polls(random.Random(1), S + 132 * MS, 3 * S, 2 * MS)
    timeline = build(GPU, read_points([counter.rows(reads)]), [])
    assert abs(timeline.cells.edges[0] - counter.edges[1]) <= timeline.cells.slack[0] + 2000
    assert timeline.cells.slack[0] < 3 * MS


def test_a_first_read_without_a_period() -> None:
    (placed, _) = place([Point(-9 * S, S, 5, 0, 0), Point(S + 50 * MS, S + 50 * MS, 6, 0, 0)], None)
    assert placed == (S - 25 * MS, 50 * MS)  # within the step before it was read
    assert place([Point(-9 * S, S, 5, 0, 0)], None) == [(S - 50 * MS, 100 * MS)]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([0, 1, 5, 15]))
def test_a_counter_with_jitter(seed: int, jitter: int) -> None:
    """The period narrows brackets only as far as the counter keeps it."""
    counter = Counter(seed, count=60, jitter=jitter * MS)
    rows = counter.rows(polls(random.Random(seed), S - 50 * MS, 7 * S, 4 * MS))
    points = read_points([rows])
    timeline = build(GPU, points, [])
    sound(timeline)
    assert total(timeline) == (points[-1].raw_uj - points[0].raw_uj) * 1000
    outside = 0
    values = {value: edge for edge, value in zip(counter.edges, counter.values, strict=True)}
    raw = points[0].raw_uj
    cells = timeline.cells
    for index, energy in enumerate(cells.energy):
        raw += (energy or 0) // 1000
        outside += abs(cells.edges[index + 1] - values[raw]) > cells.slack[index + 1] + 2000
    assert outside <= 3  # of 60


def test_period_is_told_by_edges_that_are_known_well() -> None:
    points = [Point(t * MS - 2 * MS, t * MS, t, 0, 0) for t in (0, 100, 200, 400, 500)]
    assert period_ns(points) == 100 * MS
    assert period_ns(points[:1]) is None


def test_a_busy_host_still_places_the_first_read() -> None:
    """No edge is known to better than 10 ms, and yet the first read is not taken for an edge."""
    outside, off = 0, []
    for seed in range(100):
        counter = Counter(seed, count=30)
        rng = random.Random(seed)
        reads = polls(rng, S + 2 * 100 * MS + rng.randint(1, 99) * MS, 4 * S, 20 * MS)
        points = read_points([counter.rows(reads)])
        assert not [point for point in points if point.high - point.low < 8 * MS]
        cells = build(GPU, points, []).cells
        off.append(cells.edges[0] - counter.edges[counter.values.index(points[0].raw_uj)])
        outside += abs(off[-1]) > cells.slack[0] + 2000
    assert outside <= 5  # of 100
    assert abs(sum(off)) / 100 < 15 * MS  # not late, not early


# -- windows and holes


def windows(begin: int, end: int, watts: int, step: int = 50 * MS) -> list[Window]:
    return [Window(t, t + step, watts * step, "power") for t in range(begin, end, step)]


def test_windows_of_two_writers_count_once() -> None:
    one, other = windows(S, 2 * S, 100), windows(S + 20 * MS, 2 * S + 520 * MS, 100)
    timeline = build(GPU, [], [one, other])
    sound(timeline)
    assert total(timeline) == pytest.approx(100 * 1520 * MS, rel=1e-9)
    assert timeline.cells.edges[0] == S
    assert timeline.cells.edges[-1] == 2 * S + 520 * MS


def test_windows_fill_where_the_counter_is_missing() -> None:
    rows = reset_rows([9_000_000, 39_000_000, 69_000_000], [], 0)
    timeline = build(GPU, read_points([rows]), [windows(S + 100 * MS, 3 * S, 300)])
    sound(timeline)
    assert total(timeline) == pytest.approx(600 * 10**9, rel=1e-3)
    assert timeline.tiers[:2] == ("counter", "counter")
    assert set(timeline.tiers[2:]) == {"power"}


def test_a_counter_that_stood_still_gives_way_to_power() -> None:
    rows = reset_rows([900_000_000_000, 900_030_000_000], [], 0)
    stuck = [(1, NO_LAG, 4 * S, 900_031_000_000), (1, 1000, 4 * S + 100 * MS, 900_061_000_000)]
    caught_up = [(1, NO_LAG, 4 * S, 900_900_000_000), (1, 1000, 4 * S + 100 * MS, 900_930_000_000)]
    power = windows(S + 100 * MS, 4 * S, 300)
    lost = build(GPU, read_points([rows + stuck]), [power])
    sound(lost)
    assert total(lost) == pytest.approx(930 * 10**9, rel=0.02)
    assert "power" in lost.tiers
    known = build(GPU, read_points([rows + caught_up]), [power])
    assert total(known) == 930 * 10**9
    assert set(known.tiers) == {"counter"}


@pytest.mark.parametrize("hole", [FILL, FILL + MS])
def test_holes_are_filled_or_missing(hole: int) -> None:
    rows = [
        Window(S, 2 * S, 100 * S, "power"),
        Window(2 * S + hole, 3 * S + hole, 300 * S, "power"),
    ]
    timeline = build(GPU, [], [rows])
    sound(timeline)
    if hole <= FILL:
        assert timeline.cells.energy[1] == 200 * hole
        assert timeline.cells.estimated == frozenset({1})
    else:
        assert timeline.cells.energy[1] is None
        assert not timeline.cells.estimated


def test_the_first_and_last_moments_are_filled() -> None:
    rows = [windows(S, 2 * S, 100)]
    timeline = build(GPU, [], rows, since=S - 500 * MS, until=2 * S + 200 * MS)
    sound(timeline)
    assert timeline.cells.energy[0] == 100 * 500 * MS
    assert timeline.cells.energy[-1] == 100 * 200 * MS
    last = len(timeline.cells.energy) - 1
    assert timeline.cells.estimated == frozenset({0, last})
    later = build(GPU, [], rows, since=S - 3 * S, until=3 * S)
    assert not later.cells.estimated


def test_no_reading_at_all() -> None:
    timeline = build(GPU, [], [], since=0, until=S)
    assert timeline.cells.edges == []
    assert timeline.within(0, S).cells.edges == []


@settings(deadline=None)
@given(st.lists(st.integers(0, 4 * S), min_size=1, max_size=4), st.integers(0, 1000))
def test_cuts_add_up(cuts: list[int], seed: int) -> None:
    counter = Counter(seed, count=30)
    rows = counter.rows(polls(random.Random(seed), S - 50 * MS, 4 * S, 30 * MS))
    whole = build(GPU, read_points([rows]), [windows(4 * S + 500 * MS, 5 * S, 60)])
    ends = [None, *sorted(set(cuts)), None]
    parts = [whole.within(a, b) for a, b in pairwise(ends)]
    energy = sum(each or 0 for part in parts for each in part.cells.energy)
    metered = sum(each or 0 for each in whole.cells.energy)
    assert 0 <= metered - energy <= 2 * len(ends)
    for part in parts:
        sound(part)
