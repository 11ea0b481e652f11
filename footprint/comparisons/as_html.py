"""HTML: one plain page, light or dark like the reader's system, that asks nothing of a network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from footprint.comparisons.chart import svg
from footprint.comparisons.tables import page
from footprint.comparisons.view import Comparison
from footprint.reports.blocks import RIGHT, Listed, Page, Table

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de;
  --soft: #59636e; --one: #57606a; --two: #0969da; --three: #1a7f37; --four: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #3d444d;
  --soft: #9198a1; --one: #8b949e; --two: #58a6ff; --three: #3fb950; --four: #d29922; } }
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin-top: 1.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
caption { text-align: left; font-weight: 600; font-size: 1.1rem; padding-bottom: .4rem; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
thead th { color: var(--soft); font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
ul { padding-left: 1.2rem; margin: 0; }
li { overflow-wrap: anywhere; margin: .15rem 0; }
.chart { width: 100%; max-width: 720px; height: auto; font: 12px system-ui, sans-serif; }
.chart text { fill: var(--ink); }
.chart .name { font-weight: 600; font-size: 13px; }
.chart .side0 { fill: var(--one); } .chart .side1 { fill: var(--two); }
.chart .side2 { fill: var(--three); } .chart .side3 { fill: var(--four); }
.chart .interval { stroke: var(--ink); fill: none; }
"""


def rendered(made: Comparison) -> str:
    """The comparison as a page of its own."""
    shown = page(made)
    title = _text(f"{shown.title}: {', '.join(side.label for side in made.sides)}")
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
    return head + "".join(_main(shown, svg(made))) + "</main>\n</body>\n</html>\n"


def _main(shown: Page, chart: str) -> Iterator[str]:
    yield f"<h1>{_text(shown.title)}</h1>\n<dl>\n"
    for name, text in shown.head:
        yield f"<dt>{_text(name)}</dt><dd>{_text(text)}</dd>\n"
    yield "</dl>\n"
    for block in shown.blocks:
        if isinstance(block, Table):
            yield chart  # before the first table, which says the same
            chart = ""
            yield from _table(block)
        elif isinstance(block, Listed):
            items = "".join(f"<li>{_text(item)}</li>\n" for item in block.items)
            yield f"<section>\n<h2>{_text(block.title)}</h2>\n<ul>\n{items}</ul>\n</section>\n"


def _table(block: Table) -> Iterator[str]:
    # Focusable, so that a table wider than the screen can be scrolled with the keyboard.
    yield f'<div class="scroll" role="region" aria-label="{escape(block.title)}" tabindex="0">\n'
    yield f"<table>\n<caption>{_text(block.title)}</caption>\n<thead><tr>"
    classes = [' class="number"' if align == RIGHT else "" for _, align in block.headings]
    for (heading, _), kind in zip(block.headings, classes, strict=True):
        yield f'<th scope="col"{kind}>{_text(heading)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for first, *rest in block.rows:
        cells = zip(rest, classes[1:], strict=True)
        yield f'<tr><th scope="row"{classes[0]}>{_text(first)}</th>'
        yield "".join(f"<td{kind}>{_text(cell)}</td>" for cell, kind in cells) + "</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def _text(text: str) -> str:
    """Text that is shown as it is; control characters, which HTML forbids, as a blank."""
    return escape("".join(c if c.isprintable() else " " for c in text))
