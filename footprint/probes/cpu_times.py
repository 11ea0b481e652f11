"""CPU time of the machine: how long its CPUs were busy, and how long they existed.

On Linux from `machine.proc/stat`, so that a recorded tree can stand in for it (psutil takes its
root from a module variable, which other users of psutil in this process would see); elsewhere
from psutil.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from footprint.probes.base import Machine

#: The unit of /proc/stat and /proc/<pid>/stat is 1/USER_HZ s: 10 ms everywhere in practice.
TICK_NS = 1_000_000_000 // (os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100)


class CpuTimes(NamedTuple):
    """Summed over all CPUs since boot, in ns.

    `total_ns` counts CPU seconds that the machine had, not those it was suspended for; stolen
    time of a VM is in it and is not busy: the CPU worked for somebody else.
    """

    busy_ns: int
    total_ns: int


def cpu_times(machine: Machine) -> CpuTimes:
    """The times now. Costs 15 us on a small machine; the kernel adds up its interrupts each time.

    Raises:
        OSError, ValueError: procfs cannot be read, or is not what it was.
    """
    head = read_head(os.path.join(machine.proc, "stat"))  # noqa: PTH118 - a third of Path's time
    return _by_psutil() if head is None else parse_stat(head)


def parse_stat(head: bytes) -> CpuTimes:
    """The times in the head of a /proc/stat. Raises ValueError where it is none."""
    # cpu user nice system idle iowait irq softirq steal guest guest_nice; guest is in user
    fields = head[: head.index(b"\n")].split()
    if fields[0] != b"cpu" or len(fields) < 5:
        raise ValueError("/proc/stat does not begin with the sum over CPUs")
    user, nice, system, idle, iowait, irq, softirq, steal, *_ = (*map(int, fields[1:]), 0, 0, 0, 0)
    busy = user + nice + system + irq + softirq
    return CpuTimes(busy * TICK_NS, (busy + idle + iowait + steal) * TICK_NS)


def cpu_count(machine: Machine) -> int:
    """Logical CPUs that are online and visible, at least 1."""
    try:
        with (machine.proc / "stat").open(encoding="ascii") as lines:
            count = sum(1 for line in lines if line.startswith("cpu") and line[3:4].isdigit())
    except (OSError, ValueError):
        count = 0
    return count or os.cpu_count() or 1


def read_head(path: str, size: int = 4096) -> bytes | None:
    """The first bytes of a file of procfs in one read; None where there is no such file."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return os.read(fd, size)
    finally:
        os.close(fd)


def _by_psutil() -> CpuTimes:
    import psutil

    times = psutil.cpu_times()._asdict()
    guests = times.get("guest", 0.0) + times.get("guest_nice", 0.0)  # in user and nice as well
    total = sum(times.values()) - guests - times.get("dpc", 0.0) - times.get("interrupt", 0.0)
    rest = times["idle"] + times.get("iowait", 0.0) + times.get("steal", 0.0)
    return CpuTimes(round((total - rest) * 1e9), round(total * 1e9))
