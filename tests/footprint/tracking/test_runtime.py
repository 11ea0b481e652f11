"""The state that the hot path touches: no garbage, no lost wake-up, no wrong reset."""

from __future__ import annotations

import contextvars
import threading

import footprint
from footprint.model import CANCELLED, CLOSED, ERROR, INTERRUPTED
from footprint.tracking import runtime
from footprint.tracking.site import Site

GARBAGE = """
import gc, sys
import footprint

heap = [{"key": [n]} for n in range(300_000)]
gc.collect()
full = []

def watch(phase, info):
    if phase == "start" and info["generation"] == 2:
        full.append(1)

def bare():
    pass

@footprint.track
def work():
    pass

@footprint.track
def adds():
    footprint.current().add(items=1, tokens_in=2)

gc.callbacks.append(watch)
adds()
footprint.flush()
for call in (bare, work, adds):
    del full[:]
    for _ in range(200_000):
        call()
    print(len(full))
footprint.flush()
"""


def test_calls_leave_nothing_for_the_oldest_generation(program):
    ran = program(GARBAGE)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split() == ["0", "0", "0"]
    assert ran.calls() == {"work": 200_000, "adds": 200_001}


def test_what_is_done_while_falling_asleep_is_not_slept_over(spans):
    woken = []
    runtime.set_waker(lambda: woken.append(1))
    assert runtime.sleep()
    frame, token = runtime.enter(Site("x"))
    assert woken == [1]
    assert not runtime.asleep
    assert not runtime.sleep()  # a span is open
    runtime.finish(frame, 0)
    assert not runtime.sleep()  # and one waits to be taken
    runtime.leave(token)
    spans()
    assert runtime.sleep()
    runtime.wake()
    runtime.wake()
    assert woken == [1, 1]


def test_a_span_ends_once(spans):
    frame, token = runtime.enter(Site("x"))
    runtime.finish(frame, 0)
    runtime.finish(frame, 1)
    runtime.leave(token)
    assert [span.status for span in spans()] == ["ok"]


def test_leaving_from_another_context_is_let_be(spans):
    frame, token = contextvars.copy_context().run(runtime.enter, Site("x"))
    runtime.leave(token)
    runtime.finish(frame, 0)
    assert runtime.current_get() is None


def test_a_status_for_each_way_to_leave():
    import asyncio

    found = [
        runtime.status_of(error())
        for error in (
            ValueError,
            GeneratorExit,
            KeyboardInterrupt,
            SystemExit,
            asyncio.CancelledError,
        )
    ]
    assert found == [ERROR, CLOSED, INTERRUPTED, INTERRUPTED, CANCELLED]


def test_a_path_has_one_number_whoever_asks_first(spans):
    site = Site("x")
    found = set()
    barrier = threading.Barrier(8)

    def ask():
        barrier.wait()
        found.update(site.path_under(parent) for parent in range(50))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == set(site.paths.values())
    assert len(found) == 50


def test_a_finalizer_may_track(spans):
    work = footprint.track(lambda: None)

    class Noisy:
        def __del__(self):
            work()

    @footprint.track
    def outer():
        Noisy()

    outer()
    inner, last = spans()
    assert inner.parent == last.seq
