"""Pinned factors against a head: told by what is in them and by their order, not by their names."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger import pinned
from footprint.ledger.proofs.findings import Finding
from footprint.ledger.proofs.head import head
from footprint.ledger.proofs.pins import Files, pins
from footprint.ledger.proofs.verify import verify, verify_all
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.shipping import ship
from footprint.ledger.stores import Store, open_store
from proved_ledgers import Memory, recorded


def _file(text: str) -> bytes:
    document = {"schema": "footprint.factors/1", "pinned": text, "pins": []}
    return json.dumps(document | {"digest": pinned.digest(document)}).encode()


def _name(number: int) -> str:
    return f"factors/{pinned.name_of(number)}"


def _place(*texts: str) -> Memory:
    files = {_name(number): _file(text) for number, text in enumerate(texts, 1)}
    return Memory(files)


def _known(store: Memory) -> Files:
    return {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in store.files.items()
    }


def _against(node: Memory, *places: Memory) -> list[tuple[str, str]]:
    found = pins(_known(node), [_known(each) for each in places])
    return [(each.kind, each.where) for each in found]


NODES = st.lists(st.lists(st.sampled_from("abcdef"), max_size=4, unique=True), max_size=4)


@given(NODES, st.randoms())
def test_what_was_shipped_is_proved_by_every_nodes_head(
    texts: list[list[str]], random: Random
) -> None:
    nodes = [_place(*each) for each in texts]
    shared = Memory({})
    for node in random.sample(nodes, len(nodes)):
        pinned.ship(node, shared)
    for node in nodes:
        assert _against(node, shared) == []
        assert pinned.ship(node, shared) == []


@given(NODES, st.data())
def test_whatever_is_gone_changed_or_put_in_another_order_is_found(
    texts: list[list[str]], data: st.DataObject
) -> None:
    nodes = [_place(*each) for each in texts]
    shared = Memory({})
    for node in nodes:
        pinned.ship(node, shared)
    if not shared.files:
        return
    name = data.draw(st.sampled_from(sorted(shared.files)))
    before = shared.files.copy()
    how = data.draw(st.sampled_from(["remove", "change", "swap"]))
    if how == "remove":
        del shared.files[name]
    elif how == "change":
        shared.files[name] = _file("another")
    else:
        other = data.draw(st.sampled_from(sorted(before)))
        shared.files[name], shared.files[other] = before[other], before[name]
    after = [data for _, data in _ordered(shared)]
    for node in nodes:
        own = [data for _, data in _ordered(node)]
        rest = iter(after)
        # Whether they are a part of what is there, in this order.
        assert bool(_against(node, shared)) != all(each in rest for each in own)


def _ordered(store: Memory) -> list[tuple[int, bytes]]:
    return sorted((number, store.files[name]) for number, name in pinned.numbered(store))


def test_each_finding_says_what_it_is() -> None:
    node = _place("a", "b")
    assert _against(node, _place("a", "b", "c")) == []
    assert _against(node, _place("c", "a", "b")) == []
    assert _against(node, _place("b", "a")) == [("moved", _name(2))]
    assert _against(node, _place("c", "b")) == [("changed", _name(1))]
    assert _against(node, _place("a")) == [("missing", _name(2))]
    assert _against(node, _place("a"), _place("c", "b")) == []
    # Other numbers, in the same order.
    assert _against(node, Memory({_name(2): _file("a"), _name(7): _file("b")})) == []


def test_a_place_has_each_nodes_pins_in_their_order_whatever_another_brought_before() -> None:
    shared = _place("b")
    node = _place("a", "b")
    pinned.ship(node, shared)
    assert [json.loads(data)["pinned"] for _, data in _ordered(shared)] == ["b", "a", "b"]
    assert pinned.ship(node, shared) == pinned.ship(_place("b"), shared) == []


@pytest.fixture
def node(tmp_path: Path) -> Store:
    """A real ledger, sealed, with two files of pins."""
    store = open_store(tmp_path / "node")
    recorded(tmp_path / "node", 1)
    seal(store)
    store.create(_name(1), _file("a"))
    store.create(_name(2), _file("b"))
    return store


@pytest.fixture
def shared(tmp_path: Path, node: Store) -> Store:
    """Where another ledger's pins were first."""
    other, place = open_store(tmp_path / "other"), open_store(tmp_path / "shared")
    recorded(tmp_path / "other", 2)
    seal(other)
    other.create(_name(1), _file("x"))
    ship(other, place)
    ship(node, place)
    there = [place.read(name) for _, name in sorted(pinned.numbered(place))]
    assert there == [_file(each) for each in "xab"]
    return place


def _errors(found: list[Finding]) -> list[tuple[str, str]]:
    return [(each.kind, each.where) for each in found if each.is_error]


def test_a_nodes_head_proves_the_place_that_it_was_shipped_to(node: Store, shared: Store) -> None:
    known = head(node)
    assert len(known.files) == 2
    assert shared.read(_name(1)) != node.read(_name(1))
    assert _errors(verify(shared, known)) == []
    assert _errors(verify(node, known)) == []
    for number, name in pinned.numbered(shared):
        data = shared.read(name)
        is_own = data in (_file("a"), _file("b"))
        shared.replace(name, _file(f"another {number}"))
        assert bool(_errors(verify(shared, known))) == is_own
        # Whole at the node: what the head knows is there.
        assert _errors(verify_all([shared, node], [known])[0]) == []
        shared.delete(name)
        assert bool(_errors(verify(shared, known))) == is_own
        shared.create(name, data)
    assert _errors(verify(shared, known)) == []
