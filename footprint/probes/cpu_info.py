"""What CPU this is: model, sockets, and whether the machine is a virtual one."""

from __future__ import annotations

import platform
from typing import NamedTuple

from footprint.probes.base import Machine
from footprint.probes.cpu_times import cpu_count


class CpuInfo(NamedTuple):
    """`model` is empty where the system does not tell; `cpus` are the logical ones visible."""

    model: str
    sockets: int
    cpus: int
    virtual: bool


def cpu_info(machine: Machine) -> CpuInfo:
    """From `machine.proc/cpuinfo`; outside Linux what Python's platform module knows."""
    try:
        text = (machine.proc / "cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return CpuInfo(platform.processor(), 1, cpu_count(machine), False)
    seen: dict[str, set[str]] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.rstrip() in {"model name", "physical id", "flags"}:
            seen.setdefault(key.rstrip(), set()).add(value.strip())
    flags = " ".join(seen.get("flags", ())).split()
    return CpuInfo(
        model=min(seen.get("model name", {""})),
        sockets=len(seen.get("physical id", {"0"})),
        cpus=cpu_count(machine),
        virtual="hypervisor" in flags,  # CPUID leaf 1, ECX bit 31; x86 only
    )
