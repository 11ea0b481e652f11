"""Columns say what the plain pass says, number for number."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from estimators_laws import cells_of, segments_of
from footprint.estimators.attribution import attribute, booked_by_nj, booked_nj
from footprint.estimators.cells import FULL, Cells, Segment, idle_floor_w
from footprint.estimators.columns import TooLarge, attribution
from footprint.estimators.columns.attribution import Device, Groups
from footprint.estimators.columns.attribution import booked_by_nj as booked_by_columns
from footprint.estimators.columns.segments import Segments


def columns(segments: list[Segment]) -> Segments:
    ordered = sorted(segments)
    fields = [np.array([each[at] for each in ordered], np.int64) for at in range(4)]
    return Segments(*fields, np.array([each.background for each in ordered], bool))


def same(cells: Cells, segments: list[Segment], floor_w: float | None, rng: random.Random) -> None:
    entries = sorted({each.entry for each in segments})
    label = {entry: rng.randint(0, 2) for entry in entries}
    union = [rng.randint(0, 1) for _ in range(3)]
    groups = {entry: (label[entry], 3 + union[label[entry]], 5) for entry in entries}
    plain = attribute(cells, segments, floor_w, groups)
    labels = np.array([label.get(at, 0) for at in range(max(entries, default=-1) + 1)], np.int64)
    unions = np.array([[each, 0] for each in union], np.int64)
    found = Device(cells, columns(segments), Groups(labels, unions), floor_w=floor_w)
    shares = found.shares
    assert shares.entry.tolist() == list(plain.entries) == entries
    for index, entry in enumerate(entries):
        own = shares._replace(estimated=shares.estimated_nj)
        assert tuple(int(column[index]) for column in own[1:]) == (
            plain.entries[entry].energy_nj,
            plain.entries[entry].low_nj,
            plain.entries[entry].high_nj,
            plain.entries[entry].metered_ns,
            plain.entries[entry].active_ns,
            plain.entries[entry].estimated_nj,
            plain.entries[entry].held_ns,
        )
    assert (found.floor_w, found.metered_nj, found.idle_nj) == (
        plain.floor_w,
        plain.metered_nj,
        plain.idle_nj,
    )
    totals = Device(
        cells, columns(segments), Groups(labels, unions), floor_w=floor_w, entries=False
    )
    assert (totals.bounds, totals.idle_nj) == (found.bounds, found.idle_nj)
    for name in ("energy_nj", "metered_ns", "active_ns", "estimated_nj", "held_ns"):
        sums = [0, 0, 0]
        for entry, share in plain.entries.items():
            sums[label[entry]] += getattr(share, name)
        assert getattr(totals.totals, name).tolist() == sums
    own, some, all_ = found.bounds
    bounds = dict(enumerate(own)) | {3 + at: each for at, each in enumerate(some)} | {5: all_[0]}
    assert {group: bounds[group] for group in plain.groups} == plain.groups


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "_CHUNK", 100)


@settings(
    deadline=None,
    max_examples=400,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    cells_of(),
    segments_of(),
    st.sampled_from([None, 0.0, 1.0, 2.5, 100.0]),
    st.randoms(use_true_random=False),
)
def test_small_ones(
    cells: Cells, segments: list[Segment], floor_w: float | None, rng: random.Random
) -> None:
    same(cells, segments, floor_w, rng)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    cells_of(scale=100_000_007),
    segments_of(scale=99_999_989),
    st.sampled_from([None, 55.5]),
    st.randoms(use_true_random=False),
)
def test_as_large_as_real_ones(
    cells: Cells, segments: list[Segment], floor_w: float | None, rng: random.Random
) -> None:
    try:
        same(cells, segments, floor_w, rng)
    except TooLarge:  # over 4.4 kJ in one stretch of a fold: the plain pass books it
        reject()


@pytest.mark.parametrize("seed", range(4))
def test_many_that_overlap(seed: int) -> None:
    rng = random.Random(seed)
    ms = 1_000_000
    edges = [0]
    for _ in range(200):
        edges.append(edges[-1] + rng.randint(20 * ms, 180 * ms))
    energy = [
        None if rng.random() < 0.05 else int(rng.uniform(60, 700) * (right - left))
        for left, right in itertools.pairwise(edges)
    ]
    estimated = frozenset(rng.sample(range(200), 10))
    cells = Cells(edges, energy, [rng.randint(0, 9 * ms) for _ in edges], 750.0, estimated)
    segments = [Segment(0, -5 * ms, edges[-1] + 5 * ms, background=True)]
    for entry in range(1, 600):
        start = rng.randint(-200 * ms, edges[-1])
        for _ in range(rng.choice([1, 1, 1, 3])):
            end = start + rng.choice([rng.randint(1, 9 * ms), rng.randint(1, 2_000 * ms)])
            density = FULL if rng.random() < 0.8 else rng.randint(1, FULL)
            segments.append(Segment(entry, start, end, density))
            start = end + rng.randint(0, 5 * ms)
    same(cells, segments, None, rng)
    cuts = sorted(rng.sample(range(edges[-1]), 5))
    floor_w = idle_floor_w(cells, segments)
    entry, stretch, amount = booked_by_columns(cells, columns(segments), floor_w, cuts)
    found: dict[int, dict[int, int]] = {}
    for one, at, nj in zip(entry.tolist(), stretch.tolist(), amount.tolist(), strict=True):
        if nj:
            own = found.setdefault(one, {})
            own[at] = own.get(at, 0) + nj
    assert found == booked_by_nj(cells, segments, floor_w, cuts)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cells_of(), segments_of(), st.sets(st.integers(0, 7)))
def test_some_of_the_cells(cells: Cells, segments: list[Segment], only: set[int]) -> None:
    device = Device(cells, columns(segments), floor_w=3.0)
    chosen = np.array([cell in only for cell in range(len(cells.energy))], bool)
    plain = booked_nj(cells, segments, 3.0, only)
    assert dict(
        zip(device.shares.entry.tolist(), device.booked_nj(chosen).tolist(), strict=True)
    ) == dict(sorted(plain.items()))


def test_what_does_not_fit_is_refused() -> None:
    huge = Cells([0, 10**9], [2**53], [0, 0])
    with pytest.raises(TooLarge):
        Device(huge, columns([Segment(0, 0, 10)]))
