"""Probes: everything that can be read on a machine, best first.

    from footprint.probes import Machine, discover
    found = discover(Machine())       # sources to read, and what is missing with its reason

Third parties add probes through the entry point group `footprint.probes`: each entry names an
object with `name` and `discover(machine)`, or a callable without arguments that gives one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from footprint.model import Unavailable
from footprint.probes.base import (
    COUNTER_LIMIT_NJ,
    FAILED,
    LOST,
    UNSUPPORTED,
    Discovery,
    GpuSource,
    Machine,
    Probe,
    ReadError,
    Source,
)
from footprint.probes.cpu_model import CpuModelProbe
from footprint.probes.nvidia import NvidiaProbe
from footprint.probes.ram_model import RamModelProbe
from footprint.probes.rapl import RaplProbe
from footprint.probes.replay import ReplayProbe

__all__ = [
    "COUNTER_LIMIT_NJ",
    "FAILED",
    "LOST",
    "MODELS",
    "PROBES",
    "UNSUPPORTED",
    "Discovery",
    "GpuSource",
    "Machine",
    "Probe",
    "ReadError",
    "Source",
    "after_fork",
    "discover",
]

ENTRY_POINTS = "footprint.probes"

#: Probes that read hardware, in the order in which they are asked.
PROBES: tuple[Probe, ...] = (NvidiaProbe(), RaplProbe())

#: Models, asked only for a kind of device that no probe found.
MODELS: dict[str, Probe] = {"cpu": CpuModelProbe(), "dram": RamModelProbe()}


def discover(machine: Machine | None = None) -> Discovery:
    """Asks every probe for what it finds on `machine`. Never raises.

    Where `machine.replay` names a trace, the trace stands in for all hardware. Otherwise the
    order is `PROBES`, those of third parties, and `MODELS` for the kinds still missing, so that
    a modelled CPU is never added to a measured one. Of two sources with one id the first stays.

    Args:
        machine: where to look; the real machine by default.
    """
    machine = machine or Machine()
    if machine.replay is not None:
        return _asked(ReplayProbe(), machine)
    sources: dict[str, Source] = {}
    missing: list[Unavailable] = []

    def ask(probe: Probe) -> None:
        found = _asked(probe, machine)
        missing.extend(found.unavailable)
        for source in found.sources:
            if source.device.id in sources:
                source.close()
            else:
                sources[source.device.id] = source

    for probe in (*PROBES, *_third_party(missing)):
        ask(probe)
    devices = [source.device for source in sources.values()]
    covered = {device.kind for device in devices}
    if any(device.scope == "module" for device in devices):
        covered |= MODELS.keys()  # a Grace Hopper's counter has its CPU and memory in it
    for kind, probe in MODELS.items():
        if kind not in covered:
            ask(probe)
    return Discovery(tuple(sources.values()), tuple(missing))


def after_fork() -> None:
    """To be called in a forked child, before it discovers anew; the parent's sources are void."""
    nvml = sys.modules.get("footprint.probes.nvml")
    if nvml is not None:
        nvml.after_fork()


def _asked(probe: Probe, machine: Machine) -> Discovery:
    try:
        found = probe.discover(machine)
        return Discovery(tuple(found.sources), tuple(found.unavailable))
    except Exception as error:  # noqa: BLE001 - a probe's mistake must not reach the program
        return Discovery((), (_broken(getattr(probe, "name", repr(probe)), error),))


def _third_party(missing: list[Unavailable]) -> Iterator[Probe]:
    from importlib.metadata import entry_points  # 41 ms, so not at import

    for entry in entry_points(group=ENTRY_POINTS):
        try:
            loaded: Any = entry.load()
            yield loaded if hasattr(loaded, "name") and not isinstance(loaded, type) else loaded()
        except Exception as error:  # noqa: BLE001 - nor must a plug-in's
            missing.append(_broken(entry.name, error))


def _broken(name: str, error: Exception) -> Unavailable:
    reason = f"the probe failed: {type(error).__name__}: {error}"
    return Unavailable(str(name), str(name), reason, "report it to those who wrote the probe")
