"""Text surgery on a card's front matter: one key is put in, replaced or taken out.

All other bytes stay: comments, quotes, order, anchors, line endings. The result is only kept where
PyYAML's safe loader reads every other key from it as before and ours as meant, and `confirm` holds
it against what huggingface_hub reads; else the card is refused and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from footprint.emitters.hugging_face.card import Card
from footprint.emitters.hugging_face.yaml_text import (
    Node,
    NotYamlError,
    dump,
    dump_flow,
    imported,
    line_end,
    line_start,
    tree,
)
from footprint.errors import UsageError


class Edit(NamedTuple):
    """New text for a part of a YAML text; `start == end` puts it in between."""

    start: int
    end: int
    text: str


def root(card: Card) -> Node | None:
    """The tree of the front matter; None where it is empty.

    Raises UsageError, with the line: invalid YAML, or no keys with values.
    """
    try:
        found = tree(card.yaml)
    except NotYamlError as error:
        raise UsageError(
            f"line {card.line(error.index)}: the front matter is not valid YAML"
            f" ({error.problem}): correct it"
        ) from error
    if found is None or (found.kind == "scalar" and not found.value):
        return None
    if found.kind != "map":
        raise UsageError(
            f"line {card.line(found.start)}: the front matter holds no keys (`license: mit`):"
            " correct it"
        )
    return found


def load(card: Card) -> dict[str, Any]:
    """The front matter's values, as PyYAML's safe loader gives them.

    Raises UsageError, with the line, as `root`; and for a value that cannot be made of its text.
    """
    if root(card) is None:
        return {}
    yaml = imported()
    try:
        return dict(_loaded(card.yaml))
    except yaml.MarkedYAMLError as error:
        index = error.problem_mark.index if error.problem_mark else 0
        problem = " ".join(str(error.problem).split())
        where = f"line {card.line(index)}: "
    except (ValueError, TypeError, RecursionError, OverflowError) as error:  # a date of month 13
        problem, where = " ".join(str(error).split()), ""
    raise UsageError(f"{where}the front matter cannot be read ({problem}): correct it")


@lru_cache(maxsize=8)  # a card is looked at several times; callers copy what they change
def _loaded(text: str) -> dict[str, Any]:
    return imported().safe_load(text) or {}


def key_of(card: Card, key: str) -> tuple[Node, Node] | None:
    """A top-level key and its value; None where it is not there.

    Raises UsageError where it is there twice.
    """
    found = root(card)
    pairs = [] if found is None else [each for each in found.pairs if each[0].value == key]
    if len(pairs) > 1:
        lines = ", ".join(str(card.line(name.start)) for name, _ in pairs)
        raise UsageError(f"lines {lines}: {key} is there {len(pairs)} times: leave one of them")
    return pairs[0] if pairs else None


def put(card: Card, key: str, value: object) -> Card:
    """The card with a top-level key set; the same where it has that value, however written.

    Args:
        value: plain data; None takes the key out.

    Raises UsageError where that cannot be done without touching anything else.
    """
    data = load(card)
    place = key_of(card, key)
    if repr(data.get(key)) == repr(value):
        return card
    if not card.has_front_matter:
        line, block = card.newline, dump({key: value}, card.newline)
        head, close = f"{card.head}---{line}", f"{line}---{line}{line}"
        return card._replace(head=head, yaml=block.removesuffix(line), close=close)
    if place is not None:
        return checked(card, key, value, _replaced(card, key, value, place))
    return checked(card, key, value, _inserted(card, key, value))


def splice(card: Card, key: str, value: object, edits: Sequence[Edit]) -> Card:
    """The card with parts of a key's text changed, after which the key has that value.

    Raises UsageError where it has not, or another key was touched.
    """
    text = card.yaml
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return checked(card, key, value, [text])


def checked(card: Card, key: str, value: object, texts: Iterable[str]) -> Card:
    """The card with the first of some texts that says what is meant.

    Raises UsageError where none does.
    """
    meant = load(card)
    meant.pop(key, None)
    if value is not None:
        meant[key] = value
    why = "its text cannot be extended"
    for text in texts:
        close = card.close
        if not close.startswith(("\n", "\r")):  # it was empty, and `---` followed at once
            close = card.newline + close
        made = card._replace(yaml=text, close=close)
        try:
            found = load(made)
            if value is None and found.get(key) is None:
                found.pop(key, None)  # in braces `null` stays, which is absent for the Hub
            if _same(found, meant):
                return made
            why = "another value would change with it"
        except UsageError as error:
            why = str(error)
    raise UsageError(
        f"{key} cannot be put into this front matter as text ({why}): write the front matter in"
        " block style, without anchors"
    )


def confirm(before: Card, after: Card, ours: Mapping[str, object]) -> None:
    """Holds what huggingface_hub reads from a card against what it read before.

    Args:
        ours: key -> what it is to be now, None where it is to be absent.

    Raises UsageError where another value changed, or ours is not what was meant.
    """
    old, new = _hub(before), _hub(after)
    index = {"model-index", "model_name", "eval_results"}
    changing = set(ours) | (index if "model-index" in ours else set())
    for key in (old.keys() | new.keys()) - changing:
        if repr(old.get(key)) != repr(new.get(key)):
            raise UsageError(
                f"huggingface_hub would read another {key} from the card: it is left as it is"
            )
    for key, value in ours.items():
        if key != "model-index" and repr(new.get(key)) != repr(value):
            raise UsageError(f"huggingface_hub would not read {key}: the card is left as it is")


def _hub(card: Card) -> dict[str, Any]:
    """What huggingface_hub reads; it reads a file without its byte order mark."""
    if not card.has_front_matter or root(card) is None:
        return {}
    try:
        from huggingface_hub import ModelCard
    except ImportError:
        raise UsageError(
            "model cards need huggingface_hub: pip install 'footprint-ledger[cards]'"
        ) from None
    try:
        found = ModelCard(card.text.removeprefix("\ufeff"))
        return dict(found.data.to_dict())  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        problem = " ".join(str(error).split("Pass `ignore")[0].split())
        raise UsageError(
            f"huggingface_hub cannot read this card ({problem}): correct it"
        ) from error


def _same(found: Mapping[str, Any], meant: Mapping[str, Any]) -> bool:
    """By type too, and NaN is NaN; the order of keys does not count."""
    return found.keys() == meant.keys() and all(
        repr(value) == repr(meant[key]) for key, value in found.items()
    )


def _replaced(card: Card, key: str, value: object, place: tuple[Node, Node]) -> Iterator[str]:
    text, (name, old) = card.yaml, place
    top = root(card)
    if top is not None and top.flow:
        new = "null" if value is None else dump_flow(value)
        yield text[: name.start] + f"{key}: {new}" + text[old.end :]
        return
    start, end = line_start(text, name.start), line_end(text, max(name.end, old.end))
    block = "" if value is None else dump({key: value}, card.newline, _column(text, name.start))
    made = text[:start] + block
    if end < len(text) or text.endswith(("\n", "\r")):
        yield made + text[end:]
    else:  # the last line has no line break of its own
        for line in ("\r\n", "\n", "\r"):
            if made.endswith(line):
                yield made.removesuffix(line)
                break
        yield made  # a text above that runs to the end needs it


def _inserted(card: Card, key: str, value: object) -> Iterator[str]:
    """At the end; else at the beginning, where a text that runs to the end would grow by it."""
    text, top = card.yaml, root(card)
    if top is not None and top.flow:
        at = top.end - 1
        comma = "" if not top.items or text[:at].rstrip().endswith(",") else ", "
        yield f"{text[:at]}{comma}{key}: {dump_flow(value)}{text[at:]}"
        return
    column = 0 if top is None else _column(text, top.start)
    block = dump({key: value}, card.newline, column)
    end = block.removesuffix(card.newline)
    yield text + card.newline + end if text else end
    if top is not None:
        start = line_start(text, top.start)
        yield text[:start] + block + text[start:]


def _column(text: str, index: int) -> int:
    return index - line_start(text, index)
