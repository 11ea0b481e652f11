"""The real nvidia-ml-py, and tools above it, on the simulated GPUs; several processes; building."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import timeit
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulators import nvml_build
from simulators.nvml import Gpu, Process, Simulator
from simulators.nvml_live import Live
from simulators.waves import Burst, Constant, Follow, Square

GIB = 2**30
TESTS = Path(__file__).resolve().parents[1]


def python(code: str, **environment: str) -> subprocess.Popen[str]:
    """A process that finds the simulation through the environment, as any tool would."""
    env = os.environ | {"PYTHONPATH": str(TESTS)} | environment
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code], env=env, stdout=pipe, stderr=pipe, text=True
    )


def output(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.strip()


def test_nvidia_ml_py_reads_it() -> None:
    users = [Process(42, 3 * GIB, 70), Process(43, GIB, 20), Process(44, GIB, 0, graphics=True)]
    gpus = [Gpu(Constant(100)), Gpu(Constant(250), name="NVIDIA A100", processes=users)]
    with Simulator(gpus) as sim:
        nvml = sim.pynvml()
        assert nvml.nvmlDeviceGetCount() == 2
        assert nvml.nvmlSystemGetDriverVersion() == "570.86.15"
        device = nvml.nvmlDeviceGetHandleByIndex(1)
        uuid, bus = nvml.nvmlDeviceGetUUID(device), nvml.nvmlDeviceGetPciInfo(device).busId
        assert nvml.nvmlDeviceGetName(device) == "NVIDIA A100"
        for other in (
            nvml.nvmlDeviceGetHandleByUUID(uuid.encode()),
            nvml.nvmlDeviceGetHandleByPciBusId(bus.encode()),
        ):
            assert nvml.nvmlDeviceGetIndex(other) == 1
        memory = nvml.nvmlDeviceGetMemoryInfo(device, version=nvml.nvmlMemory_v2)
        assert memory.used == 5 * GIB
        assert memory.total == memory.free + memory.used + memory.reserved
        assert nvml.nvmlDeviceGetMemoryInfo(device).used == 5 * GIB + memory.reserved
        for version in ("", "_v2", "_v3"):
            listed = getattr(nvml, f"nvmlDeviceGetComputeRunningProcesses{version}")(device)
            assert {(p.pid, p.usedGpuMemory) for p in listed} == {(42, 3 * GIB), (43, GIB)}
        assert [p.pid for p in nvml.nvmlDeviceGetGraphicsRunningProcesses(device)] == [44]
        shares = nvml.nvmlDeviceGetProcessUtilization(device, 0)
        assert {s.pid: s.smUtil for s in shares} == {42: 70, 43: 20, 44: 0}
        with pytest.raises(nvml.NVMLError_NotFound):
            nvml.nvmlDeviceGetProcessUtilization(device, shares[0].timeStamp + 10**9)
        assert nvml.nvmlDeviceGetPowerManagementLimitConstraints(device) == [200_000, 700_000]
        assert nvml.nvmlDeviceGetEnforcedPowerLimit(device) == 700_000
        assert nvml.nvmlDeviceGetPowerUsage(device) == 250_000
        fields = nvml.nvmlDeviceGetFieldValues(
            device, [83, 185, (186, 0), (186, 1), (186, 2), 9999]
        )
        assert [f.nvmlReturn for f in fields] == [0, 0, 0, 3, 3, 3]
        assert fields[0].value.ullVal >= 123_456_789
        assert fields[1].value.uiVal == fields[2].value.uiVal == 250_000
        sim.set_processes(1, [])
        assert nvml.nvmlDeviceGetComputeRunningProcesses(device) == []


def test_a_module_that_shows_no_gpu_scope() -> None:
    hopper = Gpu(Constant(300), scopes=(0, 1.5, 0.1), grace_hopper=True, start_mj=0, phase_ms=0)
    with Simulator([hopper], frozen_ns=10**12) as sim:
        sim.advance(2)
        nvml = sim.pynvml()
        device = nvml.nvmlDeviceGetHandleByIndex(0)
        fields = nvml.nvmlDeviceGetFieldValues(
            device, [(186, 0), (186, 1), (186, 2), (83, 0), (83, 1)]
        )
        assert [f.nvmlReturn for f in fields] == [3, 0, 0, 3, 0]
        assert [f.value.uiVal for f in fields[1:3]] == [450_000, 30_000]
        assert fields[4].value.ullVal == 900_000
        assert nvml.nvmlDeviceGetTotalEnergyConsumption(device) == 900_000
        assert nvml.nvmlDeviceGetC2cModeInfoV(device).isC2cEnabled == 1


def test_mig_devices_have_names_and_no_energy() -> None:
    slices = [Process(7, GIB, mig=0), Process(8, 2 * GIB, mig=1)]
    with Simulator([Gpu(mig=2, processes=slices), Gpu(mig=None)]) as sim:
        nvml = sim.pynvml()
        board, other = (nvml.nvmlDeviceGetHandleByIndex(i) for i in (0, 1))
        assert nvml.nvmlDeviceGetMigMode(board) == [1, 1]
        with pytest.raises(nvml.NVMLError_NotSupported):
            nvml.nvmlDeviceGetMigMode(other)
        first, second = (nvml.nvmlDeviceGetMigDeviceHandleByIndex(board, i) for i in (0, 1))
        with pytest.raises(nvml.NVMLError_NotFound):
            nvml.nvmlDeviceGetMigDeviceHandleByIndex(board, 2)
        uuid = nvml.nvmlDeviceGetUUID(second)
        assert uuid.startswith("MIG-")
        assert uuid != nvml.nvmlDeviceGetUUID(first)
        assert nvml.nvmlDeviceIsMigDeviceHandle(second).value == 1
        assert nvml.nvmlDeviceGetUUID(nvml.nvmlDeviceGetHandleByUUID(uuid.encode())) == uuid
        assert [p.pid for p in nvml.nvmlDeviceGetComputeRunningProcesses(second)] == [8]
        for call in (
            nvml.nvmlDeviceGetTotalEnergyConsumption,
            nvml.nvmlDeviceGetPowerUsage,
            nvml.nvmlDeviceGetUtilizationRates,
        ):
            with pytest.raises(nvml.NVMLError_NotSupported):
                call(second)
        assert nvml.nvmlDeviceGetPowerUsage(board) == 100_000
        parent = nvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(second)
        assert nvml.nvmlDeviceGetUUID(parent) == nvml.nvmlDeviceGetUUID(board)


POLL = """
import os, time
import pynvml
pynvml.nvmlInit()
device = pynvml.nvmlDeviceGetHandleByIndex(0)
seen, end = [], time.monotonic() + 0.5
while time.monotonic() < end:
    value = pynvml.nvmlDeviceGetTotalEnergyConsumption(device)
    if not seen or seen[-1] != value:
        seen.append(value)
    time.sleep(0.0005)
print(*seen[1:])
"""


@pytest.mark.parametrize("wave", [Burst(50, 500, slot_s=0.02), Follow(100)])
def test_two_processes_see_the_same_counter(wave: Burst | Follow) -> None:
    with Simulator([Gpu(wave, update_ms=20, jitter_ms=3)]) as sim:
        pollers, stop = [python(POLL), python(POLL)], threading.Event()

        def work() -> None:
            while isinstance(wave, Follow) and not stop.wait(0.001):
                sim.add_power(0, 1)

        worker = threading.Thread(target=work)
        worker.start()
        seen = [list(map(int, output(p).split())) for p in pollers]
        stop.set()
        worker.join()
        # edges are at least 14 ms apart: a grid of 1 ms, worked out afterwards, has every value
        shown = {sim.counter_mj(0, t) for t in range(sim.epoch_ns, sim.now_ns(), 1_000_000)}
    for values in seen:
        assert len(values) >= 5
        assert set(values) <= shown
    assert len(set(seen[0]) & set(seen[1])) >= 3


def test_levels_set_by_several_processes_and_threads_are_all_there() -> None:
    code = "from simulators.nvml_live import Live\nlive = Live()\n"
    code += "for _ in range(500): live.add_power(0, 2); live.add_power(0, -1)"
    with Simulator([Gpu(Follow(0))]) as sim:
        others = [python(code) for _ in range(2)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: sim.add_power(0, 1), range(400)))
        for other in others:
            output(other)
        levels, end = sim.levels(0), sim.now_ns()
        assert len(levels) == 1 + 400 + 2 * 1000
        assert levels[-1][1] == 1000 * (400 + 2 * 500)
        assert [t for t, _ in levels] == sorted(t for t, _ in levels)
        stops = [t for t, _ in levels[1:]] + [end]
        drawn_pj = sum(mw * (b - a) for (a, mw), b in zip(levels, stops, strict=True))
        assert sim.truth_nj(0, sim.epoch_ns, end) == drawn_pj // 1000


def test_setting_power_is_cheap() -> None:
    with Simulator([Gpu(Follow(0))]) as sim:
        setter = sim.power_setter(0)
        best = min(timeit.repeat(lambda: setter(1000), number=200, repeat=100)) / 200
        assert best < 5e-6  # with Python's share; a busy machine has its say too


def test_simulations_one_after_the_other_share_nothing() -> None:
    for count in (1, 3):
        with Simulator([Gpu()] * count) as sim:
            assert sim.pynvml().nvmlDeviceGetCount() == count
    with Simulator([Gpu()]) as outer, Simulator([Gpu()] * 2) as inner:
        assert inner.pynvml().nvmlDeviceGetCount() == 2
        assert outer.calls == 0
        assert inner.calls == 1
    assert "NVML_SIM" not in os.environ
    with pytest.raises(ValueError, match="not a control file"):
        Live("/dev/null")


def test_no_library(tmp_path: Path) -> None:
    code = "import pynvml\ntry: pynvml.nvmlInit()\nexcept pynvml.NVMLError as e: print(e.value)"
    with Simulator() as sim:
        assert output(python(code)) == ""
        folder = sim.environment()["LD_LIBRARY_PATH"]
    assert output(python(code, LD_LIBRARY_PATH=str(tmp_path))) == "12"
    assert output(python(code, LD_LIBRARY_PATH=folder)) == "12"  # the library, but no simulation


def test_codecarbon_reads_it() -> None:
    code = "import codecarbon.core.gpu as g\nfor d in g.AllGPUDevices().get_gpu_details():\n"
    code += "    print('gpu', d['uuid'], d['power_usage'], d['total_energy_consumption'])"
    with Simulator([Gpu(Constant(60)), Gpu(Square(100, 100, 1))]) as sim:
        lines = [x.split() for x in output(python(code)).splitlines() if x.startswith("gpu")]
        assert [float(power) for _, _, power, _ in lines] == [60.0, 100.0]
        assert all(123_456_789 <= int(mj) <= sim.counter_mj(i) for i, (*_, mj) in enumerate(lines))


def copy_of_the_sources(folder: Path) -> Path:
    for name in nvml_build.SOURCES + nvml_build.HEADERS:
        shutil.copy(nvml_build.HERE / name, folder)
    return folder


def test_building_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvml_build, "HERE", copy_of_the_sources(tmp_path))
    with ThreadPoolExecutor(2) as pool:
        built = list(pool.map(lambda _: nvml_build.build.__wrapped__(), range(2)))
    assert built[0] == built[1]
    assert [path.name for path in built[0].parent.iterdir()] == [nvml_build.LIBRARY]
    (tmp_path / "nvml_sim.h").write_text((tmp_path / "nvml_sim.h").read_text() + "\n")
    assert nvml_build.build.__wrapped__() != built[0]


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvml_build, "HERE", copy_of_the_sources(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="Debian package `gcc`"):
        nvml_build.build.__wrapped__()
