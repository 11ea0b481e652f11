"""Text for a terminal: aligned tables, 100 columns wide at most."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.budgets.page import page
from footprint.budgets.view import Checked
from footprint.reports.blocks import Listed, Table
from footprint.reports.columns import lines, listed, plain


def rendered(checked: Checked, lang: str = "en") -> str:
    """The check as text."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(checked, lang))


def _lines(checked: Checked, lang: str) -> Iterator[str]:
    shown = page(checked, lang)
    yield shown.title
    width = max(len(name) for name, _ in shown.head)
    for name, text in shown.head:
        yield f"  {name:<{width}}  {plain(text)}"
    for number, block in enumerate(shown.blocks):
        yield ""
        if number:  # the first is what the title says
            yield block.title
        if isinstance(block, Table):
            yield from lines(block)
        elif isinstance(block, Listed):
            yield from listed(block.items)
