"""Formats of what is printed: by their names, or by the suffix of a file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from footprint.errors import UsageError, nearest

#: Format -> (module that makes it, suffixes of its files).
Formats = Mapping[str, tuple[str, tuple[str, ...]]]


def module_of(format: str, formats: Formats) -> ModuleType:  # noqa: A002 - the option's name
    """What makes a format. Raises UsageError for one that there is none of."""
    if format not in formats:
        raise UsageError(
            f"format {format!r} is not known: use {', '.join(formats)}." + nearest(format, formats)
        )
    return import_module(formats[format][0])


def format_of(path: str | Path | None, formats: Formats) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    suffix = "" if path is None else Path(path).suffix.lower()
    known = {each: name for name, (_, suffixes) in formats.items() for each in suffixes}
    if suffix and suffix not in known:
        raise UsageError(
            f"{path}: no format has the suffix {suffix}: use {', '.join(known)}, or say --format"
        )
    return known.get(suffix, "text")
