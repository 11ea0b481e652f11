"""A datasheet in Markdown: plain tables, headings and lists (GitHub Flavored Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from footprint.emitters.datasheet import reading
from footprint.emitters.datasheet.blocks import Block, Facts, Lines, Section, Sheet, Table
from footprint.emitters.datasheet.sections import sheet
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.stated import Stated
from footprint.emitters.view import View
from footprint.errors import UsageError

#: Nothing that a user named may begin markup: code, emphasis, links, HTML, a table's next cell.
#: An underscore within a word is none.
_MARKUP = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)")
#: Code as a report's sentences have it: run `footprint doctor`. Nothing in it is markup; in a table
#: a bar would still end the cell.
_CODE = re.compile(r"(?<![`\\])(`[^`|]+`)(?!`)")
#: At the start of a line, these would make a heading, a list, a quotation.
_START = re.compile(r"^([-+#>=]|\d+[.)])(?=\s|$|#|=|-)")
_ESCAPED = re.compile(r"\\([^\w\s])")


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes the datasheet."""
    out.write("\n".join(_document(sheet(view, options.lang))) + "\n")


def _document(made: Sheet) -> Iterator[str]:
    yield f"# {_plain(made.title)}"
    yield ""
    yield from _facts(made.head)
    for section in made.sections:
        yield from _section(section, 2)


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {_plain(section.title)}"
    yield ""
    for block in section.blocks:
        yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    if isinstance(block, Section):
        yield from _section(block, level + 1)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Facts):
        yield from _facts(block)
    elif isinstance(block, Lines):
        for item in block.items:
            yield f"- {_start(item)}"
        yield ""
    else:
        for paragraph in block.paragraphs:
            yield _start(paragraph)
            yield ""


def _facts(facts: Facts) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for name, text in facts.rows:
        yield f"| {_plain(name)} | {_plain(text)} |"
    yield ""


def _table(table: Table) -> Iterator[str]:
    yield "| " + " | ".join(_plain(heading) for heading in table.headings) + " |"
    rules = ("---:" if at in table.numbers else "---" for at in range(len(table.headings)))
    yield "|" + "|".join(rules) + "|"
    for row in table.rows:
        yield "| " + " | ".join(_plain(cell) for cell in row) + " |"
    yield ""


def _plain(text: str) -> str:
    """One line that shows the text as it is; only `code` in it, which is inert, stays markup."""
    parts = _CODE.split(text.translate(_LINES))
    return "".join(part if at % 2 else _escaped(part) for at, part in enumerate(parts))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text).replace("&", "&amp;").replace("<", "&lt;")


def _start(text: str) -> str:
    """The same at the start of a line."""
    return _START.sub(r"\\\1", _plain(text))


#: Everything that ends a line, and other control characters, as a blank.
_LINES = dict.fromkeys([*range(32), 127, 133, 0x2028, 0x2029], " ")


def read(document: bytes) -> list[Stated]:
    """The figures of a datasheet's tables. Raises UsageError where it is no datasheet of ours."""
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"the datasheet is no text ({error}): make it anew") from error
    return reading.stated(_tables(text))


def _tables(text: str) -> Iterator[reading.Found]:
    heading, rows = "", list[tuple[str, ...]]()
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append(_cells(line))
            continue
        if rows:
            yield reading.Found(heading, [row for at, row in enumerate(rows) if at != 1])
            rows = []
        if line.startswith("#"):
            heading = _shown(line.lstrip("#"))
            yield reading.Found(heading, [])


def _cells(line: str) -> tuple[str, ...]:
    return tuple(_shown(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))


def _shown(cell: str) -> str:
    plain = _ESCAPED.sub(r"\1", cell.strip(" "))
    return plain.replace("&lt;", "<").replace("&amp;", "&")


MARKDOWN = Emitter(
    "md", ".md", "a datasheet in Markdown", render, read=read, languages=("en", "fr")
)
