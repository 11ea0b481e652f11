"""Each fault of the simulated GPUs does what it says, from the instant it says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import ModuleType

import pytest

from simulators.nvml import Gpu, Simulator
from simulators.nvml_faults import ENERGY, NO_PERMISSION, POWER, UNKNOWN
from simulators.waves import Constant

T0 = 5_000_000_000_000


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Two boards, 100 W and 200 W, counters from 1 J, edges at whole 100 ms; time stands still."""
    gpus = [Gpu(Constant(w), start_mj=1000, phase_ms=0) for w in (100, 200)]
    with Simulator(gpus, frozen_ns=T0) as machine:
        yield machine


@pytest.fixture
def nvml(sim: Simulator) -> ModuleType:
    return sim.pynvml()


def energy(nvml: ModuleType, gpu: int = 0) -> int | str:
    """The counter in mJ, or the name of the error."""
    try:
        device = nvml.nvmlDeviceGetHandleByIndex(gpu)
        return int(nvml.nvmlDeviceGetTotalEnergyConsumption(device))
    except nvml.NVMLError as error:
        return type(error).__name__


def test_no_counter_from_an_instant_on(sim: Simulator, nvml: ModuleType) -> None:
    sim.no_counter(0, after_s=1)
    sim.advance(0.9)
    assert energy(nvml) == 1000 + 90_000
    sim.advance(0.1)
    assert energy(nvml) == "NVMLError_NotSupported"
    device = nvml.nvmlDeviceGetHandleByIndex(0)
    assert [f.nvmlReturn for f in nvml.nvmlDeviceGetFieldValues(device, [83, 186])] == [3, 0]
    assert nvml.nvmlDeviceGetPowerUsage(device) == 100_000
    assert energy(nvml, 1) == 1000 + 200_000


def test_a_gpu_is_lost_and_comes_back(sim: Simulator, nvml: ModuleType) -> None:
    device = nvml.nvmlDeviceGetHandleByIndex(0)
    fault = sim.lose(0, for_s=2)
    assert energy(nvml) == "NVMLError_GpuIsLost"
    with pytest.raises(nvml.NVMLError_GpuIsLost):
        nvml.nvmlDeviceGetName(device)
    assert fault.fired == 2
    assert energy(nvml, 1) == 1000
    assert nvml.nvmlDeviceGetCount() == 2
    sim.advance(2)
    assert energy(nvml) == 1000 + 200_000


def test_old_handles_may_stay_lost_until_nvml_is_opened_anew(
    sim: Simulator, nvml: ModuleType
) -> None:
    sim.lose(0, for_s=2, stale=True)
    sim.advance(2)
    assert energy(nvml) == "NVMLError_GpuIsLost"
    nvml.nvmlShutdown()
    nvml.nvmlInit()
    assert energy(nvml) == 1000 + 200_000


def test_the_driver_is_reloaded(sim: Simulator, nvml: ModuleType) -> None:
    sim.advance(1)
    sim.reload_driver(away_s=1)
    assert energy(nvml) == "NVMLError_Unknown"
    nvml.nvmlShutdown()
    with pytest.raises(nvml.NVMLError_DriverNotLoaded):
        nvml.nvmlInit()
    sim.advance(1.1)
    nvml.nvmlInit()
    assert energy(nvml) == 10_000
    assert energy(nvml, 1) == 20_000


def test_the_counter_starts_again(sim: Simulator, nvml: ModuleType) -> None:
    sim.advance(1)
    sim.reset_counter(0, after_s=0.25)
    sim.advance(0.24)
    assert energy(nvml) == 1000 + 120_000
    sim.advance(0.01)
    assert energy(nvml) == 0
    sim.advance(0.1)  # the edge at 1.3 s: 50 ms since the reset
    assert energy(nvml) == 5000
    sim.reset_counter(0)
    assert energy(nvml) == 0
    assert energy(nvml, 1) == 1000 + 260_000


def test_the_counter_sticks_and_catches_up(sim: Simulator, nvml: ModuleType) -> None:
    sim.advance(1.05)
    sim.stick_counter(0, for_s=3)
    sim.advance(2)
    assert energy(nvml) == 1000 + 100_000
    assert sim.truth_j(0, T0, sim.now_ns()) == 305.0
    sim.advance(1)
    assert energy(nvml) == 1000 + 400_000


def test_codes_and_functions(sim: Simulator, nvml: ModuleType) -> None:
    device = nvml.nvmlDeviceGetHandleByIndex(0)
    unknown, denied = sim.fail(ENERGY, UNKNOWN, 0), sim.fail(POWER, NO_PERMISSION)
    assert energy(nvml) == "NVMLError_Unknown"
    with pytest.raises(nvml.NVMLError_NoPermission):
        nvml.nvmlDeviceGetPowerUsage(device)
    unknown.clear()
    assert energy(nvml) == 1000
    sim.clear_faults()
    assert nvml.nvmlDeviceGetPowerUsage(device) == 100_000
    assert denied.fired == 1
    sim.no_power(0)
    with pytest.raises(nvml.NVMLError_NotSupported):
        nvml.nvmlDeviceGetPowerUsage(device)
    values = nvml.nvmlDeviceGetFieldValues(device, [185, 186])
    assert [v.nvmlReturn for v in values] == [3, 3]


def test_the_driver_does_not_start(sim: Simulator) -> None:
    sim.fail("nvmlInit", 9)
    with pytest.raises(Exception, match="Driver Not Loaded"):
        sim.pynvml()


def seconds(nvml: ModuleType, gpu: int = 0) -> float:
    begin = time.perf_counter()
    energy(nvml, gpu)
    return time.perf_counter() - begin


def test_slow_and_hanging_calls(sim: Simulator, nvml: ModuleType) -> None:
    slow = sim.slow(0.05, function=ENERGY, gpu=0)
    assert seconds(nvml) >= 0.05
    assert slow.fired == 1
    slow.clear()
    sim.hang(0.2, gpu=1)
    quick = min(seconds(nvml) for _ in range(5))
    assert seconds(nvml, 1) >= 0.2
    assert min(seconds(nvml, 1) for _ in range(5)) < 0.05
    assert quick < 0.05


def test_there_is_room_for_so_many_faults(sim: Simulator) -> None:
    faults = [sim.slow(0.0) for _ in range(64)]
    with pytest.raises(OverflowError, match="64 faults"):
        sim.slow(0.0)
    faults[10].clear()
    sim.slow(0.0)
