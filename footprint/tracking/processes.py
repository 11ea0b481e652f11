"""Which process this is, and which of the processes above it write journals.

A process is known by its boot, its pid and when it started: pids are used again, the three are not.
Read from /proc; where there is none, nothing is known and every process stands for itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from footprint import clock

#: Processes above this one that are looked at; a loop cannot come up, a damaged /proc can.
_DEEPEST = 64


class Process(NamedTuple):
    """A process of this boot; `started` is in clock ticks since the boot, as /proc says it."""

    pid: int
    started: int
    parent: int

    @property
    def name(self) -> str:
        """What no other process of any host shares: boot, pid and start."""
        return f"{clock.boot_id()}:{self.pid}:{self.started}"


def process(pid: int) -> Process | None:
    """A running process; None where it is not, or cannot be seen."""
    try:
        # The command, in parentheses, may hold anything; field 4 is the parent, 22 the start.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return Process(pid, int(fields[19]), int(fields[1]))
    except (OSError, ValueError, IndexError):
        return None


def above(pid: int) -> Iterator[Process]:
    """The processes that a process descends from, the nearest first."""
    at = process(pid)
    for _ in range(_DEEPEST):
        at = process(at.parent) if at is not None and at.parent > 0 else None
        if at is None:
            return
        yield at


def launcher(variable: str) -> Process | None:
    """The process that gave this one an environment variable: the nearest one without it.

    All that it started share it, whatever shells and wrappers stand between. A process whose
    environment cannot be read belongs to somebody else, as a scheduler's daemon does.
    """
    wanted = variable.encode() + b"="
    for each in above(os.getpid()):
        try:
            given = Path(f"/proc/{each.pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return each
        if not any(one.startswith(wanted) for one in given):
            return each
    return None


def program(imported_in: int) -> Process | None:
    """The process whose program this one works for: the outermost of a fork, a pool's owner.

    Args:
        imported_in: the process that imported this package; a forked child has it from its parent.
    """
    pid = imported_in
    if pid == os.getpid():
        module = sys.modules.get("multiprocessing.process")
        owner = module.parent_process() if module is not None else None
        if owner is not None:  # spawned, from a fork server, or joblib's
            pid = owner.pid
    return process(pid) or process(os.getpid())
