"""A grid of cells whose colour says how much; one path for each step of the scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from footprint.charts import ink
from footprint.charts.drawing import WIDTH, box, drawn, label, polygons

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _RIGHT, _TOP, _LINE, _UNDER = 120, 16, 22, 22, 40
_KEY = 20


def heat(
    rows: Sequence[tuple[str, Sequence[float | None]]],
    columns: Sequence[str],
    shown: Callable[[float], str],
    unknown: str,
    *,
    name: str,
    title: str,
    description: str,
) -> str:
    """The grid with its scale below; empty where no cell is above zero.

    Args:
        rows: (label, amounts): one for each column, at least 0; None: not known, and left blank.
        columns: their labels; an empty one is not written.
        shown: an amount as text, for the scale.
        unknown: what a blank cell means, for the scale.
    """
    most = max((each for _, cells in rows for each in cells if each is not None), default=0.0)
    if not most:
        return ""

    def paint(axes: Axes) -> None:
        axes.set_xlim(0, len(columns))
        axes.set_ylim(len(rows), 0)
        wide, high = len(columns) / (WIDTH - _LEFT - _RIGHT), 1 / _LINE
        for step, colour in enumerate(ink.STEPS):
            cells = [
                (x, y)
                for y, (_, row) in enumerate(rows)
                for x, each in enumerate(row)
                if each is not None and _step(each, most) == step
            ]
            _cells(axes, cells, wide, high, colour)
        for y, (text, _) in enumerate(rows):
            label(axes, -8 * wide, y + 0.5, text, ha="right", va="center", fontsize=12)
        for column, text in enumerate(columns):
            if text:
                label(axes, column + 0.5, -10 * high, text, ha="center", va="center", fontsize=12)
        _scale(axes, len(rows), wide, high, (shown(0.0), shown(most)))
        if any(each is None for _, cells in rows for each in cells):
            beside, below = 330 * wide, len(rows) + 20 * high
            label(axes, beside, below, unknown, ha="left", va="center", fontsize=12)

    return drawn(
        paint,
        _TOP + _LINE * len(rows) + _UNDER,
        name=name,
        title=title,
        description=description,
        margins=(_LEFT, _RIGHT, _TOP, _UNDER),
    )


def _step(amount: float, most: float) -> int:
    """Of the scale's steps, all equally wide."""
    return min(int(amount / most * len(ink.STEPS)), len(ink.STEPS) - 1)


def _cells(
    axes: Axes, cells: Sequence[tuple[float, float]], wide: float, high: float, colour: str
) -> None:
    """All cells of a colour as one path, a pixel apart from their neighbours."""
    polygons(
        axes,
        [
            ((x, y), (x + 1 - wide, y), (x + 1 - wide, y + 1 - high), (x, y + 1 - high))
            for x, y in cells
        ],
        colour,
    )


def _scale(axes: Axes, rows: int, wide: float, high: float, ends: tuple[str, str]) -> None:
    y = rows + 20 * high
    start = 90 * wide
    label(axes, start - 8 * wide, y, ends[0], ha="right", va="center", fontsize=12)
    for at, colour in enumerate(ink.STEPS):
        x = start + at * _KEY * wide
        box(axes, x, y - 7 * high, _KEY * wide, 14 * high, colour)
    end = start + len(ink.STEPS) * _KEY * wide
    label(axes, end + 8 * wide, y, ends[1], ha="left", va="center", fontsize=12)
