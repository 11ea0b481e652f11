"""Writing: one process, one file, appended to and never locked.

A `Journal` never raises into its caller once it is made: a disk that is full or a directory that
became read-only keeps up to `MAX_WAITING` bytes in memory and tries again at the next write; past
that, batches are given up, counted, and the loss is recorded as soon as something can be written.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import time
from pathlib import Path

from footprint.errors import LedgerError
from footprint.ledger import format as fmt

#: Bytes that wait in memory while the disk refuses them.
MAX_WAITING = 64 * 2**20


def prepare(directory: Path) -> None:
    """Makes `directory` a ledger, or checks that it is one. Raises LedgerError."""
    marker = directory / fmt.MARKER
    try:
        if directory.exists() and not directory.is_dir():
            raise LedgerError(
                f"{directory} is a file, not a ledger directory: name another with --ledger"
                " or FOOTPRINT_LEDGER"
            )
        if directory.is_dir() and not marker.exists() and any(directory.iterdir()):
            raise LedgerError(
                f"{directory} holds other files and no {fmt.MARKER}: name an empty or new directory"
            )
        (directory / fmt.JOURNALS).mkdir(parents=True, exist_ok=True)
        if not marker.exists():
            # Two first writers may both come here: they write the same bytes.
            marker.write_text(json.dumps({"schema": fmt.SCHEMA}) + "\n")
    except OSError as error:
        raise LedgerError(
            f"cannot write the ledger {directory}: {error.strerror or error}: choose another with"
            " --ledger or FOOTPRINT_LEDGER"
        ) from error


class Journal:
    """This process's file in a ledger.

    Args:
        directory: the ledger, as `prepare` left it; None keeps everything in memory (up to
            `MAX_WAITING`), for a program whose ledger could not be opened.
        writer: the writer's uuid, 16 bytes.
        name: what to call the file, without its suffix.

    `problem` says in one line why nothing can be written at the moment, or is empty.
    """

    def __init__(self, directory: Path | None, writer: bytes, name: str) -> None:
        self.directory = directory
        self.path = directory / fmt.JOURNALS / (name + fmt.SUFFIX) if directory else None
        self.problem = ""
        self.dropped_batches = 0
        self.dropped_rows = 0
        self._fd = -1
        self._number = 0
        self._waiting: list[bytes] = [fmt.header(writer)]
        self._waiting_bytes = fmt.HEADER_SIZE
        self._dirty = False

    def append(self, sections: list[bytes], t_min: int, t_max: int, rows: int) -> bool:
        """Queues one batch of `rows` records; False where it was given up for want of space.

        A batch that is given up keeps its number, so that readers see the hole.
        """
        batch = fmt.batch(self._number, sections, t_min, t_max)
        self._number += 1
        if self._waiting_bytes + len(batch) > MAX_WAITING:
            self.dropped_batches += 1
            self.dropped_rows += rows
            return False
        self._waiting.append(batch)
        self._waiting_bytes += len(batch)
        return True

    def write(self) -> None:
        """Hands everything that waits to the operating system."""
        if not self._waiting or self.path is None:
            return
        try:
            if self._fd < 0:
                self._fd = os.open(
                    self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644
                )
            while self._waiting:
                data = self._waiting[0]
                done = os.write(self._fd, data)
                self._dirty = True
                self._waiting_bytes -= done
                if done < len(data):
                    self._waiting[0] = data[done:]
                else:
                    del self._waiting[0]
            self.problem = ""
            if os.fstat(self._fd).st_nlink == 0:
                self.problem = (
                    f"the ledger {self.directory} was removed while this program ran:"
                    " what it does is not recorded"
                )
        except OSError as error:
            what = "is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "cannot be written"
            self.problem = (
                f"the ledger {self.directory} {what} ({error.strerror}):"
                f" {self._waiting_bytes} bytes wait in memory"
            )

    def sync(self) -> None:
        """Waits until what was written is on the disk."""
        if self._dirty and self._fd >= 0:
            with contextlib.suppress(OSError):
                os.fsync(self._fd)
            self._dirty = False

    def pending(self) -> bytes:
        """What waits in memory: a reader of a ledger that cannot be written starts here."""
        return b"".join(self._waiting)

    def close(self) -> None:
        """Writes, syncs, and lets go of the file."""
        self.write()
        self.sync()
        self.abandon()

    def abandon(self) -> None:
        """Lets go of the file without writing: in a forked child the file is its parent's."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = -1


def journal_name(utc_ns: int, host: str, pid: int, writer: bytes) -> str:
    """`20261122T110304Z-host-4711-9f86d081`: sorts by start, says whose it is."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(utc_ns / 1e9))
    safe = "".join(c if c.isalnum() else "-" for c in host)[:32] or "host"
    return f"{stamp}-{safe}-{pid}-{writer.hex()[:8]}"
