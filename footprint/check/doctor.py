"""`footprint doctor`: what can be measured on this machine, how, how well, and what to do about
the rest. The JSON is described in docs/reference/doctor.md.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from footprint import clock, probes, settings
from footprint._version import __version__
from footprint.check.place import Place, examine
from footprint.check.trial import Trial, try_out
from footprint.model import Unavailable
from footprint.probes.base import Machine, Source
from footprint.settings import Settings

SCHEMA = "footprint.doctor/1"

#: Long enough for several edges of the slowest counters known (100 ms), seconds.
TRIAL = 0.8

#: Settings whose lack leaves a figure out, and what to do.
REMEDIES = {
    "zone": "carbon is not known: --zone FRA, FOOTPRINT_ZONE=FRA or zone='FRA'",
    "tariff_per_kwh": "cost is not known: --tariff 0.18 or FOOTPRINT_TARIFF=0.18",
    "pue": "the facility's cooling and losses are left out: --pue 1.2 or FOOTPRINT_PUE=1.2",
}


class Tree(NamedTuple):
    """Whether a program's share of the host's CPU time can be told."""

    read_us: float | None
    error: str = ""


class Clock(NamedTuple):
    """What times are taken from."""

    name: str
    resolution_ns: int
    read_ns: int
    boot_id: str
    utc: str
    runs_in_suspend: bool


class Findings(NamedTuple):
    """What was found."""

    sources: Sequence[Source]
    trials: Sequence[Trial]
    unavailable: Sequence[Unavailable]
    tree: Tree
    clock: Clock
    settings: Settings
    place: Place
    problems: Sequence[str]

    @property
    def measurable(self) -> bool:
        """Whether any device could be read."""
        return any(not trial.error for trial in self.trials)


def look(machine: Machine | None = None, seconds: float = TRIAL) -> Findings:
    """Examines a machine. Takes `seconds`, twice as long with a counter that hardly moves.

    Args:
        machine: where to look; by default this one, with the settings' NVML library and trace.
        seconds: how long each device is tried out.
    """
    problems: list[str] = []
    found = settings.resolve(problems=problems)
    machine = machine or Machine(nvml_library=found.nvml_library, replay=found.replay)
    discovery = probes.discover(machine)
    trials = try_out(discovery.sources, seconds)
    tree = _tree(machine)
    for source in discovery.sources:
        source.close()
    return Findings(
        discovery.sources,
        trials,
        discovery.unavailable,
        tree,
        _clock(),
        found,
        examine(found.ledger),
        problems,
    )


def _tree(machine: Machine) -> Tree:
    from footprint.probes.tree import TreeCpu

    try:
        tree = TreeCpu(machine)
        tree.sample()
        before = clock.now_ns()
        tree.sample()
        return Tree((clock.now_ns() - before) / 1000)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        return Tree(None, str(error))


def _clock() -> Clock:
    count = 1000
    before = time.perf_counter_ns()
    for _ in range(count):
        clock.now_ns()
    read_ns = (time.perf_counter_ns() - before) // count
    boottime = hasattr(time, "CLOCK_BOOTTIME")
    resolution = time.get_clock_info("monotonic").resolution
    if boottime:
        resolution = time.clock_getres(time.CLOCK_BOOTTIME)
    return Clock(
        "CLOCK_BOOTTIME" if boottime else "CLOCK_MONOTONIC",
        max(1, round(resolution * 1e9)),
        read_ns,
        clock.boot_id(),
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        boottime,
    )


def declared(found: Settings) -> list[dict[str, Any]]:
    """Each setting, its value, and where it was said."""
    names = [name for name in Settings._fields if name != "origins"]
    return [
        {
            "name": name,
            "value": _plain(getattr(found, name)),
            "origin": found.origins.get(name, "default"),
        }
        for name in names
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return dict(value) if hasattr(value, "items") else value


def probe_of(source: Source) -> str:
    """The probe that a source is from, by the module that it lives in."""
    return type(source).__module__.rpartition(".")[2].removesuffix("_source")


def to_json(findings: Findings) -> dict[str, Any]:
    """`footprint.doctor/1`."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "footprint", "version": __version__},
        "host": {
            "name": platform.node(),
            "platform": platform.platform(),
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
        },
        "measurable": findings.measurable,
        "devices": [
            _device(source, trial)
            for source, trial in zip(findings.sources, findings.trials, strict=True)
        ],
        "unavailable": [each._asdict() for each in findings.unavailable],
        "tree": {"read_us": findings.tree.read_us, "error": findings.tree.error or None},
        "clock": findings.clock._asdict(),
        "settings": declared(findings.settings),
        "ledger": findings.place._asdict() | {"path": str(findings.place.path)},
        "problems": list(findings.problems),
    }


def _device(source: Source, trial: Trial) -> dict[str, Any]:
    device = source.device
    return {
        "id": device.id,
        "device_kind": device.kind,
        "name": device.name,
        "number": device.number,
        "probe": probe_of(source),
        "tier": device.tier,
        "scope": device.scope,
        "max_w": device.max_w,
        "gain_low": device.gain_low,
        "gain_high": device.gain_high,
        "gain_source": device.gain_source,
        "notes": list(device.notes),
        "steps": source.steps,
        "period_ms": trial.period_ms,
        "edges": trial.edges,
        "read_us": trial.read_us,
        "power_w": trial.power_w,
        "error": trial.error or None,
    }
