"""Text for a terminal."""

from __future__ import annotations

from footprint.advice.page import page
from footprint.advice.view import Advice
from footprint.reports.as_text import text_of


def rendered(advice: Advice, lang: str = "en") -> str:
    """The advice as text."""
    return text_of(page(advice, lang))
