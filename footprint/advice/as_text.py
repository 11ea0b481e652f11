"""Text for a terminal: aligned tables, 100 columns wide at most."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.advice.page import page
from footprint.advice.view import Advice
from footprint.reports.blocks import Listed, Table
from footprint.reports.columns import lines, listed, plain


def rendered(advice: Advice, lang: str = "en") -> str:
    """The advice as text."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(advice, lang))


def _lines(advice: Advice, lang: str) -> Iterator[str]:
    shown = page(advice, lang)
    yield shown.title
    width = max(len(name) for name, _ in shown.head)
    for name, text in shown.head:
        yield f"  {name:<{width}}  {plain(text)}"
    for block in shown.blocks:
        yield ""
        yield block.title
        if isinstance(block, Table):
            yield from lines(block)
        elif isinstance(block, Listed):
            yield from listed(block.items)
