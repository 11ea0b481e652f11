"""Tables of text in a terminal's columns: fitted, wrapped, and split where they are too wide."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from footprint.reports.blocks import LEFT, Table
from footprint.words import NO_BREAK

#: Columns of a terminal that a report keeps to.
WIDTH = 100
#: A column of names is not cut below this while numbers can go to a table of their own.
_LEAST = 14
_GAP = "  "
_INDENT = "  "
#: A long name is broken after one of these where it can be.
_BREAKS = " -_/.:,"


def plain(text: str) -> str:
    """Text without control characters: a name cannot move the cursor or break a line."""
    return "".join(c if _is_shown(c) else c.encode("unicode_escape").decode() for c in text)


def listed(items: Iterable[str]) -> Iterator[str]:
    """Items as lines with a dash, wrapped."""
    for item in items:
        yield from textwrap.wrap(
            plain(item),
            WIDTH,
            initial_indent="  - ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )


def _is_shown(char: str) -> bool:
    return char.isprintable() or char in NO_BREAK


def width(text: str) -> int:
    """How many columns a text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def lines(block: Table) -> Iterator[str]:
    """A table's lines; where it is too wide, a second one below goes on with the other columns."""
    headings = [heading for heading, _ in block.headings]
    cells = [headings, *([plain(cell) for cell in row] for row in block.rows)]
    aligned = [align for _, align in block.headings]
    widths = [max(width(row[at]) for row in cells) for at in range(len(headings))]
    for number, part in enumerate(_parts(widths, aligned)):
        if number:
            yield ""
        fitted = _fitted([widths[at] for at in part], [aligned[at] for at in part])
        for row in cells:
            yield from _row([row[at] for at in part], fitted, [aligned[at] for at in part])


def _parts(widths: Sequence[int], aligned: Sequence[str]) -> list[list[int]]:
    """Which columns go into which table; the columns of names are in all of them."""
    names = [at for at, align in enumerate(aligned) if align == LEFT]
    room = WIDTH - len(_INDENT) - sum(min(widths[at], _LEAST) + len(_GAP) for at in names)
    parts: list[list[int]] = [list(names)]
    left = room
    for at, align in enumerate(aligned):
        if align == LEFT:
            continue
        needed = widths[at] + len(_GAP)
        if needed - len(_GAP) > left and len(parts[-1]) > len(names):
            parts.append(list(names))
            left = room
        parts[-1].append(at)
        left -= needed
    return [sorted(part) for part in parts]


def _fitted(widths: list[int], aligned: Sequence[str]) -> list[int]:
    """Widths that fit: the widest column of names gives way first."""
    room = WIDTH - len(_INDENT) - len(_GAP) * (len(widths) - 1)
    names = [at for at, align in enumerate(aligned) if align == LEFT]
    while sum(widths) > room:
        widest = max(names, key=lambda at: (widths[at], at), default=None)
        if widest is None or widths[widest] <= 4:
            break
        widths[widest] -= 1
    return widths


def _row(cells: Sequence[str], widths: Sequence[int], aligned: Sequence[str]) -> Iterator[str]:
    """A row's lines: long names go on in the lines below."""
    parts = [_wrapped(cell, size) for cell, size in zip(cells, widths, strict=True)]
    for line in range(max(map(len, parts), default=0)):
        shown: list[str] = []
        for part, size, align in zip(parts, widths, aligned, strict=True):
            cell = part[line] if line < len(part) else ""
            blank = " " * (size - width(cell))
            shown.append(cell + blank if align == LEFT else blank + cell)
        yield _INDENT + _GAP.join(shown)


def _wrapped(text: str, size: int) -> list[str]:
    """A cell's lines of at most `size` columns."""
    if width(text) <= size:
        return [text]
    found: list[str] = []
    while width(text) > size:
        end = taken = 0
        while taken + _char_width(text[end]) <= size:
            taken += _char_width(text[end])
            end += 1
        end = _end(text, max(end, 1), size)
        found.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*found, text] if text else found


def _end(text: str, most: int, size: int) -> int:
    """Where the first line of a cell ends: between words, where the next one fits into a line."""
    space = text.rfind(" ", 0, most + 1) + 1
    if space and width(text[space:].partition(" ")[0]) <= size:
        return space
    broken = max(text.rfind(each, 0, most) + 1 for each in _BREAKS)
    return broken if broken > most // 2 else most
