"""From what was metered to what became of it: bands whose heights are amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from footprint.charts import ink
from footprint.charts.drawing import WIDTH, box, cut, drawn, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _RIGHT, _HEIGHT, _GAP, _POST, _LEAST = 130, 270, 230, 12.0, 12, 17.0
_LETTERS = 34


class Flow(NamedTuple):
    """A part of the whole: its label with its amount, the amount (at least 0), its colour."""

    label: str
    amount: float
    colour: str


def flows(
    whole: Sequence[str], parts: Sequence[Flow], *, name: str, title: str, description: str
) -> str:
    """The chart: one post on the left, one for each part on the right; empty without an amount.

    Args:
        whole: the lines of the left post's label; its height is the sum of the parts.
    """
    shown = [part for part in parts if part.amount > 0]
    total = sum(part.amount for part in shown)
    if not total:
        return ""

    def paint(axes: Axes) -> None:
        # In pixels from the top: labels need their room whatever the amounts.
        heights = [max(part.amount / total * _HEIGHT, 1.5) for part in shown]
        rooms = [max(height, _LEAST) for height in heights]
        below = sum(rooms) + _GAP * (len(shown) - 1)
        axes.set_xlim(0, WIDTH - _LEFT - _RIGHT)
        axes.set_ylim(below, 0)
        end = WIDTH - _LEFT - _RIGHT
        left = start = (below - sum(heights)) / 2
        right = 0.0
        for part, height, room in zip(shown, heights, rooms, strict=True):
            top = right + (room - height) / 2
            _band(axes, (_POST, left), (end - _POST, top), height, part.colour)
            box(axes, end - _POST, top, _POST, height, part.colour)
            text = cut(part.label, _LETTERS)
            label(axes, end + 8, right + room / 2, text, ha="left", va="center")
            left += height
            right += room + _GAP
        box(axes, 0, start, _POST, sum(heights), "ink")
        for at, line in enumerate(whole):
            y = start + sum(heights) / 2 + 19 * (at - (len(whole) - 1) / 2)
            label(axes, -8, y, line, ha="right", va="center")

    height = sum(max(part.amount / total * _HEIGHT, _LEAST) for part in shown)
    height += _GAP * (len(shown) - 1) + 12
    margins = (_LEFT, _RIGHT, 6, 6)
    return drawn(paint, height, name=name, title=title, description=description, margins=margins)


def _band(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], height: float, colour: str
) -> None:
    """A band that leaves and arrives level."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    points = [(x0, y0), (middle, y0), (middle, y1), (x1, y1)]
    back = [(x1, y1 + height), (middle, y1 + height), (middle, y0 + height), (x0, y0 + height)]
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    path = Path([*points, *back, (x0, y0)], codes)
    axes.add_artist(
        PathPatch(path, facecolor=ink.of(colour), alpha=0.45, linewidth=0, clip_on=False)
    )
