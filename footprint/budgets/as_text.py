"""Text for a terminal."""

from __future__ import annotations

from footprint.budgets.page import page
from footprint.budgets.view import Checked
from footprint.reports.as_text import text_of


def rendered(checked: Checked, lang: str = "en") -> str:
    """The check as text."""
    return text_of(page(checked, lang))
