"""CPU time of the machine, and of the part of it that was given to us."""

from __future__ import annotations

from typing import NamedTuple

from footprint.probes import cgroup
from footprint.probes.base import Machine
from footprint.probes.cpu_times import cpu_count, cpu_times


class ShareTimes(NamedTuple):
    """In ns: `busy_ns` and `total_ns` of the machine, `ours_ns` the busy time of our share."""

    busy_ns: int
    total_ns: int
    ours_ns: int


class Share:
    """The share of `machine` that its process's control group has.

    Attributes:
        limits: what the group allows.
        cpus: logical CPUs of the machine.
        part: of the machine that is ours, 0..1; 1 without a limit.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.limits = cgroup.limits(machine)
        self.cpus = cpu_count(machine)
        self.part = 1.0 if self.limits.cores is None else self.limits.cores / self.cpus

    def read(self) -> ShareTimes:
        """The times now: our group's own where it is counted, else our part of the machine's.

        Raises:
            OSError, ValueError: they cannot be read. Outside Linux also psutil's errors.
        """
        busy, total = cpu_times(self._machine)
        if self.part == 1.0:
            return ShareTimes(busy, total, busy)
        if self.limits.usage is None:
            return ShareTimes(busy, total, round(busy * self.part))
        return ShareTimes(busy, total, cgroup.usage_ns(self.limits.usage))
