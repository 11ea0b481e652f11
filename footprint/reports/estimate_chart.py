"""A chart of an estimate as SVG: how far each figure may lie from its best estimate.

One line a figure, on a common axis of ratios, logarithmic, so that half and twice are equally far.
No script, no request; the table beside it says the same in numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from footprint.estimators.quantity import Quantity

_WIDTH, _LEFT, _RIGHT, _LINE, _HEAD = 760, 240, 30, 24, 28
#: Ratios that the axis can end at.
_ENDS = (1.5, 2, 3, 5, 10, 20, 50, 100, 1000)


def svg(figures: Sequence[tuple[str, Quantity]]) -> str:
    """The chart; empty where no figure has an interval. What reaches zero ends at the axis."""
    ranges = [(name, one) for name, one in figures if one.mid > 0 and one.low < one.high]
    if not ranges:
        return ""
    least = min(max(one.low / one.mid, 1e-6) for _, one in ranges)
    most = max(1 / least, *(one.high / one.mid for _, one in ranges))
    end = next((each for each in _ENDS if each >= most), _ENDS[-1])
    height = _HEAD + _LINE * len(ranges) + 8
    lines = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'aria-labelledby="chart-title chart-desc" xmlns="http://www.w3.org/2000/svg">',
        '<title id="chart-title">How far each figure may lie from its best estimate</title>',
        f'<desc id="chart-desc">{escape("; ".join(_said(*each) for each in ranges))}</desc>',
        *_axis(end, height),
    ]
    for number, (name, one) in enumerate(ranges):
        lines.extend(_line(name, one, _HEAD + _LINE * number, end))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _said(name: str, one: Quantity) -> str:
    return f"{name}: {one.low / one.mid:.2g} to {one.high / one.mid:.3g} times"


def _x(ratio: float, end: float) -> float:
    place = math.log(min(max(ratio, 1 / end), end)) / math.log(end)
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (place + 1) / 2


def _axis(end: float, height: int) -> Iterator[str]:
    for ratio, label in ((1 / end, f"1/{end:g}"), (1.0, "best estimate"), (end, f"{end:g} times")):
        x = _x(ratio, end)
        yield f'<path class="rule" d="M{x:.1f} {_HEAD - 8}V{height - 4}"/>'
        yield f'<text x="{x:.1f}" y="12" text-anchor="middle">{label}</text>'


def _line(name: str, one: Quantity, top: int, end: float) -> Iterator[str]:
    middle = top + _LINE / 2
    low, high = (_x(bound / one.mid, end) for bound in (one.low, one.high))
    yield f'<text x="{_LEFT - 12}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>'
    yield f'<path class="interval" d="M{low:.1f} {middle}H{high:.1f}"/>'
    yield f'<circle cx="{_x(1.0, end):.1f}" cy="{middle}" r="4"/>'
