"""The peers, each behind the same small interface: begin, end, and the GPU's joules in between.

zeus            ZeusMonitor.begin_window / end_window
zeus approx     the same with approx_instant_energy=True
cc task         codecarbon's OfflineEmissionsTracker.start_task / stop_task
cc decorator    codecarbon's track_emissions: a tracker of its own for every call
pyJoules        EnergyMeter.start / stop on NvidiaGPUDomain

Offline everywhere, nothing written, no log: each tool as fast as it can be set up to be.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
from collections.abc import Callable, Iterable
from typing import Any, Protocol

J_PER_KWH = 3.6e6


class Peer(Protocol):
    """A tool that measures one GPU, or all of them."""

    def begin(self, key: str) -> None:
        """Opens a window."""
        ...

    def end(self, key: str) -> float | None:
        """Closes it: joules of the GPUs, None where the tool gives none."""
        ...


class Zeus:
    """zeus' window on the GPUs given."""

    def __init__(self, gpus: list[int], approx: bool = False) -> None:
        _quiet()
        from zeus.monitor import ZeusMonitor

        self._monitor = ZeusMonitor(gpu_indices=gpus, cpu_indices=[], approx_instant_energy=approx)

    def begin(self, key: str) -> None:
        self._monitor.begin_window(key, sync_execution=False)

    def end(self, key: str) -> float | None:
        return float(self._monitor.end_window(key, sync_execution=False).total_energy)


class CodecarbonTask:
    """A task of one codecarbon tracker."""

    def __init__(self, gpus: list[int]) -> None:
        self.tracker = codecarbon_tracker(gpus)

    def begin(self, key: str) -> None:
        self.tracker.start_task(key)

    def end(self, key: str) -> float | None:
        data = self.tracker.stop_task(key)
        return None if data is None else float(data.gpu_energy) * J_PER_KWH


class CodecarbonDecorator:
    """A codecarbon tracker for each window, as `@track_emissions` makes for each call."""

    def __init__(self, gpus: list[int]) -> None:
        self._gpus = gpus
        self._open: dict[str, Any] = {}

    def begin(self, key: str) -> None:
        self._open[key] = codecarbon_tracker(self._gpus)
        self._open[key].start()

    def end(self, key: str) -> float | None:
        tracker = self._open.pop(key)
        tracker.stop()
        data = getattr(tracker, "final_emissions_data", None)
        return None if data is None else float(data.gpu_energy) * J_PER_KWH


class PyJoules:
    """A pyJoules meter for each window."""

    def __init__(self, gpus: list[int]) -> None:
        from pyJoules.device.device_factory import DeviceFactory
        from pyJoules.device.nvidia_device import NvidiaGPUDomain

        self._devices = DeviceFactory.create_devices([NvidiaGPUDomain(gpu) for gpu in gpus])
        self._open: dict[str, Any] = {}

    def begin(self, key: str) -> None:
        from pyJoules.energy_meter import EnergyMeter

        meter = self._open[key] = EnergyMeter(self._devices)
        meter.start(key)

    def end(self, key: str) -> float | None:
        meter = self._open.pop(key)
        meter.stop()
        return float(sum(sum(sample.energy.values()) for sample in meter.get_trace())) / 1e3


#: The module that a tool's name begins with.
_MODULES = {"zeus": "zeus", "cc": "codecarbon", "codecarbon": "codecarbon", "pyJoules": "pyJoules"}


def installed(names: Iterable[str]) -> list[str]:
    """Those tools of the ones named whose distribution is there."""
    found = {tool for tool, module in _MODULES.items() if importlib.util.find_spec(module)}
    return [name for name in names if name.split()[0] in found]


def codecarbon_settings(gpus: list[int]) -> dict[str, Any]:
    """Offline, silent, nothing saved; the CPU by its constant, so that only GPUs are read."""
    return {
        "country_iso_code": "FRA",
        "gpu_ids": gpus,
        "log_level": "critical",
        "output_methods": [],
        "allow_multiple_runs": True,
        "tracking_mode": "process",
        "force_cpu_power": 100,
        "force_ram_power": 10,
    }


def codecarbon_tracker(gpus: list[int]) -> Any:
    """A tracker that is not started."""
    _quiet()
    from codecarbon import OfflineEmissionsTracker

    return OfflineEmissionsTracker(**codecarbon_settings(gpus))


PEERS: dict[str, Callable[[list[int]], Peer]] = {
    "zeus": Zeus,
    "zeus approx": lambda gpus: Zeus(gpus, approx=True),
    "cc task": CodecarbonTask,
    "cc decorator": CodecarbonDecorator,
    "pyJoules": PyJoules,
}


def window(peer: Peer, key: str, body: Callable[[], None]) -> float | None:
    """Joules that a peer books to `body`."""
    peer.begin(key)
    try:
        body()
    finally:
        joules = peer.end(key)
    return joules


def _quiet() -> None:
    logging.disable(logging.CRITICAL)
    with contextlib.suppress(ImportError):
        import warnings

        warnings.simplefilter("ignore")
