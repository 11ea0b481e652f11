"""Rows of figures, one a tool and case, and the table that shows them side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

#: The tool whose figures have limits.
OURS = "footprint"


class Row(NamedTuple):
    """One figure of one tool.

    Attributes:
        case: what was done.
        tool: who measured.
        value: the figure; None where there is none, and `note` says why.
        unit: "us", "ms", "%", "x", ...
        limit: how far ours may be from `centre`, None where nothing is asked.
        exact: the figure depends on what is computed and not on how fast this machine is; only
            such a figure fails a test.
        note: what a reader should know.
        centre: what the figure should be.
    """

    case: str
    tool: str
    value: float | None
    unit: str = ""
    limit: float | None = None
    exact: bool = False
    note: str = ""
    centre: float = 0.0

    @property
    def verdict(self) -> str:
        """ok, MISS, or nothing where nothing is asked."""
        if self.limit is None:
            return ""
        if self.value is None or math.isnan(self.value):
            return "MISS"
        return "ok" if abs(self.value - self.centre) <= self.limit else "MISS"

    @property
    def failed(self) -> bool:
        """Whether this row fails a test."""
        return self.exact and self.verdict == "MISS"


def fact(case: str, tool: str, holds: bool | None, note: str = "", *, asked: bool = True) -> Row:
    """A row that says whether something holds: the figure is the number of failures."""
    value = None if holds is None else float(not holds)
    return Row(case, tool, value, "fails", 0 if asked else None, asked, note)


def show(rows: Iterable[Row]) -> str:
    """The table as text: a line a case, a column a tool, ours with its limit and verdict."""
    rows = list(rows)
    tools = sorted({row.tool for row in rows}, key=lambda tool: (tool != OURS, tool))
    cases = list(dict.fromkeys(row.case for row in rows))
    by_place = {(row.case, row.tool): row for row in rows}
    head = ["case", OURS, "limit", "", *(tool for tool in tools if tool != OURS), "note"]
    lines = [head]
    for case in cases:
        ours = by_place.get((case, OURS))
        line = [case, _cell(ours), _limit(ours), ours.verdict if ours else ""]
        line += [_cell(by_place.get((case, tool))) for tool in tools if tool != OURS]
        notes = dict.fromkeys(row.note for row in rows if row.case == case and row.note)
        lines.append([*line, "; ".join(notes)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    padded = [
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    return "none" if row.value is None else f"{_number(row.value)} {row.unit}".strip()


def _limit(row: Row | None) -> str:
    if row is None or row.limit is None:
        return ""
    centre = f"{_number(row.centre)} ± " if row.centre else ""
    return f"{centre}{_number(row.limit)} {row.unit}".strip()


def _number(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.2f}" if size >= 0.1 else f"{value:.3g}"
