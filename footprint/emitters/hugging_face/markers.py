"""Where our section is in a card's body, or where it goes.

A marker is a line of its own; within a block of code or a comment it is none, nor is a heading one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from footprint.emitters.hugging_face.card import Card, line_of
from footprint.errors import UsageError
from footprint.words import LANGUAGES, words

_MARKER = re.compile(r" {0,3}<!-- *footprint:(begin|end)\b([^>]*)-->[ \t]*\Z")
_LANG = re.compile(r"\blang=(\w+)")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*\Z)|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.+?)[ \t#]*\Z")
#: A comment that may run over several lines begins one (CommonMark, HTML blocks).
_COMMENT = re.compile(r" {0,3}<!--")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class Section(NamedTuple):
    """Our section in the body.

    Attributes:
        start, end: positions of the body: from the beginning marker to the end of the other's line.
        lang: its language.
    """

    start: int
    end: int
    lang: str


class Line(NamedTuple):
    """A line of Markdown that is neither code nor comment: its place, and its text."""

    start: int
    end: int
    text: str


def begin(lang: str) -> str:
    """The line before our section."""
    return f"<!-- footprint:begin lang={lang} (written by footprint datasheet) -->"


END = "<!-- footprint:end -->"


def find(card: Card) -> Section | None:
    """Our section; None where the card has none.

    Raises UsageError, with the lines: markers that are nested, doubled, unclosed or reversed, and a
    block of code or a comment that nothing closes.
    """
    opened: tuple[int, Line, str] | None = None
    found: Section | None = None
    lines: list[int] = []
    for line in _lines(card):
        marker = _MARKER.match(line.text)
        if marker is None:
            continue
        number = _number(card, line.start)
        lines.append(number)
        if marker[1] == "begin":
            if opened is not None:
                raise _wrong(f"lines {opened[0]} and {number}: footprint:begin within another")
            if found is not None:
                raise _wrong(f"lines {lines[0]} and {number}: two sections of footprint")
            lang = _LANG.search(marker[2])
            opened = number, line, lang[1] if lang and lang[1] in LANGUAGES else "en"
        elif opened is None:
            raise _wrong(f"line {number}: footprint:end without a footprint:begin before it")
        else:
            found = Section(opened[1].start, line.end, opened[2])
            opened = None
    if opened is not None:
        raise _wrong(f"line {opened[0]}: footprint:begin without a footprint:end after it")
    return found


def put(card: Card, text: str) -> Card:
    """The card with a section, which has its markers and ends with a line break.

    Where one is, it is replaced; else it goes under the heading "Environmental Impact" of the card,
    where it has one, or under a heading of its own at the end.

    Raises UsageError as `find`.
    """
    old, body, newline = find(card), card.body, card.newline
    if old is not None:
        tail = body[old.end :]
        if not tail and not body.endswith(("\n", "\r")):
            text = text.removesuffix(newline)
        return card._replace(body=body[: old.start] + text + tail)
    for line in _lines(card):
        heading = _HEADING.match(line.text)
        if heading and heading[1].casefold() in _headings():
            after = line.end
            start = newline if body[:after].endswith(("\n", "\r")) else 2 * newline
            rest = newline if body[after:].strip() and not body[after:].startswith(newline) else ""
            return card._replace(body=body[:after] + start + text + rest + body[after:])
    lang = _LANG.search(text)
    title = words(lang[1] if lang else "en", "card")("heading")
    gap = "" if not body else newline if body.endswith(("\n", "\r")) else 2 * newline
    return card._replace(body=f"{body}{gap}## {title}{newline}{newline}{text}")


def _headings() -> set[str]:
    return {words(lang, "card")("heading").casefold() for lang in LANGUAGES}


def _lines(card: Card) -> Iterator[Line]:
    """The lines of the body that are Markdown. Raises UsageError for what is left open."""
    fence, since, in_comment = "", 0, False
    for match in _LINE.finditer(card.body):
        if match.start() == match.end():
            continue
        text = match.group().rstrip("\r\n")
        opening = _FENCE.match(text)
        if fence:
            closing = opening and opening[1].startswith(fence) and not text.strip(f" \t{fence[0]}")
            fence = "" if closing else fence
        elif in_comment:
            in_comment = "-->" not in text
        elif opening:
            fence, since = opening[1], match.start()
        else:
            in_comment = _COMMENT.match(text) is not None and "-->" not in text
            since = match.start() if in_comment else since
            yield Line(match.start(), match.end(), text)
    if fence or in_comment:
        what = "block of code" if fence else "comment (<!--)"
        raise _wrong(f"line {_number(card, since)}: a {what} begins that nothing closes")


def _number(card: Card, index: int) -> int:
    text = card.text
    return line_of(text, len(text) - len(card.body) + index)


def _wrong(what: str) -> UsageError:
    return UsageError(f"{what}: correct the card by hand")
