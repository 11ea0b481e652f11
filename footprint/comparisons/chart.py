"""A chart as SVG: for each figure, one bar a side with its interval. No script, no request.

Each figure has a scale of its own from zero to its largest bound. The table beside it says the
same in numbers; `title` and `desc` say what the picture is to those who do not see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from footprint.comparisons.tables import intervals, named, shown
from footprint.comparisons.view import Comparison, Row
from footprint.estimators.quantity import Quantity
from footprint.reports.columns import plain

_WIDTH, _LEFT, _RIGHT = 800, 240, 190
_BAR, _GAP, _HEAD = 16, 4, 26
#: More figures than this make no picture.
_MOST = 8


def svg(made: Comparison) -> str:
    """The chart of a comparison; empty where no figure is known of two sides."""
    rows = list(intervals(made))[:_MOST]
    if not rows:
        return ""
    each = _HEAD + len(made.sides) * (_BAR + _GAP) + 8
    height = each * len(rows)
    labels = [named(side) for side in made.sides]
    lines = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'aria-labelledby="chart-title chart-desc" xmlns="http://www.w3.org/2000/svg">',
        f'<title id="chart-title">{escape(plain(", ".join(row.label for row in rows)))}</title>',
        f'<desc id="chart-desc">Bars of {escape(", ".join(labels))}, each figure on a scale of its '
        "own from zero; thin lines are intervals. The tables say the same in numbers.</desc>",
    ]
    for number, row in enumerate(rows):
        lines.extend(_figure(row, labels, number * each))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _figure(row: Row, labels: list[str], top: int) -> Iterator[str]:
    yield f'<text class="name" x="0" y="{top + 18}">{escape(plain(row.label))}</text>'
    most = max(value.high for value in row.values if value is not None)
    room = _WIDTH - _LEFT - _RIGHT
    for at, (label, value) in enumerate(zip(labels, row.values, strict=True)):
        y = top + _HEAD + at * (_BAR + _GAP)
        cut = label if len(label) <= 24 else label[:23] + "…"
        yield f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(cut)}</text>'
        if value is None:
            yield f'<text x="{_LEFT}" y="{y + 12}">not known</text>'
            continue
        scale = room / most
        yield (
            f'<rect class="side{min(at, 3)}" x="{_LEFT}" y="{y}" '
            f'width="{value.mid * scale:.1f}" height="{_BAR}"/>'
        )
        yield from _whisker(value, scale, y)
        end = _LEFT + value.high * scale + 8
        yield f'<text x="{end:.1f}" y="{y + 12}">{escape(shown(_middle(value)))}</text>'


def _whisker(value: Quantity, scale: float, y: int) -> Iterator[str]:
    if (value.high - value.low) * scale < 1:  # less than a pixel
        return
    low, high = (_LEFT + bound * scale for bound in (value.low, value.high))
    middle = y + _BAR / 2
    yield (
        f'<path class="interval" d="M{low:.1f} {middle - 4}v8M{low:.1f} {middle}H{high:.1f}'
        f'M{high:.1f} {middle - 4}v8"/>'
    )


def _middle(value: Quantity) -> Quantity:
    return Quantity(value.mid, value.mid, value.mid, value.unit)
