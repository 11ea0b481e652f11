"""Markdown: the same tables, for a README, an issue or a wiki."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.comparisons.tables import page
from footprint.comparisons.view import Comparison
from footprint.reports.as_markdown import escaped, table
from footprint.reports.blocks import Listed, Page, Table


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
            yield from table(block)
        elif isinstance(block, Listed):
            for item in block.items:
                yield f"- {escaped(item)}"
