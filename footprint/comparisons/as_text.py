"""Text for a terminal: aligned tables, 100 columns wide at most."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from footprint.comparisons.tables import page
from footprint.comparisons.view import Comparison
from footprint.reports.blocks import Listed, Page, Table
from footprint.reports.columns import WIDTH, lines, plain


def rendered(made: Comparison, lang: str = "en") -> str:
    """The comparison as text."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(page(made, lang)))


def _lines(shown: Page) -> Iterator[str]:
    yield shown.title
    width = max((len(name) for name, _ in shown.head), default=0)
    for name, text in shown.head:
        yield from _wrapped(f"{plain(name):<{width}}  {text}", " " * (width + 4))
    for block in shown.blocks:
        yield ""
        yield block.title
        if isinstance(block, Table):
            yield from lines(block)
        elif isinstance(block, Listed):
            for item in block.items:
                yield from _wrapped(f"- {item}", "    ")


def _wrapped(text: str, further: str) -> list[str]:
    return textwrap.wrap(
        plain(text),
        WIDTH,
        initial_indent="  ",
        subsequent_indent=further,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
