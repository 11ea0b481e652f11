"""Markdown: the same tables and lists, for a comment or a wiki."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.advice.page import page
from footprint.advice.view import Advice
from footprint.reports.as_markdown import escaped, table
from footprint.reports.blocks import Listed, Table


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
            yield from table(block)
        elif isinstance(block, Listed):
            for item in block.items:
                yield f"- {escaped(item)}"
