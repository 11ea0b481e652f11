"""HTML: one plain page, light or dark like the reader's system, that asks nothing of a network."""

from __future__ import annotations

from footprint.comparisons.chart import chart
from footprint.comparisons.tables import page
from footprint.comparisons.view import Comparison
from footprint.reports.html import plain


def rendered(made: Comparison) -> str:
    """The comparison as a page of its own."""
    shown = page(made)
    title = f"{shown.title}: {', '.join(side.label for side in made.sides)}"
    return plain.rendered(shown, title, chart(made))
