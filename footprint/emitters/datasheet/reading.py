"""Reads a datasheet's figures back from its tables, in whichever language it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from footprint.emitters.datasheet.printed import parsed
from footprint.emitters.stated import Stated
from footprint.emitters.view import ORDER, UNITS
from footprint.errors import UsageError
from footprint.words import LANGUAGES, Words, words

#: The catalogue's key of a row -> what its figures are of.
_ROWS = {
    "total": "total",
    "call": "call",
    "item": "item",
    "calls_1000": "1000 calls",
    "tokens_1000": "1000 tokens",
}


class Found(NamedTuple):
    """A table as it stands in a document: the heading above it; rows, the first its headings.

    A heading alone has no rows.
    """

    heading: str
    rows: Sequence[Sequence[str]]


def stated(tables: Iterable[Found]) -> list[Stated]:
    """The figures. Raises UsageError where no table is one of a datasheet's."""
    those = list(tables)
    for lang in LANGUAGES:
        w, kinds = words(lang, "datasheet"), words(lang, "kinds")
        of_kind = {kinds(f"kind.{kind}"): kind for kind in ORDER}
        ours = [
            (of_kind[each.heading], each.rows)
            for each in those
            if each.heading in of_kind and each.rows and _is_ours(each.rows[0], w)
        ]
        # One whose figures are all below the measuring floor has no such table.
        if ours or any(each.heading == w("section.how") for each in those):
            return [one for kind, rows in ours for one in _of_table(kind, rows, w)]
    raise UsageError("no table of a datasheet is in it: make it anew with `footprint datasheet`")


def _is_ours(headings: Sequence[str], w: Words) -> bool:
    return len(headings) > 2 and list(headings[:2]) == [w("figures.what"), w("figures.of")]


def _of_table(kind: str, rows: Sequence[Sequence[str]], w: Words) -> Iterator[Stated]:
    headings = rows[0]
    named = {w(f"figures.{name}"): (name, unit) for name, unit in UNITS.items()}
    before, after = w("figures.cost").split("{currency}")
    point = w.number(0.5)[1]
    of = {w(f"figures.{key}"): per for key, per in _ROWS.items()}
    for row in rows[1:]:
        per = of.get(row[0]) if row else None
        if per is None or len(row) != len(headings):
            continue
        for heading, cell in zip(headings, row, strict=True):
            if heading in named:
                figure, unit = named[heading]
            elif heading.startswith(before) and heading.endswith(after):
                unit = heading.removeprefix(before).removesuffix(after)
                figure = f"cost_{unit.lower()}"
            else:
                continue
            found = parsed(cell, unit, point)
            if found is not None:
                where = f"{kind}, {row[0]}, {heading}"
                yield Stated(kind, figure, per, found.value, found.step, where)
