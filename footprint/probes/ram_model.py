"""The memory's energy where no counter gives it: bytes installed, or allowed, times W per GB.

Memory draws most of its power whether it is used or not (refresh, the interface), so the model
has one constant and no utilisation.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from footprint.model import Device, Unavailable
from footprint.probes import power_table
from footprint.probes.base import COUNTER_LIMIT_NJ, Discovery, Early, Machine
from footprint.probes.boot import boot_tag
from footprint.probes.cgroup import limits
from footprint.probes.cpu_info import cpu_info
from footprint.probes.power_table import GB


class RamModelProbe:
    """The memory of this machine or of the container."""

    name = "ram_model"

    def discover(self, machine: Machine) -> Discovery:
        """One source, for what the machine has or the control group allows."""
        total = total_bytes(machine)
        if total is None:
            reason = "the size of the memory cannot be read"
            missing = Unavailable(self.name, "memory", reason, "make /proc/meminfo readable")
            return Discovery((), (missing,))
        allowed = limits(machine)
        share = allowed.memory_bytes is not None and allowed.memory_bytes < total
        size = min(total, allowed.memory_bytes or total)
        info = cpu_info(machine)
        watts = power_table.ram_watts(size, power_table.cpu_watts(info))
        notes = [f"modelled, not measured: {size / GB:.1f} GB at {watts.source}", *watts.notes]
        if share:
            notes.append(f"the control group's limit; the machine has {total / GB:.1f} GB")
        shared = share or info.virtual
        tag = f"share-{allowed.memory_tag}" if share else "model"
        device = Device(
            id=f"dram:{boot_tag(machine)}:{tag}",
            kind="dram",
            name=f"memory, {size / GB:.1f} GB",
            tier="utilisation",
            scope="share" if shared else "machine",
            max_w=watts.full_w,
            gain_low=watts.low,
            gain_high=watts.high,
            gain_source=watts.source,
            notes=tuple(notes),
        )
        return Discovery((RamModelSource(device, round(watts.full_w * 1000)),))


class RamModelSource:
    """Constant power since boot, the time the machine was suspended left out."""

    steps = False

    def __init__(
        self, device: Device, milliwatts: int, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self.device = device
        self._milliwatts, self._clock = milliwatts, clock

    def energy_nj(self) -> int:
        """Modelled energy since boot in nJ, modulo 2**63."""
        return self._clock() * self._milliwatts // 1000 % COUNTER_LIMIT_NJ

    def early_nj(self, early: Early) -> int | None:
        """The same at an earlier instant."""
        return early.monotonic_ns * self._milliwatts // 1000 % COUNTER_LIMIT_NJ

    def power_mw(self) -> int:
        """The constant, in mW."""
        return self._milliwatts

    def close(self) -> None:
        """Nothing to let go of."""


def total_bytes(machine: Machine) -> int | None:
    """Memory that the kernel has, in bytes; None where it does not tell."""
    try:
        with (machine.proc / "meminfo").open(encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemTotal:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    if machine.proc != Machine().proc:  # a recorded tree that says nothing is not this machine
        return None
    try:
        import psutil

        return int(psutil.virtual_memory().total)
    except Exception:  # noqa: BLE001 - whatever psutil raises, the size is not known
        return None
