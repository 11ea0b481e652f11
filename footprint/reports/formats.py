"""The formats of a report, and where each one's `render(report, out, lang)` or `data` is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TextIO

from footprint.errors import UsageError
from footprint.formats import format_of, module_of
from footprint.reports.view import Report
from footprint.words import known_language

#: Format -> (module, suffixes of its files).
FORMATS = {
    "text": ("footprint.reports.as_text", (".txt",)),
    "json": ("footprint.reports.as_json", (".json",)),
    "csv": ("footprint.reports.as_csv", (".csv",)),
    "md": ("footprint.reports.as_markdown", (".md", ".markdown")),
    "html": ("footprint.reports.html.page", (".html", ".htm")),
    "pdf": ("footprint.reports.html.pdf", (".pdf",)),
}

#: Formats that are no text: their modules have `data(report, lang)` instead of `render`.
BINARY = ("pdf",)


def render(report: Report, format: str, out: TextIO, lang: str = "en") -> None:  # noqa: A002
    """Writes a report. Raises UsageError for a format or a language that there is none of."""
    known_language(lang)
    if format in BINARY:
        raise UsageError(f"{format} is no text: use to_{format}()")
    module_of(format, FORMATS).render(report, out, lang)


def rendered(report: Report, format: str, lang: str = "en") -> str:  # noqa: A002 - option's name
    """A report as text in a format and a language."""
    out = io.StringIO(newline="")
    render(report, format, out, lang)
    return out.getvalue()


def data(report: Report, format: str, lang: str = "en") -> bytes:  # noqa: A002
    """A report as the bytes of a file in a format and a language.

    Raises UsageError for a format or a language that there is none of, or one whose package lacks.
    """
    known_language(lang)
    if format in BINARY:
        made: bytes = module_of(format, FORMATS).data(report, lang)
        return made
    return rendered(report, format, lang).encode("utf-8", "backslashreplace")


def of_file(path: str | Path | None) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    return format_of(path, FORMATS)
