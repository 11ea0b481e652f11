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


def origin(settings: Settings, forked: Forked | None) -> Origin:
    """A new writer of this process."""
    writer = uuid.uuid4()
    run, parent = _parent(writer.hex, forked)
    return Origin(writer, run, parent, forked.below if forked else 0, _host_name(settings.host))


def _parent(writer: str, forked: Forked | None) -> tuple[str, dict[str, Any] | None]:
    if forked is not None:
        return forked.run, {"writer": forked.writer, "seq": forked.seq}
    words = os.environ.get(PARENT_VARIABLE, "").split(":")
    if len(words) == 3 and all(words) and words[2].isdigit():
        return words[0], {"writer": words[1], "seq": int(words[2])}
    return writer, None


def _host_name(how: str) -> str:
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
