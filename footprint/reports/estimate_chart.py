"""The chart of an estimate: how far each figure may lie from its best estimate."""

from __future__ import annotations

from collections.abc import Sequence

from footprint.charts.ranges import ranges
from footprint.estimators.quantity import Quantity
from footprint.reports.html.figure import can_draw, figure
from footprint.words import marked, words


def chart(figures: Sequence[tuple[str, Quantity]], lang: str = "en") -> str:
    """The chart as HTML; empty where no figure has an interval, and without matplotlib."""
    open_ = [(name, one) for name, one in figures if one.mid > 0 and one.low < one.high]
    if not open_ or not can_draw():
        return ""
    say = words(lang, "estimate")
    told = "; ".join(
        say(
            "chart_range",
            name=name,
            low=marked(lang, f"{one.low / one.mid:.2g}"),
            high=marked(lang, f"{one.high / one.mid:.3g}"),
        )
        for name, one in open_
    )
    rows = [(name, one.low / one.mid, one.high / one.mid) for name, one in open_]
    title = say("chart")
    svg = ranges(rows, say("best"), name="chart", title=title, description=told)
    return figure(title, svg)
