"""Folders for files that are being made: gone with their process, even where it was killed.

Whoever makes one holds a lock on a file in it, which the system lets go when the process ends. The
next to make one removes those that nobody holds, of the same user and the same use alone. A number
of a process would not do: containers that share a folder have numbers of their own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = "held"
#: A folder without a lock is removed when it is so old, s: its maker was killed before it had one,
#: or works where there are no locks.
_LEFT_AFTER = 24 * 3600


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A folder in the system's place for temporary files, which is removed afterwards.

    Args:
        prefix: what the folders of this use are called: `footprint-seal-`.
    """
    _sweep(prefix)
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        folder = Path(name)
        handle = _held(folder)
        try:
            yield folder
        finally:
            if handle is not None:
                os.close(handle)


def _held(folder: Path) -> int | None:
    """Locks a folder; None where there are no locks."""
    begun = folder / f"{_LOCK}.begun"
    handle = os.open(begun, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    if not _locked(handle):
        os.close(handle)
        begun.unlink()
        return None
    # Not before it is locked: one that is there and free is a dead process's.
    begun.rename(folder / _LOCK)
    return handle


def _sweep(prefix: str) -> None:
    """Removes folders of processes that are gone."""
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            with suppress(OSError):
                if _is_own(folder) and _is_left(folder):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()


def _is_left(folder: Path) -> bool:
    """Whether nobody holds a folder."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime > _LEFT_AFTER
    try:
        return _locked(handle)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    """Whether this process holds a lock now that nobody held."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


__all__ = ["scratch"]
