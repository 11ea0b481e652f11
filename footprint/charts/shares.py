"""Bars that are 100 % wide, cut into the shares of their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from footprint.charts import ink
from footprint.charts.drawing import WIDTH, box, cut, drawn, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _RIGHT, _LINE, _KEY = 150, 16, 34, 26
_KEY_WIDTH, _LETTERS = 200, 19


def shares(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    parts: Mapping[str, str],
    *,
    name: str,
    title: str,
    description: str,
) -> str:
    """The chart with a key below; empty where no bar has a part.

    Args:
        rows: (label, part -> share from 0 to 1).
        parts: part -> its label with its shares, in order.
    """
    if not any(each for _, each in rows):
        return ""
    beside = max(1, (WIDTH - 16) // _KEY_WIDTH)
    lines = -(-len(parts) // beside)
    height = _LINE * len(rows) + _KEY * lines + 12

    def paint(axes: Axes) -> None:
        axes.set_xlim(0, 1)
        axes.set_ylim(height, 0)
        for at, (text, each) in enumerate(rows):
            y, start = _LINE * (at + 0.5), 0.0
            label(axes, -0.02, y, cut(text, _LETTERS), ha="right", va="center")
            for number, part in enumerate(parts):
                if share := each.get(part, 0.0):
                    edge = {"edgecolor": ink.of("paper"), "linewidth": 1}
                    box(axes, start, y - 10, share, 20, ink.name(number), **edge)
                    start += share
        pixel = 1 / (WIDTH - _LEFT - _RIGHT)
        for number, text in enumerate(parts.values()):
            line, column = divmod(number, beside)
            x = (column * _KEY_WIDTH + 16 - _LEFT) * pixel
            y = _LINE * len(rows) + _KEY * (line + 0.5) + 6
            box(axes, x, y - 7, 14 * pixel, 14, ink.name(number))
            label(axes, x + 20 * pixel, y, text, ha="left", va="center", fontsize=12)

    return drawn(
        paint,
        height,
        name=name,
        title=title,
        description=description,
        margins=(_LEFT, _RIGHT, 0, 0),
    )
