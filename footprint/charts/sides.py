"""The same figures of two or more sides: bars one below another, each figure on its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from footprint.charts import ink
from footprint.charts.drawing import WIDTH, box, cut, drawn, label, whisker

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _RIGHT, _LINE, _HEAD = 190, 150, 22, 30
_LETTERS = 23


class Figure(NamedTuple):
    """A figure of all sides: its name; for each side (low, mid, high), or None: not known; and
    what stands beside its bar.
    """

    name: str
    values: Sequence[tuple[float, float, float] | None]
    shown: Sequence[str]


def sides(
    figures: Sequence[Figure], labels: Sequence[str], *, name: str, title: str, description: str
) -> str:
    """The chart; empty without a figure. Each scale goes from zero to its largest bound.

    Args:
        figures: of each, at least one value is known, and none is below zero.
        labels: of the sides.
    """
    if not figures:
        return ""
    each = _HEAD + _LINE * len(labels)

    def paint(axes: Axes) -> None:
        axes.set_xlim(0, 1)
        axes.set_ylim(each * len(figures), 0)
        for at, figure in enumerate(figures):
            _figure(axes, figure, labels, at * each)

    return drawn(
        paint,
        each * len(figures),
        name=name,
        title=title,
        description=description,
        margins=(_LEFT, _RIGHT, 0, 0),
    )


def _figure(axes: Axes, figure: Figure, labels: Sequence[str], top: float) -> None:
    pixel = 1 / (WIDTH - _LEFT - _RIGHT)
    label(axes, -_LEFT * pixel, top + 18, figure.name, ha="left", va="center", fontweight="bold")
    most = max(value[2] for value in figure.values if value is not None) or 1.0
    for at, (side, value) in enumerate(zip(labels, figure.values, strict=True)):
        y, reach = top + _HEAD + _LINE * (at + 0.5) - 2, 0.0
        label(axes, -8 * pixel, y, cut(side, _LETTERS), ha="right", va="center")
        if value is not None:
            low, mid, high = (bound / most for bound in value)
            box(axes, 0, y - 7.5, mid, 15, ink.name(at))
            if high - low > pixel:
                whisker(axes, y, (low, high), 1.0, 4)
            reach = max(mid, high)
        label(axes, reach + 8 * pixel, y, figure.shown[at], ha="left", va="center")
