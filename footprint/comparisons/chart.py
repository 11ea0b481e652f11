"""The chart of a comparison: for each figure, one bar a side with its interval.

The tables beside it say the same in numbers.
"""

from __future__ import annotations

from footprint.charts.sides import Figure, sides
from footprint.comparisons.speech import Speech
from footprint.comparisons.tables import intervals
from footprint.comparisons.view import Comparison, Row
from footprint.comparisons.wording import shown
from footprint.estimators.quantity import Quantity
from footprint.reports.columns import plain
from footprint.reports.html.figure import can_draw, figure

#: More figures than this make no picture.
_MOST = 8


def chart(made: Comparison, lang: str = "en") -> str:
    """The chart as HTML; empty where no figure is known of two sides, and without matplotlib.

    Raises UsageError for a language that is not there.
    """
    say = Speech(made, lang)
    rows = list(intervals(made))[:_MOST]
    if not rows or not can_draw():
        return ""
    labels = [say.named(side) for side in made.sides]
    title = say("chart", sides=plain(", ".join(labels)))
    told = say("chart_told", figures=plain(", ".join(map(say.label, rows))))
    drawn = [_figure(row, say) for row in rows]
    svg = sides(drawn, labels, name="chart", title=title, description=told)
    return figure(title, svg)


def _figure(row: Row, say: Speech) -> Figure:
    values = [None if each is None else (each.low, each.mid, each.high) for each in row.values]
    beside = [
        say("not_known") if each is None else shown(_middle(each), say.lang) for each in row.values
    ]
    return Figure(plain(say.label(row)), values, beside)


def _middle(value: Quantity) -> Quantity:
    return Quantity(value.mid, value.mid, value.mid, value.unit)
