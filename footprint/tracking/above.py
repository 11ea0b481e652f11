"""The processes above this one that write to the same ledger: whose run this one joins.

Looked up once, on the recorder's thread: in the ledger's journals, whose names say host and pid.
No variable is set in the program's environment, and no file is made for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from footprint import clock
from footprint.ledger import format as fmt
from footprint.ledger.journal import journal_name
from footprint.tracking import processes

#: A writer's record stands in the first batch of its journal, which is short.
_HEAD_BYTES = 64 * 1024


def writers_above(ledger: Path, host: str) -> Iterator[dict[str, Any]]:
    """The `writer` records of the processes above this one, the nearest first.

    Of each process its newest writer. Pids come again, and containers of one name have the same
    ones: boot, pid and the process's start must all agree.
    """
    found: dict[int, list[Path]] | None = None
    for each in processes.above(os.getpid()):
        if found is None:
            found = _by_pid(ledger / fmt.JOURNALS, host)
        for path in sorted(found.get(each.pid, ()), reverse=True):  # a name begins with its time
            record = _writer_record(path)
            own = record.get("boot_id"), record.get("pid"), record.get("started")
            if own == (clock.boot_id(), each.pid, each.started):
                yield record
                break


def _by_pid(journals: Path, host: str) -> dict[int, list[Path]]:
    """This host's journals by the pid that their names tell."""
    middle = journal_name(0, host, 0, b"\0" * 16).partition("Z-")[2].rpartition("-0-")[0]
    found: dict[int, list[Path]] = {}
    try:
        names = os.listdir(journals)  # noqa: PTH208 - there may be many; names are enough
    except OSError:
        return found
    for name in names:
        of, _, rest = name.partition("Z-")[2].partition(f"{middle}-")
        pid = rest.partition("-")[0]
        if not of and pid.isascii() and pid.isdigit():
            found.setdefault(int(pid), []).append(journals / name)
    return found


def _writer_record(journal: Path) -> dict[str, Any]:
    from footprint.ledger.reader import read_records

    try:
        with journal.open("rb") as file:
            records = read_records(file.read(_HEAD_BYTES))
            return next((each for each in records if each.get("type") == "writer"), {})
    except Exception:  # noqa: BLE001 - a damaged journal is not this program's matter
        return {}
