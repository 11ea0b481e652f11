"""Markdown, for a job's summary or a comment on a merge request."""

from __future__ import annotations

from footprint.budgets.page import page
from footprint.budgets.view import Checked
from footprint.reports.as_markdown import text_of


def rendered(checked: Checked, lang: str = "en") -> str:
    """The check as Markdown."""
    return text_of(page(checked, lang), level=2)
