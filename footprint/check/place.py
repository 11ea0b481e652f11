"""Where a ledger is to be: whether it can be written there, tried with a file of a few bytes."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from footprint.ledger import format as fmt

#: Less free space than this is told: a host with eight GPUs fills it in a day.
SCARCE = 256 * 2**20


class Place(NamedTuple):
    """A ledger's directory.

    Attributes:
        path: the directory.
        state: `ledger`, `new` (it would be made), `foreign` (it holds something else).
        writable: whether a file could be written.
        free_bytes: on its disk; None where that cannot be told.
        problem: one line, empty where all is well.
    """

    path: Path
    state: str
    writable: bool
    free_bytes: int | None
    problem: str


def examine(ledger: Path) -> Place:
    """Looks at a ledger's directory; leaves nothing behind, and makes no ledger."""
    path = Path(os.path.abspath(ledger))  # noqa: PTH100 - follows no links
    state, folder, problem = _state(path)
    free = _free(folder)
    if problem:
        return Place(path, state, False, free, problem)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
            file.flush()
    except OSError as error:
        text = f"nothing can be written in {folder}: {error.strerror or error}"
        return Place(path, state, False, free, f"{text}: choose another with FOOTPRINT_LEDGER")
    if free is not None and free < SCARCE:
        problem = f"only {free // 2**20} MiB are free there: make room, or choose another disk"
    return Place(path, state, True, free, problem)


def _state(path: Path) -> tuple[str, Path, str]:
    """(state, the folder to write in, what is wrong)."""
    if not path.exists():
        folder = next(each for each in path.parents if each.exists())
        if folder.is_dir():
            return "new", folder, ""
        return "foreign", folder.parent, f"{folder} is a file: name another with FOOTPRINT_LEDGER"
    if not path.is_dir():
        return "foreign", path.parent, f"{path} is a file: name another with FOOTPRINT_LEDGER"
    journals = path / fmt.JOURNALS
    if (path / fmt.MARKER).exists() or journals.is_dir():
        return "ledger", journals if journals.is_dir() else path, ""
    if any(path.iterdir()):
        text = f"{path} holds other files and no {fmt.MARKER}: name an empty or new directory"
        return "foreign", path, text
    return "new", path, ""


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
