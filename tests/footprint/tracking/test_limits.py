"""Limits of a process: told once, stopped only where that was asked, and on its own threads."""

from __future__ import annotations

import re

import pytest

import footprint
from footprint.errors import UsageError
from footprint.tracking import runtime

#: On a CPU of 35 W, of which the program has its share.
WORK = """
import time, footprint

@footprint.track(model="net", devices=["cpu"])
def work(seconds=0.02):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass

def until(asked, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not asked():
        work()
    return bool(asked())
"""

API = (
    "footprint.record_api_call(model='gpt-4o', provider='openai', tokens_in=1e6, tokens_out=1e5)\n"
)


def test_a_limit_warns_once_and_changes_nothing_else(program) -> None:
    ran = program(
        WORK
        + """
with footprint.limit(max_j=0.2, name="job") as limit:
    print(until(lambda: limit.exceeded))
    work(0.8)
    used = limit.used().energy_j
(found,) = limit.exceeded
print(found.key, found.limit, found.unit, found.used.mid > 0.2, used.mid >= found.used.mid)
work()
"""
    )
    assert (ran.returncode, ran.stdout) == (0, "True\nmax_j 0.2 J True True\n")
    assert re.fullmatch(
        r"footprint: limit 'job' of 0.2 J is exceeded: energy of this process is \S+ J so far\n",
        ran.stderr,
    )


def test_a_program_that_logs_gets_it_in_its_log(program) -> None:
    ran = program(
        WORK
        + """
import logging
logging.basicConfig(format="%(levelname)s %(name)s %(message).20s")
with footprint.limit(max_j=0.2) as limit:
    until(lambda: limit.exceeded)
"""
    )
    assert ran.stderr == "WARNING footprint limit of 0.2 J is ex\n"


def test_a_limit_that_is_kept_says_nothing(program) -> None:
    ran = program(WORK + "with footprint.limit(max_j=1e6):\n    work(1)")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_block_too_short_to_be_looked_at_is_looked_at_in_the_end(program) -> None:
    ran = program(WORK + f"with footprint.limit(max_usd=1):\n    {API}")
    assert "cost of this process is 3.5 USD so far; it rests on API price" in ran.stderr


def test_a_hook_is_called_once_on_a_thread_of_its_own(program) -> None:
    ran = program(
        WORK
        + f"""
import threading
found = []
def hook(exceeded):
    found.append((exceeded.key, exceeded.used.mid, threading.current_thread().name))
    raise RuntimeError("the hook's own")
with footprint.limit(max_usd=1, on=hook):
    {API}
until(lambda: found)
print(found)
"""
    )
    assert ran.stdout == "[('max_usd', 3.5, 'footprint-limit')]\n"
    assert ran.stderr == "footprint: on= of a limit raised RuntimeError: the hook's own\n"
    assert ran.returncode == 0


def test_a_program_is_stopped_at_its_next_tracked_call_and_only_in_the_block(program) -> None:
    ran = program(
        WORK
        + """
import threading
go, done = threading.Event(), []

def elsewhere():
    go.wait()
    work()
    done.append("elsewhere")

thread = threading.Thread(target=elsewhere)
thread.start()
calls = 0
try:
    with footprint.limit(max_j=0.2, on="stop") as limit:
        for calls in range(10_000):
            work()
except footprint.BudgetExceededError as error:
    print("stopped", 0 < calls < 9_999, error.exceeded == limit.exceeded[0])
with footprint.limit(max_j=0.2, on="stop") as limit:
    while not limit.exceeded:
        sum(range(100_000))
    go.set()
    thread.join()
    refused = 0
    for _ in range(3):
        try:
            work()
        except footprint.BudgetExceededError:
            refused += 1
    print(done, refused)
work()
print("after", footprint.tracking.runtime.stopping, len(footprint.tracking.runtime.open_spans))
"""
    )
    assert ran.stdout == "stopped True True\n['elsewhere'] 3\nafter None 0\n"
    assert ran.stderr.count("its next tracked call is refused\n") == 2
    assert ran.returncode == 0
    facts = ran.facts()
    assert len(facts[0].rows["span"]) + len(facts[0].rows["fold"]) > 0


def test_all_that_is_tracked_is_stopped_and_what_was_done_is_booked(program) -> None:
    """Without a block: until it is ended."""
    ran = program(
        WORK
        + f"""
import asyncio

@footprint.track
async def answer(): ...

@footprint.track
def stream():
    yield 1

def api():
    {API}

tried = {{
    "call": work,
    "add": lambda: m.add(items=2),
    "api": api,
    "block": lambda: footprint.measure("x").__enter__(),
    "coroutine": lambda: asyncio.run(answer()),
    "stream": lambda: list(stream()),
}}
with footprint.measure("train", model="net") as m:
    limit = footprint.limit(max_usd=1, on="stop")
    api()
    while not limit.exceeded:
        time.sleep(0.01)
    for name, call in tried.items():
        try:
            call()
        except footprint.BudgetExceededError:
            print(name)
    limit.end()
    work()
print(limit.used().energy_j, len(limit.exceeded), footprint.tracking.runtime.current_get())
"""
    )
    assert ran.stdout == "call\nadd\napi\nblock\ncoroutine\nstream\nNone 1 None\n"
    assert ran.calls() == {"train": 1, "gpt-4o": 2, "work": 1}
    spans = footprint.open_ledger(ran.ledger).spans()
    assert spans.loc[spans["name"] == "train", "items"].sum() == 2


def test_what_was_not_told_is_told_at_exit(program) -> None:
    ran = program(WORK + f"footprint.limit(max_usd=1)\n{API}")
    assert "cost of this process is 3.5 USD so far" in ran.stderr
    assert ran.returncode == 0


def test_grams_rest_on_what_was_declared(program) -> None:
    code = WORK + "with footprint.limit(max_g=1e-9) as limit:\n    until(lambda: limit.exceeded)"
    ran = program(code, FOOTPRINT_CARBON_INTENSITY="100")
    assert "it rests on grid intensity: 100 g/kWh, given\n" in ran.stderr


def test_a_limit_that_cannot_be_checked_says_so(program) -> None:
    ran = program(
        "import footprint.tracking.limits as l; l.SILENT = 0.3\n"
        + WORK
        + "with footprint.limit(max_g=1):\n    work(1.5)"
    )
    assert "footprint: limit max_g cannot be checked: neither a zone" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_limit_outlives_a_new_session(program) -> None:
    ran = program(
        WORK
        + f"""
with footprint.limit(max_usd=6) as limit:
    {API}
    footprint.configure(project="p")
    {API}
    footprint.flush()
    print(limit.used().cost_usd.mid)
"""
    )
    assert ran.stdout == "7.0\n"
    assert "cost of this process is 7 USD" in ran.stderr


def test_a_forked_child_has_no_limits(program) -> None:
    ran = program(
        WORK
        + f"""
import os
with footprint.limit(max_usd=1, on="stop") as limit:
    {API}
    while not limit.exceeded:
        time.sleep(0.01)
    if not (pid := os.fork()):
        work()
        print("child", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
"""
    )
    assert ran.stdout == "child\n"


def test_where_tracking_is_off_there_are_none(program) -> None:
    code = WORK + f"with footprint.limit(max_usd=1, on='stop') as l:\n    {API}    work()\n"
    ran = program(code + "print(l.exceeded, l.used().cost_usd)", FOOTPRINT_DISABLED="1")
    assert (ran.stdout, ran.stderr) == ("() None\n", "")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "limits nothing: give max_kwh"),
        ({"max_j": -1}, "max_j = -1 must be finite and not negative"),
        ({"max_j": float("nan")}, "must be finite"),
        ({"max_g": True}, "must be a number of g"),
        ({"max_kwh": "3 kWh"}, "must be a number of kWh"),
        ({"max_j": 1, "on": "halt"}, "on='halt' is not known"),
        ({"max_j": 1, "on": None}, "on=None is not known"),
        ({"max_j": 1, "name": 3}, "name=3 is not a name"),
    ],
)
def test_wrong_arguments_are_refused(given, says) -> None:
    with pytest.raises(UsageError, match=says):
        footprint.limit(**given)
    assert runtime.watch is None
