"""Timelines over columns are the reference's, number for number."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counted import MS, Counter, Read, S, polls, random_reads
from footprint.accounts.timelines import build as plain
from footprint.accounts.timelines.build import build
from footprint.accounts.timelines.columns import build as over_columns
from footprint.accounts.timelines.columns.points import Points, Windows, read_points, read_windows
from footprint.accounts.timelines.columns.timeline import TimelineColumns
from footprint.accounts.timelines.merge import merge
from footprint.accounts.timelines.points import Window
from footprint.accounts.timelines.points import read_points as read_plain
from footprint.accounts.timelines.timeline import Timeline
from footprint.estimators.columns import TooLarge
from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.model import TIERS, Device

SEEDS = st.integers(0, 2**32)
GPU = Device("GPU-0", "gpu", "a GPU", "counter", "gpu", max_w=840.0)


def points_of(rows: list[list[tuple[int, int, int, int]]]) -> Points:
    """Writers' rows as they lie in a ledger."""
    packed = [b"".join(fmt.POINT.layout.pack(1, *row) for row in own) for own in rows]
    return read_points([np.frombuffer(each, columns.dtype(fmt.POINT)) for each in packed])


def windows_of(rows: list[Window]) -> Windows:
    """A writer's windows as they lie in a ledger, whole uJ."""
    pack = fmt.WINDOW.layout.pack
    packed = b"".join(
        pack(1, TIERS.index(row.tier), row.start, row.end, row.energy_nj // 1000) for row in rows
    )
    return read_windows(np.frombuffer(packed, columns.dtype(fmt.WINDOW)))


def both(read: Read) -> tuple[Timeline, TimelineColumns]:
    windows = [
        [row._replace(energy_nj=row.energy_nj // 1000 * 1000) for row in own]
        for own in read.windows
    ]
    ends = read.since, read.until
    over = over_columns.build(
        read.device, points_of(read.rows), [windows_of(own) for own in windows], *ends
    )
    return build(read.device, read_plain(read.rows), windows, *ends), over


@settings(deadline=None, max_examples=150)
@given(SEEDS)
def test_timelines_are_the_same(seed: int) -> None:
    want, got = both(random_reads(random.Random(seed)))
    assert got.plain() == want
    assert TimelineColumns.of(want).plain() == want
    assert got.cells.lengths() == want.cells.lengths()
    assert got.cells.metered_nj() == sum(each or 0 for each in want.cells.energy)
    estimated = sum(want.cells.energy[cell] or 0 for cell in want.cells.estimated)
    assert got.cells.estimated_nj() == estimated
    assert got.tiers_present() == sorted({tier for tier in want.tiers if tier})
    for tier in got.tiers_present():
        assert got.is_of(tier).tolist() == [each == tier for each in want.tiers]


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.tuples(st.integers(-S, 20 * S), st.integers(-S, 20 * S)).map(sorted))
def test_parts_of_timelines_are_the_same(seed: int, ends: list[int]) -> None:
    want, got = both(random_reads(random.Random(seed)))
    start, end = ends
    for part in ((start, end), (start, None), (None, end), (start, start), (None, None)):
        assert got.within(*part).plain() == want.within(*part)
    assert got.energy_nj(start, end) == want.energy_nj(start, end)
    unknown = [(start, end), (start + 5, start + 90 * MS)]
    assert got.without(unknown).plain() == want.without(unknown)
    other = want.within(start, None).without(unknown)
    parts = [other, want]
    assert got.beyond([TimelineColumns.of(other)]).plain() == want.beyond([other])
    assert got.beyond([*map(TimelineColumns.of, parts)]).plain() == want.beyond(parts)


def test_no_reading_at_all() -> None:
    got = over_columns.build(GPU, points_of([]), [], 0, S)
    assert got.plain() == build(GPU, [], [], 0, S)
    assert got.energy_nj(0, S) == 0
    assert got.cells.lengths() == (0, 0)


@pytest.mark.parametrize("writers", [1, 2, 3])
def test_usual_readings_go_over_columns(writers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 2,000 edges none needs the reference: not the device, and not a reading."""
    rng = random.Random(writers)
    counter = Counter(5, count=2_000, jitter=MS)
    rows = [counter.metered(rng, S - 30 * MS, 200 * S, took=MS) for _ in range(writers)]
    want = build(GPU, read_plain(rows), [])

    def refuse(*_: object) -> None:
        raise AssertionError("the reference was asked")

    monkeypatch.setattr(plain, "build", refuse)
    if writers == 1:
        monkeypatch.setattr("footprint.accounts.timelines.columns.prefix.put", refuse)
    assert over_columns.build(GPU, points_of(rows), []).plain() == want


def test_what_is_too_unusual_goes_through_the_reference() -> None:
    rows = [[(at, 1000, S + at * 100 * MS, 5_000_000 + at) for at in range(1_000)]]
    got = over_columns.build(GPU, points_of(rows), [])
    assert got.plain() == build(GPU, read_plain(rows), [])
    assert len(merge(read_plain(rows), None, None)) == 1_000  # a run each


def test_a_late_read_is_put_in_where_it_belongs() -> None:
    rng = random.Random(3)
    counter = Counter(3, count=300)
    slow = polls(rng, S, 31 * S, 99 * MS, took=40 * MS)
    rows = [counter.rows(polls(rng, S, 31 * S, 3 * MS)), counter.rows(slow)]
    points = read_plain(rows)
    assert any(a.raw_uj > b.raw_uj for a, b in pairwise(points))
    got = over_columns.build(GPU, points_of(rows), [])
    assert got.plain() == build(GPU, points, [])


@settings(deadline=None, max_examples=50)
@given(SEEDS)
def test_points_are_read_in_the_same_order(seed: int) -> None:
    rows = random_reads(random.Random(seed)).rows
    assert points_of(rows).plain() == read_plain(rows)


@settings(deadline=None, max_examples=100)
@given(SEEDS, st.sampled_from([2**53 - 10**9, 2**53, 2**58]))
def test_counters_that_have_counted_for_very_long(seed: int, before_uj: int) -> None:
    """1 kW for 104 days is 2**53 uJ, which is no reason to go entry by entry."""
    read = random_reads(random.Random(seed))
    rows = [[(*row[:3], row[3] + before_uj) for row in own] for own in read.rows]
    want, got = both(read._replace(rows=rows))
    assert got.plain() == want


def test_counters_that_have_counted_for_very_long_go_over_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counter = Counter(5, count=500, jitter=MS)
    read = counter.metered(random.Random(1), S - 30 * MS, 50 * S, took=MS)
    rows = [[(*row[:3], row[3] + 2**54) for row in read]]
    want = build(GPU, read_plain(rows), [])

    def refuse(*_: object) -> None:
        raise AssertionError("the reference was asked")

    monkeypatch.setattr(plain, "build", refuse)
    got = over_columns.build(GPU, points_of(rows), [])
    assert got.plain() == want
    assert (
        got.cells.metered_nj() == over_columns.build(GPU, points_of([read]), []).cells.metered_nj()
    )


@pytest.mark.parametrize("counted", [2**53 - 1, 2**53, 2**59])
def test_a_run_that_counts_more_than_64_bits_hold_in_nj_is_refused(counted: int) -> None:
    rows = [[(0, 1000, S, 7), (0, 1000, 2 * S, 7 + counted), (0, 1000, 3 * S, 8 + counted)]]
    with pytest.raises(TooLarge):
        over_columns.build(GPU, points_of(rows), [])


@pytest.mark.parametrize("raw", [-1, 2**60, 2**62])
def test_values_beyond_64_bits_are_not_read(raw: int) -> None:
    with pytest.raises(TooLarge):
        points_of([[(0, 1000, S, raw)]])
