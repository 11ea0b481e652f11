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

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC


def prepare(directory: Path) -> None:
    """Makes `directory` a ledger, or checks that it is one. Raises LedgerError."""
    marker = directory / fmt.MARKER
    try:
        if directory.exists() and not directory.is_dir():
            raise LedgerError(
                f"{directory} is a file, not a ledger directory: name another with --ledger"
                " or FOOTPRINT_LEDGER"
            )
        if directory.is_dir() and not marker.exists() and _holds_others(directory, marker):
            raise LedgerError(
                f"{directory} holds other files and no {fmt.MARKER}: name an empty or new directory"
            )
        (directory / fmt.JOURNALS).mkdir(parents=True, exist_ok=True)
        if not marker.exists():
            _mark(marker)
    except OSError as error:
        raise LedgerError(
            f"cannot write the ledger {directory}: {error.strerror or error}: choose another with"
            " --ledger or FOOTPRINT_LEDGER"
        ) from error


def _holds_others(directory: Path, marker: Path) -> bool:
    """Whether a directory that had no marker is not ours: another first writer may since have made
    the marker and whatever follows it, so it is asked for again, after all else was seen."""
    return any(map(_foreign, directory.iterdir())) and not marker.exists()


def _foreign(path: Path) -> bool:
    """Whether a file is none that another first writer has just made."""
    return path.name != fmt.JOURNALS and not path.name.startswith(f".{fmt.MARKER}")


def _mark(marker: Path) -> None:
    """Makes the marker, whole or not at all; of several first writers one does. Raises OSError."""
    draft = marker.with_name(f".{fmt.MARKER}.{os.getpid()}")
    try:
        draft.write_text(json.dumps({"schema": fmt.SCHEMA}) + "\n")
        os.link(draft, marker)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        draft.replace(marker)
    finally:
        draft.unlink(missing_ok=True)


class Journal:
    """This process's file in a ledger; `rotate` goes on in another.

    Args:
        directory: the ledger, as `prepare` left it; None keeps everything in memory (up to
            `MAX_WAITING`), for a program whose ledger could not be opened.
        writer: the writer's uuid, 16 bytes.
        name: what to call the file, without its suffix.

    `problem` says in one line why nothing can be written at the moment, or is empty; `size` is how
    many bytes of the current part were written.
    """

    def __init__(self, directory: Path | None, writer: bytes, name: str) -> None:
        self.directory = directory
        self.path = directory / fmt.JOURNALS / (name + fmt.SUFFIX) if directory else None
        self.problem = ""
        self.dropped_batches = 0
        self.dropped_rows = 0
        self.part = 0
        self.size = 0
        self._writer = writer
        self._name = name
        self._fd = -1
        self._number = 0
        self._waiting: list[bytes] = [fmt.header(writer)]
        self._waiting_bytes = fmt.HEADER_SIZE
        self._dirty = False
        #: Whether the file's name is on the disk.
        self._named = False

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
                self._fd = os.open(self.path, _APPEND | os.O_CREAT, 0o644)
            while self._waiting:
                data = self._waiting[0]
                done = os.write(self._fd, data)
                self._dirty = True
                self._waiting_bytes -= done
                self.size += done
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
                if not self._named and self.path is not None:
                    self._named = True
                    _sync_folder(self.path.parent)
            self._dirty = False

    def rotate(self, opening: list[bytes], closing: list[bytes], t: int) -> bool:
        """Goes on in the writer's next part, a file of its own.

        That part is on the disk, with what it begins with, before this one says that it ends. So
        whoever reads that a part was rotated knows that another follows; and where the process dies
        in between, nothing is missing.

        Args:
            opening: sections of the next part's first batch: all that its rows refer to.
            closing: sections of this part's last batch.
            t: boot-time ns.

        Returns False, and leaves everything as it was, where the next part cannot be made now:
        something waits to be written, or there is no room for it.
        """
        if self.path is None or self._fd < 0 or self._waiting or self.part == fmt.LAST_PART:
            return False
        part = self.part + 1
        path = self.path.with_name(f"{self._name}_{part:05d}{fmt.SUFFIX}")
        begun = fmt.header(self._writer, part=part) + fmt.batch(0, opening, t, t)
        fd = _made(path, begun)
        if fd < 0:
            return False
        with contextlib.suppress(OSError):
            end = os.fstat(self._fd).st_size
            try:
                _write_whole(self._fd, fmt.batch(self._number, closing, t, t))
            except OSError:  # only that it ended is not said
                os.ftruncate(self._fd, end)
            os.fsync(self._fd)
        self.abandon()
        self._fd, self.path, self.part = fd, path, part
        self._number, self.size, self._dirty = 1, len(begun), False
        return True

    def gone(self) -> bool:
        """Whether the file was removed: sealed after a day of silence, or by hand."""
        try:
            return self._fd >= 0 and os.fstat(self._fd).st_nlink == 0
        except OSError as error:
            return error.errno == errno.ESTALE  # another client of the file server removed it

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


def _made(path: Path, data: bytes) -> int:
    """A new file with this content, synced; a descriptor to append to it, -1 where it failed."""
    fd = -1
    try:
        fd = os.open(path, _APPEND | os.O_CREAT | os.O_EXCL, 0o644)
        _write_whole(fd, data)
        os.fsync(fd)
        _sync_folder(path.parent)
    except OSError:
        if fd >= 0:
            with contextlib.suppress(OSError):
                path.unlink()
            with contextlib.suppress(OSError):
                os.close(fd)
        return -1
    return fd


def _write_whole(fd: int, data: bytes) -> None:
    """Writes all of it. Raises OSError where some of it does not fit."""
    while data:
        data = data[os.write(fd, data) :]


def _sync_folder(folder: Path) -> None:
    """Waits until a new file's name is on the disk. Raises OSError."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def journal_name(utc_ns: int, host: str, pid: int, writer: bytes) -> str:
    """`20261122T110304Z-host-4711-9f86d081`: sorts by start, says whose it is."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(utc_ns / 1e9))
    return f"{stamp}-{safe_host(host)}-{pid}-{writer.hex()[:8]}"


def safe_host(host: str) -> str:
    """A host's name as it stands in the names of its journals."""
    return "".join(c if c.isalnum() else "-" for c in host)[:32] or "host"
