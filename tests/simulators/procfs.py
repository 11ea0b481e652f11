"""A fake /proc: CPU times in ticks, memory, and a tree of processes that use CPU when told.

    proc = Proc(tmp_path / "proc", cpus=8)
    proc.add(100); proc.add(101, parent=100)
    proc.use(101, user_s=1.5)            # 150 ticks to the process and to the machine
    proc.idle(6.5)                       # CPU seconds in which nobody worked
    psutil.PROCFS_PATH = str(proc.root)  # psutil reads it too

CPU time is counted in whole ticks (1/100 s); amounts that are not whole ticks are refused, so that
what was used is exact.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

TICKS_PER_S = 100
PAGE = 4096
MIB = 2**20


def ticks(seconds: float) -> int:
    """CPU seconds as ticks. Raises ValueError where they are not whole."""
    count = round(seconds * TICKS_PER_S)
    if abs(count - seconds * TICKS_PER_S) > 1e-6 or count < 0:
        raise ValueError(f"{seconds} s is not a whole number of ticks of 1/{TICKS_PER_S} s")
    return count


@dataclass
class _Process:
    pid: int
    parent: int
    name: str
    start: int  # ticks since boot
    utime: int = 0
    stime: int = 0
    cutime: int = 0  # of children that were waited for
    cstime: int = 0
    rss: int = 32 * MIB
    cgroup: str = "0::/\n"
    threads: list[int] = field(default_factory=list)


class Proc:
    """A procfs below `root`. `cpus` logical CPUs in `sockets` sockets, two threads per core.

    Args:
        model: the model name in cpuinfo.
        smt: logical CPUs per core.
        memory_total: bytes.
        boot_id: of the boot, in sys/kernel/random.
    """

    def __init__(
        self,
        root: Path,
        *,
        cpus: int = 4,
        sockets: int = 1,
        smt: int = 2,
        model: str = "Intel(R) Xeon(R) Platinum 8480+",
        vendor: str = "GenuineIntel",
        memory_total: int = 64 * 2**30,
        boot_id: str = "5f1d2c3b-0000-4000-8000-00000000b007",
        uptime_s: int = 1000,
    ) -> None:
        self.root, self.cpus = root, cpus
        self.memory_total, self.memory_available = memory_total, memory_total * 3 // 4
        self.user = self.nice = self.system = self.iowait = self.irq = self.steal = 0
        self.idle_ticks = uptime_s * TICKS_PER_S * cpus
        self.processes: dict[int, _Process] = {}
        (root / "sys/kernel/random").mkdir(parents=True)
        (root / "sys/kernel/random/boot_id").write_text(f"{boot_id}\n")
        (root / "cpuinfo").write_text(_cpuinfo(cpus, sockets, smt, model, vendor))
        (root / "uptime").write_text(f"{uptime_s}.00 {uptime_s * cpus}.00\n")
        self._write_machine()
        self.add(1, parent=0, name="init")

    # ---- processes ----

    def add(self, pid: int, parent: int = 1, name: str = "python", start_s: float = 900.0) -> None:
        """A process begins, with one thread."""
        self.processes[pid] = _Process(pid, parent, name, ticks(start_s), threads=[pid])
        self._write_process(pid)
        self._write_children(parent)

    def add_thread(self, pid: int, tid: int) -> None:
        """A process starts a thread."""
        self.processes[pid].threads.append(tid)
        self._write_process(pid)

    def use(self, pid: int, user_s: float = 0.0, system_s: float = 0.0) -> None:
        """A process uses CPU; so does the machine."""
        process = self.processes[pid]
        process.utime += ticks(user_s)
        process.stime += ticks(system_s)
        self._write_process(pid)
        self.busy(user_s, system_s)

    def end(self, pid: int) -> None:
        """A process ends and its parent waits for it: its times go to the parent's children's."""
        process = self.processes.pop(pid)
        for child in [p for p in self.processes.values() if p.parent == pid]:
            child.parent = 1
            self._write_process(child.pid)
        shutil.rmtree(self.root / str(pid))
        if process.parent in self.processes:
            parent = self.processes[process.parent]
            parent.cutime += process.utime + process.cutime
            parent.cstime += process.stime + process.cstime
            self._write_process(parent.pid)
        self._write_children(process.parent)
        self._write_children(1)

    def set_memory(self, pid: int, rss: int) -> None:
        """Resident memory of a process, in bytes (whole pages)."""
        self.processes[pid].rss = rss
        self._write_process(pid)

    def set_cgroup(self, pid: int, text: str) -> None:
        """What the process' `cgroup` file says (`Cgroup` in cgroups.py knows its own line)."""
        self.processes[pid].cgroup = text
        self._write_process(pid)

    def set_self(self, pid: int) -> None:
        """Which process /proc/self is."""
        link = self.root / "self"
        link.unlink(missing_ok=True)
        link.symlink_to(str(pid))

    # ---- the machine ----

    def busy(self, user_s: float = 0.0, system_s: float = 0.0) -> None:
        """CPU time of processes that are not in the tree (`use` calls this for those that are)."""
        self.user += ticks(user_s)
        self.system += ticks(system_s)
        self._write_machine()

    def idle(self, seconds: float) -> None:
        """CPU seconds, over all CPUs, in which nobody worked."""
        self.idle_ticks += ticks(seconds)
        self._write_machine()

    def stolen(self, seconds: float) -> None:
        """CPU seconds that the hypervisor gave to somebody else."""
        self.steal += ticks(seconds)
        self._write_machine()

    def set_available(self, available: int) -> None:
        """Memory that is available, in bytes."""
        self.memory_available = available
        self._write_machine()

    # ---- files ----

    def _write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.new")
        scratch.write_text(text)
        scratch.replace(path)  # procfs is never seen half written

    def _write_machine(self) -> None:
        totals = [self.user, self.nice, self.system, self.idle_ticks, self.iowait, self.irq]
        totals += [0, self.steal, 0, 0]  # softirq; guest, guest_nice
        lines = [f"cpu  {' '.join(map(str, totals))}"]
        for cpu in range(self.cpus):  # shared out so that the lines add up to the first one
            parts = [n // self.cpus + (cpu < n % self.cpus) for n in totals]
            lines.append(f"cpu{cpu} {' '.join(map(str, parts))}")
        lines += ["ctxt 1000", "btime 1700000000", "processes 100", "procs_running 1"]
        self._write("stat", "\n".join([*lines, ""]))
        free, total = self.memory_available // 1024, self.memory_total // 1024
        self._write("meminfo", _meminfo(total, free))

    def _write_process(self, pid: int) -> None:
        p, folder = self.processes[pid], str(pid)
        fields = f"{p.pid} ({p.name}) S {p.parent} {p.pid} {p.pid} 0 -1 4194304 0 0 0 0"
        fields += f" {p.utime} {p.stime} {p.cutime} {p.cstime} 20 0 {len(p.threads)} 0 {p.start}"
        fields += f" {2 * p.rss} {p.rss // PAGE} 18446744073709551615" + " 0" * 27 + "\n"
        self._write(f"{folder}/stat", fields)
        self._write(f"{folder}/statm", f"{2 * p.rss // PAGE} {p.rss // PAGE} 1000 1 0 2000 0\n")
        self._write(f"{folder}/status", _status(p))
        self._write(f"{folder}/comm", f"{p.name}\n")
        self._write(f"{folder}/cmdline", f"{p.name}\0")
        self._write(f"{folder}/cgroup", p.cgroup)
        for tid in p.threads:
            self._write(f"{folder}/task/{tid}/stat", fields)
        self._write_children(pid)

    def _write_children(self, pid: int) -> None:
        if pid in self.processes:
            children = sorted(p.pid for p in self.processes.values() if p.parent == pid)
            text = "".join(f"{child} " for child in children)
            for tid in self.processes[pid].threads:  # the first thread is the parent of all
                self._write(f"{pid}/task/{tid}/children", text if tid == pid else "")


def _cpuinfo(cpus: int, sockets: int, smt: int, model: str, vendor: str) -> str:
    siblings = cpus // sockets
    cores = max(1, siblings // smt)
    return "\n".join(
        f"processor\t: {n}\nvendor_id\t: {vendor}\ncpu family\t: 6\nmodel\t\t: 143\n"
        f"model name\t: {model}\nstepping\t: 8\ncpu MHz\t\t: 2000.000\n"
        f"physical id\t: {n // siblings}\nsiblings\t: {siblings}\n"
        f"core id\t\t: {n % siblings % cores}\ncpu cores\t: {cores}\napicid\t\t: {n}\n"
        for n in range(cpus)
    )


def _meminfo(total_kib: int, available_kib: int) -> str:
    rows = {"MemTotal": total_kib, "MemFree": available_kib, "MemAvailable": available_kib}
    rows |= {"Buffers": 0, "Cached": 0, "Active": 0, "Inactive": 0, "Shmem": 0, "Slab": 0}
    rows |= {"SReclaimable": 0, "SwapTotal": 0, "SwapFree": 0}
    return "".join(f"{name + ':':<16}{value:>8} kB\n" for name, value in rows.items())


def _status(process: _Process) -> str:
    uid, rss = os.getuid(), process.rss // 1024
    return (
        f"Name:\t{process.name}\nState:\tS (sleeping)\nTgid:\t{process.pid}\nPid:\t{process.pid}\n"
        f"PPid:\t{process.parent}\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{uid}\t{uid}\t{uid}\t{uid}\n"
        f"VmPeak:\t{2 * rss} kB\nVmSize:\t{2 * rss} kB\nVmHWM:\t{rss} kB\nVmRSS:\t{rss} kB\n"
        f"Threads:\t{len(process.threads)}\nvoluntary_ctxt_switches:\t1\n"
        f"nonvoluntary_ctxt_switches:\t1\n"
    )
