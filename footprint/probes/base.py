"""What a probe is: one small protocol, and the machine it is given.

A probe finds the devices of its family on a machine and hands out one `Source` for each. A source
answers two questions, energy so far and power now, and says why when it cannot. It never knows
grams, keeps no thread, and decides nothing about when it is read: that is the meter's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from footprint.model import Device, Unavailable

#: Why a read failed. `unsupported`: this device never gives this figure. `lost`: the device is
#: gone and its handle with it. `failed`: this read gave nothing; the next one may.
UNSUPPORTED, LOST, FAILED = "unsupported", "lost", "failed"

#: `energy_nj()` stays below this, so that a reading fits a signed 64-bit column. A counter that
#: began at the driver's load passes it after 152 days at 700 W; it then starts again at 0, and as
#: `Device.wrap_nj` is None the meter books that as any other restart: a new epoch.
COUNTER_LIMIT_NJ = 2**63


class ReadError(Exception):
    """A source could not be read: `why` is UNSUPPORTED, LOST or FAILED; the text is for people."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


class Machine(NamedTuple):
    """Where a probe looks. The real machine by default; a recorded tree or a simulator in tests.

    Attributes:
        proc: root of procfs.
        sys: root of sysfs.
        environ: the environment (`CUDA_VISIBLE_DEVICES`, ...).
        nvml_library: path of the NVML library to load, None for the driver's own.
        replay: path of a trace to play instead of the hardware, None for none.
        pid: the process whose tree is tracked.
    """

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")
    environ: Mapping[str, str] = os.environ
    nvml_library: str | None = None
    replay: str | None = None
    pid: int = 0

    def process(self) -> int:
        """The pid whose tree is tracked: `pid`, or this process where it is 0."""
        return self.pid or os.getpid()


class Early(NamedTuple):
    """What the first span's own thread read before the meter was up: on a host whose main thread
    computes, a thread that has yet to open files comes late.

    Attributes:
        t: boot-time ns; `monotonic_ns` the same instant on the monotonic clock.
        stat: the head of /proc/stat.
        process_ns: CPU time of this process.
    """

    t: int
    monotonic_ns: int
    stat: bytes
    process_ns: int


class Source(Protocol):
    """One device, ready to be read. Reads may come from any one thread at a time.

    A source whose reading is current at any instant (RAPL, a model) sets `steps` to False; one
    whose counter moves in steps (a GPU's, every 20 to 100 ms) sets it to True, and the meter
    looks for the edges.
    """

    device: Device
    steps: bool

    def energy_nj(self) -> int:
        """Energy since the counter's own zero, in nJ, below 2**63. Raises ReadError."""
        ...

    def power_mw(self) -> int:
        """Power now (or over the sensor's own window), in mW. Raises ReadError."""
        ...

    def close(self) -> None:
        """Lets go of the device. Never raises."""
        ...


class GpuSource(Source, Protocol):
    """A GPU's source can also say who is on it."""

    def processes(self) -> dict[int, int]:
        """Memory in use in bytes by pid, for processes with a context here. Raises ReadError.

        0 where the driver does not tell a process's memory (Windows' WDDM, some MIG set-ups): a
        context always takes some. The pids are the host's: in a container with a pid namespace of
        its own they may name no process there.
        """
        ...

    def shares(self, since_us: int) -> dict[int, float]:
        """Share (0..1) of the GPU's busy time by pid since a driver timestamp. Raises ReadError."""
        ...

    def memory_used(self) -> int:
        """Memory in use on the device by everybody, in bytes. Raises ReadError."""
        ...


class Discovery(NamedTuple):
    """What a probe found, and what it could not have."""

    sources: tuple[Source, ...]
    unavailable: tuple[Unavailable, ...] = ()


class Probe(Protocol):
    """A family of devices. `discover` never raises: what fails is an `Unavailable`."""

    name: str

    def discover(self, machine: Machine) -> Discovery:
        """Finds this family's devices on `machine`."""
        ...
