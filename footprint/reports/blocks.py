"""What the formats for people are made of: cells, tables, lists, facts, a page of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

LEFT, RIGHT = "left", "right"

#: What stands where a figure is not known.
NOTHING = "-"


class Cell(str):
    """Text of a cell that remembers its number, by which tables are sorted.

    Attributes:
        value: the number in the unit of all of its column's; None where nothing is known.
    """

    __slots__ = ("value",)
    value: float | None

    def __new__(cls, text: str, value: float | None = None) -> Cell:
        made = super().__new__(cls, text)
        made.value = value
        return made


class Table(NamedTuple):
    """A table: a title, headings with their alignment, rows of text (or of Cells, which sort).

    Attributes:
        wide: too wide for text, where each row becomes a sentence.
        note: what has to be known to read it; empty: nothing.
        section: the section that it stands in; `page` fills it in.
        foot: so many of the last rows are sums, and stay last.
        tiles: its rows are key figures: name, best estimate, from-to.
    """

    title: str
    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    wide: bool = False
    note: str = ""
    section: str = ""
    foot: int = 0
    tiles: bool = False


class Listed(NamedTuple):
    """A titled list of lines."""

    title: str
    items: tuple[str, ...]
    note: str = ""
    section: str = ""


class Facts(NamedTuple):
    """Titled pairs of a name and what is said of it."""

    title: str
    rows: tuple[tuple[str, str], ...]
    note: str = ""
    section: str = ""


Block: TypeAlias = Table | Listed | Facts


class Page(NamedTuple):
    """All that the formats for people show, in order."""

    title: str
    head: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    lang: str = "en"


def of_columns(
    title: str,
    columns: Iterable[tuple[str, str, Sequence[str]]],
    *,
    wide: bool = False,
    note: str = "",
    foot: int = 0,
) -> Table:
    """A table of columns (heading, alignment, cells); those in which nothing is known are left out.

    All columns have as many cells; `foot`: so many of the last rows are sums.
    """
    kept = [
        (heading, align, cells)
        for heading, align, cells in columns
        if any(cell not in ("", NOTHING) for cell in cells)
    ]
    rows = tuple(zip(*(cells for _, _, cells in kept), strict=True))
    headings = tuple((heading, align) for heading, align, _ in kept)
    return Table(title, headings, rows, wide, note, foot=foot)
