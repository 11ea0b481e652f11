"""When queued work is over. The events are doubles: the real ones need a GPU."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import pytest

import footprint
from footprint import clock
from footprint.integrations import gpu
from footprint.tracking import runtime, session


class Event:
    """An event of a device whose queue is empty at `done` (ns)."""

    def __init__(self, done: int | None = None, broken: bool = False) -> None:
        self.done, self.broken = done, broken

    def record(self, stream=None) -> None:
        self.done = clock.now_ns() + Event.work_ns

    def query(self) -> bool:
        if self.broken:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        return clock.now_ns() >= self.done

    def elapsed_time(self, other: Event) -> float:
        return (other.done - self.done) / 1e6

    work_ns = 0


def ended(seq: int, mark, end: int = 100):
    return (seq, 0, 1, 0, 0, end, None, mark)


@pytest.fixture
def anchored(monkeypatch):
    """A device whose clock agrees with the host's."""
    now = clock.now_ns()
    monkeypatch.setitem(gpu._anchors, 0, (Event(now), now))
    return now


def test_spans_wait_for_their_events_and_keep_their_order(anchored):
    late = clock.now_ns() + 20_000_000
    waiting: list = []
    batch = [
        ended(1, gpu.Mark(0, Event(late)), 100),
        ended(2, None, 200),
        ended(3, gpu.Mark(0, Event(anchored)), 300),
    ]
    ready, ends = gpu.settle(waiting, batch)
    assert [span[0] for span in ready] == [2, 3]
    assert all(span[7] is None for span in ready)
    assert ends == {3: pytest.approx(anchored, abs=1000)}
    assert [span[0] for _, span in waiting] == [1]
    time.sleep(0.03)
    ready, ends = gpu.settle(waiting, [])
    assert ([span[0] for span in ready], waiting) == ([1], [])
    assert ends == {1: pytest.approx(late, abs=1000)}


def test_an_event_before_the_end_does_not_shorten_the_span(anchored):
    future = clock.now_ns() + 10**9
    _, ends = gpu.settle([], [ended(1, gpu.Mark(0, Event(anchored)), future)])
    assert ends == {1: future}


def test_a_broken_context_and_an_event_that_never_comes_stop_nothing(anchored):
    never = gpu.Mark(0, Event(2**62))
    never.since -= gpu.GIVE_UP + 1
    waiting: list = []
    ready, ends = gpu.settle(waiting, [ended(1, gpu.Mark(0, Event(broken=True))), ended(2, never)])
    assert ([span[0] for span in ready], ends, waiting) == ([1, 2], {}, [])


@pytest.fixture
def torch(monkeypatch):
    """A torch that has made a CUDA context."""
    synchronized: list[int] = []
    cuda = SimpleNamespace(
        is_initialized=lambda: True,
        is_current_stream_capturing=lambda: False,
        Event=lambda enable_timing: Event(),
        current_device=lambda: 0,
        synchronize=lambda: synchronized.append(1),
        synchronized=synchronized,
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    yield cuda
    Event.work_ns = 0
    runtime.gpu_mark = None


def test_a_mark_is_made_where_that_can_be(torch):
    mark = gpu.mark()
    assert mark is not None
    assert mark.event.done is not None
    torch.is_current_stream_capturing = lambda: True
    assert gpu.mark() is None

    def broken():
        raise RuntimeError("no")

    torch.is_current_stream_capturing = broken
    assert gpu.mark() is None


def test_short_calls_that_queue_long_work_stay_spans(
    torch, anchored, tmp_path, monkeypatch, environment
):
    for name in ("FOOTPRINT_LEDGER", "FOOTPRINT_REPLAY", "HOME"):
        monkeypatch.setenv(name, environment[name])
    launch = footprint.track(name="launch")(lambda: None)
    footprint.configure()
    footprint.flush()
    runtime.gpu_mark = gpu.mark
    Event.work_ns = 5_000_000
    for _ in range(20):
        launch()
    Event.work_ns = 0
    time.sleep(0.02)
    for _ in range(20):
        launch()
    session.get().flush()
    session.restart()
    from footprint.ledger.reader import journal_files, read_journals

    (facts, *_), issues = read_journals(journal_files(tmp_path / "ledger"))
    assert issues == []
    long = [row for row in facts.rows["span"] if row[7] - row[6] > 3_000_000]
    assert len(long) == 20
    assert sum(row[8] for row in facts.rows["fold"]) + len(facts.rows["span"]) == 40


def test_block_waits_for_the_gpu(torch, spans):
    @footprint.track(sync="block")
    def plain():
        return 1

    @footprint.track(sync="block")
    async def later():
        return 2

    assert plain() == 1
    with pytest.raises(StopIteration):
        later().send(None)
    with footprint.measure("block", sync="block"):
        pass
    with pytest.raises(ZeroDivisionError), footprint.measure("block", sync="block"):
        raise ZeroDivisionError
    assert len(torch.synchronized) == 3
    assert len(spans()) == 4


def test_block_passes_over_what_fails(torch, monkeypatch):
    def broken(*_):
        raise RuntimeError("no")

    torch.synchronize = broken
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(block_until_ready=broken))
    gpu.block([1])
    asked: list = []
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(block_until_ready=asked.append))
    gpu.block("result")
    gpu.block(None)
    assert asked == ["result"]
