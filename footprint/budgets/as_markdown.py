"""Markdown: the same tables, for a job's summary or a comment on a merge request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from footprint.budgets.page import page
from footprint.budgets.view import Checked
from footprint.reports.as_markdown import escaped
from footprint.reports.blocks import RIGHT, Listed, Table


def rendered(checked: Checked, lang: str = "en") -> str:
    """The check as GitHub's Markdown, which GitLab reads too."""
    return "".join(f"{line}\n" for line in _lines(checked, lang))


def _lines(checked: Checked, lang: str) -> Iterator[str]:
    shown = page(checked, lang)
    yield f"## {escaped(shown.title)}"
    yield ""
    for name, text in shown.head:
        yield f"- {escaped(name)}: {escaped(text)}"
    for number, block in enumerate(shown.blocks):
        yield ""
        if number:
            yield f"### {escaped(block.title)}"
            yield ""
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
