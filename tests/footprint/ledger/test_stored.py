"""Journals in stores, and ledgers in buckets read as those in directories are."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint.errors import LedgerError
from footprint.ledger import stored
from footprint.ledger.stores import open_store


def test_journals_are_those_of_the_folder_by_name(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for name in ("journals/b.fpj", "journals/a.fpj", "journals/x/c.fpj", "journals/n.txt", "d.fpj"):
        store.create(name, name.encode())
    found = stored.journals(store)
    assert [(each.name, each.size) for each in found] == [("a.fpj", 14), ("b.fpj", 14)]
    assert found[0].read_bytes() == b"journals/a.fpj"


def test_a_ledger_without_journals_has_none(tmp_path: Path) -> None:
    (tmp_path / "one/journals").mkdir(parents=True)
    assert stored.journals(open_store(tmp_path / "one")) == []
    open_store(tmp_path / "two").create("footprint-ledger.json", b"{}")
    assert stored.journals(open_store(tmp_path / "two")) == []


def test_what_is_no_ledger_is_told_from_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"there is no ledger at .*none: name one"):
        stored.journals(open_store(tmp_path / "none"))
    with pytest.raises(LedgerError, match=r"it has no footprint-ledger\.json: name"):
        stored.journals(open_store(tmp_path))
