"""Tables, lists and facts as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from footprint.reports.blocks import LEFT, NOTHING, RIGHT, Block, Cell, Facts, Listed, Table
from footprint.reports.html.frame import text

_URL = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:!?]")
_CODE = re.compile(r"`([^`]+)`")
#: Where a line may break, but for the no-break spaces of numbers.
_BREAKS = re.compile(r"[ \n]|(?<=-)")
#: Tables with as many rows and more can be sorted.
_SORTED = 3
#: A cell with more letters takes a wide column.
_LONG = 60
#: A cell with more letters wraps on paper; a table with more across is set smaller there.
_WRAPS, _DENSE = 32, 120


def block(shown: Block, above: str = "") -> str:
    """A block as HTML.

    Args:
        above: the heading that stands above it; the block's title is shown where it says more.
    """
    return "".join(_parts(shown, above))


def _parts(shown: Block, above: str) -> Iterator[str]:
    if isinstance(shown, Table):
        yield from _table(shown, above)
    else:
        if shown.title and shown.title != above:
            yield f"<h3>{text(shown.title)}</h3>\n"
        yield from _facts(shown) if isinstance(shown, Facts) else _list(shown)
    if shown.note:
        yield f'<p class="note">{rich(shown.note)}</p>\n'


def letters_across(shown: Table) -> int:
    """How many letters stand beside each other in a table; a long cell wraps between its words."""
    columns = zip(*([heading for heading, _ in shown.headings], *shown.rows), strict=True)
    return sum(max(map(_across, column)) + 2 for column in columns)


def _across(cell: str) -> int:
    """How many letters a cell needs beside each other: those of its longest word at least."""
    return max(min(len(cell), _WRAPS), *map(len, (*_URL.sub("", cell).split(), "")))


def least_across(shown: Table) -> float:
    """How many letters stand beside each other in a table where every cell wraps as it can.

    Numbers do not break within an amount; what parts two columns counts as a letter and a quarter.
    """
    columns = zip(*([heading for heading, _ in shown.headings], *shown.rows), strict=True)
    aligns = (align for _, align in shown.headings)
    return sum(
        max(_unbreakable(cell, align) for cell in column) + 1.25
        for column, align in zip(columns, aligns, strict=True)
    )


def _unbreakable(cell: str, align: str) -> int:
    said = _unbroken(cell) if align == RIGHT else _URL.sub("", cell)
    return max(map(len, _BREAKS.split(said)))


def _list(shown: Listed) -> Iterator[str]:
    yield "<ul>\n"
    for item in shown.items:
        yield f"<li>{rich(item)}</li>\n"
    yield "</ul>\n"


def _facts(shown: Facts) -> Iterator[str]:
    yield "<dl>\n"
    for name, said in shown.rows:
        yield f"<dt>{text(name)}</dt><dd>{rich(said)}</dd>\n"
    yield "</dl>\n"


def _table(shown: Table, above: str) -> Iterator[str]:
    # Focusable, so that a table wider than the screen can be scrolled with the keyboard.
    name = text(shown.title)
    wide = (" wide" if shown.wide else "") + (" dense" if letters_across(shown) > _DENSE else "")
    yield f'<div class="scroll{wide}" role="group" aria-label="{name}" tabindex="0">\n'
    # A caption that repeats the heading above it is for those who hear the page.
    caption = f'<span class="heard">{name}</span>' if shown.title == above else name
    body, foot = (
        shown.rows[: len(shown.rows) - shown.foot],
        shown.rows[len(shown.rows) - shown.foot :],
    )
    yield f"<table{' data-sort' if len(body) >= _SORTED else ''}>\n<caption>{caption}</caption>\n"
    yield "<thead><tr>"
    for heading, align in shown.headings:
        yield f'<th scope="col"{_class(heading, align)}>{text(heading)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    yield from (_row(shown, row) for row in body)
    yield "</tbody>\n"
    if foot:
        yield "<tfoot>\n"
        yield from (_row(shown, row) for row in foot)
        yield "</tfoot>\n"
    yield "</table>\n</div>\n"


def _class(cell: str, align: str) -> str:
    if align == RIGHT:
        return ' class="number"'
    return ' class="text long"' if len(cell) > _LONG else ""


def _row(shown: Table, row: tuple[str, ...]) -> str:
    cells = [_cell(cell, align) for cell, (_, align) in zip(row, shown.headings, strict=True)]
    if row and shown.headings[0][1] == LEFT and row[0] not in ("", NOTHING):
        cells[0] = f'<th scope="row"{_class(row[0], LEFT)}>{rich(row[0])}</th>'
    return f"<tr>{''.join(cells)}</tr>\n"


def _cell(cell: str, align: str) -> str:
    value = cell.value if isinstance(cell, Cell) else None
    number = "" if value is None else f' data-v="{value:.6g}"'
    shown = text(_unbroken(cell)) if align == RIGHT else rich(cell)
    return f"<td{_class(cell, align)}{number}>{shown}</td>"


def _unbroken(cell: str) -> str:
    """A figure that breaks, if at all, between amounts, and not between a number and its unit."""
    return cell.replace(" ", "\u00a0").replace(",\u00a0", ", ").replace("\u00a0(", " (")


def rich(said: str) -> str:
    """Text with its `code` as code, and addresses of the web that can be followed."""
    found, at = "", 0
    for each in _URL.finditer(said):
        url = text(each[0])
        found += f'{_coded(said[at : each.start()])}<a href="{url}" rel="noreferrer">{url}</a>'
        at = each.end()
    return found + _coded(said[at:])


def _coded(said: str) -> str:
    return _CODE.sub(r"<code>\1</code>", text(said))
