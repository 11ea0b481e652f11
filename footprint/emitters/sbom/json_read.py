"""JSON with positions: every value knows where in the text it stands.

For documents that are changed in one place and must stay as they are in every other: `json.loads`
forgets the layout, the order of duplicate keys, and whether a number was written 1, 1.0 or 1e0.
Strict as RFC 8259: no comments, no NaN, nothing after the end; duplicate keys are refused, since
readers disagree on which of them counts.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from footprint.errors import UsageError, shown

#: Objects and lists within each other; a bill of materials needs about 20.
DEEPEST = 200

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


class Number(NamedTuple):
    """A number as it is written."""

    text: str

    @property
    def decimal(self) -> Decimal | None:
        """Its value, exactly; None for an exponent of more than 18 digits."""
        try:
            return Decimal(self.text)
        except InvalidOperation:
            return None


class Member(NamedTuple):
    """A key of an object with its value; `start` is where the key begins."""

    start: int
    value: Node


class Node(NamedTuple):
    """A value: `text[start:end]`."""

    start: int
    end: int
    value: str | Number | bool | dict[str, Member] | list[Node] | None

    def get(self, key: str) -> Node | None:
        """The value of a key; None where this is no object or has no such key."""
        member = self.value.get(key) if isinstance(self.value, dict) else None
        return member.value if member is not None else None

    def text(self, key: str) -> str | None:
        """The string that a key has; None where it has none."""
        found = self.get(key)
        return found.value if found is not None and isinstance(found.value, str) else None

    @property
    def items(self) -> list[Node]:
        """Of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []


def parse(text: str) -> Node:
    """The document's value; a byte order mark at its start is passed over.

    Raises UsageError with the line for what is not JSON, duplicate keys and too deep nesting.
    """
    return _Reader(text).document()


def line_of(text: str, position: int) -> int:
    """The line, from 1, in which a position lies."""
    return text.count("\n", 0, position) + 1


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def document(self) -> Node:
        start = 1 if self.text.startswith("\ufeff") else 0
        root = self.value(self.space(start), 0)
        if (end := self.space(root.end)) != len(self.text):
            raise self.wrong(end, "something follows its end")
        return root

    def value(self, at: int, depth: int) -> Node:
        first = self.text[at : at + 1]
        if first == "{":
            return self.object(at, self.deeper(at, depth))
        if first == "[":
            return self.list(at, self.deeper(at, depth))
        if first == '"':
            text, end = self.string(at)
            return Node(at, end, text)
        if first in _WORDS and self.text.startswith(_WORDS[first][0], at):
            word, value = _WORDS[first]
            return Node(at, at + len(word), value)
        if number := _NUMBER.match(self.text, at):
            return Node(at, number.end(), Number(number[0]))
        raise self.wrong(at, "a value is missing here" if first else "it ends too early")

    def object(self, start: int, depth: int) -> Node:
        members: dict[str, Member] = {}
        at = self.space(start + 1)
        while self.text[at : at + 1] != "}":
            if members:
                at = self.space(self.past(",", at))
            if self.text[at : at + 1] != '"':
                raise self.wrong(at, "a key in quotes is missing")
            key_at = at
            key, at = self.string(at)
            if key in members:
                raise self.wrong(key_at, f"the key {shown(key)} is there twice", "remove one")
            value = self.value(self.space(self.past(":", self.space(at))), depth)
            members[key] = Member(key_at, value)
            at = self.space(value.end)
        return Node(start, at + 1, members)

    def list(self, start: int, depth: int) -> Node:
        items: list[Node] = []
        at = self.space(start + 1)
        while self.text[at : at + 1] != "]":
            if items:
                at = self.space(self.past(",", at))
            items.append(self.value(at, depth))
            at = self.space(items[-1].end)
        return Node(start, at + 1, items)

    def string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self.text, at)
        if found is None:
            raise self.wrong(at, "a text in quotes does not end, or has a control character in it")
        inside = found[0][1:-1]
        if "\\" not in inside:
            return inside, found.end()
        try:
            return str(json.loads(found[0])), found.end()
        except json.JSONDecodeError as error:
            raise self.wrong(at + error.pos, "this is no escape of JSON") from None

    def space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def past(self, mark: str, at: int) -> int:
        if self.text[at : at + 1] != mark:
            raise self.wrong(at, f"a '{mark}' is missing")
        return at + 1

    def deeper(self, at: int, depth: int) -> int:
        if depth == DEEPEST:
            raise self.wrong(at, f"it is nested more than {DEEPEST} deep", "flatten it")
        return depth + 1

    def wrong(self, at: int, why: str, remedy: str = "correct the JSON") -> UsageError:
        return UsageError(f"line {line_of(self.text, at)}: {why}: {remedy}")
