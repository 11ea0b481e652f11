"""The formats of a check, and where each one's `rendered(checked, lang)` is."""

from __future__ import annotations

from pathlib import Path

from footprint.budgets.view import Checked
from footprint.formats import format_of, module_of

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
    text: str = module_of(format, FORMATS).rendered(checked, lang)
    return text


def of_file(path: str | Path | None) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    return format_of(path, FORMATS)
