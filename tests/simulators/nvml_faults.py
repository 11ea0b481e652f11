"""Faults, injected into a running simulation: they act at once in every process that meters it."""

from __future__ import annotations

from simulators import nvml_layout as layout
from simulators.waves import nanoseconds

ALL = -1  # every GPU

# What NVML functions return.
NOT_SUPPORTED, NO_PERMISSION, DRIVER_NOT_LOADED, TIMEOUT = 3, 4, 9, 10
GPU_IS_LOST, UNKNOWN = 15, 999

ENERGY = "nvmlDeviceGetTotalEnergyConsumption"
POWER = "nvmlDeviceGetPowerUsage"
ENERGY_FIELD, AVERAGE_FIELD, INSTANT_FIELD = "field:83", "field:185", "field:186"


class Fault:
    """An injected fault. `fired`: how many calls it struck so far (0 for reset and stuck)."""

    def __init__(self, record: layout.FaultRecord) -> None:
        self._record = record

    @property
    def fired(self) -> int:
        return int(self._record.fired)

    def clear(self) -> None:
        """Ends the fault now, as if it had never been where it touches the counter."""
        self._record.active = 0


class Faults:
    """The part of `Live` that breaks things. Times in seconds from now, `for_s` None: for good."""

    control: layout.ControlRecord

    def now_ns(self) -> int:
        """The simulation's time."""
        raise NotImplementedError

    def inject(
        self,
        kind: int,
        gpu: int = ALL,
        *,
        function: str = "",
        value: int = 0,
        after_s: float = 0.0,
        for_s: float | None = None,
    ) -> Fault:
        """Adds a fault `after_s` from now, until `for_s` later (None: for good).

        Args:
            kind: one of nvml_layout.FAULT_*.
            gpu: the device it strikes; ALL also strikes calls that name no device.
            function: C name (`nvmlInit` for all its versions, `nvmlDeviceGetCount_v2`, ...),
                `field:83` or `scope:1` inside nvmlDeviceGetFieldValues, "" for every function.
            value: NVML code to return, or ns to sleep.
        """
        begin = self.now_ns() + nanoseconds(after_s)
        end = layout.FOREVER_NS if for_s is None else begin + nanoseconds(for_s)
        slot = next((i for i, f in enumerate(self.control.faults) if not f.active), None)
        if slot is None:
            raise OverflowError(f"more than {layout.MAX_FAULTS} faults at once")
        record = self.control.faults[slot]
        record.kind, record.gpu, record.from_ns, record.to_ns = kind, gpu, begin, end
        record.value, record.fired, record.function = value, 0, function.encode()
        record.active = 1  # last: other processes see a fault that is complete
        self.control.n_faults = max(self.control.n_faults, slot + 1)
        return Fault(record)

    def fail(
        self,
        function: str,
        code: int,
        gpu: int = ALL,
        after_s: float = 0,
        for_s: float | None = None,
    ) -> Fault:
        """`function` ("": all) returns `code`."""
        kind = layout.FAULT_RETURN
        return self.inject(kind, gpu, function=function, value=code, after_s=after_s, for_s=for_s)

    def lose(
        self,
        gpu: int,
        after_s: float = 0,
        for_s: float | None = None,
        *,
        code: int = GPU_IS_LOST,
        stale: bool = False,
    ) -> Fault:
        """The GPU falls off the bus: every call on it returns GPU_IS_LOST; it may come back.

        With `stale` a process sees it come back only after it closed NVML and opened it anew,
        as with a real driver; without, the old handles work again by themselves.
        """
        kind = layout.FAULT_STALE if stale else layout.FAULT_RETURN
        return self.inject(kind, gpu, value=code, after_s=after_s, for_s=for_s)

    def reload_driver(self, after_s: float = 0, away_s: float = 1.0) -> list[Fault]:
        """The driver goes away and comes back: counters start again, old handles stay bad.

        Meanwhile calls return UNKNOWN and nvmlInit DRIVER_NOT_LOADED.
        """
        return [
            self.inject(layout.FAULT_STALE, value=UNKNOWN, after_s=after_s, for_s=away_s),
            self.fail("nvmlInit", DRIVER_NOT_LOADED, ALL, after_s, away_s),
            self.reset_counter(ALL, after_s + away_s),
        ]

    def no_counter(
        self, gpu: int = ALL, after_s: float = 0, for_s: float | None = None
    ) -> tuple[Fault, Fault]:
        """The energy counter is not supported, neither the function nor the field."""
        first, second = (
            self.fail(name, NOT_SUPPORTED, gpu, after_s, for_s) for name in (ENERGY, ENERGY_FIELD)
        )
        return first, second

    def no_power(
        self, gpu: int = ALL, after_s: float = 0, for_s: float | None = None
    ) -> list[Fault]:
        """Power is not supported, neither the function nor the fields."""
        names = (POWER, AVERAGE_FIELD, INSTANT_FIELD)
        return [self.fail(name, NOT_SUPPORTED, gpu, after_s, for_s) for name in names]

    def reset_counter(self, gpu: int = ALL, after_s: float = 0) -> Fault:
        """The driver is reloaded: the counter starts again at 0 mJ."""
        return self.inject(layout.FAULT_RESET, gpu, after_s=after_s)

    def stick_counter(
        self, gpu: int = ALL, after_s: float = 0, for_s: float | None = None
    ) -> Fault:
        """The counter stands still while power is drawn; afterwards it shows all of it."""
        return self.inject(layout.FAULT_STUCK, gpu, after_s=after_s, for_s=for_s)

    def slow(
        self,
        seconds: float = 0.05,
        function: str = "",
        gpu: int = ALL,
        after_s: float = 0,
        for_s: float | None = None,
    ) -> Fault:
        """Every call (of `function`) takes `seconds`."""
        kind, value = layout.FAULT_SLOW, nanoseconds(seconds)
        return self.inject(kind, gpu, function=function, value=value, after_s=after_s, for_s=for_s)

    def hang(
        self, seconds: float = 2.0, function: str = "", gpu: int = ALL, after_s: float = 0
    ) -> Fault:
        """The next call (of `function`) takes `seconds`, once."""
        kind, value = layout.FAULT_HANG, nanoseconds(seconds)
        return self.inject(kind, gpu, function=function, value=value, after_s=after_s)

    def clear_faults(self) -> None:
        """Ends every fault now."""
        for record in self.control.faults:
            record.active = 0
