"""A datasheet as one HTML page: no script, no request; light or dark; on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from typing import TextIO

from footprint.emitters.datasheet import reading
from footprint.emitters.datasheet.blocks import Block, Facts, Lines, Section, Sheet, Table
from footprint.emitters.datasheet.sections import sheet
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.stated import Stated
from footprint.emitters.view import View
from footprint.errors import UsageError

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de;
  --soft: #59636e; --band: #f6f8fa; --mark: #0969da; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #3d444d;
  --soft: #9198a1; --band: #151b23; --mark: #58a6ff; } }
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-bottom: .2rem;
  border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .4rem; overflow-wrap: anywhere; }
a { color: var(--mark); overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: 1rem 0 0;
  list-style: none; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .1rem 1rem;
  margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
p { max-width: 45rem; margin: .4rem 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left;
  vertical-align: top; font-weight: 400; }
thead th { color: var(--soft); background: var(--band); vertical-align: bottom; }
thead .number { white-space: normal; }
.number { text-align: right; white-space: nowrap; }
tbody td:not(.number) { min-width: 6rem; }
ul { padding-left: 1.2rem; margin: .4rem 0; }
code { background: var(--band); padding: 0 .2rem; }
li { overflow-wrap: anywhere; margin: .15rem 0; }
@media print { :root { --ink: #000000; --paper: #ffffff; --line: #999999; --soft: #333333;
  --band: #ffffff; --mark: #000000; color-scheme: light; }
  nav { display: none; } .scroll { overflow: visible; } body { font-size: 10pt; }
  .number { white-space: normal; } h2, h3 { break-after: avoid; } tr { break-inside: avoid; } }
"""
_URL = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:!?]")


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes the datasheet."""
    out.write("".join(_document(sheet(view, options.lang))))


def _document(made: Sheet) -> Iterator[str]:
    yield (
        f'<!DOCTYPE html>\n<html lang="{made.lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(made.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{_text(made.title)}</h1>\n"
    )
    yield from _facts(made.head)
    yield "<nav>\n<ul>\n"
    for section in made.sections:
        yield f'<li><a href="#{escape(section.id)}">{_text(section.title)}</a></li>\n'
    yield "</ul>\n</nav>\n"
    for section in made.sections:
        yield from _section(section, 2)
    yield "</main>\n</body>\n</html>\n"


def _section(section: Section, level: int) -> Iterator[str]:
    name = escape(section.id)
    yield f'<section id="{name}" aria-labelledby="{name}-title">\n'
    yield f'<h{level} id="{name}-title">{_text(section.title)}</h{level}>\n'
    for block in section.blocks:
        yield from _block(block, level, section.title)
    yield "</section>\n"


def _block(block: Block, level: int, title: str) -> Iterator[str]:
    if isinstance(block, Section):
        yield from _section(block, level + 1)
    elif isinstance(block, Table):
        yield from _table(block, title)
    elif isinstance(block, Facts):
        yield from _facts(block)
    elif isinstance(block, Lines):
        yield "<ul>\n" + "".join(f"<li>{_code(item)}</li>\n" for item in block.items) + "</ul>\n"
    else:
        yield "".join(f"<p>{_linked(one)}</p>\n" for one in block.paragraphs)


def _facts(facts: Facts) -> Iterator[str]:
    yield "<dl>\n"
    for name, text in facts.rows:
        yield f"<dt>{_text(name)}</dt><dd>{_linked(text)}</dd>\n"
    yield "</dl>\n"


def _table(table: Table, above: str) -> Iterator[str]:
    # Focusable, so that a table wider than the screen can be scrolled with the keyboard.
    name = _text(table.title)
    yield f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n'
    # A caption that repeats the heading above it is for those who hear the page.
    shown = f'<span class="heard">{name}</span>' if table.title == above else name
    yield f"<table>\n<caption>{shown}</caption>\n<thead><tr>"
    classes = [
        ' class="number"' if at in table.numbers else "" for at in range(len(table.headings))
    ]
    for heading, kind in zip(table.headings, classes, strict=True):
        yield f'<th scope="col"{kind}>{_text(heading)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for first, *rest in table.rows:
        yield f'<tr><th scope="row"{classes[0]}>{_text(first)}</th>'
        for cell, kind in zip(rest, classes[1:], strict=True):
            yield f"<td{kind}>{_text(cell)}</td>"
        yield "</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def _text(text: str) -> str:
    """Text that is shown as it is; control characters, which HTML forbids, as a blank."""
    return escape("".join(c if c.isprintable() or c in "\u202f\u00a0" else " " for c in text))


def _code(text: str) -> str:
    """The same, with `code` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(text))


def _linked(text: str) -> str:
    """The same, with addresses of the web that can be followed."""
    found, at = "", 0
    for each in _URL.finditer(text):
        url = _text(each[0])
        found += f'{_text(text[at : each.start()])}<a href="{url}" rel="noreferrer">{url}</a>'
        at = each.end()
    return found + _text(text[at:])


def read(document: bytes) -> list[Stated]:
    """The figures of a datasheet's tables. Raises UsageError where it is no datasheet of ours."""
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"the datasheet is no text ({error}): make it anew") from error
    found = _Tables()
    found.feed(text)
    found.close()
    return reading.stated(found.tables)


class _Tables(HTMLParser):
    """Collects tables, each under the heading that stands above it."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[reading.Found] = []
        self._heading = ""
        self._rows: list[list[str]] = []
        self._text: list[str] | None = None  # of the cell or heading that is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens a table, a row, a cell or a heading."""
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td", "h2", "h3"):
            self._text = []

    def handle_data(self, data: str) -> None:
        """Text of what is open."""
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Closes what was opened."""
        if self._text is not None and tag in ("th", "td", "h2", "h3"):
            text, self._text = "".join(self._text).strip(), None
            if tag in ("h2", "h3"):
                self._heading = text
                self.tables.append(reading.Found(text, []))
            elif self._rows:
                self._rows[-1].append(text)
        elif tag == "table":
            self.tables.append(reading.Found(self._heading, self._rows))


HTML = Emitter(
    "html",
    ".html",
    "a datasheet as one HTML page",
    render,
    read=read,
    languages=("en", "fr"),
)
