"""Files of users: written whole or not at all, and read with one clear line where that fails."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from footprint.errors import UsageError


def write_whole(path: Path, data: bytes, before: Callable[[], None] = lambda: None) -> None:
    """Writes a file such that it is never half there: beside it first, then renamed.

    A link stays a link, and what it leads to is written; mode and, where allowed, owner stay. A
    device or a pipe is written as it is.

    Args:
        before: called when all is ready for the rename; what it raises ends it, with the file as
            it was.

    Raises UsageError where it cannot be written.
    """
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            path.write_bytes(data)
            return
        path = path.resolve()
        old = path.stat() if path.exists() else None
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:200]}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if old is not None:  # the owner first: changing it drops set-id bits
                    with contextlib.suppress(PermissionError):
                        os.fchown(file.fileno(), old.st_uid, old.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode) if old else 0o666 & ~_umask())
                os.fsync(file.fileno())
            before()
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror or error}: choose another with -o FILE"
        ) from error


def read_document(path: Path, schema: str, made_by: str) -> dict[str, Any]:
    """A JSON document of a schema of ours. Raises UsageError for any other file.

    Args:
        schema: what its key `schema` has to be.
        made_by: the command that writes such files, for the message.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}: name a file that {made_by} wrote"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is no JSON ({error}): name a file that {made_by} wrote"
        ) from error
    told = found.get("schema") if isinstance(found, dict) else None
    if told != schema:
        raise UsageError(
            f"{path} has the schema {told!r}, not {schema!r}: name a file that {made_by} wrote"
        )
    return dict(found)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
