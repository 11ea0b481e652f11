"""The host's own parts and the tracked tree, read together and within a budget."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from footprint.meter import host
from footprint.meter.host import COUNTER_STEP, MODEL_STEP, HostTracker
from footprint.probes.base import FAILED, Early, ReadError
from metered import MS, Clock, S, Scripted, gaps, run
from recorded import CPU, DRAM, Recorded

RAPL = CPU._replace(id="cpu:rapl", tier="counter", wrap_nj=262 * 10**12)


class Sample(NamedTuple):
    tree_cpu_ns: int
    machine_busy_ns: int
    machine_total_ns: int
    group_busy_ns: int
    rss_bytes: int


class Tree:
    """A tree that uses one CPU of a group that uses two of a machine that uses three of four."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.fails = False

    def sample(self) -> Sample:
        if self.fails:
            raise ReadError(FAILED, "no /proc")
        t = self.clock.t
        return Sample(t, 3 * t, 4 * t, 2 * t, 12345)


def part(clock: Clock, device=CPU, **more) -> Scripted:  # type: ignore[no-untyped-def]
    return Scripted(
        clock, device=device, period_ms=1e-3, phase_ms=0, steps=False, took=20_000, **more
    )


@pytest.mark.parametrize(("device", "step"), [(CPU, MODEL_STEP), (RAPL, COUNTER_STEP)])
def test_everything_is_read_at_once(device, step: int) -> None:  # type: ignore[no-untyped-def]
    clock, recorded = Clock(), Recorded(t=S)
    sources = [part(clock, device), part(clock, DRAM)]
    sources = sources if device is CPU else sources[:1]
    tracker = HostTracker(sources, Tree(clock), recorded.writer, clock.now)
    polls = run(tracker, clock, 6 * S)
    assert polls == pytest.approx(5 * S / (1.25 * step), rel=0.3)
    facts = recorded.facts()
    assert len(facts.rows["point"]) == polls * len(sources)
    assert len(facts.rows["usage"]) == polls
    for t, tree, busy, total, resident, group in facts.rows["usage"]:
        assert (tree, busy, total, resident, group) == (t, 3 * t, 4 * t, 12345, 2 * t)
    for _, epoch, lag_us, _, _ in facts.rows["point"]:
        assert (epoch, lag_us) == (0, 20)
    assert tracker.settled >= 6 * S - 2 * step


STAT = b"cpu  100 0 50 850 0 0 0 0 0 0\ncpu0 100 0 50 850 0 0 0 0 0 0\n"


class Modelled(Scripted):
    """A source that can tell its value at the early reading."""

    def early_nj(self, early: Early) -> int | None:
        return 5 * early.t if b"cpu" in early.stat else None


def test_what_was_read_before_the_meter_was_up_is_the_first_reading() -> None:
    clock, recorded = Clock(), Recorded(t=S)
    source = Modelled(clock, device=CPU, period_ms=1e-3, phase_ms=0, steps=False, took=20_000)
    tracker = HostTracker([source], Tree(clock), recorded.writer, clock.now)
    tracker.begin(Early(t=S // 2, monotonic_ns=0, stat=STAT, process_ns=7 * MS))
    facts = recorded.facts()
    assert facts.rows["point"] == [(0, 0, 0, S // 2, 5 * S // 2 // 1000)]
    tick = S // 100
    assert facts.rows["usage"] == [(S // 2, 7 * MS, 150 * tick, 1000 * tick, 0, 150 * tick)]
    tracker.poll()  # the second reading, and so the first that settles anything
    assert tracker.settled >= S


def test_one_reading_settles_nothing() -> None:
    clock, recorded = Clock(), Recorded(t=S)
    tracker = HostTracker([part(clock)], Tree(clock), recorded.writer, clock.now)
    tracker.begin(Early(t=S // 2, monotonic_ns=0, stat=STAT, process_ns=0))  # it cannot tell
    assert recorded.facts().rows["point"] == []
    tracker.poll()
    assert tracker.settled == 0
    tracker.poll()
    assert tracker.settled >= S


def test_a_wrap_is_an_epoch() -> None:
    clock, recorded = Clock(), Recorded(t=S)
    source = part(clock, RAPL)
    source.faults.append(lambda what, t: (t - 3 * S) if t >= 3 * S else None)
    run(HostTracker([source], None, recorded.writer, clock.now), clock, 5 * S)
    assert {row[1] for row in recorded.facts().rows["point"]} == {0, 1}


def test_a_domain_that_cannot_be_read_leaves_the_others() -> None:
    clock, recorded = Clock(), Recorded(t=S)
    good, bad = part(clock, RAPL), part(clock, DRAM)
    bad.fail(FAILED, 2 * S, 4 * S)
    run(HostTracker([bad, good], Tree(clock), recorded.writer, clock.now), clock, 6 * S)
    assert gaps(recorded) == [(DRAM.id, "read-failed"), (DRAM.id, "back")]
    points = recorded.facts().rows["point"]
    assert len([row for row in points if row[0] == 1]) > 1.4 * len(
        [row for row in points if row[0] == 0]
    )


def test_a_tree_that_cannot_be_sampled_is_said_once() -> None:
    clock, recorded = Clock(), Recorded(t=S)
    tree = Tree(clock)
    tree.fails = True
    tracker = HostTracker([part(clock)], tree, recorded.writer, clock.now)
    run(tracker, clock, 4 * S)
    assert gaps(recorded) == [(None, "read-failed")]
    tree.fails = False
    run(tracker, clock, 5 * S)
    assert gaps(recorded)[-1] == (None, "back")
    assert recorded.facts().rows["usage"]


def test_reads_that_cost_much_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, recorded = Clock(), Recorded(t=S)
    spent = iter(range(0, 10**15, 6 * MS))  # each look at the thread's time is 6 ms later
    monkeypatch.setattr(host.time, "thread_time_ns", lambda: next(spent))
    tracker = HostTracker([part(clock)], Tree(clock), recorded.writer, clock.now)
    polls = run(tracker, clock, 101 * S)
    assert polls * 6 * MS <= 1.5 * host.BUDGET * 100 * S + 10 * 6 * MS
    assert polls >= 30
    assert tracker.slow  # it gets a thread of its own


def test_a_quick_host_needs_no_thread_of_its_own() -> None:
    clock, recorded = Clock(), Recorded(t=S)
    tracker = HostTracker([part(clock)], Tree(clock), recorded.writer, clock.now)
    run(tracker, clock, 5 * S)
    assert not tracker.slow


def test_a_counter_that_wraps_is_read_during_a_pause() -> None:
    clock, recorded = Clock(), Recorded(t=S)
    modelled = HostTracker([part(clock)], None, recorded.writer, clock.now)
    assert modelled.turn_ns is None
    rapl = RAPL._replace(max_w=400.0)
    tracker = HostTracker([part(clock, rapl)], None, recorded.writer, clock.now)
    assert tracker.turn_ns == pytest.approx(262_000 / 400 / 3 * S, rel=1e-6)
