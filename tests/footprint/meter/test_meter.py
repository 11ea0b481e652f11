"""The meter's threads: a slow device does not hold up others, a broken one harms nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from footprint import clock
from footprint.meter.meter import Meter
from footprint.model import Device
from footprint.probes.base import Discovery
from metered import MS, S
from recorded import CPU, GPU, OTHER_GPU, Recorded

pytestmark = pytest.mark.alone


class Live:
    """A source on the real clock whose counter moves every 20 ms; `trouble` is called first."""

    def __init__(self, device: Device = GPU, trouble: Callable[[], None] = lambda: None) -> None:
        self.device, self.trouble = device, trouble
        self.steps = device.kind == "gpu"
        self.reads: list[int] = []

    def energy_nj(self) -> int:
        self.trouble()
        t = clock.now_ns()
        self.reads.append(t)
        return 10**15 + 300 * (t - t % (20 * MS) if self.steps else t)

    def power_mw(self) -> int:
        self.trouble()
        return 300_000

    def close(self) -> None:
        """Nothing."""


class Running:
    def __init__(self, *sources: Any, discover: Callable[[], Discovery] | None = None) -> None:
        self.recorded = Recorded(t=clock.now_ns())
        self.meter = Meter(
            discover or (lambda: Discovery(sources)),
            lambda: None,
            self.recorded.writer,
            clock.now_ns,
        )
        self.meter.start()
        assert self.meter.ready.wait(2)


@pytest.fixture
def running() -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def make(*sources: Any, **more: Any) -> Running:
        made.append(Running(*sources, **more))
        return made[-1]

    yield make
    for each in made:
        each.meter.close(0.5)


Make = Callable[..., Running]


def longest_pause(source: Live, since: int) -> float:
    """The longest time between two reads, in ms."""
    times = [t for t in source.reads if t >= since]
    return max(b - a for a, b in pairwise(times)) / MS


def test_a_slow_device_gets_a_thread_of_its_own(running: Make) -> None:
    slow = Live(OTHER_GPU, lambda: time.sleep(0.06))
    quick = Live()
    one = running(quick, slow)
    time.sleep(0.25)
    since = clock.now_ns()
    time.sleep(0.5)
    assert longest_pause(quick, since) < 55
    assert len([t for t in slow.reads if t >= since]) >= 3
    assert len({id(lane) for lane in one.meter._lanes}) == 1


def test_a_read_that_hangs_stops_neither_the_others_nor_the_end(running: Make) -> None:
    hangs = threading.Event()
    let_go = threading.Event()

    def trouble() -> None:
        time.sleep(0.03)
        if hangs.is_set():
            let_go.wait(5)

    quick, bad = Live(), Live(OTHER_GPU, trouble)
    one = running(quick, bad)
    time.sleep(0.15)
    hangs.set()
    since = clock.now_ns()
    time.sleep(0.4)
    assert len([t for t in quick.reads if t >= since]) >= 10
    began = time.monotonic()
    one.meter.close(0.3)
    assert time.monotonic() - began < 0.45
    let_go.set()


def test_the_end_is_bounded_however_many_hang(running: Make) -> None:
    hangs, let_go = threading.Event(), threading.Event()

    def trouble() -> None:
        time.sleep(0.03)
        if hangs.is_set():
            let_go.wait(5)

    devices = [GPU._replace(id=f"GPU-{n}") for n in range(4)]
    one = running(*(Live(device, trouble) for device in devices))
    time.sleep(0.3)
    assert len(one.meter._lanes) == 4
    hangs.set()
    time.sleep(0.1)
    began = time.monotonic()
    one.meter.close(0.3)
    assert time.monotonic() - began < 0.45
    let_go.set()


def test_quiet_means_no_reads(running: Make) -> None:
    slow, quick, host = Live(OTHER_GPU, lambda: time.sleep(0.03)), Live(), Live(CPU)
    one = running(quick, slow, host)
    time.sleep(0.3)
    one.meter.rest()
    time.sleep(0.15)
    before = [len(each.reads) for each in (quick, slow, host)]
    assert all(before)
    time.sleep(0.4)
    assert [len(each.reads) for each in (quick, slow, host)] == before
    one.meter.wake()
    time.sleep(0.2)
    assert all(
        len(each.reads) > count for each, count in zip((quick, slow, host), before, strict=True)
    )


def test_a_device_that_gets_its_thread_during_a_pause_is_quiet_too(running: Make) -> None:
    one = running()
    one.meter.rest()
    time.sleep(0.05)
    slow = Live(OTHER_GPU)
    from footprint.meter.counter import CounterTracker

    one.meter._outsource(CounterTracker(slow, one.recorded.writer, clock.now_ns))
    time.sleep(0.2)
    assert slow.reads == []
    one.meter.wake()
    time.sleep(0.1)
    assert slow.reads


def test_a_source_that_raises_anything_harms_nobody(running: Make) -> None:
    broken = Live(OTHER_GPU, lambda: {}[1])
    quick = Live()
    one = running(quick, broken)
    time.sleep(0.3)
    assert len(quick.reads) >= 5
    gaps = one.recorded.facts().gaps
    assert [(gap["device"], gap["reason"]) for gap in gaps] == [(OTHER_GPU.id, "read-failed")]
    assert "KeyError" in gaps[0]["text"]


def test_a_discovery_that_raises_is_a_reason(running: Make) -> None:
    def discover() -> Discovery:
        raise RuntimeError("a plug-in's mistake")

    one = running(discover=discover)
    (lack,) = one.recorded.facts().unavailable
    assert "a plug-in's mistake" in lack["reason"]
    assert one.meter.settled(clock.now_ns())


def test_settled_says_up_to_when_all_are_known(running: Make) -> None:
    one = running(Live(), Live(CPU))
    t = clock.now_ns()
    assert not one.meter.settled(t + 10 * S)
    one.meter.nudge()
    deadline = time.monotonic() + 2
    while not one.meter.settled(t) and time.monotonic() < deadline:
        one.meter.nudge()
        time.sleep(0.01)
    assert one.meter.settled(t)
