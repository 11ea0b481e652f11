"""Markdown: the same tables, for a README, an issue or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TextIO

from footprint.reports.blocks import RIGHT, Block, Facts, Page, Table
from footprint.reports.tables import page
from footprint.reports.view import Report
from footprint.words import NO_BREAK, labelled

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$])")


def render(report: Report, out: TextIO, lang: str = "en") -> None:
    """Writes the report as GitHub's Markdown."""
    written(page(report, lang), out)


def written(shown: Page, out: TextIO, level: int = 1) -> None:
    """Writes a page, its title as a heading of a level."""
    out.write(f"{'#' * level} {escaped(shown.title)}\n\n")
    for name, text in shown.head:
        out.write(f"- {labelled(shown.lang, escaped(name), escaped(text))}\n")
    for block in shown.blocks:
        out.write("\n")
        if block.title:
            out.write(f"{'#' * (level + 1)} {escaped(block.title)}\n\n")
        out.writelines(f"{line}\n" for line in _lines(block, shown.lang))
        if block.note:
            out.write(f"\n{escaped(block.note)}\n")


def text_of(shown: Page, level: int = 1) -> str:
    """A page as GitHub's Markdown, which GitLab reads too."""
    out = StringIO()
    written(shown, out, level)
    return out.getvalue()


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    shown = "".join(c if c.isprintable() or c in NO_BREAK else " " for c in text)
    flat = " ".join(part for part in shown.split(" ") if part)
    return _SPECIAL.sub(r"\\\1", flat).replace("&", "&amp;")


def table(block: Table) -> Iterator[str]:
    """The lines of a table."""
    yield _row(escaped(heading) for heading, _ in block.headings)
    yield _row("---:" if align == RIGHT else "---" for _, align in block.headings)
    for row in block.rows:
        yield _row(map(escaped, row))


def _lines(block: Block, lang: str) -> Iterator[str]:
    if isinstance(block, Table):
        return table(block)
    if isinstance(block, Facts):
        named = ((escaped(name), escaped(text)) for name, text in block.rows)
        return (f"- {labelled(lang, name, text)}" for name, text in named)
    return (f"- {escaped(item)}" for item in block.items)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
