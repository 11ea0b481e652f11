"""Horizontal bars with their intervals and their values beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from footprint.charts.drawing import WIDTH, box, cut, drawn, label, whisker

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE, _LEFT, _RIGHT = 26, 200, 130
_LETTERS = 21


class Bar(NamedTuple):
    """A bar from zero to `mid`; a thin line from `low` to `high`.

    Attributes:
        label, shown: what stands before it, and after it.
        low, mid, high: at least 0, in one unit for all bars; `mid` None: not known.
        colour: of `ink`.
    """

    label: str
    shown: str
    low: float
    mid: float | None
    high: float
    colour: str = "c0"


def bars(rows: Sequence[Bar], *, name: str, title: str, description: str) -> str:
    """The chart; empty where no bar has a length."""
    most = max((row.mid or 0.0 for row in rows), default=0.0)
    if not most:
        return ""
    # An interval that would make all bars short is cut where the paper ends.
    end = min(max(row.high for row in rows), 2.5 * most)

    def paint(axes: Axes) -> None:
        axes.set_xlim(0, end)
        axes.set_ylim(len(rows), 0)
        for at, row in enumerate(rows):
            _bar(axes, at + 0.5, row, end)

    height = _LINE * len(rows) + 8
    margins = (_LEFT, _RIGHT, 4, 4)
    return drawn(
        paint, height, name=name, title=title, description=description, margins=margins, width=WIDTH
    )


def _bar(axes: Axes, y: float, row: Bar, end: float) -> None:
    pixel = end / (WIDTH - _LEFT - _RIGHT)
    label(axes, -8 * pixel, y, cut(row.label, _LETTERS), ha="right", va="center")
    if row.mid is not None:
        if row.mid:
            box(axes, 0, y - 0.28, max(row.mid, 1.5 * pixel), 0.56, row.colour)
        if row.high - row.low > pixel:
            whisker(axes, y, (row.low, row.high), end, 0.13)
    reach = max(row.mid or 0.0, min(row.high, end) if row.mid is not None else 0.0)
    label(axes, reach + 8 * pixel, y, row.shown, ha="left", va="center")
