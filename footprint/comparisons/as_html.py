"""HTML: one plain page, light or dark like the reader's system, that asks nothing of a network."""

from __future__ import annotations

from footprint.comparisons.chart import chart
from footprint.comparisons.tables import page
from footprint.comparisons.view import Comparison
from footprint.reports.html import plain
from footprint.words import labelled


def rendered(made: Comparison, lang: str = "en") -> str:
    """The comparison as a page of its own."""
    shown = page(made, lang)
    title = labelled(lang, shown.title, ", ".join(name for name, _ in shown.head))
    return plain.rendered(shown, title, chart(made, lang))
