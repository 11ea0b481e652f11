"""Text for a terminal."""

from __future__ import annotations

from footprint.comparisons.tables import page
from footprint.comparisons.view import Comparison
from footprint.reports.as_text import text_of


def rendered(made: Comparison, lang: str = "en") -> str:
    """The comparison as text."""
    return text_of(page(made, lang))
