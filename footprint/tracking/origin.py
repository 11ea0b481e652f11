"""Who a writer is: its place among the runs, and what its journal records of the process.

Recorded by allow-list: no environment, no command line, no user name.
"""

from __future__ import annotations

import os
import platform
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from footprint import clock
from footprint._version import __version__
from footprint.errors import FootprintError
from footprint.ledger import format as fmt
from footprint.ledger.journal import prepare
from footprint.settings import Settings
from footprint.tracking import jobs, processes, runtime
from footprint.tracking.above import writers_above

#: What links a child process's writer to the span that started it: `RUN:WRITER:SEQUENCE`.
PARENT_VARIABLE = "FOOTPRINT_PARENT"


class Forked(NamedTuple):
    """Where a forked child comes from: its parent's writer, run, and span at the fork.

    `below`: sequences up to this one are the parent's.
    """

    writer: str
    run: str
    seq: int
    below: int


class Origin(NamedTuple):
    """A writer, the run it belongs to, and the span of another writer that it hangs below."""

    writer: uuid.UUID
    run: str
    parent: dict[str, Any] | None
    below: int
    host: str
    job: jobs.Job | None
    started: int | None


#: The process whose first writer was made: a later one of it, of other settings, is another run.
_first_of: int | None = None


def origin(settings: Settings, forked: Forked | None) -> Origin:
    """A new writer of this process: in its parent's run, its job's, its program's, or its own."""
    global _first_of
    writer = uuid.uuid4()
    host = host_name(settings.host)
    first, _first_of = _first_of != os.getpid(), os.getpid()
    job = jobs.job()
    own = processes.process(os.getpid())
    run, parent = _parent(settings, host, forked)
    if not run and job is not None:
        run = job.run or ""
    if not run and first:
        program = processes.program(runtime.IMPORTED_IN)
        run = jobs.run_of(program.name) if program is not None else ""
    below = forked.below if forked else 0
    started = own.started if own else None
    return Origin(writer, run or writer.hex, parent, below, host, job, started)


def _parent(
    settings: Settings, host: str, forked: Forked | None
) -> tuple[str, dict[str, Any] | None]:
    """The run and the span that this process hangs below; "" and None where it is the outermost.

    The nearest process above that writes to this ledger: a pool's owner, a program that started
    another. `footprint run` hands its run down by a variable, since a launcher may stand between
    that starts processes on other hosts.
    """
    if forked is not None:
        return forked.run, {"writer": forked.writer, "seq": forked.seq}
    words = os.environ.get(PARENT_VARIABLE, "").split(":")
    handed = len(words) == 3 and all(words) and words[2].isdigit()
    nearest = next(writers_above(Path(settings.ledger), host), None)
    if nearest is not None and not (handed and nearest["writer"] == words[1]):
        return str(nearest["run"]), {"writer": nearest["writer"], "seq": 0}
    if handed:
        return words[0], {"writer": words[1], "seq": int(words[2])}
    return "", None


def host_name(how: str) -> str:
    """What this machine is called in ledgers: `name`, its `hash`, or `none` of both."""
    if how == "none":
        return ""
    name = os.uname().nodename if hasattr(os, "uname") else platform.node()
    if how == "hash":
        import hashlib

        return "host-" + hashlib.sha256(name.encode()).hexdigest()[:12]
    return name


def ledger_directory(settings: Settings) -> tuple[Path | None, str]:
    """The ledger, made ready; None and why where there can be none."""
    try:
        directory = Path(os.path.abspath(settings.ledger))  # noqa: PTH100 - no links
        prepare(directory)
    except FootprintError as error:
        problem = str(error)
    except OSError:
        problem = (
            f"the working directory is gone, and the ledger {settings.ledger} with it:"
            " name one by its full path with FOOTPRINT_LEDGER"
        )
    else:
        return directory, ""
    return None, f"{problem}; what this program does is not recorded"


def context(who: Origin, settings: Settings, now: int, utc_ns: int) -> dict[str, Any]:
    """The `writer` record of a journal (docs/reference/ledger.md)."""
    return {
        "type": "writer",
        "schema": fmt.SCHEMA,
        "writer": who.writer.hex,
        "host": who.host,
        "boot_id": clock.boot_id(),
        "pid": os.getpid(),
        "t": now,
        "utc_ns": utc_ns,
        "run": who.run,
        "parent": who.parent,
        "forked_below": who.below,
        "started": who.started,
        **({"job": who.job.record()} if who.job is not None else {}),
        "tool": {"name": "footprint", "version": __version__},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "declared": settings.declared(),
        "hardware": {"cpus": os.cpu_count(), "memory_bytes": _memory_bytes()},
    }


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
