"""Changes to the text of JSON: read as Python reads it, and nothing else changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.emitters.sbom.json_edit import Edits, same
from footprint.emitters.sbom.json_read import Member, Node, Number, parse
from footprint.errors import UsageError

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=6)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=4), JSON, max_size=4)
LAYOUTS = st.sampled_from(
    [
        {"indent": 2},
        {"indent": 4},
        {"indent": "\t"},
        {"indent": 0},
        {"separators": (",", ":")},
        {"indent": 1, "ensure_ascii": False},
        {},
    ]
)


def plain(node: Node) -> Any:
    """A value as `json.loads` gives it."""
    if isinstance(node.value, dict):
        return {key: plain(member.value) for key, member in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return json.loads(node.value.text) if isinstance(node.value, Number) else node.value


def objects(node: Node) -> list[Node]:
    """All objects and lists, outermost first."""
    below = node.value if isinstance(node.value, list) else []
    if isinstance(node.value, dict):
        below = [each.value for each in node.value.values() if isinstance(each, Member)]
    here = [node] if isinstance(node.value, dict | list) else []
    return here + [each for one in below for each in objects(one)]


@given(JSON, LAYOUTS)
def test_it_reads_what_python_writes(value: Any, layout: dict[str, Any]) -> None:
    text = json.dumps(value, **layout)
    assert plain(parse(text)) == value
    assert plain(parse(f"\ufeff \r\n{text}\t\n")) == value


@given(OBJECTS, LAYOUTS, st.booleans(), st.data())
def test_what_is_new_stands_at_the_end_and_all_else_stays(
    value: dict[str, Any], layout: dict[str, Any], crlf: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, **layout)
    text = text.replace("\n", "\r\n") if crlf else text
    root = parse(text)
    parent = data.draw(st.sampled_from(objects(root)))
    edits = Edits(text, root)
    assert not edits
    new = {"a": [1, {"b": "\u00e9"}], "n": Number("0.000000277778"), "empty": []}
    if isinstance(parent.value, dict):
        edits.member(parent, "ours one", new)
        edits.member(parent, "ours two", "x")
    else:
        edits.items(parent, [new, "x"])
    made = edits.made()
    # One stretch was put in, right behind what was there; what is around it stayed.
    at = next((i for i, pair in enumerate(zip(text, made, strict=False)) if len({*pair}) > 1), 0)
    size = len(made) - len(text)
    assert any(
        made[:start] + made[start + size :] == text for start in range(max(0, at - size), at + 1)
    )
    again = plain(parse(made))
    assert json.loads(made) == again
    wanted = plain(root)
    found = [each for each in objects(parse(made)) if each.start == parent.start]
    inner, before = plain(found[0]), plain(parent)
    said = {"a": [1, {"b": "\u00e9"}], "n": 2.77778e-07, "empty": []}
    if isinstance(before, dict):
        assert inner == {**before, "ours one": said, "ours two": "x"}
        assert list(inner)[-2:] == ["ours one", "ours two"]
    else:
        assert inner == [*before, said, "x"]
    assert len(json.dumps(again)) > len(json.dumps(wanted))
    if crlf and "\n" in text:
        assert made.count("\n") == made.count("\r\n")


@given(st.lists(JSON, min_size=1, max_size=6), LAYOUTS, st.data())
def test_items_go_and_the_others_stay_as_they_are_written(
    values: list[Any], layout: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps({"list": values}, **layout)
    root = parse(text)
    listed = root.get("list")
    assert listed is not None
    picked = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    gone = [node for node, is_gone in zip(listed.items, picked, strict=True) if is_gone]
    put = data.draw(st.integers(0, len(gone)))
    edits = Edits(text, root)
    edits.items(listed, ["new"] * put, gone)
    found = parse(edits.made()).get("list")
    assert found is not None
    places = iter(["new"] * put)
    wanted = [
        next(places, None) if is_gone else value
        for value, is_gone in zip(values, picked, strict=True)
    ]
    kept = [
        value
        for value, is_gone in zip(wanted, picked, strict=True)
        if not is_gone or value == "new"
    ]
    assert plain(found) == kept


SAID = st.recursive(
    NUMBERS | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(SAID, SAID)
def test_the_same_is_by_value_whatever_the_layout(one: Any, other: Any) -> None:
    def written(of: Any) -> Any:
        if isinstance(of, dict):
            return {key: written(each) for key, each in reversed(of.items())}
        if isinstance(of, list):
            return [written(each) for each in of]
        return of if isinstance(of, str) else Number(repr(of))

    node = parse(json.dumps(one, indent=3))
    assert same(node, written(one))
    assert same(node, written(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: it ends too early"),
        ('{"a": 1,\n "b": }', "line 2: a value is missing"),
        ('{"a": 1,\n\n "a": 2}', "line 3: the key 'a' is there twice: remove one"),
        ("[1 2]", "line 1: a ',' is missing"),
        ('{"a" 1}', "line 1: a ':' is missing"),
        ("[1,]", "line 1: a value is missing"),
        ("{a: 1}", "line 1: a key in quotes is missing"),
        ("[NaN]", "line 1: a value is missing"),
        ("[01]", "line 1: a ',' is missing"),
        ("[1]\n// end", "line 2: something follows its end"),
        ('["a\n"]', "line 1: a text in quotes does not end"),
        (r'["\x"]', "line 1: this is no escape of JSON"),
        ("[" * 100_000, "line 1: it is nested more than 200 deep"),
        ('{"a":' * 100_000, "line 1: it is nested more than 200 deep"),
    ],
)
def test_what_is_not_json_is_said_with_its_line(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    said = str(caught.value)
    assert said.startswith(why)
    assert said.endswith((": correct the JSON", ": remove one", ": flatten it"))


def test_the_layout_is_the_documents_own() -> None:
    for text, wanted in [
        ('{"a": 1}', '{"a": 1, "b": [1, 2]}'),
        ('{"a":1,"c":2}', '{"a":1,"c":2,"b":[1,2]}'),
        ('{\n\t"a": 1\n}', '{\n\t"a": 1,\n\t"b": [\n\t\t1,\n\t\t2\n\t]\n}'),
        ("{}", '{\n  "b": [\n    1,\n    2\n  ]\n}'),
        ("{\n}", '{\n  "b": [\n    1,\n    2\n  ]\n}'),
    ]:
        root = parse(text)
        edits = Edits(text, root)
        edits.member(root, "b", [1, 2])
        assert edits.made() == wanted
