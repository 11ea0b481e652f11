"""Copies of objects in the user's cache: what is read by programs that want a file.

`footprint/stores` in XDG_CACHE_HOME, else in ~/.cache (XDG Base Directory 0.8). A copy's path
holds the place, the content's tag and the name, so that another content is another file; it is
whole or not there. What was not used for a month is removed. All of it can be deleted at any time
that no report is being made.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from footprint.errors import LedgerError

#: Copies that were not asked for in so many seconds are removed: 30 days.
UNUSED_S = 30 * 86_400


class Copies:
    """The copies of one place's objects.

    Args:
        place: the server and where on it, as one text.
        environ: where XDG_CACHE_HOME is read.
    """

    def __init__(self, place: str, environ: Mapping[str, str]) -> None:
        given = environ.get("XDG_CACHE_HOME", "")
        cache = Path(given) if given.startswith("/") else Path.home() / ".cache"
        self.root = cache / "footprint" / "stores"
        self._here = self.root / hashlib.sha256(place.encode()).hexdigest()[:16]
        self._swept = False

    def copy(self, name: str, size: int, tag: str, pieces: Callable[[], Iterator[bytes]]) -> Path:
        """The copy of an object of that size and tag, made of its pieces where there is none."""
        version = hashlib.sha256(f"{size} {tag} {name}".encode()).hexdigest()[:16]
        path = self._here / version / name
        try:
            if path.is_file() and path.stat().st_size == size:
                os.utime(path)
                return path
            self._sweep()
            path.parent.mkdir(parents=True, exist_ok=True)
            half = path.parent / f".{os.urandom(8).hex()}.half"
            try:
                with half.open("xb") as file:
                    for piece in pieces():
                        file.write(piece)
                if half.stat().st_size != size:
                    raise LedgerError(
                        f"{name} came with {half.stat().st_size} bytes and not the {size} that"
                        " the store lists: try again"
                    )
                half.replace(path)
            finally:
                half.unlink(missing_ok=True)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and error.errno is None:
                raise  # the object's, not the copy's
            raise LedgerError(
                f"cannot keep a copy in {self.root}: {error.strerror or error}: free space there,"
                " or name another place with XDG_CACHE_HOME"
            ) from error
        return path

    def _sweep(self) -> None:
        """Removes copies, of all places, that were not used for long; done once a handle."""
        if self._swept:
            return
        self._swept = True
        before = time.time() - UNUSED_S
        for folder, _, files in os.walk(self.root, topdown=False):
            for file in files:
                with contextlib.suppress(OSError):
                    path = Path(folder, file)
                    if path.stat().st_mtime < before:
                        path.unlink()
            with contextlib.suppress(OSError):  # where nothing is in it, nor was of late
                if Path(folder).stat().st_mtime < before:
                    Path(folder).rmdir()
