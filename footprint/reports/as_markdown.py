"""Markdown: the same tables, for a README, an issue or a wiki."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TextIO

from footprint.reports.tables import RIGHT, Table, page
from footprint.reports.view import Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$])")


def render(report: Report, out: TextIO) -> None:
    """Writes the report as GitHub's Markdown."""
    shown = page(report)
    out.write(f"# {shown.title}\n\n")
    for name, text in shown.head:
        out.write(f"- {name}: {escaped(text)}\n")
    for block in shown.blocks:
        out.write(f"\n## {escaped(block.title)}\n\n")
        if isinstance(block, Table):
            out.writelines(_table(block))
        else:
            out.writelines(f"- {escaped(item)}\n" for item in block.items)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _SPECIAL.sub(r"\\\1", flat).replace("&", "&amp;")


def _table(block: Table) -> list[str]:
    rules = ["---:" if align == RIGHT else "---" for _, align in block.headings]
    return [
        _row([escaped(heading) for heading, _ in block.headings]),
        _row(rules),
        *(_row([escaped(cell) for cell in row]) for row in block.rows),
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
