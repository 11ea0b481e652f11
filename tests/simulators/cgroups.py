"""Fake control groups, v2 and v1, below a fake /sys: limits, memory in use, CPU time used.

group = Cgroup.v2(tmp_path / "sys", "kubepods/pod1", cpus=2.5, memory=4 * 2**30)
proc.set_cgroup(100, group.line)
group.use(1.25)                      # CPU seconds, to the microsecond
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

PERIOD_US = 100_000
NO_LIMIT_V1 = 9223372036854771712


class Cgroup:
    """A group at `path` and its ancestors, which have no limits of their own.

    Args:
        cpus: CPU quota in CPUs, None: no limit.
        memory: limit in bytes, None: no limit.
        cpuset: the CPUs it may use, as `0-3`; None: no such file.

    Attributes:
        line: what /proc/<pid>/cgroup says for its members.
    """

    def __init__(
        self,
        sys: Path,
        path: str,
        version: Literal[1, 2],
        *,
        cpus: float | None = None,
        memory: int | None = None,
        cpuset: str | None = None,
    ) -> None:
        self.version, self.path, self._usec = version, path.strip("/"), 0
        top = sys / "fs/cgroup"
        roots = [top] if version == 2 else [top / "cpu,cpuacct", top / "memory", top / "cpuset"]
        self._folders = [root / self.path for root in roots]
        for root, folder in zip(roots, self._folders, strict=True):
            folder.mkdir(parents=True, exist_ok=True)
            if version == 2:
                (root / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
        if version == 2:
            self.line = f"0::/{self.path}\n"
        else:
            names = ("cpu,cpuacct", "memory", "cpuset")
            self.line = "".join(f"{n}:{name}:/{self.path}\n" for n, name in enumerate(names, 2))
        self.limit_cpus(cpus)
        self.limit_memory(memory)
        self.set_memory(0)
        self.use(0)
        if cpuset is not None:
            name = "cpuset.cpus.effective" if version == 2 else "cpuset.cpus"
            self._put(-1, name, cpuset)

    @classmethod
    def v2(cls, sys: Path, path: str = "", *, cpus: float | None = None, memory: int | None = None,
           cpuset: str | None = None) -> Cgroup:  # fmt: skip
        """A group of the unified hierarchy."""
        return cls(sys, path, 2, cpus=cpus, memory=memory, cpuset=cpuset)

    @classmethod
    def v1(cls, sys: Path, path: str = "", *, cpus: float | None = None, memory: int | None = None,
           cpuset: str | None = None) -> Cgroup:  # fmt: skip
        """A group of that name in the cpu, memory and cpuset hierarchies."""
        return cls(sys, path, 1, cpus=cpus, memory=memory, cpuset=cpuset)

    def limit_cpus(self, cpus: float | None) -> None:
        """Sets the CPU quota; None: no limit."""
        quota = None if cpus is None else round(cpus * PERIOD_US)
        if self.version == 2:
            self._put(0, "cpu.max", f"{'max' if quota is None else quota} {PERIOD_US}")
        else:
            self._put(0, "cpu.cfs_quota_us", str(-1 if quota is None else quota))
            self._put(0, "cpu.cfs_period_us", str(PERIOD_US))

    def limit_memory(self, memory: int | None) -> None:
        """Sets the memory limit in bytes; None: no limit."""
        if self.version == 2:
            self._put(0, "memory.max", "max" if memory is None else str(memory))
        else:
            self._put(1, "memory.limit_in_bytes", str(NO_LIMIT_V1 if memory is None else memory))

    def set_memory(self, current: int) -> None:
        """Memory that the group uses, in bytes."""
        if self.version == 2:
            self._put(0, "memory.current", str(current))
        else:
            self._put(1, "memory.usage_in_bytes", str(current))

    def use(self, seconds: float) -> None:
        """The group's members use CPU; whole microseconds are counted."""
        self._usec += round(seconds * 1_000_000)
        if self.version == 2:
            user = self._usec * 9 // 10
            text = f"usage_usec {self._usec}\nuser_usec {user}\nsystem_usec {self._usec - user}"
            self._put(0, "cpu.stat", f"{text}\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0")
        else:
            self._put(0, "cpuacct.usage", str(self._usec * 1000))
            self._put(0, "cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0")

    def _put(self, hierarchy: int, name: str, text: str) -> None:
        (self._folders[hierarchy] / name).write_text(f"{text}\n")
