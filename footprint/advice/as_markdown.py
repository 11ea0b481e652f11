"""Markdown: the same tables and lists, for a comment or a wiki."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from footprint.advice.page import page
from footprint.advice.view import Advice
from footprint.reports.as_markdown import escaped
from footprint.reports.blocks import RIGHT, Listed, Table


def rendered(advice: Advice, lang: str = "en") -> str:
    """The advice as GitHub's Markdown."""
    return "".join(f"{line}\n" for line in _lines(advice, lang))


def _lines(advice: Advice, lang: str) -> Iterator[str]:
    shown = page(advice, lang)
    yield f"# {escaped(shown.title)}"
    yield ""
    for name, text in shown.head:
        yield f"- {escaped(name)}: {escaped(text)}"
    for block in shown.blocks:
        yield from ("", f"## {escaped(block.title)}", "")
        if isinstance(block, Table):
            yield _row(heading for heading, _ in block.headings)
            rules = ["---:" if align == RIGHT else "---" for _, align in block.headings]
            yield f"| {' | '.join(rules)} |"
            yield from map(_row, block.rows)
        elif isinstance(block, Listed):
            for item in block.items:
                yield f"- {escaped(item)}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"
