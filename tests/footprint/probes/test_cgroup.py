"""What part of the machine a control group leaves, on fake trees of both versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint.probes.base import Machine
from footprint.probes.cgroup import limits, usage_ns
from simulators.cgroups import Cgroup
from simulators.procfs import Proc

GIB = 2**30


def machine_of(tmp_path: Path, line: str, cpus: int = 8) -> Machine:
    proc = Proc(tmp_path / "proc", cpus=cpus)
    proc.add(100)
    proc.set_cgroup(100, line)
    return Machine(proc=proc.root, sys=tmp_path / "sys", pid=100)


@pytest.mark.parametrize("make", [Cgroup.v1, Cgroup.v2])
def test_quota_memory_and_cpu_time(tmp_path: Path, make: type[Cgroup]) -> None:
    group = make(tmp_path / "sys", "kubepods/pod1", cpus=2.5, memory=4 * GIB)  # type: ignore[call-arg]
    found = limits(machine_of(tmp_path, group.line))
    assert (found.cores, found.memory_bytes) == (2.5, 4 * GIB)
    assert found.usage is not None
    group.use(1.25)
    assert usage_ns(found.usage) == 1_250_000_000
    assert len(found.tag) == len(found.memory_tag) == 8


@pytest.mark.parametrize("make", [Cgroup.v1, Cgroup.v2])
def test_no_limits(tmp_path: Path, make: type[Cgroup]) -> None:
    group = make(tmp_path / "sys", "user.slice")  # type: ignore[call-arg]
    assert limits(machine_of(tmp_path, group.line)) == (None, None, None, "", "")


def test_the_tightest_limit_on_the_path_counts_with_its_own_cpu_time(tmp_path: Path) -> None:
    top = Cgroup.v2(tmp_path / "sys", "pod", cpus=2, memory=8 * GIB)
    leaf = Cgroup.v2(tmp_path / "sys", "pod/worker", cpus=6, memory=2 * GIB)
    found = limits(machine_of(tmp_path, leaf.line))
    assert (found.cores, found.memory_bytes) == (2, 2 * GIB)
    top.use(3)
    leaf.use(1)
    assert found.usage is not None
    assert usage_ns(found.usage) == 3_000_000_000
    assert found.tag != found.memory_tag


def test_a_cpuset_limits_too(tmp_path: Path) -> None:
    group = Cgroup.v2(tmp_path / "sys", "slurm/job", cpuset="0-1,5")
    assert limits(machine_of(tmp_path, group.line)).cores == 3


def test_a_quota_or_cpuset_of_all_cpus_is_no_limit(tmp_path: Path) -> None:
    group = Cgroup.v2(tmp_path / "sys", "all", cpus=8, cpuset="0-7")
    assert limits(machine_of(tmp_path, group.line)).cores is None


def test_a_path_of_the_host_that_the_container_cannot_see(tmp_path: Path) -> None:
    Cgroup.v1(tmp_path / "sys", "", cpus=1.5, memory=GIB)  # the mount is the container's group
    line = "2:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc\n0::/\n"
    found = limits(machine_of(tmp_path, line))
    assert (found.cores, found.memory_bytes) == (1.5, GIB)
    assert found.usage is not None


def test_groups_of_one_path_in_two_namespaces_have_two_names(tmp_path: Path) -> None:
    tags = []
    for name in ("a", "b"):
        group = Cgroup.v2(tmp_path / name / "sys", "", cpus=1)
        machine = machine_of(tmp_path / name, group.line)
        machine = machine._replace(sys=tmp_path / name / "sys")
        (machine.proc / "100/ns").mkdir()
        (machine.proc / "100/ns/cgroup").symlink_to(f"cgroup:[{name}]")
        tags.append(limits(machine).tag)
    assert tags[0] != tags[1]


def test_nothing_there_is_no_limit(tmp_path: Path) -> None:
    assert limits(Machine(proc=tmp_path, sys=tmp_path)) == (None, None, None, "", "")


@pytest.mark.parametrize("text", ["", "x y\n", "max\n", "-5 100000\n", "100000 0\n"])
def test_garbage_is_no_limit(tmp_path: Path, text: str) -> None:
    group = Cgroup.v2(tmp_path / "sys", "g", cpus=1)
    (tmp_path / "sys/fs/cgroup/g/cpu.max").write_text(text)
    assert limits(machine_of(tmp_path, group.line)).cores is None


def test_usage_that_is_not_there_says_so(tmp_path: Path) -> None:
    stat = tmp_path / "cpu.stat"
    stat.write_text("nr_periods 0\n")
    with pytest.raises(ValueError, match="no usage_usec"):
        usage_ns(stat)
