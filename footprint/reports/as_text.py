"""Text for a terminal: aligned tables, 100 columns wide at most."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from io import StringIO
from typing import TextIO

from footprint.reports.blocks import Block, Facts, Page, Table
from footprint.reports.columns import WIDTH, lines, listed, plain
from footprint.reports.tables import page
from footprint.reports.view import Report
from footprint.words import labelled


def render(report: Report, out: TextIO, lang: str = "en") -> None:
    """Writes the report as text, without the sections that are no use in a terminal."""
    written(page(report, lang, brief=True), out)


def written(shown: Page, out: TextIO, *, whole: bool = False) -> None:
    """Writes a page; texts that are very long are cut, but where it is asked for `whole`."""
    out.write(f"{plain(shown.title)}\n")
    width = max((len(name) for name, _ in shown.head), default=0)
    for name, text in shown.head:
        line = f"{plain(name):<{width}}  {plain(text)}"
        further = " " * (2 + min(width + 2, _DEEPEST))
        out.writelines(f"{each}\n" for each in _wrapped(line, further))
    longest = None if whole else _LONGEST
    for block in shown.blocks:
        out.write(f"\n{block.title}\n" if block.title else "\n")
        for line in _lines(block, shown.lang, longest):
            out.write(line.rstrip() + "\n")


def text_of(shown: Page) -> str:
    """A page as text, whole."""
    out = StringIO()
    written(shown, out, whole=True)
    return out.getvalue()


def _lines(block: Block, lang: str, longest: int | None) -> Iterator[str]:
    more = longest and 2 * longest
    if isinstance(block, Table):
        yield from listed(_sentences(block, longest)) if block.wide else lines(block)
    elif isinstance(block, Facts):
        named = ((name, _short(text, more)) for name, text in block.rows)
        yield from listed(labelled(lang, name, text) for name, text in named)
    else:
        yield from listed(_short(item, more) for item in block.items)
    if block.note:
        yield from _wrapped(plain(block.note), "  ")


def _wrapped(text: str, further: str) -> list[str]:
    """Text as lines; a path stays whole."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent=further,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _sentences(block: Table, longest: int | None) -> Iterator[str]:
    """A table's rows as lines: the first cells, then the others with their headings."""
    for row in block.rows:
        named = zip(block.headings[2:], row[2:], strict=True)
        rest = [f"{heading} {_short(cell, longest)}" for (heading, _), cell in named if cell]
        yield "; ".join([" ".join(row[:2]), *rest])


#: Columns that lines of the head after the first are indented by at most.
_DEEPEST = 24

#: What is longer is cut on a terminal; Markdown, HTML and JSON have all of it.
_LONGEST = 160


def _short(text: str, longest: int | None) -> str:
    if longest is None or len(text) <= longest:
        return text
    whole_words = text[: longest - 3].rpartition(" ")[0] or text[: longest - 3]
    return whole_words.rstrip(" ,;:(") + "..."
