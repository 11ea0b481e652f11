"""One NVIDIA GPU, read through NVML."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from footprint.model import Device
from footprint.probes import nvml
from footprint.probes.base import COUNTER_LIMIT_NJ, LOST, UNSUPPORTED, ReadError
from footprint.probes.nvidia_methods import Methods
from footprint.probes.nvml import NvmlError, Read

NJ_PER_MJ = 1_000_000  # NVML's energies are millijoules


class NvidiaSource:
    """A GPU's source. `steps` is True: the counter moves every 20 to 100 ms.

    A handle that went bad (NVML closed by somebody, the driver reloaded) is renewed within the
    read. A GPU that is lost gives LOST until it is back; it is looked for at the next read, and
    then after 1, 2, 4, ... 16 s, since opening NVML anew is slow.

    A counter that restarted is handed on as it is: below its last value, or, after a gap long
    enough for it to have passed that, above it by less than was drawn.

    Args:
        pynvml: the module, opened by `nvml.acquire`; the source owns one use of it.
        device: what it reads; `device.id` is the UUID.
        handle: NVML's handle for it.
        methods: how it is read.
        clock: seconds, for the pauses between two looks.
    """

    steps = True

    def __init__(
        self,
        pynvml: Any,
        device: Device,
        handle: Any,
        methods: Methods,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.device = device
        self._pynvml, self._methods, self._clock = pynvml, methods, clock
        self._closed = self._lost = False
        self._pause_s, self._next_look = 0.0, -math.inf
        self._take(handle)

    def energy_nj(self) -> int:
        """Energy since the driver was loaded, in nJ, modulo 2**63. Raises ReadError."""
        if self._energy is None:
            raise ReadError(UNSUPPORTED, f"{self.device.name}: the driver counts no energy")
        if not self._lost:
            try:
                return self._energy() * NJ_PER_MJ % COUNTER_LIMIT_NJ
            except NvmlError as error:
                self._check(error.code, "energy")
        self._renew()
        return self._tried(self._energy, "energy") * NJ_PER_MJ % COUNTER_LIMIT_NJ

    def power_mw(self) -> int:
        """Power in mW: a mean over 1 s on Ampere (but GA100) and later. Raises ReadError."""
        if self._power is None:
            raise ReadError(UNSUPPORTED, f"{self.device.name}: the driver tells no power")
        if not self._lost:
            try:
                return self._power()
            except NvmlError as error:
                self._check(error.code, "power")
        self._renew()
        return self._tried(self._power, "power")

    def processes(self) -> dict[int, int]:
        """Memory in bytes by pid of each process with a compute context here; 0: not told."""
        found: dict[int, int] = {}
        for each in self._ask("processes", self._pynvml.nvmlDeviceGetComputeRunningProcesses, []):
            # a process on several MIG instances is listed for each
            found[each.pid] = found.get(each.pid, 0) + (each.usedGpuMemory or 0)
        return found

    def shares(self, since_us: int) -> dict[int, float]:
        """Share (0..1, together 1) of the GPU's busy time by pid since a driver timestamp in us.

        Empty where nobody was busy. By streaming multiprocessor time, which is what draws power.
        """
        ask = self._pynvml.nvmlDeviceGetProcessUtilization
        busy: dict[int, int] = {}
        for sample in self._ask("process utilisation", lambda handle: ask(handle, since_us), []):
            # Drivers have been seen to leave entries of the array unwritten.
            if sample.pid and sample.timeStamp > since_us and 0 < sample.smUtil <= 100:
                busy[sample.pid] = busy.get(sample.pid, 0) + sample.smUtil
        total = sum(busy.values())
        return {pid: share / total for pid, share in busy.items()}

    def memory_used(self) -> int:
        """Memory in use on the GPU by everybody, what the driver sets aside included, in bytes."""
        memory = self._ask("memory", self._pynvml.nvmlDeviceGetMemoryInfo, None)
        if memory is None:
            raise ReadError(UNSUPPORTED, f"{self.device.name}: the driver tells no memory")
        return int(memory.used)

    def close(self) -> None:
        """Lets go of the GPU, and of NVML with the last one."""
        if not self._closed:
            self._closed = True
            nvml.release()

    def _take(self, handle: Any) -> None:
        energy, power, _ = self._methods
        self._handle, self._generation = handle, nvml.generation()
        self._energy = energy(self._pynvml, handle) if energy else None
        self._power = power(self._pynvml, handle) if power else None

    def _ask(self, what: str, call: Callable[[Any], Any], nothing: Any) -> Any:
        """Never marks the GPU lost: a driver that refuses this question is no lost GPU."""
        try:
            return call(self._handle)
        except self._pynvml.NVMLError as error:
            code = int(error.value)
            # "no sample since then", and pynvml's answer to a first call that finds 0 entries
            if code in (0, 6):
                return nothing
            raise nvml.failure(f"{self.device.name}: {what}", code) from None

    def _check(self, code: int, what: str) -> None:
        """Raises what a failed read means, or returns where the handle may just need renewal."""
        error = nvml.failure(f"{self.device.name}: {what}", code)
        if error.why != LOST:
            raise error
        self._lost, self._pause_s, self._next_look = True, 0.0, -math.inf
        if code in nvml.GONE_CODES:
            raise error

    def _tried(self, read: Read, what: str) -> int:
        try:
            return read()
        except NvmlError as error:
            raise nvml.failure(f"{self.device.name}: {what}", error.code) from None

    def _renew(self) -> None:
        now = self._clock()
        if self._closed or now < self._next_look:
            raise ReadError(LOST, f"{self.device.name}: lost")
        self._pause_s = min(16.0, self._pause_s * 2 or 1.0)
        self._next_look = now + self._pause_s
        try:
            handle = self._find()
        except NvmlError as error:
            raise ReadError(LOST, str(nvml.failure(self.device.name, error.code))) from None
        except nvml.NvmlAbsentError as absent:
            raise ReadError(LOST, f"{self.device.name}: {absent.reason}") from None
        self._take(handle)
        self._lost = False

    def _find(self) -> Any:
        """A handle that works: by UUID, and where that fails once more with NVML opened anew."""
        try:
            return self._by_uuid()
        except NvmlError:
            nvml.reopen(self._generation)
            return self._by_uuid()

    def _by_uuid(self) -> Any:
        try:
            handle = self._pynvml.nvmlDeviceGetHandleByUUID(self.device.id)
        except self._pynvml.NVMLError as error:
            raise NvmlError(int(error.value)) from None
        method = self._methods.energy or self._methods.power
        if method:
            method(self._pynvml, handle)()  # a handle can be had of a GPU that is still lost
        return handle
