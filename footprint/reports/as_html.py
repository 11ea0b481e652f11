"""HTML: one plain page, light or dark like the reader's system, that asks nothing of a network."""

from __future__ import annotations

import io
from html import escape
from typing import TextIO

from footprint.reports.blocks import RIGHT, Block, Facts, Page, Table
from footprint.reports.tables import page
from footprint.reports.view import Report

_CLASS = "footprint-report"
_STYLE = """
.footprint-report { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de;
  --soft: #59636e; --band: #f6f8fa; --mark: #0969da; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; padding: 1rem; max-width: 72rem; margin: 0 auto; }
@media (prefers-color-scheme: dark) { .footprint-report { --ink: #e6edf3; --paper: #0d1117;
  --line: #3d444d; --soft: #9198a1; --band: #151b23; --mark: #58a6ff; } }
.footprint-report h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
.footprint-report h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
.footprint-report dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem;
  margin: 0; }
.footprint-report dt { color: var(--soft); }
.footprint-report dd { margin: 0; overflow-wrap: anywhere; }
.footprint-report .scroll { overflow-x: auto; margin-top: 1.5rem; }
.footprint-report table { border-collapse: collapse; font-variant-numeric: tabular-nums;
  width: 100%; }
.footprint-report caption { text-align: left; font-weight: 600; font-size: 1.1rem;
  padding-bottom: .4rem; }
.footprint-report th, .footprint-report td { border-bottom: 1px solid var(--line);
  padding: .3rem .6rem; text-align: left; vertical-align: top; max-width: 22rem;
  overflow-wrap: break-word; }
.footprint-report thead th { color: var(--soft); font-weight: 500; background: var(--band);
  white-space: nowrap; }
.footprint-report .number { text-align: right; white-space: nowrap; }
.footprint-report li { overflow-wrap: anywhere; margin: .15rem 0; }
.footprint-report ul { padding-left: 1.2rem; margin: 0; }
.footprint-report .chart { width: 100%; max-width: 720px; height: auto; margin-top: 1rem;
  font: 12px system-ui, sans-serif; }
.footprint-report .chart text { fill: var(--ink); }
.footprint-report .chart .rule { stroke: var(--line); }
.footprint-report .chart .interval { stroke: var(--ink); stroke-width: 2; }
.footprint-report .chart circle { fill: var(--mark); }
@media print { .footprint-report .scroll { overflow: visible; } }
"""


def render(report: Report, out: TextIO, lang: str = "en") -> None:
    """Writes the report as a page of its own."""
    shown = page(report, lang)
    document(shown, f"{shown.title}: {shown.head[0][1]}", out)


def document(shown: Page, title: str, out: TextIO, chart: str = "") -> None:
    """Writes a page of its own.

    Args:
        chart: an SVG that stands before the first table, which says the same.
    """
    out.write(
        f'<!DOCTYPE html>\n<html lang="{shown.lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}"
        "html { color-scheme: light dark; } body { margin: 0; }\n"
        "@media (prefers-color-scheme: dark) { body { background: #0d1117; } }\n"
        "</style>\n</head>\n<body>\n"
    )
    _main(shown, out, chart)
    out.write("</body>\n</html>\n")


def fragment(report: Report) -> str:
    """The report for a notebook's cell: the page's content and its style."""
    out = io.StringIO()
    out.write(f"<style>{_STYLE}</style>\n")
    _main(page(report), out)
    return out.getvalue()


def _main(shown: Page, out: TextIO, chart: str = "") -> None:
    out.write(f'<main class="{_CLASS}">\n<h1>{_text(shown.title)}</h1>\n<dl>\n')
    for name, text in shown.head:
        out.write(f"<dt>{_text(name)}</dt><dd>{_text(text)}</dd>\n")
    out.write("</dl>\n")
    for block in shown.blocks:
        if isinstance(block, Table):
            out.write(chart)
            chart = ""
            _table(block, out)
        else:
            out.write(f"<section>\n<h2>{_text(block.title)}</h2>\n{_lines(block)}</section>\n")
    out.write("</main>\n")


def _lines(block: Block) -> str:
    if isinstance(block, Facts):
        rows = "".join(f"<dt>{_text(a)}</dt><dd>{_text(b)}</dd>\n" for a, b in block.rows)
        return f"<dl>\n{rows}</dl>\n"
    items = block.items if not isinstance(block, Table) else ()
    return "<ul>\n" + "".join(f"<li>{_text(item)}</li>\n" for item in items) + "</ul>\n"


def _table(block: Table, out: TextIO) -> None:
    # Focusable, so that a table wider than the screen can be scrolled with the keyboard.
    name = escape(block.title)
    out.write(f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n')
    out.write(f"<table>\n<caption>{_text(block.title)}</caption>\n<thead><tr>")
    classes = [' class="number"' if align == RIGHT else "" for _, align in block.headings]
    for (heading, _), kind in zip(block.headings, classes, strict=True):
        out.write(f'<th scope="col"{kind}>{_text(heading)}</th>')
    out.write("</tr></thead>\n<tbody>\n")
    for row in block.rows:
        cells = zip(row, classes, strict=True)
        out.write("<tr>" + "".join(f"<td{kind}>{_text(cell)}</td>" for cell, kind in cells))
        out.write("</tr>\n")
    out.write("</tbody>\n</table>\n</div>\n")


def _text(text: str) -> str:
    """Text that is shown as it is; control characters, which HTML forbids, as a blank."""
    return escape("".join(c if c.isprintable() else " " for c in text))
