"""The memory's model."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint.model import Device
from footprint.probes.base import COUNTER_LIMIT_NJ, Machine
from footprint.probes.ram_model import RamModelProbe, RamModelSource, total_bytes
from simulators.cgroups import Cgroup
from simulators.procfs import Proc

GIB = 2**30
DEVICE = Device("dram:boot:model", "dram", "memory", "utilisation", "machine")


def found(tmp_path: Path, model: str = "Intel(R) Xeon(R) Platinum 8480+") -> Device:
    proc = Proc(tmp_path / "proc", memory_total=64 * GIB, model=model)
    proc.add(100)
    group = Cgroup.v2(tmp_path / "sys", "pod", memory=None)
    proc.set_cgroup(100, group.line)
    machine = Machine(proc=proc.root, sys=tmp_path / "sys", pid=100)
    (source,) = RamModelProbe().discover(machine).sources
    assert not source.steps
    assert source.power_mw() == round((source.device.max_w or 0) * 1000)
    return source.device


def test_bytes_times_watts(tmp_path: Path) -> None:
    device = found(tmp_path)
    assert (device.id, device.scope) == ("dram:5f1d2c3b:model", "machine")
    assert device.max_w == pytest.approx(64 * 0.392)
    assert device.gain_low == pytest.approx(0.039 / 0.392)
    assert device.gain_high == pytest.approx(0.625 / 0.392)


def test_a_container_has_its_limit(tmp_path: Path) -> None:
    Cgroup.v2(tmp_path / "sys", "pod", memory=8 * GIB)
    proc = Proc(tmp_path / "proc", memory_total=64 * GIB)
    proc.add(100)
    proc.set_cgroup(100, "0::/pod\n")
    machine = Machine(proc=proc.root, sys=tmp_path / "sys", pid=100)
    (source,) = RamModelProbe().discover(machine).sources
    assert source.device.max_w == pytest.approx(8 * 0.392)
    assert source.device.scope == "share"
    assert source.device.id.startswith("dram:5f1d2c3b:share-")
    assert "64.0 GB" in source.device.notes[-1]


def test_memory_that_the_cpus_figure_holds_already_may_be_nothing(tmp_path: Path) -> None:
    device = found(tmp_path, model="Intel(R) Xeon(R) Processor")
    assert device.gain_low == 0.0
    assert "already" in device.notes[-1]


def test_energy_is_power_times_time_without_suspend() -> None:
    now = [0]
    source = RamModelSource(DEVICE, 25_088, lambda: now[0])
    assert source.energy_nj() == 0
    now[0] = 10_000_000_000
    assert source.energy_nj() == 250_880_000_000
    now[0] = 2**62
    assert source.energy_nj() == 2**62 * 25_088 // 1000 % COUNTER_LIMIT_NJ
    source.close()


def test_a_size_that_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    assert (
        "cannot be read" in RamModelProbe().discover(Machine(proc=tmp_path)).unavailable[0].reason
    )


def test_this_machines_memory() -> None:
    import psutil

    assert total_bytes(Machine()) == psutil.virtual_memory().total
