"""Text for a terminal: aligned tables, 100 columns wide at most."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TextIO

from footprint.reports.tables import LEFT, Table, page
from footprint.reports.view import Report

WIDTH = 100
#: A column of names is not cut below this; a table that is too wide even so is folded.
_LEAST = 10
_GAP = "  "


def render(report: Report, out: TextIO) -> None:
    """Writes the report as text."""
    shown = page(report)
    out.write(f"{shown.title}\n")
    width = max((len(name) for name, _ in shown.head), default=0)
    for name, text in shown.head:
        out.write(f"  {name:<{width}}  {plain(text)}\n")
    for block in shown.blocks:
        out.write(f"\n{block.title}\n")
        if isinstance(block, Table):
            lines = _table(block) if not block.wide else _list(_sentences(block))
        else:
            lines = _list(block.items)
        for line in lines:
            out.write(line.rstrip() + "\n")


def plain(text: str) -> str:
    """Text without control characters: a name cannot move the cursor or break a line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _sentences(block: Table) -> list[str]:
    """A table's rows as lines: the first cells, then the others with their headings."""
    lines: list[str] = []
    for row in block.rows:
        named = zip(block.headings[2:], row[2:], strict=True)
        rest = [f"{heading} {cell}" for (heading, _), cell in named if cell]
        lines.append("; ".join([" ".join(row[:2]), *rest]))
    return lines


def _list(items: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for item in items:
        lines.extend(
            textwrap.wrap(plain(item), WIDTH, initial_indent="  - ", subsequent_indent="    ")
        )
    return lines


def _table(block: Table) -> list[str]:
    cells = [[plain(cell) for cell in row] for row in block.rows]
    headings = [heading for heading, _ in block.headings]
    aligned = [align for _, align in block.headings]
    widths = [max(len(row[at]) for row in [headings, *cells]) for at in range(len(headings))]
    widths = _fitted(widths, aligned, headings)
    return [_row(row, widths, aligned) for row in [headings, *_folded(cells, widths)]]


def _fitted(widths: list[int], aligned: Sequence[str], headings: Sequence[str]) -> list[int]:
    """Widths that fit: the widest column of names gives way first."""
    room = WIDTH - 2 - len(_GAP) * (len(widths) - 1)
    widths = list(widths)
    while sum(widths) > room:
        texts = [
            at
            for at, align in enumerate(aligned)
            if align == LEFT and widths[at] > max(_LEAST, len(headings[at]))
        ]
        if not texts:
            break
        widest = max(texts, key=lambda at: (widths[at], at))
        widths[widest] -= 1
    return widths


def _folded(rows: list[list[str]], widths: list[int]) -> list[list[str]]:
    """Rows whose long cells go on in the lines below."""
    folded: list[list[str]] = []
    for row in rows:
        parts = [
            textwrap.wrap(cell, max(width, 1), break_on_hyphens=True) or [""]
            for cell, width in zip(row, widths, strict=True)
        ]
        folded.extend(
            [part[line] if line < len(part) else "" for part in parts]
            for line in range(max(map(len, parts), default=0))
        )
    return folded


def _row(row: Sequence[str], widths: Sequence[int], aligned: Sequence[str]) -> str:
    cells = [
        f"{cell:<{width}}" if align == LEFT else f"{cell:>{width}}"
        for cell, width, align in zip(row, widths, aligned, strict=True)
    ]
    return "  " + _GAP.join(cells)
