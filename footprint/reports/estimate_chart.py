"""The chart of an estimate: how far each figure may lie from its best estimate."""

from __future__ import annotations

from collections.abc import Sequence

from footprint.charts.ranges import ranges
from footprint.estimators.quantity import Quantity
from footprint.reports.html.figure import can_draw, figure

_TITLE = "How far each figure may lie from its best estimate"


def chart(figures: Sequence[tuple[str, Quantity]]) -> str:
    """The chart as HTML; empty where no figure has an interval, and without matplotlib."""
    open_ = [(name, one) for name, one in figures if one.mid > 0 and one.low < one.high]
    if not open_ or not can_draw():
        return ""
    told = "; ".join(
        f"{name}: {one.low / one.mid:.2g} to {one.high / one.mid:.3g} times" for name, one in open_
    )
    rows = [(name, one.low / one.mid, one.high / one.mid) for name, one in open_]
    svg = ranges(rows, "best estimate", name="chart", title=_TITLE, description=told)
    return figure(_TITLE, svg)
