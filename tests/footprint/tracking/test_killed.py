"""Sixteen programs that track, killed at random moments: at most the last second is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest

from footprint import clock
from footprint.accounts.opened import open_ledger
from footprint.ledger.proofs.verify import verify
from footprint.ledger.stores import open_store
from footprint.model import NS_PER_S

PROGRAMS = 16
#: What a machine that is busy with all of them may add to the second, ns.
BUSY_NS = NS_PER_S

WORK = """
    import os, time
    import footprint
    from footprint import clock

    @footprint.track
    def call():
        time.sleep(0.003)

    os.write(1, b"begun\\n")
    while True:
        call()
        os.write(1, b"%d\\n" % clock.now_ns())
"""


@pytest.mark.alone
def test_a_kill_at_any_moment_loses_at_most_the_last_second(environment, script, tmp_path):
    rnd = random.Random(7)
    command = script(WORK)
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(PROGRAMS)
    ]
    for each in running:
        assert each.stdout is not None
        each.stdout.readline()
    begun = time.monotonic()
    moments = sorted(rnd.uniform(1.0, 4.0) for _ in running)
    ended: dict[int, list[int]] = {}
    killed: dict[int, int] = {}
    for at, each in zip(moments, running, strict=True):
        time.sleep(max(0.0, begun + at - time.monotonic()))
        each.send_signal(signal.SIGKILL)
        killed[each.pid] = clock.now_ns()
        said, _ = each.communicate()
        ended[each.pid] = [int(line) for line in said.split(b"\n")[:-1]]
    facts, issues = open_ledger(tmp_path / "ledger").facts()
    assert {issue.kind for issue in issues} <= {"torn-tail"}
    assert [each.line for each in verify(open_store(tmp_path / "ledger")) if each.is_error] == []
    by_pid = {one.context["pid"]: one for one in facts}
    for pid, ends in ended.items():
        finished = sum(end < killed[pid] - NS_PER_S - BUSY_NS for end in ends)
        if not finished and pid not in by_pid:
            continue
        seqs = [row[0] for row in by_pid[pid].rows["span"]]
        assert len(seqs) == len(set(seqs))
        assert finished <= len(seqs) <= len(ends) + 1
    assert len(by_pid) > PROGRAMS / 2
