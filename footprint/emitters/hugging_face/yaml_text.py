"""A YAML text as a tree of nodes that know their place in it, so that parts can be replaced.

Made from the parser's events, not from loaded data: an alias keeps its own place, nothing is
expanded, and nothing is built from tags. A text that would unfold to something huge, or that is
nested deeper than any card, is refused before anything loads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from footprint.errors import UsageError

#: Collections within one another that are read; cards have 7.
DEEPEST = 60
#: Values that a text may unfold to where it uses aliases ("billion laughs").
MOST_VALUES = 1_000_000


@dataclass
class Node:
    """A value in a YAML text.

    Attributes:
        kind: map, seq, scalar or alias.
        start, end: positions of its own text; the end of a block collection is that of its last
            value, so that comments after it are not part of it.
        flow: a collection in brackets.
        style: of a scalar, as PyYAML names it (`|`, `>`, quotes, None for a plain one).
        value: of a scalar, its text.
        items: of a list; of a mapping its keys and values in turn.
    """

    kind: str
    start: int
    end: int
    flow: bool = False
    style: str | None = None
    value: str = ""
    items: list[Node] = field(default_factory=list["Node"])

    @property
    def pairs(self) -> list[tuple[Node, Node]]:
        """Keys and values of a mapping."""
        return list(zip(self.items[::2], self.items[1::2], strict=True))

    def get(self, key: str) -> Node | None:
        """The value of a key; None where it is not there, or is there twice."""
        found = [value for name, value in self.pairs if name.value == key]
        return found[0] if self.kind == "map" and len(found) == 1 else None


class NotYamlError(UsageError):
    """A text that is no YAML.

    Attributes:
        index: where in the text.
        problem: in words.
    """

    def __init__(self, index: int, problem: str) -> None:
        super().__init__(problem)
        self.index = index
        self.problem = problem


@lru_cache(maxsize=8)  # a card is looked at several times; nobody changes a tree
def tree(text: str) -> Node | None:
    """The root of a YAML text; None where it holds no value.

    Raises NotYamlError: it does not parse, holds several documents, is nested deeper than
    `DEEPEST`, or would unfold to more than `MOST_VALUES` values.
    """
    yaml = imported()
    root: Node | None = None
    stack: list[Node] = []
    sizes: list[int] = []  # of the open collections, aliases unfolded
    anchors: dict[str, int] = {}
    names: list[str | None] = []
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            start, end = event.start_mark.index, event.end_mark.index
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise NotYamlError(start, "a second YAML document begins here")
            if isinstance(event, yaml.CollectionEndEvent):
                node, size, name = stack.pop(), sizes.pop(), names.pop()
                last = node.items[-1].end if node.items else end
                node.end = end if node.flow else last
                if name is not None:
                    anchors[name] = size
            elif isinstance(event, yaml.NodeEvent):
                if isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"):
                    end = start + len(text[start:end].rstrip())  # without the empty lines after it
                node, size = _node(yaml, event, start, end), 1
                if isinstance(event, yaml.AliasEvent):
                    size = anchors.get(event.anchor, 1)
                elif event.anchor is not None:
                    anchors[event.anchor] = 1
                if stack:
                    stack[-1].items.append(node)
                else:
                    root = node
                if isinstance(event, yaml.CollectionStartEvent):
                    stack.append(node)
                    sizes.append(0)
                    names.append(event.anchor)
                    size = 1
            else:
                continue
            if sizes:
                sizes[-1] += size
            if len(stack) > DEEPEST:
                raise NotYamlError(start, f"nested deeper than {DEEPEST} levels")
            if sizes and sizes[-1] > MOST_VALUES:
                raise NotYamlError(start, f"unfolds to more than {MOST_VALUES:,} values")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYamlError(
            mark.index if mark else 0, " ".join(str(error.problem).split())
        ) from error
    except yaml.reader.ReaderError as error:
        raise NotYamlError(
            error.position, f"a character that YAML does not allow, U+{error.character:04X}"
        ) from error
    except RecursionError:
        raise NotYamlError(0, "nested too deeply") from None
    return root


def _node(yaml: Any, event: Any, start: int, end: int) -> Node:
    if isinstance(event, yaml.ScalarEvent):
        return Node("scalar", start, end, style=event.style, value=event.value)
    if isinstance(event, yaml.AliasEvent):
        return Node("alias", start, end)
    kind = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
    return Node(kind, start, end, flow=bool(event.flow_style))


def imported() -> Any:
    """PyYAML. Raises UsageError where it is not installed."""
    try:
        import yaml
    except ImportError:
        raise UsageError("model cards need PyYAML: pip install 'footprint-ledger[cards]'") from None
    return yaml


def dump(value: object, newline: str = "\n", indent: int = 0) -> str:
    """A value as YAML in block style, each line indented and ended."""
    text: str = imported().safe_dump(value, sort_keys=False, allow_unicode=True, width=2**31)
    lines = text.removesuffix("\n").split("\n")  # a value may hold other line breaks
    return "".join(f"{' ' * indent}{line}{newline}" if line else newline for line in lines)


def dump_flow(value: object) -> str:
    """A value as YAML on one line."""
    text: str = imported().safe_dump(
        value, sort_keys=False, allow_unicode=True, width=2**31, default_flow_style=True
    )
    return text.strip().removesuffix("...").strip()


def line_start(text: str, index: int) -> int:
    """Where the line of a position begins."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def line_end(text: str, index: int) -> int:
    """Where the line of a position ends, with its line break; at a line's beginning, there."""
    if index and text[index - 1] in "\r\n":
        return index
    while index < len(text) and text[index] not in "\r\n":
        index += 1
    if text.startswith("\r\n", index):
        return index + 2
    return min(index + 1, len(text))
