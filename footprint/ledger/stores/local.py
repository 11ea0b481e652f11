"""Directories: of this machine, or shared by many (NFS, Lustre, a mounted disk).

Whatever is written is written beside its name first, synced, and only then given its name, so that
a reader sees all of it or nothing. `create` gives the name with link(2), which is atomic on NFS too
(O_EXCL with the data written afterwards would not be: a reader could see half of it). Files that
were left half written are dot-files; the next write into their directory removes those that are a
day old.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from footprint.errors import LedgerError
from footprint.ledger.stores import naming

#: Half-written files that are older than this (s) are nobody's: a day, for clocks that differ.
STALE_S = 86_400
_HALF = ".half"
#: What file systems answer that know no hard links, or not for this user.
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_REMEDIES = {
    errno.EACCES: "ask for access, or name another place",
    errno.EPERM: "ask for access, or name another place",
    errno.EROFS: "mount it for writing, or name another place",
    errno.ENOSPC: "free space there, or name another place",
    errno.EDQUOT: "free space there, or name another place",
    errno.ENOTDIR: "name a directory",
    errno.ESTALE: "the network directory was changed at its server: mount it again",
}


class LocalStore:
    """A directory as a `Store`. It need not exist yet: the first file makes it.

    Safe for threads, and for processes and hosts that share the directory.
    """

    def __init__(self, where: str | Path, root: Path | None = None) -> None:
        self.where = str(where)
        self.root = Path(where) if root is None else root
        self._swept: set[Path] = set()

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        """(name, bytes) of all files below a directory, by name; dot-files are left out."""
        folder = naming.folder(prefix)
        with self._said("read"):
            try:
                return sorted(_files(self.root, folder, ()))
            except FileNotFoundError:
                return []
            except NotADirectoryError:
                if folder and self.root.is_dir():  # a file has nothing below it
                    return []
                raise

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        """A file's bytes from `start` up to `end`. Raises FileNotFoundError where it is missing."""
        with self._said("read", name), self._path(name).open("rb") as file:
            file.seek(start)
            return file.read(-1 if end is None else max(0, end - start))

    def create(self, name: str, data: bytes) -> bool:
        """Writes a new file, durably; False, and nothing is changed, where the name is taken."""
        path = self._path(name)
        with self._said("write", name):
            if os.path.lexists(path):
                return False
            with self._half(path, lambda file: file.write(data)) as half:
                try:
                    os.link(half, path)
                except FileExistsError:
                    # Over NFS the answer to a link that was made can get lost, and the client's
                    # second try then finds its own: the link count tells (see open(2), O_EXCL).
                    return half.stat().st_nlink == 2
                except OSError as error:
                    if error.errno not in _NO_LINKS:
                        raise
                    return _create_exclusively(path, data)
            return True

    def replace(self, name: str, data: bytes) -> None:
        """Writes a file, new or in place of another, at once."""
        with self._said("write", name):
            path = self._path(name)
            with self._half(path, lambda file: file.write(data)) as half:
                half.replace(path)

    def put(self, name: str, path: Path) -> None:
        """Copies a local file to a name, new or in place of another."""
        from shutil import copyfileobj  # 5 ms, which a first result waits for

        with path.open("rb") as source, self._said("write", name):
            target = self._path(name)
            with self._half(target, lambda file: copyfileobj(source, file, 1 << 20)) as half:
                half.replace(target)

    def delete(self, name: str) -> None:
        """Removes a file; one that is missing is removed already."""
        with self._said("write", name):
            path = self._path(name)
            path.unlink(missing_ok=True)

    def local(self, name: str) -> Path:
        """The file itself. Raises FileNotFoundError where it is missing."""
        path = self._path(name)
        with self._said("read", name):
            path.stat()
        return path

    def written_utc_ns(self, name: str) -> int:
        """When a file was written, by the file system's clock. Raises FileNotFoundError."""
        path = self._path(name)
        with self._said("read", name):
            return path.stat().st_mtime_ns

    def _path(self, name: str) -> Path:
        return self.root / naming.checked(name)

    @contextlib.contextmanager
    def _half(self, path: Path, fill: Callable[[BinaryIO], object]) -> Iterator[Path]:
        """A synced file beside `path`, to be given that name; the directory is synced after."""
        _make(path.parent)
        self._sweep(path.parent)
        half = path.parent / f".{path.name[:180]}.{os.urandom(8).hex()}{_HALF}"
        try:
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as to:
                fill(to)
                to.flush()
                os.fsync(to.fileno())
            yield half
            half.unlink(missing_ok=True)
            _sync(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            raise

    def _sweep(self, directory: Path) -> None:
        """Removes half-written files of processes that died; looked for once a directory."""
        if directory in self._swept:
            return
        self._swept.add(directory)
        before = time.time() - STALE_S
        with contextlib.suppress(OSError), os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.startswith(".") and entry.name.endswith(_HALF):
                    with contextlib.suppress(OSError):
                        if entry.stat(follow_symlinks=False).st_mtime < before:
                            Path(entry).unlink()

    @contextlib.contextmanager
    def _said(self, doing: str, name: str = "") -> Iterator[None]:
        """What the file system refuses, as one line; a file that is missing stays what it is."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            what = self.root / name if name else self.root
            remedy = _REMEDIES.get(error.errno or 0, "check the directory, or name another place")
            raise LedgerError(
                f"cannot {doing} {what}: {error.strerror or error}: {remedy}"
            ) from error


def _files(root: Path, below: str, seen: tuple[tuple[int, int], ...]) -> Iterator[tuple[str, int]]:
    """(name, bytes) of the files below a directory; what vanishes meanwhile is left out."""
    directory = root / below
    here = directory.stat()
    if (here.st_dev, here.st_ino) in seen:  # a link that leads back up
        return
    seen = (*seen, (here.st_dev, here.st_ino))
    with os.scandir(directory) as entries:
        found = list(entries)
    for entry in found:
        if entry.name.startswith("."):
            continue
        name = f"{below}/{entry.name}" if below else entry.name
        with contextlib.suppress(FileNotFoundError):
            if entry.is_dir():
                yield from _files(root, name, seen)
            elif entry.is_file():
                yield name, entry.stat().st_size


def _create_exclusively(path: Path, data: bytes) -> bool:
    """`create` where there are no hard links: one wins, but a kill can leave a half-written file.

    Readers find such a file damaged, by its hash or because it is no JSON.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return True


def _make(directory: Path) -> None:
    """Makes a directory and those above it, durably."""
    if directory.is_dir():
        return
    if directory.parent != directory:
        _make(directory.parent)
    try:
        directory.mkdir()
    except FileExistsError:
        if not directory.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from None
    _sync(directory.parent)


def _sync(directory: Path) -> None:
    """Waits until a directory's entries are on the disk, where the file system knows how."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
