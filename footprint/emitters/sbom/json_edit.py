"""Changes to the text of a JSON document, in its own layout: all other characters stay."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from footprint.emitters.sbom.json_read import Member, Node, Number

#: What is written; numbers come with their text.
Value: TypeAlias = "str | int | Number | Mapping[str, Value] | Sequence[Value]"


class Style(NamedTuple):
    """How a document is laid out.

    Attributes:
        indent: of one level; None where all is on one line.
        newline: `\\n` or `\\r\\n`.
        comma, colon: with the space after them.
        ascii: other characters are escaped.
    """

    indent: str | None = "  "
    newline: str = "\n"
    comma: str = ", "
    colon: str = ": "
    ascii: bool = True


def style_of(text: str, root: Node) -> Style:
    """A document's own style, from the members of its outermost object."""
    members = list(root.value.values()) if isinstance(root.value, dict) else []
    newline = "\r\n" if "\r\n" in text else "\n"
    if not members:
        return Style(newline=newline, ascii=text.isascii())
    first = members[0]
    lead = text[root.start + 1 : first.start]
    after_key = re.search(r"(:[ \t]*)[ \t\r\n]*\Z", text[first.start : first.value.start])
    comma = ", "
    if len(members) > 1 and "\n" not in (gap := text[first.value.end : members[1].start]):
        comma = gap
    return Style(
        indent=lead.rpartition("\n")[2] if "\n" in lead else None,
        newline=newline,
        comma=comma,
        colon=after_key[1] if after_key else ": ",
        ascii=text.isascii(),
    )


def written(value: Value, style: Style, lead: str = "") -> str:
    """A value as text; `lead` is the white space before the line it begins on."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=style.ascii)
    if isinstance(value, int):
        return str(value)
    inner = lead + (style.indent or "")
    if isinstance(value, Mapping):
        parts = [
            written(key, style) + style.colon + written(each, style, inner)
            for key, each in value.items()
        ]
        marks = "{}"
    else:
        parts, marks = [written(each, style, inner) for each in value], "[]"
    if not parts:
        return marks
    if style.indent is None:
        return marks[0] + style.comma.join(parts) + marks[1]
    line = style.newline + inner
    return marks[0] + line + f",{line}".join(parts) + style.newline + lead + marks[1]


def same(node: Node, value: Value) -> bool:
    """Whether a document already says it: by value, not by layout."""
    if isinstance(node.value, Number):
        number = value if isinstance(value, Number) else Number(str(value))
        return isinstance(value, (int, Number)) and node.value.decimal == number.decimal
    if isinstance(node.value, dict):
        return (
            isinstance(value, Mapping)
            and node.value.keys() == value.keys()
            and all(same(member.value, value[key]) for key, member in node.value.items())
        )
    if isinstance(node.value, list):
        return (
            isinstance(value, Sequence)
            and not isinstance(value, (str, Number))
            and len(node.value) == len(value)
            and all(same(*pair) for pair in zip(node.value, value, strict=True))
        )
    return isinstance(node.value, str) and node.value == value


class _New(NamedTuple):
    """What is new in one object or list: its own, where its parts lie, and the new ones."""

    parent: Node
    spans: list[tuple[int, int]]
    texts: list[str]


class Edits:
    """Changes to one document, gathered, then made at once."""

    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        self.style = style_of(text, root)
        self._changes: list[tuple[int, int, str]] = []
        self._new: dict[int, _New] = {}  # by where their object or list begins

    def __bool__(self) -> bool:
        return bool(self._changes or self._new)

    def replace(self, node: Node, value: Value) -> None:
        """Another value in place of one; nothing where it says the same already."""
        if not same(node, value):
            self._changes.append(
                (node.start, node.end, written(value, self._style(node), self._lead(node.start)))
            )

    def member(self, parent: Node, key: str, value: Value) -> None:
        """A new key at the end of an object."""
        members = list(parent.value.values()) if isinstance(parent.value, dict) else []
        spans = [(each.start, each.value.end) for each in members]
        style = self._style(parent)
        lead = self._inner_lead(parent, spans)
        text = written(key, style) + style.colon + written(value, style, lead)
        self._append(parent, spans, [text])

    def items(self, parent: Node, values: Sequence[Value], gone: Sequence[Node] = ()) -> None:
        """New items of a list: in the places of those that are gone, the rest at its end."""
        for old, value in zip(gone, values, strict=False):
            self.replace(old, value)
        if len(values) < len(gone):
            self._remove(parent, gone[len(values) :])
            return
        spans = [(each.start, each.end) for each in parent.items]
        lead = self._inner_lead(parent, spans)
        style = self._style(parent)
        if texts := [written(value, style, lead) for value in values[len(gone) :]]:
            self._append(parent, spans, texts)

    def _remove(self, parent: Node, gone: Sequence[Node]) -> None:
        """Items with the comma before them; where they are the first, the comma after."""
        starts = {each.start for each in gone}
        items = parent.items
        kept = [place for place, each in enumerate(items) if each.start not in starts]
        if not kept:
            self._changes.append((parent.start + 1, items[-1].end, ""))
            return
        for place, item in enumerate(items):
            if item.start not in starts:
                continue
            if place > kept[0]:
                self._changes.append((items[place - 1].end, item.end, ""))
            else:
                self._changes.append((item.start, items[place + 1].start, ""))

    def made(self) -> str:
        """The document with its changes."""
        text = self.text
        changes = [*self._changes, *(self._appended(each) for each in self._new.values())]
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _append(self, parent: Node, spans: list[tuple[int, int]], texts: list[str]) -> None:
        self._new.setdefault(parent.start, _New(parent, spans, [])).texts.extend(texts)

    def _appended(self, new: _New) -> tuple[int, int, str]:
        """The change that puts all that is new in one object or list at its end."""
        parent, spans, texts = new
        style = self._style(parent)
        lead = self._inner_lead(parent, spans)
        between = style.comma if style.indent is None else "," + style.newline + lead
        text = between.join(texts)
        if spans:
            return spans[-1][1], spans[-1][1], between + text
        if style.indent is not None:
            text = style.newline + lead + text
            if "\n" not in self.text[parent.start : parent.end]:
                text += style.newline + self._lead(parent.start)
        return parent.start + 1, parent.start + 1, text

    def _style(self, node: Node) -> Style:
        """The document's, on one line where this object or list has all of its own on one."""
        first: Node | Member | None = None
        if isinstance(node.value, dict):
            first = next(iter(node.value.values()), None)
        elif isinstance(node.value, list):
            first = next(iter(node.value), None)
        on_one = first is not None and "\n" not in self.text[node.start + 1 : first.start]
        return self.style._replace(indent=None) if on_one else self.style

    def _inner_lead(self, parent: Node, spans: list[tuple[int, int]]) -> str:
        if spans:
            return self._lead(spans[-1][0])
        return self._lead(parent.start) + (self.style.indent or "")

    def _lead(self, position: int) -> str:
        """The white space at the beginning of a position's line."""
        start = self.text.rfind("\n", 0, position) + 1
        found = re.compile(r"[ \t]*").match(self.text, start, position)
        return found[0] if found else ""
