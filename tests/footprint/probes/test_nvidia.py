"""The NVIDIA probe on the simulated NVML: figures, methods, faults and what it says of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from footprint.probes import nvml
from footprint.probes.base import (
    COUNTER_LIMIT_NJ,
    FAILED,
    LOST,
    UNSUPPORTED,
    Discovery,
    Machine,
    ReadError,
)
from footprint.probes.nvidia import NvidiaProbe
from footprint.probes.nvidia_source import NvidiaSource
from simulators import nvml_faults as faults
from simulators.nvml import Gpu, Process, Simulator
from simulators.pynvml_state import reset_pynvml
from simulators.waves import Constant

MJ = 1_000_000  # nJ


@pytest.fixture(autouse=True)
def _fresh_nvml() -> Iterator[None]:
    """Each test meets NVML as a new process does."""
    nvml.after_fork()
    reset_pynvml()
    yield
    reset_pynvml()
    nvml.after_fork()


def discover(sim: Simulator, **environ: str) -> Discovery:
    return NvidiaProbe().discover(Machine(nvml_library=sim.library, environ=environ))


def only(sim: Simulator, **environ: str) -> NvidiaSource:
    (source,) = discover(sim, **environ).sources
    return cast("NvidiaSource", source)


def why(read: object) -> str:
    with pytest.raises(ReadError) as caught:
        read()  # type: ignore[operator]
    return caught.value.why


def at_rest(*gpus: Gpu) -> Simulator:
    return Simulator(gpus or (Gpu(Constant(100), start_mj=5000, phase_ms=0),), frozen_ns=10**12)


def test_a_gpu_is_read_to_the_millijoule() -> None:
    with at_rest() as sim:
        source = only(sim)
        assert source.energy_nj() == 5000 * MJ
        sim.advance(2)  # 100 W for 2 s
        assert source.energy_nj() == 205_000 * MJ
        assert source.power_mw() == 100_000
        assert source.steps
        device = source.device
        assert device[:5] == (
            "GPU-00000000-5157-4c1e-9f00-00000000f007",
            "gpu",
            "NVIDIA H100 80GB HBM3",
            "counter",
            "gpu",
        )
        assert device.max_w == pytest.approx(840)  # the limit of 700 W, and a fifth
        assert (device.gain_low, device.gain_high, device.number) == (0.95, 1.05, 0)
        assert "2312.02741" in device.gain_source
        assert (device.wrap_nj, device.notes) == (None, ())


def test_the_counter_stays_below_its_limit() -> None:
    start_mj = COUNTER_LIMIT_NJ // MJ  # 9.2e9 J: half a year of an H100
    with at_rest(Gpu(Constant(0), start_mj=start_mj + 7)) as sim:
        assert only(sim).energy_nj() == 7 * MJ - COUNTER_LIMIT_NJ % MJ


def test_power_stands_in_for_a_missing_counter() -> None:
    with at_rest() as sim:
        sim.no_counter()
        source = only(sim)
        assert source.device.tier == "power"
        assert source.power_mw() == 100_000
        assert why(source.energy_nj) == UNSUPPORTED


def test_the_field_stands_in_for_the_function() -> None:
    with at_rest() as sim:
        sim.fail(faults.ENERGY, faults.NOT_SUPPORTED)
        sim.fail(faults.POWER, faults.NOT_SUPPORTED)
        source = only(sim)
        assert (source.device.tier, source.device.scope) == ("counter", "gpu")
        sim.advance(1)
        assert source.energy_nj() == 105_000 * MJ
        assert source.power_mw() == 100_000


def test_a_module_is_named_as_such() -> None:
    with at_rest(Gpu(Constant(100), scopes=(0.0, 1.5, 0.0), grace_hopper=True)) as sim:
        device = only(sim).device
        assert device.scope == "module"
        assert "module" in device.notes[0]


def test_neither_energy_nor_power_is_unavailable_with_its_reason() -> None:
    with at_rest() as sim:
        sim.no_counter()
        sim.no_power()
        found = discover(sim)
        assert found.sources == ()
        assert "neither energy nor power" in found.unavailable[0].reason
        assert found.unavailable[0].what == "GPU 0 (NVIDIA H100 80GB HBM3)"


def test_visible_devices_choose_and_order() -> None:
    with at_rest(*[Gpu(Constant(10 * i)) for i in range(4)]) as sim:

        def seen(value: str) -> list[int | None]:
            return [s.device.number for s in discover(sim, CUDA_VISIBLE_DEVICES=value).sources]

        assert seen("3,1") == [3, 1]
        assert seen("GPU-00000002") == [2]
        assert seen("0,2,-1,1") == [0, 2]
        none = discover(sim, CUDA_VISIBLE_DEVICES="")
        assert none.sources == ()
        assert "none of 4 GPUs" in none.unavailable[0].reason


def test_mixed_gpus_by_index_are_noted() -> None:
    with at_rest(Gpu(name="NVIDIA L4"), Gpu()) as sim:
        assert "PCI_BUS_ID" in only(sim, CUDA_VISIBLE_DEVICES="0").device.notes[0]
        fixed = only(sim, CUDA_VISIBLE_DEVICES="0", CUDA_DEVICE_ORDER="PCI_BUS_ID")
        assert fixed.device.notes == ()


def test_the_parent_of_a_mig_device_is_metered_and_says_so() -> None:
    with at_rest(Gpu(Constant(100)), Gpu(Constant(50), mig=2)) as sim:
        uuid = "MIG-1" + "0000001-5157-4c1e-9f00-00000000f007"
        source = only(sim, CUDA_VISIBLE_DEVICES=uuid)
        assert source.device.number == 1
        assert source.device.scope == "gpu"
        assert uuid in source.device.notes[0]
        assert "not measurable" in source.device.notes[0]
        assert why(lambda: source.shares(0)) == UNSUPPORTED


def test_no_gpus_no_driver_no_library_no_permission(tmp_path: Path) -> None:
    with Simulator([]) as sim:
        assert discover(sim).unavailable[0].reason == "the driver lists none"
    for code, word in ((9, "not loaded"), (4, "permission"), (18, "versions"), (999, "open")):
        with at_rest() as sim:
            sim.fail("nvmlInit", code)
            found = discover(sim)
            assert found.sources == ()
            assert word in found.unavailable[0].reason
            assert found.unavailable[0].remedy
    absent = Machine(nvml_library=str(tmp_path / "libnvidia-ml.so.1"), environ={})
    missing = NvidiaProbe().discover(absent).unavailable[0]
    assert "cannot be loaded" in missing.reason


def test_one_gpu_without_permission_leaves_the_others() -> None:
    with at_rest(Gpu(), Gpu()) as sim:
        sim.fail("nvmlDeviceGetHandleByIndex_v2", faults.NO_PERMISSION, gpu=0)
        found = discover(sim)
        assert [source.device.number for source in found.sources] == [1]
        assert found.unavailable[0].what == "GPU 0"


def test_processes_and_their_shares() -> None:
    here = (Process(100, 3 * 2**30, sm_percent=60), Process(200, 2**30, sm_percent=20))
    idle = Process(300, 2**20, sm_percent=0)
    desktop = Process(400, 5, sm_percent=0, graphics=True)
    board = Gpu(Constant(1), memory_used=2**20, memory_reserved=0)
    with at_rest(board) as sim:
        source = only(sim)
        assert source.processes() == {}
        assert source.shares(0) == {}
        sim.set_processes(0, [*here, idle, desktop])
        assert source.processes() == {100: 3 * 2**30, 200: 2**30, 300: 2**20}
        assert source.shares(0) == {100: 0.75, 200: 0.25}
        assert source.shares(2**62) == {}
        assert source.memory_used() == 2**20 + 4 * 2**30 + 2**20 + 5


def test_a_failing_read_is_no_reading_and_no_loss() -> None:
    with at_rest() as sim:
        source = only(sim)
        fault = sim.fail(faults.ENERGY, faults.TIMEOUT)
        assert why(source.energy_nj) == FAILED
        fault.clear()
        assert source.energy_nj() == 5000 * MJ


def test_a_lost_gpu_comes_back() -> None:
    with at_rest() as sim:
        clock = [0.0]
        source = only(sim)
        source._clock = lambda: clock[0]
        fault = sim.lose(0)
        assert why(source.energy_nj) == LOST
        assert why(source.energy_nj) == LOST  # looked for at once, in vain
        calls = sim.calls
        assert [why(source.energy_nj), why(source.power_mw)] == [LOST, LOST]
        assert sim.calls == calls  # not looked for again within the second
        fault.clear()
        sim.advance(3)
        assert why(source.energy_nj) == LOST
        clock[0] = 1.0
        assert source.energy_nj() == 305_000 * MJ


def test_the_pauses_between_looks_grow_and_stop_growing() -> None:
    with at_rest() as sim:
        clock, looks = [0.0], []
        source = only(sim)
        source._clock = lambda: clock[0]
        sim.lose(0)
        why(source.energy_nj)
        for second in range(100):
            clock[0], before = float(second), sim.calls
            why(source.energy_nj)
            looks += [second] if sim.calls > before else []
        assert looks == [0, 1, 3, 7, 15, 31, 47, 63, 79, 95]


def test_a_lost_gpu_takes_no_reading_from_its_neighbour() -> None:
    with at_rest(Gpu(Constant(100), start_mj=0), Gpu(Constant(50), start_mj=0, phase_ms=0)) as sim:
        lost, well = discover(sim).sources
        sim.lose(0)
        for second in range(1, 4):
            sim.advance(1)
            assert why(lost.energy_nj) == LOST
            assert well.energy_nj() == second * 50_000 * MJ


def test_nvml_closed_by_somebody_else_is_opened_again_within_the_read() -> None:
    with at_rest() as sim:
        source = only(sim)
        import pynvml

        pynvml.nvmlShutdown()
        sim.advance(1)
        assert source.energy_nj() == 105_000 * MJ
        pynvml.nvmlShutdown()
        assert source.power_mw() == 100_000


def test_a_driver_reload_shows_the_restarted_counter() -> None:
    with at_rest() as sim:
        source = only(sim)
        sim.advance(5)
        assert source.energy_nj() == 505_000 * MJ
        sim.reset_counter(0)
        sim.advance(1)
        assert source.energy_nj() == 100_000 * MJ


def test_closing_the_last_source_closes_nvml_and_discovery_leaves_none_open() -> None:
    import pynvml

    with at_rest(Gpu(), Gpu()) as sim:
        first, second = discover(sim).sources
        assert pynvml._nvmlLib_refcount == 1
        first.close()
        first.close()
        assert second.energy_nj() > 0
        second.close()
        assert pynvml._nvmlLib_refcount == 0
        assert why(second.energy_nj) == LOST
        discover(sim, CUDA_VISIBLE_DEVICES="")
        assert pynvml._nvmlLib_refcount == 0


def test_a_forked_child_can_discover_again() -> None:
    code = """
import os
from footprint.probes import Machine, nvml, after_fork
from footprint.probes.nvidia import NvidiaProbe
probe = NvidiaProbe()
source, = probe.discover(Machine()).sources
nvml._lock.acquire()  # as another thread may hold it at the fork
if not (pid := os.fork()):
    after_fork()
    child, = probe.discover(Machine()).sources
    os._exit(0 if child.energy_nj() >= 5_000_000_000 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), source.energy_nj() > 0)
"""
    with at_rest() as sim:
        environ = {**os.environ, **sim.environment()}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == ("0 True\n", "")


def test_a_driver_that_is_away_is_a_loss_until_it_is_back() -> None:
    with at_rest() as sim:
        clock = [0.0]
        source = only(sim)
        source._clock = lambda: clock[0]
        import pynvml

        pynvml.nvmlShutdown()
        away = sim.fail("nvmlInit", 9)
        with pytest.raises(ReadError, match="driver is not loaded") as caught:
            source.power_mw()
        assert caught.value.why == LOST
        away.clear()
        clock[0] = 1.0
        assert source.power_mw() == 100_000


def test_a_counter_without_power_is_read_all_the_same() -> None:
    with at_rest() as sim:
        sim.no_power()
        source = only(sim)
        assert source.device.tier == "counter"
        assert why(source.power_mw) == UNSUPPORTED


def test_a_counter_that_may_not_be_read_leaves_power() -> None:
    with at_rest() as sim:
        for name in (faults.ENERGY, faults.ENERGY_FIELD):
            sim.fail(name, faults.NO_PERMISSION)
        assert only(sim).device.tier == "power"


def test_a_driver_that_does_not_list_its_gpus() -> None:
    with at_rest() as sim:
        sim.fail("nvmlDeviceGetCount_v2", faults.UNKNOWN)
        (missing,) = discover(sim).unavailable
        assert missing.what == "NVIDIA GPUs"
        assert missing.reason


def test_boards_without_mig_and_without_limits() -> None:
    with at_rest(Gpu(Constant(100), mig=None)) as sim:
        for name in ("nvmlDeviceGetEnforcedPowerLimit", "nvmlDeviceGetPowerManagementLimit"):
            sim.fail(name, faults.NOT_SUPPORTED)
        assert only(sim).device.max_w == pytest.approx(840)  # from the constraints
        sim.fail("nvmlDeviceGetPowerManagementLimitConstraints", faults.NOT_SUPPORTED)
        assert only(sim).device.max_w is None


def test_a_limit_below_the_highest_does_not_bound_what_may_be_set() -> None:
    with at_rest(Gpu(Constant(100), limits_w=(100.0, 700.0, 350.0))) as sim:
        assert only(sim).device.max_w == pytest.approx(840)


def test_a_module_leaves_nothing_to_model() -> None:
    from footprint.probes import discover as discover_all

    with at_rest(Gpu(Constant(100), scopes=(0.0, 1.0, 0.0), grace_hopper=True)) as sim:
        found = discover_all(Machine(nvml_library=sim.library, environ={}))
        assert [s.device.kind for s in found.sources] == ["gpu"]
