"""Markdown: the same tables, for a README, an issue or a wiki."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from footprint.comparisons.tables import page
from footprint.comparisons.view import Comparison
from footprint.reports.as_markdown import escaped
from footprint.reports.blocks import RIGHT, Listed, Page, Table


def rendered(made: Comparison) -> str:
    """The comparison as GitHub's Markdown."""
    return "".join(f"{line}\n" for line in _lines(page(made)))


def _lines(shown: Page) -> Iterator[str]:
    yield f"# {shown.title}"
    yield ""
    for name, text in shown.head:
        yield f"- {escaped(name)}: {escaped(text)}"
    for block in shown.blocks:
        yield ""
        yield f"## {escaped(block.title)}"
        yield ""
        if isinstance(block, Table):
            yield _row(heading for heading, _ in block.headings)
            yield _rules(align for _, align in block.headings)
            for row in block.rows:
                yield _row(row)
        elif isinstance(block, Listed):
            for item in block.items:
                yield f"- {escaped(item)}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"


def _rules(aligned: Iterable[str]) -> str:
    return f"| {' | '.join('---:' if align == RIGHT else '---' for align in aligned)} |"
