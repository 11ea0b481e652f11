"""CPU time of a process tree: on a fake procfs to the tick, and on real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.probes.base import FAILED, Machine, ReadError
from footprint.probes.processes import Psutil
from footprint.probes.tree import TreeCpu
from simulators.cgroups import Cgroup
from simulators.procfs import Proc

S = 1_000_000_000


def tree_of(tmp_path: Path) -> tuple[Proc, TreeCpu]:
    proc = Proc(tmp_path / "proc")
    proc.add(100)
    return proc, TreeCpu(Machine(proc=proc.root, sys=tmp_path / "sys", pid=100))


def test_a_tree_and_the_machine(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    proc.add(101, parent=100)
    proc.add(102, parent=101)
    proc.add(200)  # somebody else
    first = tree.sample()
    assert (first.tree_cpu_ns, first.processes) == (0, 3)
    proc.use(100, user_s=1)
    proc.use(102, user_s=0.5, system_s=0.25)
    proc.use(200, user_s=9)
    proc.set_memory(102, 64 * 2**20)
    sample = tree.sample()
    assert sample.tree_cpu_ns == 1_750_000_000
    assert sample.machine_busy_ns - first.machine_busy_ns == 10_750_000_000
    assert sample.machine_total_ns - first.machine_total_ns == 10_750_000_000
    assert sample.group_busy_ns == sample.machine_busy_ns
    assert sample.rss_bytes == (32 + 32 + 64) * 2**20
    assert tree.pids() == {100, 101, 102}


def test_children_that_ended_are_counted_once(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    proc.add(101, parent=100)
    proc.use(101, user_s=2)
    assert tree.sample().tree_cpu_ns == 2 * S
    proc.use(101, user_s=1)
    proc.end(101)
    assert tree.sample().tree_cpu_ns == 3 * S
    proc.add(102, parent=100)  # lives and dies between two samples
    proc.use(102, user_s=4)
    proc.end(102)
    assert tree.sample().tree_cpu_ns == 7 * S


def test_a_child_nobody_waits_for_is_not_forgotten(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    proc.add(101, parent=100)
    proc.use(101, user_s=2)
    tree.sample()
    proc.end(101)
    proc.processes[100].cutime = 0  # the parent ignores SIGCHLD
    proc.use(100, user_s=1)
    assert tree.sample().tree_cpu_ns == 3 * S
    assert tree.sample().tree_cpu_ns == 3 * S


def test_a_child_whose_parent_ended_is_followed(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    proc.add(101, parent=100)
    proc.add(102, parent=101)
    proc.use(102, user_s=1)
    tree.sample()
    proc.end(101)  # 102 belongs to init now
    proc.use(102, user_s=1)
    proc.add(103, parent=102)
    proc.use(103, user_s=1)
    sample = tree.sample()
    assert (sample.tree_cpu_ns, sample.processes) == (3 * S, 3)


def test_a_pid_used_again_is_another_process(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    proc.add(101, parent=100)
    proc.use(101, user_s=2)
    tree.sample()
    proc.end(101)
    proc.add(101, parent=1, start_s=950)
    proc.use(101, user_s=50)
    sample = tree.sample()
    assert (sample.tree_cpu_ns, sample.processes) == (2 * S, 1)


def test_children_of_other_threads_are_found(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    proc.add(101, parent=100)
    proc.add_thread(100, 150)
    task = proc.root / "100/task"
    (task / "150/children").write_text("101 ")
    (task / "100/children").write_text("")
    assert tree.sample().processes == 2


def test_a_kernel_without_lists_of_children(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    proc.add(101, parent=100)
    for path in proc.root.glob("*/task/*/children"):
        path.unlink()
    assert tree.sample().processes == 2


def test_a_root_that_ended_keeps_its_total(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    proc.use(100, user_s=3)
    tree.sample()
    proc.end(100)
    sample = tree.sample()
    assert (sample.tree_cpu_ns, sample.processes, sample.rss_bytes) == (3 * S, 0, 0)


@pytest.mark.parametrize("name", ["a b", "we (i) rd)", "123 S 1", ")"])
def test_a_name_does_not_confuse_the_fields(tmp_path: Path, name: str) -> None:
    proc, tree = tree_of(tmp_path)
    proc.add(101, parent=100, name=name)
    proc.use(101, user_s=1)
    assert tree.sample().tree_cpu_ns == S


@pytest.mark.parametrize("make", [Cgroup.v1, Cgroup.v2])
def test_the_groups_own_time_where_it_is_limited(tmp_path: Path, make: type[Cgroup]) -> None:
    proc = Proc(tmp_path / "proc")
    proc.add(100)
    group = make(tmp_path / "sys", "pod", cpus=2)  # type: ignore[call-arg]
    proc.set_cgroup(100, group.line)
    tree = TreeCpu(Machine(proc=proc.root, sys=tmp_path / "sys", pid=100))
    group.use(1.5)
    proc.busy(5)
    sample = tree.sample()
    assert (sample.group_busy_ns, sample.machine_busy_ns) == (1_500_000_000, 5 * S)


def test_a_machine_that_cannot_be_read_fails(tmp_path: Path) -> None:
    proc, tree = tree_of(tmp_path)
    (proc.root / "stat").write_text("\n")
    with pytest.raises(ReadError) as caught:
        tree.sample()
    assert caught.value.why == FAILED


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("fuews"), st.integers(0, 7)), max_size=30))
def test_the_total_is_what_the_tree_used(actions: list[tuple[str, int]]) -> None:
    """Fork, use, end, sample in any order: whole when waited for, never falling."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        proc, tree = tree_of(Path(folder))
        alive, used, last, fresh = [100], 0, 0, 101
        for action, which in actions:
            pid = alive[which % len(alive)]
            if action == "f":
                proc.add(fresh, parent=pid)
                alive.append(fresh)
                fresh += 1
            elif action == "u":
                proc.use(pid, user_s=0.5)
                used += S // 2
            elif action == "e" and pid != 100:
                if all(each.parent != pid for each in proc.processes.values()):
                    proc.end(pid)
                    alive.remove(pid)
            else:
                total = tree.sample().tree_cpu_ns
                assert last <= total == used
                last = total
        assert tree.sample().tree_cpu_ns == used


def burn(seconds: float) -> str:
    return f"import time\nwhile time.process_time() < {seconds}: pass"


def test_this_process_and_its_children() -> None:
    tree = TreeCpu()
    first = tree.sample()
    others = tree.pids() - {os.getpid()}  # helpers of multiprocessing that earlier tests left
    assert os.getpid() in tree.pids()
    start = time.process_time_ns()
    while time.process_time_ns() < start + 40_000_000:
        pass
    alone = tree.sample()
    assert alone.tree_cpu_ns - first.tree_cpu_ns >= 30_000_000
    subprocess.run([sys.executable, "-c", burn(0.2)], check=True)
    waited = tree.sample()
    assert waited.tree_cpu_ns - alone.tree_cpu_ns >= 190_000_000
    child = subprocess.Popen([sys.executable, "-c", burn(0.1) + "\ntime.sleep(60)"])
    try:
        deadline = time.monotonic() + 20
        while tree.sample().tree_cpu_ns < waited.tree_cpu_ns + 90_000_000:
            assert time.monotonic() < deadline
        assert child.pid in tree.pids()
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    last = tree.sample()
    assert child.pid not in tree.pids()
    assert tree.pids() - {os.getpid()} <= others
    assert last.tree_cpu_ns >= waited.tree_cpu_ns + 90_000_000
    assert last.rss_bytes > 5_000_000


def test_psutil_sees_the_same() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        own = Psutil().read(os.getpid())
        assert own is not None
        tree = TreeCpu()
        seen = tree.sample().tree_cpu_ns
        if tree.pids() == {os.getpid(), child.pid}:  # no helpers of multiprocessing beside it
            assert own.total_ns == pytest.approx(seen, abs=S)
        assert child.pid in Psutil().children(os.getpid())
        assert Psutil().read(2**22 + 1) is None
        assert Psutil().children(2**22 + 1) == []
    finally:
        child.kill()
        child.wait()
