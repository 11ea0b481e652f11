"""How far figures may lie from their best estimate: one line a figure, on an axis of ratios.

It is logarithmic, so that half and twice are equally far.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from footprint.charts import ink
from footprint.charts.drawing import WIDTH, cut, drawn, label, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _RIGHT, _LINE, _TOP = 220, 40, 24, 28
_LETTERS = 31
#: Ratios that the axis can end at.
_ENDS = (1.5, 2, 3, 5, 10, 20, 50, 100, 1000)


def ranges(
    rows: Sequence[tuple[str, float, float]],
    middle: str,
    *,
    name: str,
    title: str,
    description: str,
) -> str:
    """The chart; empty without a row.

    Args:
        rows: (label, low, high) as ratios to the best estimate; what reaches zero ends at the axis.
        middle: what the line at 1 is called.
    """
    if not rows:
        return ""
    most = max(max(1 / max(low, 1e-6), high) for _, low, high in rows)
    end = next((each for each in _ENDS if each >= most), _ENDS[-1])

    def at(ratio: float) -> float:
        return math.log(min(max(ratio, 1 / end), end)) / math.log(end)

    def paint(axes: Axes) -> None:
        from matplotlib.patches import Ellipse

        pixel = 2 / (WIDTH - _LEFT - _RIGHT)
        axes.set_xlim(-1, 1)
        axes.set_ylim(len(rows), 0)
        for ratio, text in ((1 / end, f"1/{end:g}"), (1.0, middle), (end, f"{end:g} ×")):
            line(axes, [at(ratio)] * 2, [0, len(rows)], "line")
            label(axes, at(ratio), -0.5, text, ha="center", va="center", fontsize=12)
        for number, (text, low, high) in enumerate(rows):
            y = number + 0.5
            label(axes, -1.04, y, cut(text, _LETTERS), ha="right", va="center")
            line(axes, [at(low), at(high)], [y, y], "ink", 1.6)
            dot = Ellipse(
                (at(1.0), y), 9 * pixel, 9 / _LINE, color=ink.of("c0"), linewidth=0, zorder=3
            )
            axes.add_artist(dot)

    return drawn(
        paint,
        _TOP + _LINE * len(rows) + 8,
        name=name,
        title=title,
        description=description,
        margins=(_LEFT, _RIGHT, _TOP, 8),
    )
