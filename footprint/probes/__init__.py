"""Probes: everything that can be read on a machine, best first.

    from footprint.probes import Machine, discover
    found = discover(Machine())       # sources to read, and what is missing with its reason

Third parties add probes through the entry point group `footprint.probes`: each entry names an
object with `name` and `discover(machine)`, or a callable without arguments that gives one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from footprint import entry_points
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

#: Probes that read hardware, in the order in which they are asked. Named, not imported: what
#: imports this package is the user's program, and discovery happens later in a thread.
PROBES = (
    "footprint.probes.nvidia:NvidiaProbe",
    "footprint.probes.rapl:RaplProbe",
)

#: Models, asked only for a kind of device that no probe found.
MODELS = {
    "cpu": "footprint.probes.cpu_model:CpuModelProbe",
    "dram": "footprint.probes.ram_model:RamModelProbe",
}

#: Stands in for all of them where there is a trace to play.
REPLAY = "footprint.probes.replay:ReplayProbe"


def discover(machine: Machine | None = None) -> Discovery:
    """Asks every probe for what it finds on `machine`. Never raises.

    Where `machine.replay` names a trace, the trace stands in for all hardware. Otherwise the
    order is `PROBES`, those of third parties, and `MODELS` for the kinds still missing, so that
    a modelled CPU is never added to a measured one. Of two sources with one id the first stays.

    Args:
        machine: where to look; the real machine by default.
    """
    found = list(phases(machine))
    return Discovery(
        tuple(source for each in found for source in each.sources),
        tuple(lack for each in found for lack in each.unavailable),
    )


def phases(machine: Machine | None = None) -> Iterator[Discovery]:
    """What `discover` finds, as it is found: hardware first, since reading it cannot wait for a
    look at what else is installed."""
    machine = machine or Machine()
    if machine.replay is not None:
        yield _asked(REPLAY, _named(REPLAY), machine)
        return
    seen: list[Source] = []
    for name in PROBES:
        yield _fresh(_asked(name, _named(name), machine), seen)
    missing: list[Unavailable] = []
    for name, make in _third_party(missing):
        yield _fresh(_asked(name, make, machine), seen)
    yield Discovery((), tuple(missing))
    covered = {source.device.kind for source in seen}
    if any(source.device.scope == "module" for source in seen):
        covered |= MODELS.keys()  # a Grace Hopper's counter has its CPU and memory in it
    for kind, name in MODELS.items():
        if kind not in covered:
            yield _fresh(_asked(name, _named(name), machine), seen)


def _fresh(found: Discovery, seen: list[Source]) -> Discovery:
    """What was found, without devices that others found before; adds the rest to `seen`."""
    known = {source.device.id for source in seen}
    fresh: list[Source] = []
    for source in found.sources:
        if source.device.id in known:
            source.close()
        else:
            known.add(source.device.id)
            fresh.append(source)
    seen.extend(fresh)
    return Discovery(tuple(fresh), found.unavailable)


def preload() -> None:
    """Does our own imports of `discover` now: each reads files, and a thread that reads files on a
    host whose main thread computes waits for the GIL after each one."""
    from importlib import import_module

    for name in (*PROBES, *MODELS.values(), "footprint.probes.tree:TreeCpu"):
        import_module(name.partition(":")[0])


def after_fork() -> None:
    """To be called in a forked child, before it discovers anew; the parent's sources are void."""
    nvml = sys.modules.get("footprint.probes.nvml")
    if nvml is not None:
        nvml.after_fork()


def _named(name: str) -> Callable[[], Any]:
    """Imports and makes the probe of `module:Class`, when it is called."""

    def make() -> Any:
        from importlib import import_module

        module, _, attribute = name.partition(":")
        return getattr(import_module(module), attribute)()

    return make


def _third_party(missing: list[Unavailable]) -> Iterator[tuple[str, Callable[[], Any]]]:
    try:
        entries = entry_points.of_group(ENTRY_POINTS)
    except Exception as error:  # noqa: BLE001 - broken metadata of any distribution here
        missing.append(_broken("entry points", error))
        return
    for entry in entries:
        yield entry.name, lambda entry=entry: _object(entry.load())  # type: ignore[misc]


def _object(loaded: Any) -> Any:
    """A probe is taken as it is; a class or another callable without arguments gives one."""
    return loaded if hasattr(loaded, "discover") and not isinstance(loaded, type) else loaded()


def _asked(name: str, make: Callable[[], Any], machine: Machine) -> Discovery:
    try:
        probe: Probe = make()
        found = probe.discover(machine)
        return Discovery(tuple(found.sources), tuple(found.unavailable))
    except Exception as error:  # noqa: BLE001 - a probe's mistake must not reach the program
        return Discovery((), (_broken(name, error),))


def _broken(name: str, error: Exception) -> Unavailable:
    reason = f"the probe failed: {type(error).__name__}: {error}"
    return Unavailable(name, name, reason, "report it to those who wrote the probe")
