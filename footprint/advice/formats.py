"""The formats of advice, and where each one's `rendered(advice, lang)` is."""

from __future__ import annotations

from pathlib import Path

from footprint.advice.view import Advice
from footprint.formats import format_of, module_of

#: Format -> (module, suffixes of its files).
FORMATS = {
    "text": ("footprint.advice.as_text", (".txt",)),
    "json": ("footprint.advice.as_json", (".json",)),
    "md": ("footprint.advice.as_markdown", (".md", ".markdown")),
}


def rendered(advice: Advice, format: str, lang: str = "en") -> str:  # noqa: A002
    """Advice as text in a format. Raises UsageError for one that there is none of."""
    text: str = module_of(format, FORMATS).rendered(advice, lang)
    return text


def of_file(path: str | Path | None) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    return format_of(path, FORMATS)
