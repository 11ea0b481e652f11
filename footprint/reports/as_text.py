"""Text for a terminal: aligned tables, 100 columns wide at most."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TextIO

from footprint.reports.blocks import Block, Facts, Page, Table
from footprint.reports.columns import WIDTH, lines, listed, plain
from footprint.reports.tables import page
from footprint.reports.view import Report


def render(report: Report, out: TextIO, lang: str = "en") -> None:
    """Writes the report as text, without the sections that are no use in a terminal."""
    written(page(report, lang, brief=True), out)


def written(shown: Page, out: TextIO) -> None:
    """Writes a page."""
    out.write(f"{shown.title}\n")
    width = max((len(name) for name, _ in shown.head), default=0)
    for name, text in shown.head:
        out.write(f"  {name:<{width}}  {plain(text)}\n")
    for block in shown.blocks:
        out.write(f"\n{block.title}\n")
        for line in _lines(block):
            out.write(line.rstrip() + "\n")


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Table):
        yield from listed(_sentences(block)) if block.wide else lines(block)
    elif isinstance(block, Facts):
        yield from listed(f"{name}: {_short(text, 2 * _LONGEST)}" for name, text in block.rows)
    else:
        yield from listed(_short(item, 2 * _LONGEST) for item in block.items)
    if block.note:
        yield from textwrap.wrap(
            plain(block.note), WIDTH, initial_indent="  ", subsequent_indent="  "
        )


def _sentences(block: Table) -> Iterator[str]:
    """A table's rows as lines: the first cells, then the others with their headings."""
    for row in block.rows:
        named = zip(block.headings[2:], row[2:], strict=True)
        rest = [f"{heading} {_short(cell)}" for (heading, _), cell in named if cell]
        yield "; ".join([" ".join(row[:2]), *rest])


#: What is longer is cut on a terminal; Markdown, HTML and JSON have all of it.
_LONGEST = 160


def _short(text: str, longest: int = _LONGEST) -> str:
    if len(text) <= longest:
        return text
    whole_words = text[: longest - 3].rpartition(" ")[0] or text[: longest - 3]
    return whole_words.rstrip(" ,;:(") + "..."
