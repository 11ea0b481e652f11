"""The formats of advice, and where each one's `rendered(advice, lang)` is."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from footprint.advice.view import Advice
from footprint.errors import UsageError, nearest

#: Format -> (module, suffixes of its files).
FORMATS = {
    "text": ("footprint.advice.as_text", (".txt",)),
    "json": ("footprint.advice.as_json", (".json",)),
    "md": ("footprint.advice.as_markdown", (".md", ".markdown")),
}


def rendered(advice: Advice, format: str, lang: str = "en") -> str:  # noqa: A002
    """Advice as text in a format. Raises UsageError for one that there is none of."""
    if format not in FORMATS:
        raise UsageError(
            f"format {format!r} is not known: use {', '.join(FORMATS)}." + nearest(format, FORMATS)
        )
    text: str = import_module(FORMATS[format][0]).rendered(advice, lang)
    return text


def of_file(path: str | Path | None) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    suffix = "" if path is None else Path(path).suffix.lower()
    known = {each: name for name, (_, suffixes) in FORMATS.items() for each in suffixes}
    if suffix and suffix not in known:
        raise UsageError(
            f"{path}: no format has the suffix {suffix}: use {', '.join(known)}, or say --format"
        )
    return known.get(suffix, "text")
