"""The fake procfs and control groups: psutil reads the one, the numbers add up in both."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from simulators.cgroups import Cgroup
from simulators.procfs import Proc

GIB = 2**30


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Proc:
    """Four CPUs, a process with a child, read by psutil."""
    tree = Proc(tmp_path / "proc", cpus=4, memory_total=8 * GIB)
    tree.add(100, name="train (x) 1")
    tree.add(101, parent=100)
    tree.set_self(100)
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tree.root), raising=False)
    return tree


def test_psutil_reads_the_machine(proc: Proc) -> None:
    before = psutil.cpu_times()
    proc.busy(user_s=2.5, system_s=0.25)
    proc.idle(5.25)
    proc.stolen(1)
    after = psutil.cpu_times()
    assert after.user - before.user == 2.5
    assert after.system - before.system == 0.25
    assert after.idle - before.idle == 5.25
    assert after.steal - before.steal == 1
    assert sum(t.user for t in psutil.cpu_times(percpu=True)) == pytest.approx(2.5)
    proc.set_available(3 * GIB)
    assert psutil.virtual_memory().total == 8 * GIB
    assert psutil.virtual_memory().available == 3 * GIB
    cpuinfo = (proc.root / "cpuinfo").read_text()
    assert cpuinfo.count("cpu cores\t: 2\n") == cpuinfo.count("siblings\t: 4\n") == 4


def test_psutil_reads_the_processes(proc: Proc) -> None:
    proc.add_thread(100, 150)
    proc.set_memory(100, GIB)
    process = psutil.Process(100)
    assert process.name() == "train (x) 1"
    assert process.num_threads() == 2
    assert process.memory_info().rss == GIB
    assert [child.pid for child in process.children()] == [101]
    assert (proc.root / "100/task/100/children").read_text() == "101 "
    assert (proc.root / "self/comm").read_text() == "train (x) 1\n"


def test_cpu_seconds_go_where_they_belong(proc: Proc) -> None:
    proc.use(100, user_s=1.5)
    proc.use(101, user_s=0.25, system_s=0.05)
    assert psutil.cpu_times().user == 1.75
    assert psutil.Process(101).cpu_times()[:2] == (0.25, 0.05)
    proc.add(102, parent=101)
    proc.end(101)
    times = psutil.Process(100).cpu_times()
    assert (times.user, times.children_user, times.children_system) == (1.5, 0.25, 0.05)
    assert not psutil.pid_exists(101)
    assert psutil.Process(102).ppid() == 1
    assert (proc.root / "100/task/100/children").read_text() == ""
    with pytest.raises(ValueError, match="whole number of ticks"):
        proc.use(100, user_s=0.001)


def test_unified_groups(tmp_path: Path) -> None:
    group = Cgroup.v2(tmp_path, "pods/one", cpus=2.5, memory=4 * GIB, cpuset="0-3")
    folder = tmp_path / "fs/cgroup/pods/one"
    assert group.line == "0::/pods/one\n"
    assert (folder / "cpu.max").read_text() == "250000 100000\n"
    assert (folder / "memory.max").read_text() == f"{4 * GIB}\n"
    assert (folder / "cpuset.cpus.effective").read_text() == "0-3\n"
    group.use(1.25)
    group.set_memory(GIB)
    assert (folder / "cpu.stat").read_text().startswith("usage_usec 1250000\n")
    assert (folder / "memory.current").read_text() == f"{GIB}\n"
    group.limit_cpus(None)
    group.limit_memory(None)
    assert (folder / "cpu.max").read_text() == "max 100000\n"
    assert (folder / "memory.max").read_text() == "max\n"


def test_groups_of_version_one(tmp_path: Path) -> None:
    group = Cgroup.v1(tmp_path, "/job_7", cpus=1.5, memory=GIB)
    top = tmp_path / "fs/cgroup"
    assert "cpu,cpuacct:/job_7\n" in group.line
    assert (top / "cpu,cpuacct/job_7/cpu.cfs_quota_us").read_text() == "150000\n"
    assert (top / "cpu,cpuacct/job_7/cpu.cfs_period_us").read_text() == "100000\n"
    assert (top / "memory/job_7/memory.limit_in_bytes").read_text() == f"{GIB}\n"
    group.use(0.5)
    assert (top / "cpu,cpuacct/job_7/cpuacct.usage").read_text() == "500000000\n"
    group.limit_cpus(None)
    assert (top / "cpu,cpuacct/job_7/cpu.cfs_quota_us").read_text() == "-1\n"
