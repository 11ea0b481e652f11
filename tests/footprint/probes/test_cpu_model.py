"""The CPU's model: exact figures on a fake procfs, shares, and its conservation law."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.model import Device
from footprint.probes.base import COUNTER_LIMIT_NJ, FAILED, Early, Machine, ReadError, Source
from footprint.probes.cpu_info import cpu_info
from footprint.probes.cpu_model import CpuModelProbe, CpuModelSource
from footprint.probes.cpu_times import cpu_count, cpu_times
from footprint.probes.power_table import Watts, cpu_watts
from footprint.probes.share import ShareTimes
from simulators.cgroups import Cgroup
from simulators.procfs import Proc

S = 1_000_000_000
DEVICE = Device("cpu:boot:model", "cpu", "CPU", "utilisation", "machine")
WATTS = Watts(100.0, 20.0, 0.5, 2.0, "test")


def source(machine: Machine) -> Source:
    (found,) = CpuModelProbe().discover(machine).sources
    return found


def bare(tmp_path: Path, **more: object) -> tuple[Proc, Machine]:
    proc = Proc(tmp_path / "proc", cpus=8, uptime_s=0, **more)  # type: ignore[arg-type]
    proc.add(100)
    return proc, Machine(proc=proc.root, sys=tmp_path / "sys", pid=100)


def test_energy_is_a_line_over_utilisation(tmp_path: Path) -> None:
    proc, machine = bare(tmp_path)  # a Platinum 8480+: 350 W
    read = source(machine)
    assert read.energy_nj() == 0
    proc.idle(80)  # 8 CPUs for 10 s
    idle_nj = read.energy_nj()
    assert idle_nj == 735 * S  # 350 W x 0.21 x 10 s
    proc.use(100, user_s=60, system_s=20)  # 10 s of all 8
    assert read.energy_nj() - idle_nj == 3500 * S
    assert read.power_mw() == 350_000
    assert not read.steps


def test_the_device_says_what_it_rests_on(tmp_path: Path) -> None:
    device = source(bare(tmp_path, sockets=2)[1]).device
    assert (device.id, device.kind) == ("cpu:5f1d2c3b:model", "cpu")
    assert (device.tier, device.scope, device.max_w) == ("utilisation", "machine", 700.0)
    assert device.gain_low == pytest.approx(0.10 / 0.21)
    assert device.gain_high == pytest.approx(0.41 / 0.21)
    assert device.gain_source.startswith("2 x 350 W design power, codecarbon")
    assert device.notes[0].startswith("modelled, not measured")
    assert "idle at 21%" in device.notes[1]


def test_an_unknown_model_is_booked_by_thread_and_says_so(tmp_path: Path) -> None:
    device = source(bare(tmp_path, model="Intel(R) Xeon(R) Processor")[1]).device
    assert device.max_w == pytest.approx(8 * 3.5)
    assert "no design power is known" in device.notes[2]
    assert device.gain_high == pytest.approx(5.0)


def test_a_virtual_machine_has_some_threads_of_a_chip(tmp_path: Path) -> None:
    _, machine = bare(tmp_path)
    with (machine.proc / "cpuinfo").open("a") as out:
        out.write("flags\t\t: fpu vme hypervisor sse\n")
    device = source(machine).device
    assert (device.scope, device.max_w) == ("share", 28.0)
    assert "of how many is not known" in device.notes[2]


@pytest.mark.parametrize("make", [Cgroup.v1, Cgroup.v2])
def test_a_container_has_its_quota_of_idle_and_its_own_work(
    tmp_path: Path, make: type[Cgroup]
) -> None:
    proc, machine = bare(tmp_path)
    group = make(tmp_path / "sys", "pod", cpus=2)  # type: ignore[call-arg]
    proc.set_cgroup(100, group.line)
    read = source(machine)
    assert (read.device.scope, read.device.max_w) == ("share", 87.5)
    assert read.device.id.startswith("cpu:5f1d2c3b:share-")
    proc.busy(user_s=40)  # the neighbours
    proc.idle(40)
    before = read.energy_nj()
    assert before == round(350 * 0.21 * 2 / 8 * 10 * S)  # a quarter of idle, over 10 s
    group.use(4)
    dynamic_mw = round(350 * 0.79 * 1000)
    assert read.energy_nj() - before == 4 * S * dynamic_mw // 8000


def test_without_the_groups_own_time_its_share_follows_the_machine(tmp_path: Path) -> None:
    proc, machine = bare(tmp_path)
    group = Cgroup.v2(tmp_path / "sys", "pod", cpus=2)
    (tmp_path / "sys/fs/cgroup/pod/cpu.stat").unlink()
    proc.set_cgroup(100, group.line)
    read = source(machine)
    assert "machine's utilisation" in " ".join(read.device.notes)
    proc.busy(user_s=80)
    assert read.energy_nj() == pytest.approx(350 * 2 / 8 * 10 * S, abs=S)


def test_stolen_time_is_no_work_of_ours(tmp_path: Path) -> None:
    proc, machine = bare(tmp_path)
    read = source(machine)
    proc.stolen(80)
    assert read.energy_nj() == 735 * S


def test_failures_are_readings_that_failed(tmp_path: Path) -> None:
    _, machine = bare(tmp_path)
    read = source(machine)
    for text in ("", "cpu 1 2\n", "cpu a b c d e\n", "intr 5 6 7 8 9\n"):
        (machine.proc / "stat").write_text(text)
        with pytest.raises(ReadError) as caught:
            read.energy_nj()
        assert caught.value.why == FAILED
    assert CpuModelProbe().discover(machine).unavailable[0].remedy.endswith("readable")


def test_this_machine_is_read_as_psutil_reads_it() -> None:
    import psutil

    machine = Machine()
    assert cpu_count(machine) == psutil.cpu_count()
    theirs, ours = psutil.cpu_times(), cpu_times(machine)
    assert ours.busy_ns / S == pytest.approx(
        theirs.user + theirs.nice + theirs.system + theirs.irq + theirs.softirq, abs=1
    )
    assert ours.total_ns / S == pytest.approx(sum(theirs) - theirs.guest - theirs.guest_nice, abs=1)


def test_psutil_stands_in_where_there_is_no_procfs(tmp_path: Path) -> None:
    here, away = cpu_times(Machine()), cpu_times(Machine(proc=tmp_path))
    assert away.busy_ns == pytest.approx(here.busy_ns, abs=S)
    assert away.total_ns == pytest.approx(here.total_ns, abs=4 * S)
    assert cpu_info(Machine(proc=tmp_path)).cpus == cpu_count(Machine())


def test_an_unknown_model_of_apple_or_arm_has_a_figure() -> None:
    info = cpu_info(Machine())._replace(model="", virtual=False)
    assert cpu_watts(info).whole_server


STEPS = st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), min_size=1, max_size=20)


@given(STEPS, st.integers(1, 256), st.floats(0.01, 1), st.data())
def test_energy_does_not_depend_on_when_it_was_read(
    steps: list[tuple[int, int]], cpus: int, share: float, data: st.DataObject
) -> None:
    """Whatever is read in between, the last reading is the same, and readings never fall."""
    points = [ShareTimes(0, 0, 0)]
    for busy, idle in steps:
        total = points[-1].total_ns + busy + idle
        points.append(ShareTimes(0, total, points[-1].ours_ns + busy))
    often = data.draw(st.lists(st.booleans(), min_size=len(points), max_size=len(points)))
    now = [points[0]]
    watched = CpuModelSource(DEVICE, lambda: now[0], WATTS, cpus, share)
    seen = []
    for point, read in zip(points, often, strict=True):
        now[0] = point
        if read:
            seen.append(watched.energy_nj())
    last = CpuModelSource(DEVICE, lambda: points[-1], WATTS, cpus, share).energy_nj()
    assert watched.energy_nj() == last
    assert seen == sorted(seen)
    idle_mw = round(20 * share * 1000)
    exact = points[-1].total_ns * idle_mw + points[-1].ours_ns * 80_000
    assert last == exact // (1000 * cpus)


def test_a_tick_back_in_the_kernels_idle_time_is_not_a_fall() -> None:
    now = [ShareTimes(0, 10 * S, 5 * S)]
    read = CpuModelSource(DEVICE, lambda: now[0], WATTS, 1, 1.0)
    high = read.energy_nj()
    now[0] = ShareTimes(0, 10 * S - 10_000_000, 5 * S)
    assert read.energy_nj() == high


def test_years_of_a_large_machine_stay_below_the_limit() -> None:
    year_ns = 128 * 365 * 86400 * S
    read = CpuModelSource(DEVICE, lambda: ShareTimes(0, year_ns, year_ns), WATTS, 128, 1.0)
    assert read.energy_nj() == 100 * 365 * 86400 * S % COUNTER_LIMIT_NJ


def test_an_early_reading_gives_the_same_figure(tmp_path: Path) -> None:
    proc, machine = bare(tmp_path)
    read = source(machine)
    proc.use(100, user_s=3)
    proc.idle(5)
    stat = (proc.root / "stat").read_bytes()
    assert read.early_nj(Early(0, 0, stat, 0)) == read.energy_nj()  # type: ignore[attr-defined]
    assert read.early_nj(Early(0, 0, b"intr 1 2", 0)) is None  # type: ignore[attr-defined]


def test_a_groups_own_time_was_not_read_early(tmp_path: Path) -> None:
    proc, machine = bare(tmp_path)
    group = Cgroup.v2(tmp_path / "sys", "pods/a", cpus=2)
    proc.set_cgroup(100, group.line)
    stat = (proc.root / "stat").read_bytes()
    assert source(machine).early_nj(Early(0, 0, stat, 0)) is None  # type: ignore[attr-defined]
