"""Markdown: the same tables, for a job's summary or a comment on a merge request."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.budgets.page import page
from footprint.budgets.view import Checked
from footprint.reports.as_markdown import escaped, table
from footprint.reports.blocks import Listed, Table


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
            yield from table(block)
        elif isinstance(block, Listed):
            for item in block.items:
                yield f"- {escaped(item)}"
