"""An entry is added whole, once, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint.errors import LedgerError
from footprint.ledger.sealed import commit as commits
from footprint.ledger.sealed.commit import commit, new_seal
from footprint.ledger.sealed.manifest import SEALED, read_chains
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.sealed.write import Written
from footprint.ledger.stores.local import LocalStore
from report_ledgers import GPU, Recorder


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    recorder = Recorder(tmp_path / "L")
    recorder.counter(GPU, [100.0] * 5)
    recorder.close()
    store = LocalStore(tmp_path / "L")
    seal(store)
    return store


def again(store: LocalStore, folder: Path, name: str) -> list[Written]:
    """The files of the last manifest once more, under another id."""
    (chain,) = read_chains(store)
    found = []
    for number, file in enumerate(chain.files):
        local = folder / f"{number}.parquet"
        local.write_bytes((store.root / file.path).read_bytes())
        path = f"{file.path.rpartition('/')[0]}/{name}.parquet"
        found.append(Written(file._replace(path=path), local))
    return found


def test_what_does_not_fit_any_more_leaves_nothing(store: LocalStore, tmp_path: Path) -> None:
    before = store.names()
    name = new_seal()
    written = again(store, tmp_path, name)
    there: list[bool] = []

    def fits(*_: object) -> bool:
        there.append({each.file.path for each in written} <= dict(store.names(SEALED)).keys())
        return False

    assert commit(store, "seal", name, written, fits) is None
    assert there == [True]
    assert store.names() == before


def test_an_entry_whose_creation_was_answered_by_nobody_is_there_once(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_seal()
    create = store.create

    def unanswered(path: str, data: bytes) -> bool:
        create(path, data)
        return False  # as a client says that asks again after it heard nothing

    monkeypatch.setattr(store, "create", unanswered)
    link = commit(store, "seal", name, again(store, tmp_path, name), lambda *_: True)
    (chain,) = read_chains(store)
    assert link == chain.links[-1]
    assert [each.manifest.seal for each in chain.links].count(name) == 1
    assert len(chain.links) == 2


def test_files_that_others_may_take_for_left_over_are_not_named(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "GIVE_UP_AFTER", 0)
    name = new_seal()
    with pytest.raises(LedgerError, match="run `footprint compact` again"):
        commit(store, "compaction", name, again(store, tmp_path, name), lambda *_: True)
    assert len(read_chains(store)[0].links) == 1
