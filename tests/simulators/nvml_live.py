"""A running simulation, seen from any process: levels, faults, processes, the truth.

Everything here writes to or reads from the mapped control file, so it acts at once in every
process that meters the same simulation, and costs none of them a call.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from simulators import nvml_layout as layout
from simulators.nvml_build import load
from simulators.nvml_faults import Faults
from simulators.waves import milliwatts, nanoseconds


class Process(NamedTuple):
    """A process with a context on a GPU; `memory` in bytes, `mig` -1 for the whole GPU."""

    pid: int
    memory: int = 512 * 2**20
    sm_percent: int = 100
    graphics: bool = False
    mig: int = -1


class Live(Faults):
    """Handle on the simulation whose control file is `path` (default: NVML_SIM's).

    Instants are ns of CLOCK_BOOTTIME, or of the frozen clock after `freeze`.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = Path(path or os.environ["NVML_SIM"])
        self._lib = load()
        self._address: int = self._lib.sim_open(os.fsencode(self.path)) or 0
        if not self._address:
            raise ValueError(f"{self.path}: not a control file of this build of the simulator")
        self.control = layout.ControlRecord.from_address(self._address)

    # ---- time ----

    def now_ns(self) -> int:
        """The simulation's time."""
        return int(self._lib.sim_now(self._address))

    @property
    def epoch_ns(self) -> int:
        """When the waves and counters began."""
        return int(self.control.epoch_ns)

    def freeze(self, at_ns: int | None = None) -> None:
        """Stops the simulation's time, at `at_ns` or now."""
        self.control.frozen_ns = self.now_ns() if at_ns is None else at_ns

    def advance(self, seconds: float) -> None:
        """Moves a frozen time on."""
        if not self.control.frozen_ns:
            raise ValueError("the simulated time runs by itself: freeze() it before advance()")
        self.control.frozen_ns += nanoseconds(seconds)

    def thaw(self) -> None:
        """Back to CLOCK_BOOTTIME."""
        self.control.frozen_ns = 0

    # ---- power that follows the calls ----

    def set_power(self, gpu: int, watts: float) -> int:
        """From now on `gpu` draws `watts`. Returns the instant."""
        return self._logged(self._lib.sim_set_power(self._address, gpu, milliwatts(watts)))

    def add_power(self, gpu: int, watts: float) -> int:
        """From now on `gpu` draws `watts` more (or less): for calls that overlap."""
        return self._logged(self._lib.sim_add_power(self._address, gpu, milliwatts(watts)))

    def power_setter(self, gpu: int, *, add: bool = False) -> Callable[[int], int]:
        """The cheapest `set_power` (or `add_power`): takes mW, returns the instant or -1 (full)."""
        function = self._lib.sim_add_power if add else self._lib.sim_set_power
        return partial(function, self._address, gpu)

    @staticmethod
    def _logged(instant_ns: int) -> int:
        if instant_ns < 0:
            raise OverflowError("the log of levels is full: give the Simulator a larger capacity")
        return instant_ns

    def levels(self, gpu: int) -> list[tuple[int, int]]:
        """The levels so far of a `Follow` wave: (instant, mW from then on)."""
        record = self.control.gpus[gpu]
        steps = (layout.Step * record.n_steps).from_address(self._address + record.steps_offset)
        return [(self.epoch_ns + step.t_ns, step.mw) for step in steps]

    # ---- what is so, and what the sensors say ----

    def drawn_nj(self, gpu: int, from_ns: int, to_ns: int) -> int:
        """Energy really drawn, from the C side, in nJ. Adjoining windows add up exactly."""
        record = self.control.gpus[gpu]
        if record.n_steps >= record.steps_capacity and record.steps_capacity > 0:
            raise OverflowError("the log of levels is full: the truth is no longer known")
        return int(self._lib.sim_true_energy_nj(self._address, gpu, from_ns, to_ns))

    def counter_mj(self, gpu: int, t_ns: int | None = None) -> int:
        """What the energy counter shows at an instant (now), without an NVML call."""
        t = self.now_ns() if t_ns is None else t_ns
        return int(self._lib.sim_counter_mj(self._address, gpu, t))

    def last_edge_ns(self, gpu: int, t_ns: int | None = None) -> int:
        """The counter's last edge at or before `t_ns` (now); the epoch where there is none."""
        t, record = self.now_ns() if t_ns is None else t_ns, self.control.gpus[gpu]
        return int(self._lib.sim_last_edge(self._address, ctypes.addressof(record), t))

    @property
    def calls(self) -> int:
        """NVML calls made so far, by all processes."""
        return int(self.control.calls)

    # ---- what is on a GPU ----

    def set_processes(self, gpu: int, processes: Iterable[Process]) -> None:
        """Who has a context on `gpu` from now on."""
        listed = list(processes)
        record = self.control.gpus[gpu]
        for i, process in enumerate(listed):
            record.processes[i] = layout.ProcessRecord(*process)
        record.n_processes = len(listed)
