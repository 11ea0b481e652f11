"""What a datasheet is made of, whatever it is written in: sections of tables, facts and lines.

All text is plain: each renderer escapes it as its format needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Facts(NamedTuple):
    """Names and what belongs to them."""

    rows: tuple[tuple[str, str], ...]


class Table(NamedTuple):
    """A table.

    Attributes:
        title: what it holds, for those who cannot see where it stands.
        headings: of the columns; the first column names the row.
        rows: cells, as many as there are headings.
        numbers: columns of numbers, by position.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


class Lines(NamedTuple):
    """Points, one after the other."""

    items: tuple[str, ...]


class Text(NamedTuple):
    """Paragraphs, as their author wrote them: plain text."""

    paragraphs: tuple[str, ...]


class Section(NamedTuple):
    """A heading and what is under it.

    Attributes:
        id: of the place in the document, the same in every language.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]

    def tables(self) -> Iterator[tuple[str, Table]]:
        """All tables in it, each with the heading that it stands under."""
        for block in self.blocks:
            if isinstance(block, Table):
                yield self.title, block
            elif isinstance(block, Section):
                yield from block.tables()


Block = Facts | Table | Lines | Text | Section


class Sheet(NamedTuple):
    """A whole datasheet."""

    title: str
    lang: str
    head: Facts
    sections: tuple[Section, ...]


def paragraphs(text: str) -> tuple[str, ...]:
    """A text's paragraphs, each on one line."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return tuple(" ".join(lines) for lines in found if lines)
