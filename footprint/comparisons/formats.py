"""The formats of a comparison, and where each one's `rendered(comparison)` is."""

from __future__ import annotations

from pathlib import Path

from footprint.comparisons.view import Comparison
from footprint.formats import format_of, module_of

#: Format -> (module, suffixes of its files).
FORMATS = {
    "text": ("footprint.comparisons.as_text", (".txt",)),
    "json": ("footprint.comparisons.as_json", (".json",)),
    "md": ("footprint.comparisons.as_markdown", (".md", ".markdown")),
    "html": ("footprint.comparisons.as_html", (".html", ".htm")),
}


def rendered(made: Comparison, format: str) -> str:  # noqa: A002 - the option's name
    """A comparison as text in a format. Raises UsageError for one that there is none of."""
    text: str = module_of(format, FORMATS).rendered(made)
    return text


def of_file(path: str | Path | None) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    return format_of(path, FORMATS)
