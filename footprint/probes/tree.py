"""How much CPU time a process and all that descend from it have used, next to the whole machine.

This is what a shared CPU's energy is divided by. Figures are cumulative and never decrease:

- a child that was waited for lives on in its parent's times of children;
- one that nobody waits for (the parent ignores SIGCHLD) is remembered with what it was last seen
  to have used;
- one whose parent ended goes on being followed, though it has another parent now;
- a pid that is used again by another process is told by its start time.
"""

from __future__ import annotations

from typing import NamedTuple

from footprint.probes.base import FAILED, Machine, ReadError
from footprint.probes.processes import Process, processes_of
from footprint.probes.share import Share


class TreeSample(NamedTuple):
    """Cumulative CPU time in ns, and memory now.

    The kernel counts the machine in ticks of 10 ms and a process more finely: over a short time
    the tree's part may seem to exceed the whole.

    Attributes:
        tree_cpu_ns: of the tracked processes, from their beginning.
        machine_busy_ns, machine_total_ns: of all CPUs since boot (see `CpuTimes`): what a
            counter of packages (RAPL) covers.
        group_busy_ns: of the control group whose CPU limit counts: what a modelled CPU of scope
            `share` covers. Equal to `machine_busy_ns` where there is no limit.
        rss_bytes: resident memory, added up; pages that processes share count for each.
        processes: how many are in the tree.
    """

    tree_cpu_ns: int
    machine_busy_ns: int
    machine_total_ns: int
    group_busy_ns: int
    rss_bytes: int
    processes: int


class TreeCpu:
    """Samples the tree of a process. From one thread at a time; make a new one after a fork.

    Args:
        machine: where to look; `machine.process()` is the root of the tree.
    """

    def __init__(self, machine: Machine | None = None) -> None:
        machine = machine or Machine()
        self._root = machine.process()
        self._processes = processes_of(machine)
        self._share = Share(machine)
        self._known: dict[int, Process] = {}
        self._unwaited_ns = self._tree_ns = 0

    def sample(self) -> TreeSample:
        """The figures now. A root that ended gives what it was last seen to have used.

        Raises:
            ReadError: FAILED where the machine's or the control group's times cannot be read.
        """
        try:
            busy_ns, total_ns, group_ns = self._share.read()
        except Exception as error:
            raise ReadError(FAILED, f"CPU times: {error}") from error
        found = self._found()
        self._unwaited_ns += _unwaited(self._known, found)
        self._known = found
        # The maximum is for the last ns only: threads' times are read one after the other.
        total = sum(each.total_ns for each in found.values()) + self._unwaited_ns
        self._tree_ns = max(self._tree_ns, total)
        rss = sum(each.rss_bytes for each in found.values())
        return TreeSample(self._tree_ns, busy_ns, total_ns, group_ns, rss, len(found))

    def pids(self) -> set[int]:
        """The members as of the last sample; the root alone before the first. Any thread."""
        return set(self._known) or {self._root}

    def _found(self) -> dict[int, Process]:
        """The living members by pid: the root, those already known, and all below them."""
        found: dict[int, Process] = {}
        waiting = [*self._known, self._root]
        while waiting:
            pid = waiting.pop()
            if pid in found:
                continue
            process, before = self._processes.read(pid), self._known.get(pid)
            if process is None or (before and before.start != process.start):
                continue
            found[pid] = process
            waiting += self._processes.children(pid)
        return found


def _unwaited(before: dict[int, Process], now: dict[int, Process]) -> int:
    """Time that went with processes which ended and that no living process answers for, in ns.

    A process that ended should be in the times of children of its nearest ancestor that lives.
    """
    missing: dict[int, int] = {}
    for pid, gone in before.items():
        if pid not in now:
            parent = gone.parent
            while parent not in now and parent in before:
                parent = before[parent].parent
            missing[parent] = missing.get(parent, 0) + gone.total_ns
    lost = 0
    for parent, gone_ns in missing.items():
        waited_ns = 0
        if parent in now and parent in before:
            waited_ns = now[parent].children_ns - before[parent].children_ns
        lost += max(0, gone_ns - waited_ns)
    return lost
