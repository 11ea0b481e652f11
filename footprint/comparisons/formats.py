"""The formats of a comparison, and where each one's `rendered(comparison, lang)` is."""

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


def rendered(made: Comparison, format: str, lang: str = "en") -> str:  # noqa: A002
    """A comparison as text in a format; JSON is the same in every language.

    Raises UsageError for a format or a language that there is none of.
    """
    text: str = module_of(format, FORMATS).rendered(made, lang)
    return text


def of_file(path: str | Path | None) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    return format_of(path, FORMATS)
