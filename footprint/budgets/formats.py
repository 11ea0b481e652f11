"""The formats of a check, and where each one's `rendered(checked, lang)` is."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from footprint.budgets.view import Checked
from footprint.errors import UsageError, nearest

#: Format -> (module, suffixes of its files).
FORMATS = {
    "text": ("footprint.budgets.as_text", (".txt",)),
    "json": ("footprint.budgets.as_json", (".json",)),
    "junit": ("footprint.budgets.as_junit", (".xml",)),
    "github": ("footprint.budgets.as_github", ()),
    "gitlab": ("footprint.budgets.as_gitlab", ()),
    "metrics": ("footprint.budgets.as_metrics", (".prom",)),
    "md": ("footprint.budgets.as_markdown", (".md", ".markdown")),
}


def rendered(checked: Checked, format: str, lang: str = "en") -> str:  # noqa: A002
    """A check as text in a format. Raises UsageError for one that there is none of."""
    if format not in FORMATS:
        raise UsageError(
            f"format {format!r} is not known: use {', '.join(FORMATS)}." + nearest(format, FORMATS)
        )
    text: str = import_module(FORMATS[format][0]).rendered(checked, lang)
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
