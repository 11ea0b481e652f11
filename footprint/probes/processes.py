"""One process and its children, as procfs or psutil tell of them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from footprint.probes.base import Machine
from footprint.probes.cpu_times import TICK_NS, read_head

NS = 1e9


class Process(NamedTuple):
    """A process as it was seen; times in ns, cumulative.

    `start` tells it from a later process with the same pid. `children_ns` is of those that it
    has waited for, and of those that they had.
    """

    pid: int
    parent: int
    start: float
    own_ns: int
    children_ns: int
    rss_bytes: int

    @property
    def total_ns(self) -> int:
        """All that this process answers for."""
        return self.own_ns + self.children_ns


class Processes(Protocol):
    """Where processes are looked up."""

    def read(self, pid: int) -> Process | None:
        """The process, None where there is none any more."""
        ...

    def children(self, pid: int) -> list[int]:
        """Pids of its living children."""
        ...


def processes_of(machine: Machine) -> Processes:
    """Procfs where there is one, psutil elsewhere."""
    if (machine.proc / "stat").exists():
        return Procfs(machine.proc)
    return Psutil()


class Procfs:
    """Reads a procfs.

    This very process is asked by system calls where it can: its times come in ns and not in
    ticks of 10 ms, and that it has no children costs one call, not a file for each thread.
    """

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._own = os.getpid() if root == Machine().proc else -1
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._has_lists = Path(f"{root}/{os.getpid()}/task/{os.getpid()}/children").exists()

    def read(self, pid: int) -> Process | None:
        """From `/proc/<pid>/stat`."""
        try:
            text = read_head(f"{self._root}/{pid}/stat", 1024)
            if not text:
                return None
            # pid (name) state ppid ...; the name may hold blanks and brackets
            fields = text[text.rindex(b")") + 2 :].split(None, 22)
            utime, stime, cutime, cstime = map(int, fields[11:15])
            parent, start, rss = int(fields[1]), int(fields[19]), int(fields[21])
        except (OSError, ValueError, IndexError):
            return None  # it ended while it was read
        own_ns, children_ns = (utime + stime) * TICK_NS, (cutime + cstime) * TICK_NS
        if pid == self._own:
            own_ns, children_ns = _own_times()
        return Process(pid, parent, start, own_ns, children_ns, rss * self._page)

    def children(self, pid: int) -> list[int]:
        """From the lists of its threads, since each lists those that it forked."""
        if pid == self._own and not _has_children():
            return []
        found: list[int] = []
        try:
            threads = os.listdir(f"{self._root}/{pid}/task")  # noqa: PTH208 - names, not paths
            for thread in threads:
                text = read_head(f"{self._root}/{pid}/task/{thread}/children", 65536)
                if text is None and not self._listed(pid, thread):
                    return self._by_parent(pid)
                found += map(int, text.split() if text else ())
        except (OSError, ValueError):
            pass  # it, or a thread of it, ended meanwhile
        return found

    def _listed(self, pid: int, thread: str) -> bool:
        """Whether the kernel has lists of children at all (CONFIG_PROC_CHILDREN)."""
        return self._has_lists or not Path(f"{self._root}/{pid}/task/{thread}").exists()

    def _by_parent(self, pid: int) -> list[int]:
        """By looking at every process there is: slow, on kernels without the lists."""
        pids = [int(name) for name in os.listdir(self._root) if name.isdigit()]  # noqa: PTH208
        return [each.pid for each in map(self.read, pids) if each and each.parent == pid]


class Psutil:
    """Asks psutil, on systems without procfs. Sees no times of children that ended there."""

    def read(self, pid: int) -> Process | None:
        """The process; None also where the system refuses to tell."""
        import psutil

        try:
            process = psutil.Process(pid)
            with process.oneshot():
                times: Any = process.cpu_times()
                own, waited = times.user + times.system, times.children_user + times.children_system
                rss, parent, start = (
                    process.memory_info().rss,
                    process.ppid(),
                    process.create_time(),
                )
        except psutil.Error:
            return None
        return Process(pid, parent, start, round(own * NS), round(waited * NS), rss)

    def children(self, pid: int) -> list[int]:
        """Its living children."""
        import psutil

        try:
            return [child.pid for child in psutil.Process(pid).children()]
        except psutil.Error:
            return []


def _own_times() -> tuple[int, int]:
    from resource import RUSAGE_CHILDREN, getrusage

    waited = getrusage(RUSAGE_CHILDREN)
    return time.process_time_ns(), round((waited.ru_utime + waited.ru_stime) * NS)


def _has_children() -> bool:
    """Whether this process has any, asked without waiting for them."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
