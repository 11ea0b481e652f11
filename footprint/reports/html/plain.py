"""A page without contents or script, for estimates and comparisons: a head, a chart, the blocks."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.blocks import Page, Table
from footprint.reports.html.blocks import block, rich
from footprint.reports.html.frame import document, text


def rendered(shown: Page, title: str, chart: str = "") -> str:
    """A page of its own.

    Args:
        chart: HTML that stands before the first table, which says the same.
    """
    return document(title, shown.lang, "".join(_body(shown, chart)), sorts=False)


def head(shown: Page) -> str:
    """The title and the facts below it."""
    rows = "".join(f"<dt>{text(name)}</dt><dd>{rich(said)}</dd>\n" for name, said in shown.head)
    return f"<h1>{text(shown.title)}</h1>\n<dl>\n{rows}</dl>\n"


def _body(shown: Page, chart: str) -> Iterator[str]:
    yield f'<main>\n<header class="head">\n{head(shown)}</header>\n'
    for each in shown.blocks:
        yield f"<section>\n<h2>{text(each.title)}</h2>\n"
        if isinstance(each, Table):
            yield chart
            chart = ""
        yield f"{block(each, each.title)}</section>\n"
    yield "</main>\n"
