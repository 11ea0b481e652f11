"""Markdown: the same tables, for a README, an issue or a wiki."""

from __future__ import annotations

from footprint.comparisons.tables import page
from footprint.comparisons.view import Comparison
from footprint.reports.as_markdown import text_of


def rendered(made: Comparison, lang: str = "en") -> str:
    """The comparison as GitHub's Markdown."""
    return text_of(page(made, lang))
