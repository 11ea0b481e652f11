"""A model card as text: where its front matter is, where its body begins, and its line endings.

What huggingface_hub reads is what counts. It takes a front matter only where the text begins (after
white space) with a line `---` that nothing follows, up to the next line that holds `---` alone
(`REGEX_YAML_BLOCK` of huggingface_hub 2.4). A card that only looks as if it had one is refused:
there is no telling what its owner meant.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from footprint.errors import UsageError

#: The largest front matter that is read, in characters; the longest on the Hub (results of
#: thousands of benchmarks) have well under a million.
LARGEST = 4 * 2**20

_OPENING = re.compile(r"\s*---[ \t]*(?:\r\n|\r|\n|$)")
_BLOCK = re.compile(r"(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|$))")
_EMPTY = re.compile(r"(\s*---(?:\r\n|\r|\n))()(---[ \t]*(?:\r\n|\n|$))")


class Card(NamedTuple):
    """A card in four parts, which joined are the whole text.

    Attributes:
        head: a byte order mark, white space, and the line that opens the front matter.
        yaml: the front matter, without the line break before the line that closes it.
        close: that line break and that line; empty where there is no front matter.
        body: the rest.
        newline: what new lines end with: as most lines of the card do.
    """

    head: str
    yaml: str
    close: str
    body: str
    newline: str

    @property
    def text(self) -> str:
        """The whole text."""
        return self.head + self.yaml + self.close + self.body

    @property
    def has_front_matter(self) -> bool:
        """Whether there is one, be it empty."""
        return bool(self.close)

    @property
    def document(self) -> bytes:
        """The whole as bytes."""
        return self.text.encode("utf-8")

    def line(self, index: int) -> int:
        """Number, from 1, of the line of the whole text that a position in `yaml` is on."""
        return line_of(self.text, len(self.head) + index)


def parse(document: bytes) -> Card:
    """Takes a card apart.

    Raises UsageError, with the line: not UTF-8, a front matter that is not closed, or one whose
    first line huggingface_hub does not take.
    """
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as error:
        line = document.count(b"\n", 0, error.start) + 1
        raise UsageError(f"line {line}: the card is not UTF-8: convert it first") from error
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    rest = text.removeprefix(mark)
    newline = "\r\n" if 2 * rest.count("\r\n") > rest.count("\n") else "\n"
    opening = _OPENING.match(rest)
    if opening is None:
        return Card(mark, "", "", rest, newline)
    found = _EMPTY.match(rest) or _BLOCK.match(rest)
    if found is None:
        line = line_of(rest, opening.end() - 1)
        if opening.group().rstrip("\r\n").endswith((" ", "\t")):
            raise UsageError(
                f"line {line}: spaces follow the '---' that opens the front matter, so that"
                " huggingface_hub reads none: remove them"
            )
        raise UsageError(
            f"line {line}: no line of '---' alone closes the front matter that begins here: add it"
        )
    if len(found[2]) > LARGEST:
        raise UsageError(
            f"the front matter has {len(found[2]):,} characters: none of more than {LARGEST:,} is"
            " read"
        )
    return Card(mark + found[1], found[2], found[3], rest[found.end() :], newline)


def line_of(text: str, index: int) -> int:
    """Number, from 1, of the line that a position is on; lines end with LF, CRLF or CR."""
    before = text[:index]
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1
