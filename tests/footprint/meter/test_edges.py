"""Edges are found with few reads, and a bracket always holds its edge."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.meter.edges import OVERDUE_UNKNOWN, Edge, Edges
from metered import MS, Clock, S, Scripted


def follow(
    edges: Edges, source: Scripted, until: int, late: int = 0, seed: int = 1
) -> tuple[list[Edge], int]:
    """Reads when the edges ask for it, up to `late` ns later; the edges seen, and the reads."""
    clock, rng = source.clock, random.Random(seed)
    seen: list[Edge] = []
    reads = 0
    while clock.t < until:
        clock.t = max(clock.t, edges.latest) + (rng.randint(0, late) if late else 0)
        before = clock.t
        raw = source.energy_nj()
        reads += 1
        edge = edges.observe(before, clock.t, raw)
        if edge is not None:
            seen.append(edge)
            if edge.lag_ns is not None:
                true = source.last_edge(before + source.took // 2)
                assert edge.t - edge.lag_ns <= true <= edge.t
                assert edge.t - edge.lag_ns <= edge.likely <= edge.t
    return seen, reads


@pytest.mark.parametrize("period_ms", [10, 20, 50, 100, 101.3])
def test_a_steady_counter_is_locked_on_to(period_ms: float) -> None:
    source, edges = Scripted(Clock(), period_ms=period_ms), Edges()
    follow(edges, source, 4 * S)
    assert edges.period_ns == pytest.approx(period_ms * MS, rel=2e-3)
    seen, reads = follow(edges, source, 14 * S)
    assert reads <= 3 * 10_000 / period_ms
    narrow = [edge.lag_ns or 0 for edge in seen if (edge.lag_ns or 0) < 5 * MS]
    assert len(narrow) >= 0.1 * 10_000 / period_ms  # the rhythm is checked again and again
    assert sorted(narrow)[len(narrow) // 2] <= 2.5 * MS
    off = [abs(edge.likely - source.last_edge(edge.t)) for edge in seen]
    assert sorted(off)[len(off) * 95 // 100] <= 2 * MS


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from([10, 20, 25, 50, 100]),
    st.integers(0, 99),
    st.sampled_from([0.0, 0.5, 2.0]),
    st.sampled_from([0, 3 * MS, 30 * MS, 400 * MS]),
    st.integers(0, 1000),
)
def test_brackets_hold_whatever_happens(
    period_ms: int, phase: int, jitter_ms: float, late: int, seed: int
) -> None:
    jitter = min(jitter_ms, period_ms / 4)
    source = Scripted(Clock(), period_ms=period_ms, phase_ms=phase, jitter_ms=jitter)
    seen, reads = follow(Edges(), source, 5 * S, late, seed)  # asserts within
    assert all(a.raw < b.raw for a, b in pairwise(seen))
    assert reads <= 2600


def test_a_period_that_was_learned_wrong_is_learned_anew() -> None:
    source, edges = Scripted(Clock(), period_ms=200), Edges()
    follow(edges, source, 5 * S)
    assert edges.period_ns == pytest.approx(200 * MS, rel=0.01)
    source.period = 70 * MS
    seen, _ = follow(edges, source, 15 * S)
    assert edges.period_ns == pytest.approx(70 * MS, rel=0.01)
    off = [abs(edge.likely - source.last_edge(edge.t)) for edge in seen[-30:]]
    assert max(off) <= 3 * MS


def test_a_first_read_has_no_bracket() -> None:
    edges = Edges()
    first = edges.observe(S, S + MS, 5)
    assert first is not None
    assert (first.t, first.lag_ns, first.raw, first.restarted) == (S + MS, None, 5, False)
    assert edges.observe(S + 3 * MS, S + 4 * MS, 5) is None
    second = edges.observe(S + 6 * MS, S + 7 * MS, 6)
    assert second is not None
    assert (second.t, second.lag_ns) == (S + 7 * MS, 4 * MS)


def test_a_counter_that_begins_again_says_so() -> None:
    edges = Edges()
    edges.observe(S, S, 50)
    restarted = edges.observe(S + MS, S + MS, 3)
    assert restarted is not None
    assert restarted.restarted


def test_a_counter_that_never_moves_is_overdue_and_cheap() -> None:
    clock, edges = Clock(), Edges()
    source = Scripted(clock, watts=lambda t: 0.0)
    follow(edges, source, S + OVERDUE_UNKNOWN - 10 * MS)
    assert not edges.overdue(clock.t)
    _, reads = follow(edges, source, S + OVERDUE_UNKNOWN + 10 * MS)
    assert edges.overdue(clock.t)
    follow(edges, source, 3 * S)
    _, reads = follow(edges, source, 13 * S)
    assert reads <= 510  # every 20 ms


def test_a_counter_that_stops_is_overdue() -> None:
    source, edges = Scripted(Clock()), Edges()
    follow(edges, source, 3 * S)
    assert not edges.overdue(source.clock.t)
    source.stick(3 * S, 100 * S)
    follow(edges, source, 3 * S + 150 * MS)
    assert not edges.overdue(source.clock.t)
    follow(edges, source, 3 * S + 350 * MS)
    assert edges.overdue(source.clock.t)


def test_after_a_pause_the_period_is_kept_and_the_edge_looked_for() -> None:
    source, edges = Scripted(Clock()), Edges()
    follow(edges, source, 3 * S)
    source.clock.t = 100 * S
    edges.wake()
    seen, reads = follow(edges, source, 101 * S)
    assert seen[0].lag_ns is None
    assert edges.period_ns == pytest.approx(100 * MS, rel=2e-3)
    assert len(seen) >= 9
    assert reads <= 90


def test_missed_edges_do_not_spoil_the_period() -> None:
    source, edges = Scripted(Clock()), Edges()
    follow(edges, source, 3 * S)
    for _ in range(5):  # half a second without a read: five edges are missed
        source.clock.t += 512 * MS
        follow(edges, source, source.clock.t + 300 * MS)
    assert edges.period_ns == pytest.approx(100 * MS, rel=5e-3)
