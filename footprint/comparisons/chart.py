"""The chart of a comparison: for each figure, one bar a side with its interval.

The tables beside it say the same in numbers.
"""

from __future__ import annotations

from footprint.charts.sides import Figure, sides
from footprint.comparisons.tables import intervals, named, shown
from footprint.comparisons.view import Comparison, Row
from footprint.estimators.quantity import Quantity
from footprint.reports.columns import plain
from footprint.reports.html.figure import can_draw, figure

#: More figures than this make no picture.
_MOST = 8


def chart(made: Comparison) -> str:
    """The chart as HTML; empty where no figure is known of two sides, and without matplotlib."""
    rows = list(intervals(made))[:_MOST]
    if not rows or not can_draw():
        return ""
    labels = [named(side) for side in made.sides]
    title = f"Side by side: {plain(', '.join(labels))}"
    told = (
        f"Bars for {plain(', '.join(row.label for row in rows))}, each figure on a scale of its own"
        " from zero; thin lines are intervals. The tables say the same in numbers."
    )
    svg = sides([_figure(row) for row in rows], labels, name="chart", title=title, description=told)
    return figure(title, svg)


def _figure(row: Row) -> Figure:
    values = [None if each is None else (each.low, each.mid, each.high) for each in row.values]
    beside = ["not known" if each is None else shown(_middle(each)) for each in row.values]
    return Figure(plain(row.label), values, beside)


def _middle(value: Quantity) -> Quantity:
    return Quantity(value.mid, value.mid, value.mid, value.unit)
