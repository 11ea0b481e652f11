"""Puts figures into a document that is there already: all of it or nothing.

The file is read once, merged, and replaced only where its bytes change. A file that somebody else
changed meanwhile is left as they made it.
"""

from __future__ import annotations

import stat
from collections import Counter
from pathlib import Path

from footprint.datasheets.make import has_figures
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.view import View
from footprint.errors import UsageError
from footprint.files import write_whole

#: The largest document that is read: model cards and BOMs are far smaller.
LARGEST_BYTES = 64 * 2**20


def read(path: Path, option: str) -> bytes:
    """A document of text, as it is.

    Args:
        option: that named it (`--into`, `--check`), for the message.

    Raises UsageError: it is not there, no file, too large, binary, or not UTF-8.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise UsageError(f"{path} is a directory: name a file with {option}")
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path} is no regular file: name one with {option}")
        if found.st_size > LARGEST_BYTES:
            raise UsageError(
                f"{path} has {found.st_size:,} bytes: no document of more than"
                f" {LARGEST_BYTES:,} bytes is read"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        new = ": write a new one with -o FILE" if option == "--into" else ": name one that is"
        raise UsageError(f"{path} is not there{new}") from None
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}: name a file that can be read with {option}"
        ) from error
    if b"\0" in data:
        raise UsageError(f"{path} is no text: it has bytes of value 0; name a text with {option}")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path}, line {line}: not UTF-8 (byte {data[error.start]:#04x}): convert it first"
        ) from error
    return data


def merged(path: Path, data: bytes, view: View, emitter: Emitter, options: Options) -> bytes:
    """The document with the view's figures in it; the same bytes where nothing changes.

    Raises UsageError, with the file's name: the format cannot be merged, the document cannot be
    read, another tool wrote there, or there is nothing to state.
    """
    if emitter.merge is None:
        raise UsageError(
            f"the format {emitter.name} cannot be put into {path}: write a document of its own with"
            " -o FILE"
        )
    if not has_figures(view) and not view.metrics:
        raise UsageError(
            f"{path} is left as it is: nothing can be stated of {view.model}, since"
            f" {_why_nothing(view)}"
        )
    try:
        return emitter.merge(view, data, options)
    except UsageError as error:
        raise _named(error, path) from error
    except RecursionError as error:
        raise UsageError(f"{path} is nested too deeply: it is left as it is") from error


def replace(path: Path, before: bytes, after: bytes, emitter: Emitter) -> str:
    """Writes the new bytes, where they differ; gives the line that says what changed.

    Args:
        before, after: the document as it was read, and as it is to be.
        emitter: of its format.

    Raises UsageError where it cannot be written, or has changed since it was read.
    """
    if before == after:
        return f"{path}: unchanged"
    try:
        writable = path.stat().st_mode & 0o222
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}: run it again") from error
    if not writable:
        raise UsageError(f"{path} is read-only: chmod u+w it, or write another file with -o FILE")

    def unchanged() -> None:
        if path.read_bytes() != before:
            raise UsageError(f"{path} was changed by another program meanwhile: run it again")

    write_whole(path, after, unchanged)
    return f"{path}: {_changes(before, after, emitter)}"


def _changes(before: bytes, after: bytes, emitter: Emitter) -> str:
    """`figures of training, inference; 18 lines new, 3 gone`."""
    old, new = (Counter(each.splitlines()) for each in (before, after))
    added, gone = (new - old).total(), (old - new).total()
    lines = f"{added} line{'s' * (added != 1)} new, {gone} gone"
    stated = [_stated(each, emitter) for each in (before, after)]
    kinds = dict.fromkeys(kind for kind, *_ in (*stated[1], *stated[0]))
    other = [kind for kind in kinds if _of(stated[0], kind) != _of(stated[1], kind)]
    return f"figures of {', '.join(other)}; {lines}" if other else lines


def _stated(document: bytes, emitter: Emitter) -> list[tuple[str, str, str, float]]:
    try:
        found = emitter.read(document) if emitter.read else ()
    except UsageError:  # it had none
        return []
    return [(each.kind, each.figure, each.per, each.value) for each in found]


def _of(stated: list[tuple[str, str, str, float]], kind: str) -> list[tuple[str, str, str, float]]:
    return [each for each in stated if each[0] == kind]


def _why_nothing(view: View) -> str:
    """Why nothing can be stated, and what to do."""
    floors = [each.floor for stage in view.stages for each in stage.left_out if each.floor]
    if floors:
        return f"all of it is below what the meter can tell ({floors[0]}): measure more of it"
    gap = next((each for each in view.missing if "energy" in each.what), None)
    if gap is not None:
        return f"{gap.why}: {gap.remedy}" if gap.remedy else gap.why
    return "no energy is known: see `footprint doctor`"


def _named(error: UsageError, path: Path) -> UsageError:
    """The same error, of the same class, with the file's name."""
    text = str(error)
    if str(path) in text:
        return error
    return type(error)(f"{path}: {text}")
