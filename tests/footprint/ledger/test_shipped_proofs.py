"""`verify` of ledgers that were shipped: at the destination, and where files were removed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from footprint.ledger.proofs.verify import verify
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.shipping import ship
from footprint.ledger.stores import Store, open_store
from report_ledgers import GPU, Recorder, S


@pytest.fixture(params=["directory", "bucket"])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "directory":
        return open_store(tmp_path / "there")
    return open_store(f"{request.getfixturevalue('bucket')}/ledgers")


@pytest.fixture
def node(tmp_path: Path) -> Store:
    one = Recorder(tmp_path / "node")
    one.counter(GPU, [100.0] * 20)
    one.span(one.path("f", devices=[0]), 0, 1 * S)
    one.close()
    store = open_store(tmp_path / "node")
    seal(store)
    return store


def test_what_arrived_verifies(node: Store, there: Store) -> None:
    ship(node, there)
    assert verify(there) == []


def test_what_was_removed_is_looked_at_where_it_is(node: Store, there: Store) -> None:
    ship(node, there, delete_after=True)
    found = verify(node)
    assert {each.kind for each in found} == {"shipped"}
    assert not any(each.is_error for each in found)
    assert [each.where for each in found] == [name for name, _ in there.names("sealed")]
    path = found[0].where
    data = there.read(path)
    there.replace(path, data[:-1] + bytes([data[-1] ^ 1]))
    (error,) = [each for each in verify(node) if each.is_error]
    assert (error.kind, error.where) == ("changed", path)
    assert error.text.startswith(f"at {there.where}, to which it was shipped: ")
    there.delete(path)
    (error,) = [each for each in verify(node) if each.is_error]
    assert (error.kind, error.where) == ("missing", path)


def test_a_note_alone_hides_nothing(node: Store, tmp_path: Path) -> None:
    there = open_store(tmp_path / "there")
    ship(node, there, delete_after=True)
    shutil.rmtree(tmp_path / "there")
    found = verify(node)
    assert found
    assert all(each.is_error and each.kind == "missing" for each in found)
