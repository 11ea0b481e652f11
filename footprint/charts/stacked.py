"""Amounts over time: for each period a column, its parts one on another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from footprint.charts.drawing import WIDTH, box, cut, drawn, label, line, polygons

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _RIGHT, _TOP, _HEIGHT, _UNDER = 78, 16, 12, 190, 26
#: Room for so many letters as large as they are on a phone, where they are 16 px.
_KEY, _KEY_WIDTH, _KEY_LETTERS = 24, 275, 24
#: More columns stand side by side without gaps, as one path; fewer are at most so wide.
_COLUMNS, _WIDEST = 31, 64
#: So wide are a label's letters on a phone, and the gap to the next one; at most so many labels.
_LETTER, _GAP, _LABELS = 10.2, 10, 7


class Part(NamedTuple):
    """A part of each column: its name, an amount for each period (0 where there is none)."""

    name: str
    amounts: Sequence[float]
    colour: str


def stacked(
    periods: Sequence[str],
    parts: Sequence[Part],
    shown: Callable[[float], str],
    *,
    name: str,
    title: str,
    description: str,
) -> str:
    """The chart with a key below it; empty where no amount is above zero.

    Args:
        periods: a label for each column, in order; as many as a part has amounts.
        parts: from below to above; those without any amount are left out.
        shown: an amount as text, for the axis.
    """
    found = [part for part in parts if any(each > 0 for each in part.amounts)]
    if not found:
        return ""
    most = max(sum(column) for column in zip(*(part.amounts for part in found), strict=True))
    beside = (WIDTH - _LEFT) // _KEY_WIDTH
    under = _UNDER + _KEY * -(-len(found) // beside)

    def paint(axes: Axes) -> None:
        end = _scale(axes, len(periods), most, shown)
        base = [0.0] * len(periods)
        for part in found:
            top = [low + max(each, 0.0) for low, each in zip(base, part.amounts, strict=True)]
            polygons(axes, _columns(base, top), part.colour)
            base = top
        line(axes, [0, len(periods)], [0, 0], "soft")
        _labels(axes, periods, end)
        _key(axes, found, len(periods), end, beside)

    return drawn(
        paint,
        _TOP + _HEIGHT + under,
        name=name,
        title=title,
        description=description,
        margins=(_LEFT, _RIGHT, _TOP, under),
    )


def _columns(base: Sequence[float], top: Sequence[float]) -> list[list[tuple[float, float]]]:
    """A part's columns: one polygon each, or where there are many one outline of all."""
    count = len(top)
    if count <= _COLUMNS:
        half = min(0.75, _WIDEST * count / (WIDTH - _LEFT - _RIGHT)) / 2
        return [
            [(x - half, low), (x + half, low), (x + half, high), (x - half, high)]
            for x, low, high in zip((at + 0.5 for at in range(count)), base, top, strict=True)
            if high > low
        ]
    above = [(x, high) for at, high in enumerate(top) for x in (at, at + 1)]
    below = [(x, low) for at, low in enumerate(base) for x in (at, at + 1)]
    return [[*above, *reversed(below)]]


def _scale(axes: Axes, columns: int, most: float, shown: Callable[[float], str]) -> float:
    """Lines at round amounts, with their amounts; gives where the axis ends."""
    from matplotlib.ticker import MaxNLocator

    ticks = [float(tick) for tick in MaxNLocator(4).tick_values(0, most) if tick >= 0]
    axes.set_xlim(0, columns)
    axes.set_ylim(0, ticks[-1])
    pixel = columns / (WIDTH - _LEFT - _RIGHT)
    for tick in ticks:
        line(axes, [0, columns], [tick, tick], "line", zorder=0)
        label(axes, -8 * pixel, tick, shown(tick), ha="right", va="center", fontsize=12)
    return ticks[-1]


def _labels(axes: Axes, periods: Sequence[str], end: float) -> None:
    """The periods' labels, as many as there is room for, the first among them."""
    wide = max(map(len, periods)) * _LETTER + _GAP
    room = max(2, min(_LABELS, int((WIDTH - _LEFT - _RIGHT) / wide)))
    step = -(-len(periods) // room)
    for at in range(0, len(periods), step):
        y = -18 * end / _HEIGHT
        label(axes, at + 0.5, y, periods[at], ha="center", va="center", fontsize=12)


def _key(axes: Axes, parts: Sequence[Part], columns: int, end: float, beside: int) -> None:
    wide, high = columns / (WIDTH - _LEFT - _RIGHT), end / _HEIGHT
    for number, part in enumerate(parts):
        line, column = divmod(number, beside)
        x = column * _KEY_WIDTH * wide
        y = -(_UNDER + _KEY * (line + 0.5)) * high
        box(axes, x, y - 7 * high, 14 * wide, 14 * high, part.colour)
        text = cut(part.name, _KEY_LETTERS)
        label(axes, x + 20 * wide, y, text, ha="left", va="center", fontsize=12)
