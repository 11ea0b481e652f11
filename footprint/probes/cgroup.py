"""What part of the machine this process was given: cgroup limits on CPU and memory, v1 and v2.

A container or a job of a scheduler sees the whole machine in /proc; its share is in its control
group. Limits hold along the whole path, so each directory from the process's group up to the
root is looked at and the tightest limit counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from footprint.probes.base import Machine
from footprint.probes.cpu_times import cpu_count

#: cgroup v1 writes "no limit" as the largest multiple of a page below 2**63.
_NO_LIMIT_BYTES = 2**60


class Limits(NamedTuple):
    """What the control group allows.

    Attributes:
        cores: CPU cores, by quota or by cpuset, whichever is less; None: all there are.
        memory_bytes: None: no limit.
        usage: the file with the CPU time of the group whose core limit counts; None: none.
        tag: names that group on this boot in eight characters; empty without a core limit.
        memory_tag: the same for the group whose memory limit counts.
    """

    cores: float | None = None
    memory_bytes: int | None = None
    usage: Path | None = None
    tag: str = ""
    memory_tag: str = ""


class _Group(NamedTuple):
    mount: Path
    path: tuple[str, ...]  # below the mount

    @property
    def folder(self) -> Path:
        return self.mount.joinpath(*self.path)


def limits(machine: Machine) -> Limits:
    """The limits on `machine.process()`; all None outside Linux and outside a limited group."""
    groups = list(_groups(machine))
    sizes = [(size, group) for group in groups for size in _memory(group.folder)]
    result = Limits()
    if sizes:
        size, group = min(sizes, key=lambda pair: pair[0])
        result = Limits(memory_bytes=size, memory_tag=_tag(machine, group))
    counts = [(cores, group) for group in groups for cores in _cores(group.folder)]
    if not counts:
        return result
    cores, group = min(counts, key=lambda pair: pair[0])
    if cores >= cpu_count(machine):  # a cpuset of all CPUs, a quota above them
        return result
    # v2 keeps the group's CPU time with its limits, v1 at the same place in another hierarchy
    candidates = [group.folder / "cpu.stat"]
    candidates += [each.mount.joinpath(*group.path, "cpuacct.usage") for each in groups]
    usage = next((path for path in candidates if _readable(path)), None)
    return result._replace(cores=cores, usage=usage, tag=_tag(machine, group))


def usage_ns(path: Path) -> int:
    """CPU time that a group's tasks have used, in ns, from `Limits.usage`.

    Raises:
        OSError, ValueError: the group is gone, or the file is not what it was.
    """
    text = path.read_text(encoding="ascii")
    if path.name == "cpuacct.usage":
        return int(text)
    for line in text.splitlines():
        if line.startswith("usage_usec "):
            return int(line.split()[1]) * 1000
    raise ValueError(f"{path} has no usage_usec")


def _groups(machine: Machine) -> Iterator[_Group]:
    """The process's group in each hierarchy and all above it that can be seen.

    In a container without a cgroup namespace the path is the host's, and only the mount, which
    is the container's own group, exists.
    """
    root = machine.sys / "fs/cgroup"
    for line in _text(machine.proc / str(machine.process()) / "cgroup").splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        names = [controllers, *controllers.split(",")] if controllers else [".", "unified"]
        mount = next((root / name for name in names if (root / name).is_dir()), None)
        parts = [part for part in path.split("/") if part not in ("", ".", "..")]
        for depth in range(len(parts), -1, -1) if mount else ():
            group = _Group(mount or root, tuple(parts[:depth]))
            if group.folder.is_dir():
                yield group


def _cores(folder: Path) -> Iterator[float]:
    quota, period = (*_text(folder / "cpu.max").split(), "", "")[:2]
    yield from _ratio(quota, period)
    yield from _ratio(_text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us"))
    for name in ("cpuset.cpus.effective", "cpuset.effective_cpus", "cpuset.cpus"):
        if count := _count(_text(folder / name)):
            yield float(count)
            return


def _ratio(quota: str, period: str) -> Iterator[float]:
    if quota.isdecimal() and period.isdecimal() and int(quota) and int(period):  # not "max", "-1"
        yield int(quota) / int(period)


def _count(cpus: str) -> int:
    """CPUs in a list such as `0-3,8`."""
    total = 0
    for part in cpus.split(","):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            return 0
        total += int(last or first) - int(first) + 1
    return total


def _memory(folder: Path) -> Iterator[int]:
    for name in ("memory.max", "memory.limit_in_bytes"):
        text = _text(folder / name)
        if text.isdecimal() and 0 < int(text) < _NO_LIMIT_BYTES:
            yield int(text)


def _tag(machine: Machine, group: _Group) -> str:
    # In a cgroup namespace all containers of a host see the path /: the namespace tells them apart.
    try:
        namespace = str((machine.proc / str(machine.process()) / "ns/cgroup").readlink())
    except OSError:
        namespace = ""
    return f"{crc32('/'.join((namespace, *group.path)).encode()):08x}"


def _readable(path: Path) -> bool:
    try:
        return usage_ns(path) >= 0
    except (OSError, ValueError):
        return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
