"""A simulated machine with NVIDIA GPUs, through NVML's own ABI.

    with Simulator([Gpu(Square(80, 350, period_s=1)), Gpu(Follow(60))]) as sim:
        subprocess.run([...])                  # finds libnvidia-ml.so.1 through the environment
        Machine(nvml_library=sim.library)      # or by path, in this process
        sim.set_power(1, 250)                  # power that follows the calls
        sim.lose(0, after_s=1, for_s=2)        # faults, live
        sim.truth_j(0, t0, t1)                 # what was really drawn

The real nvidia-ml-py runs on top of it, and so do codecarbon, zeus and pyJoules. Every simulation
has a control file of its own (NVML_SIM); processes that share it see the same waves, the same
counter values and the same edges. No library at all: set LD_LIBRARY_PATH to an empty folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Self

from simulators import nvml_layout as layout
from simulators.nvml_build import build
from simulators.nvml_live import Live, Process
from simulators.pynvml_state import reset_pynvml, use_pynvml
from simulators.waves import (
    Constant,
    Follow,
    Sine,
    Wave,
    boottime_ns,
    joules,
    milliwatts,
    nanoseconds,
)

__all__ = ["Gpu", "Process", "Simulator", "build"]

GIB = 2**30


@dataclass
class Gpu:
    """A board. Times in ms, power in W, memory in bytes.

    Attributes:
        wave: what it really draws.
        uuid, bus_id: None: made from the index.
        start_mj: what the energy counter shows at the simulation's epoch.
        update_ms: the counter moves this often; `phase_ms` after the epoch for the first time
            (None: another for each index), each update moved by up to `jitter_ms` either way.
        power_update_ms: a power reading is renewed this often, at `power_phase_ms`.
        power_average: nvmlDeviceGetPowerUsage gives the mean of the last second (as from Ampere
            on); False: the power of the last `power_window_ms` (0: of the instant). Fields 185
            and 186 give both whatever this says.
        gain: the sensors' error as a factor on counter and power.
        scopes: factors on (GPU, MODULE, MEMORY) in the fields; 0: not supported. Where
            GPU is 0 the plain calls give the module's figures, as on Grace Hopper.
        mig: None: the board cannot do MIG; 0: it is off; n: n instances.
    """

    wave: Wave = field(default_factory=lambda: Constant(100.0))
    name: str = "NVIDIA H100 80GB HBM3"
    uuid: str | None = None
    bus_id: str | None = None
    start_mj: int = 123_456_789
    update_ms: float = 100.0
    phase_ms: float | None = None
    jitter_ms: float = 0.0
    seed: int = 1
    power_update_ms: float = 100.0
    power_phase_ms: float = 0.0
    power_average: bool = True
    power_window_ms: float = 0.0
    gain: float = 1.0
    scopes: tuple[float, float, float] = (1.0, 0.0, 0.0)
    limits_w: tuple[float, float, float] = (200.0, 700.0, 700.0)  # least, most, default and set
    memory_total: int = 80 * GIB
    memory_reserved: int = 600 * 2**20
    memory_used: int = 0  # by nobody in particular; that of the processes is added
    processes: Sequence[Process] = ()
    gpu_percent: int = 0
    memory_percent: int = 0
    temperature_c: int = 45
    architecture: int = 9  # Hopper
    compute_capability: tuple[int, int] = (9, 0)
    virtualization: int = 0
    grace_hopper: bool = False
    mig: int | None = 0

    def record(self, index: int) -> layout.GpuRecord:
        """This board as the control file has it, without the steps of its wave."""
        phase_ms = 17.0 * index if self.phase_ms is None else self.phase_ms
        sine = self.wave if isinstance(self.wave, Sine) else None
        if self.jitter_ms * 2 >= self.update_ms:
            raise ValueError(f"jitter {self.jitter_ms} ms: must be below {self.update_ms / 2} ms")
        least, most, default = (milliwatts(w) for w in self.limits_w)
        record = layout.GpuRecord(
            name=self.name.encode(),
            uuid=(self.uuid or f"GPU-{index:08x}-5157-4c1e-9f00-00000000f007").encode(),
            bus_id=(self.bus_id or f"00000000:{0x10 + index:02X}:00.0").encode(),
            wave=layout.WAVE_SINE if sine else layout.WAVE_STEPS,
            cycle_ns=self.wave.cycle_ns,
            start_mj=self.start_mj,
            update_ns=nanoseconds(self.update_ms / 1e3),
            update_phase_ns=nanoseconds(phase_ms % self.update_ms / 1e3),
            jitter_ns=nanoseconds(self.jitter_ms / 1e3),
            seed=self.seed + index,
            power_update_ns=nanoseconds(self.power_update_ms / 1e3),
            power_phase_ns=nanoseconds(self.power_phase_ms / 1e3),
            power_average=self.power_average,
            power_window_ns=nanoseconds(self.power_window_ms / 1e3),
            gain_ppm=round(self.gain * 1e6),
            limit_mw=default,
            min_limit_mw=least,
            max_limit_mw=most,
            default_limit_mw=default,
            memory_total=self.memory_total,
            memory_reserved=self.memory_reserved,
            memory_used=self.memory_used,
            gpu_percent=self.gpu_percent,
            memory_percent=self.memory_percent,
            temperature_c=self.temperature_c,
            architecture=self.architecture,
            cc_major=self.compute_capability[0],
            cc_minor=self.compute_capability[1],
            brand=14,  # NVIDIA
            virtualization=self.virtualization,
            c2c=self.grace_hopper,
            mig_count=-1 if self.mig is None else self.mig,
        )
        record.scope_ppm[:] = [round(scope * 1e6) for scope in self.scopes]
        if sine:
            record.sine_mean_mw = milliwatts(sine.mean_w)
            record.sine_amplitude_mw = milliwatts(sine.amplitude_w)
            record.sine_period_ns = nanoseconds(sine.period_s)
            record.sine_phase_ns = nanoseconds(sine.phase_s) % record.sine_period_ns
        return record


class Simulator(Live):
    """A machine with these GPUs; a context manager that also sets this process' environment.

    Args:
        gpus: the boards, in NVML's order.
        capacity: how many changes of level each `Follow` wave has room for, 32 bytes each.
        epoch_ns: when waves and counters begin (default: now).
        frozen_ns: not 0: time stands still at this instant until `advance` or `thaw`.
    """

    def __init__(
        self,
        gpus: Sequence[Gpu] = (Gpu(),),
        *,
        capacity: int = 1 << 18,
        epoch_ns: int | None = None,
        frozen_ns: int = 0,
        driver_version: str = "570.86.15",
    ) -> None:
        self.gpus = list(gpus)
        self.library = str(build())
        memory = Path("/dev/shm")  # not a disk: the kernel writes nothing back while we measure
        parent = memory if memory.is_dir() else None
        self._folder = Path(tempfile.mkdtemp(prefix="nvml-sim-", dir=parent))
        head = layout.ControlRecord(
            magic=layout.MAGIC,
            n_gpus=len(self.gpus),
            epoch_ns=(frozen_ns or boottime_ns()) if epoch_ns is None else epoch_ns,
            frozen_ns=frozen_ns,
            driver_version=driver_version.encode(),
            nvml_version=f"12.{driver_version}".encode(),
            cuda_version=12080,
        )
        head.bytes = len(bytes(head))
        path = self._folder / "control"
        _write(path, head, self.gpus, capacity)
        super().__init__(path)
        for index, gpu in enumerate(self.gpus):
            self.set_processes(index, gpu.processes)
        self._environment: dict[str, str | None] = {}
        self._pynvml_used = False

    def environment(self) -> dict[str, str]:
        """What a subprocess needs to see these GPUs; `with` sets it in this process too."""
        folders = [str(Path(self.library).parent), os.environ.get("LD_LIBRARY_PATH", "")]
        path = os.pathsep.join(folder for folder in folders if folder)
        return {"NVML_SIM": str(self.path), "LD_LIBRARY_PATH": path}

    def truth_nj(self, gpu: int, from_ns: int, to_ns: int) -> int:
        """Energy really drawn between two instants in nJ, from the wave's closed form."""
        wave = self.gpus[gpu].wave
        if isinstance(wave, Follow):
            return self.drawn_nj(gpu, from_ns, to_ns)
        ends = [wave.energy_pj(t - self.epoch_ns) // 1000 for t in (from_ns, to_ns)]
        return ends[1] - ends[0]

    def truth_j(self, gpu: int, from_ns: int, to_ns: int) -> float:
        """`truth_nj` in joules."""
        return joules(self.truth_nj(gpu, from_ns, to_ns))

    def pynvml(self) -> ModuleType:
        """nvidia-ml-py's module in this process, on top of this simulation, initialised."""
        self._pynvml_used = True
        return use_pynvml(self.library)

    def __enter__(self) -> Self:
        wanted = self.environment()
        self._environment = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self.close()

    def close(self) -> None:
        """Removes the control file. Processes that mapped it go on undisturbed."""
        if self._pynvml_used:
            reset_pynvml()
        shutil.rmtree(self._folder, ignore_errors=True)


def _write(path: Path, head: layout.ControlRecord, gpus: Sequence[Gpu], capacity: int) -> None:
    """Writes a control file: the head, then each wave's steps, `Follow` with room to grow."""
    if len(gpus) > layout.MAX_GPUS:
        raise ValueError(f"{len(gpus)} GPUs; there is room for {layout.MAX_GPUS}")
    offset = -(-len(bytes(head)) // 16) * 16
    with path.open("wb") as out:
        for index, gpu in enumerate(gpus):
            steps, energy, before = gpu.wave.steps(), 0, (0, 0)
            record = gpu.record(index)
            record.steps_offset, record.n_steps = offset, len(steps)
            record.steps_capacity = capacity if isinstance(gpu.wave, Follow) else 0
            out.seek(offset)
            for t_ns, mw in steps:
                energy += before[1] * (t_ns - before[0])
                out.write(bytes(layout.Step(t_ns, mw, energy & (2**64 - 1), energy >> 64)))
                before = (t_ns, mw)
            offset += 32 * max(len(steps), record.steps_capacity)
            head.gpus[index] = record
        out.truncate(offset)
        out.seek(0)
        out.write(bytes(head))
