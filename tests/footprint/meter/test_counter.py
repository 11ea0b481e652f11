"""What a tracker writes of a device in every state it can be in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from footprint.accounts import book as books
from footprint.accounts.timelines.build import build
from footprint.accounts.timelines.points import read_points
from footprint.meter.counter import COUNTER, GONE, POWER, CounterTracker
from footprint.probes.base import FAILED, LOST, UNSUPPORTED
from metered import MS, Clock, S, Scripted, gaps, run
from recorded import GPU, Recorded

J = 10**9


def made(**more: Any) -> tuple[CounterTracker, Scripted, Recorded, Clock]:
    clock = Clock()
    recorded = Recorded(t=S)
    source = Scripted(clock, **more)
    return CounterTracker(source, recorded.writer, clock.now), source, recorded, clock


def metered(recorded: Recorded) -> tuple[float, float, int]:
    """(J known, J of it estimated, cells missing) once it is read back."""
    (line,) = books.make([recorded.facts()]).devices
    cells = line.timeline.cells
    assert all(a < b for a, b in pairwise(cells.edges))
    return line.metered_nj / J, line.estimated_nj / J, list(cells.energy).count(None)


def length_s(recorded: Recorded) -> float:
    (line,) = books.make([recorded.facts()]).devices
    edges = line.timeline.cells.edges
    return (edges[-1] - edges[0]) / S


def test_points_at_edges() -> None:
    tracker, source, recorded, clock = made()
    run(tracker, clock, 4 * S)
    points = recorded.facts().rows["point"]
    for number, epoch, lag_us, t, raw_uj in points[1:]:
        assert (number, epoch) == (0, 0)
        true = source.last_edge(t)
        assert t - lag_us * 1000 <= true <= t
        assert raw_uj == (source.start_nj + 300 * true) // 1000
    assert 29 <= len(points) <= 32
    assert gaps(recorded) == []
    assert tracker.state == COUNTER
    assert tracker.settled >= 4 * S - 150 * MS


def test_energy_is_exact_within_the_edges() -> None:
    tracker, _, recorded, clock = made()
    run(tracker, clock, 11 * S)
    known, estimated, missing = metered(recorded)
    assert known == pytest.approx(300 * length_s(recorded), rel=2e-3)
    assert (estimated, missing) == (0, 0)


def test_reads_that_come_late_lose_nothing() -> None:
    tracker, _, recorded, clock = made()
    lates = iter([0, 40 * MS, 7 * MS, 260 * MS] * 1000)
    run(tracker, clock, 11 * S, lambda: next(lates))
    known, _, missing = metered(recorded)
    assert known == pytest.approx(300 * length_s(recorded), rel=0.03)
    assert missing == 0


def test_no_counter_from_the_start() -> None:
    tracker, source, recorded, clock = made()
    source.fail(UNSUPPORTED, 0, 10**18, "energy")
    run(tracker, clock, 6 * S)
    assert gaps(recorded) == [(GPU.id, "counter-unsupported")]
    known, _, _ = metered(recorded)
    assert known == pytest.approx(300 * 5, rel=0.02)
    assert source.reads["energy"] <= 4  # it is not asked for what it never gives
    assert recorded.facts().rows["point"] == []


def test_a_counter_that_goes_away() -> None:
    tracker, source, recorded, clock = made()
    source.fail(UNSUPPORTED, 4 * S, 10**18, "energy")
    run(tracker, clock, 7 * S)
    assert gaps(recorded) == [(GPU.id, "counter-unsupported")]
    known, _, missing = metered(recorded)
    assert known == pytest.approx(300 * length_s(recorded), rel=0.01)
    assert known == pytest.approx(1800, rel=0.03)
    assert missing == 0


def test_a_counter_that_fails_for_a_moment_is_let_be() -> None:
    tracker, source, recorded, clock = made()
    source.fail(FAILED, 4 * S, 4 * S + 150 * MS, "energy")
    run(tracker, clock, 7 * S)
    assert gaps(recorded) == []
    assert tracker.state == COUNTER
    assert metered(recorded)[0] == pytest.approx(300 * length_s(recorded), rel=0.01)


def test_a_counter_that_fails_for_longer_and_is_back() -> None:
    tracker, source, recorded, clock = made()
    source.fail(FAILED, 4 * S, 6 * S, "energy")
    run(tracker, clock, 10 * S)
    assert gaps(recorded) == [(GPU.id, "counter-failed"), (GPU.id, "counter-back")]
    assert tracker.state == COUNTER
    known, _, missing = metered(recorded)
    assert known == pytest.approx(300 * length_s(recorded), rel=0.01)
    assert missing == 0


def test_a_failure_before_a_pause_is_forgotten_after_it() -> None:
    tracker, source, recorded, clock = made()
    run(tracker, clock, 3 * S)
    source.fail(FAILED, 3 * S, 3 * S + 100 * MS, "energy")
    run(tracker, clock, 3 * S + 90 * MS)
    tracker.rest()
    clock.t = 60 * S
    source.fail(FAILED, 60 * S, 60 * S + 50 * MS, "energy")
    tracker.wake()
    run(tracker, clock, 62 * S)
    assert gaps(recorded) == []


@pytest.mark.parametrize("catches_up", [True, False])
def test_a_counter_that_stands_still(catches_up: bool) -> None:
    tracker, source, recorded, clock = made()
    source.stick(4 * S, 7 * S)
    if not catches_up:  # what was drawn meanwhile is never shown

        def behind(what: str, t: int) -> int | None:
            if what == "energy" and t >= 7 * S:
                return source.start_nj + 300 * (source.last_edge(t) - 3 * S)
            return None

        source.faults.append(behind)
    run(tracker, clock, 10 * S)
    assert gaps(recorded) == [(GPU.id, "counter-stuck"), (GPU.id, "counter-back")]
    known, _, missing = metered(recorded)
    assert known == pytest.approx(300 * length_s(recorded), rel=0.02)
    assert missing == 0


def test_a_reset_begins_an_epoch() -> None:
    tracker, source, recorded, clock = made()

    def reset(what: str, t: int) -> int | None:
        return 300 * (source.last_edge(t) - 4 * S) if what == "energy" and t >= 4 * S else None

    source.faults.append(reset)
    run(tracker, clock, 7 * S)
    assert gaps(recorded) == [(GPU.id, "counter-reset")]
    assert {row[1] for row in recorded.facts().rows["point"]} == {0, 1}
    known, estimated, missing = metered(recorded)
    assert known == pytest.approx(1800, rel=0.02)
    assert 0 < estimated < 100
    assert missing == 0


def test_a_reset_during_a_pause_is_one_too() -> None:
    tracker, source, recorded, clock = made()
    run(tracker, clock, 4 * S)
    tracker.rest()
    clock.t = 100 * S
    source.start_nj = 0
    tracker.wake()
    run(tracker, clock, 103 * S)
    assert gaps(recorded) == [(GPU.id, "counter-reset")]
    known, _, missing = metered(recorded)
    assert known == pytest.approx(1800, rel=0.05)
    assert missing == 1


def test_a_pause_is_counted_by_the_counter() -> None:
    tracker, source, recorded, clock = made()
    run(tracker, clock, 4 * S)
    reads = source.reads["energy"]
    tracker.rest()
    assert source.reads["energy"] <= reads + 1
    clock.t = 100 * S
    tracker.wake()
    run(tracker, clock, 103 * S)
    known, _, missing = metered(recorded)
    assert known == pytest.approx(300 * length_s(recorded), rel=2e-3)
    assert length_s(recorded) > 101
    assert missing == 0


def test_lost_for_good() -> None:
    tracker, source, recorded, clock = made()
    source.fail(LOST, 4 * S, 10**18)
    run(tracker, clock, 8 * S)
    assert gaps(recorded) == [(GPU.id, "lost")]
    assert tracker.state == GONE
    assert metered(recorded)[0] == pytest.approx(900, rel=0.05)


@pytest.mark.parametrize("reset", [False, True])
def test_lost_and_back(reset: bool) -> None:
    tracker, source, recorded, clock = made()
    source.fail(LOST, 4 * S, 7 * S)
    if reset:

        def fault(what: str, t: int) -> int | None:
            return 300 * (source.last_edge(t) - 7 * S) if what == "energy" and t > 7 * S else None

        source.faults.append(fault)
    run(tracker, clock, 10 * S)
    found = gaps(recorded)
    assert found[:2] == [(GPU.id, "lost"), (GPU.id, "back")]
    known, _, missing = metered(recorded)
    assert missing == (1 if reset else 0)
    expected = 300 * length_s(recorded)
    if reset:
        assert known <= 0.72 * expected
    else:
        assert known == pytest.approx(expected, rel=0.01)


def test_lost_while_it_fails_stays_lost() -> None:
    tracker, source, recorded, clock = made()
    source.fail(FAILED, 4 * S, 10**18, "energy")
    source.fail(LOST, 4 * S, 10**18, "power")
    run(tracker, clock, 4 * S + 900 * MS)
    assert gaps(recorded) == [(GPU.id, "lost")]
    assert tracker.state == GONE


def test_neither_counter_nor_power_is_said_once() -> None:
    tracker, source, recorded, clock = made()
    source.fail(UNSUPPORTED, 0, 10**18)
    run(tracker, clock, 20 * S)
    assert gaps(recorded) == [(GPU.id, "counter-unsupported"), (GPU.id, "lost")]
    assert sum(source.reads.values()) < 100


def test_power_that_fails_once_is_no_loss() -> None:
    tracker, source, recorded, clock = made()
    source.fail(UNSUPPORTED, 0, 10**18, "energy")
    source.fail(FAILED, 3 * S, 3 * S + 80 * MS, "power")
    run(tracker, clock, 5 * S)
    assert gaps(recorded) == [(GPU.id, "counter-unsupported")]
    assert tracker.state == POWER
    assert metered(recorded)[0] == pytest.approx(1200, rel=0.03)


def test_a_pause_without_a_counter_is_missing() -> None:
    tracker, source, recorded, clock = made()
    source.fail(UNSUPPORTED, 0, 10**18, "energy")
    run(tracker, clock, 3 * S)
    tracker.rest()
    clock.t = 60 * S
    tracker.wake()
    run(tracker, clock, 62 * S)
    known, _, missing = metered(recorded)
    assert missing == 1
    assert known == pytest.approx(1200, rel=0.05)


def test_counter_and_power_that_disagree_are_told_once() -> None:
    tracker, source, recorded, clock = made()

    def twice(what: str, t: int) -> int | None:
        return 600_000 if what == "power" else None

    source.faults.append(twice)
    run(tracker, clock, 40 * S)
    assert gaps(recorded) == [(GPU.id, "cross-check")]
    (gap,) = recorded.facts().gaps
    assert "300.0 W" in gap["text"]
    assert "600.0 W" in gap["text"]


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.3])
def test_counter_and_power_that_agree_are_not_told_of(factor: float) -> None:
    tracker, source, recorded, clock = made()
    source.faults.append(lambda what, t: round(300_000 * factor) if what == "power" else None)
    run(tracker, clock, 30 * S)
    assert gaps(recorded) == []


def test_a_slow_device_says_so() -> None:
    tracker, _, _, clock = made(took=50 * MS)
    run(tracker, clock, 3 * S)
    assert tracker.slow
    quick, _, _, clock = made(took=MS)
    run(quick, clock, 3 * S)
    assert not quick.slow


def test_a_slow_device_is_still_exact_over_seconds() -> None:
    tracker, _, recorded, clock = made(took=50 * MS)
    run(tracker, clock, 11 * S)
    known, _, missing = metered(recorded)
    assert known == pytest.approx(300 * length_s(recorded), rel=0.02)
    assert missing == 0


def test_what_was_written_can_be_read_by_the_timeline() -> None:
    tracker, _, recorded, clock = made(period_ms=20)
    run(tracker, clock, 3 * S)
    rows = [row[1:] for row in recorded.facts().rows["point"]]
    timeline = build(GPU, read_points([rows]), [])
    assert sum(each or 0 for each in timeline.cells.energy) == (rows[-1][3] - rows[0][3]) * 1000
