"""A program that asks what it used, while what others recorded is sealed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from footprint.ledger.sealed.meanwhile import sealed_since
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from report_ledgers import GPU, MS, UTC, Recorder, S
from sealers import GONE


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """A ledger with a sealed journal of the boot `boot-a`."""
    one = Recorder(tmp_path)
    one.span(one.path("work"), 0, 400 * MS)
    one.counter(GPU, [100] * 10)
    one.close()
    seal(LocalStore(tmp_path), GONE)
    return LocalStore(tmp_path)


def test_what_was_sealed_meanwhile_is_read(store: LocalStore) -> None:
    ((facts,), issues) = sealed_since(store, "boot-a", UTC, ())
    assert issues == []
    assert facts.rows.count("point") == 11
    assert sealed_since(store, "boot-b", UTC, ()) == ([], [])
    assert sealed_since(store, "boot-a", UTC + 3600 * S, ()) == ([], [])
    assert sealed_since(store, "boot-a", UTC, {(facts.writer, 0)}) == ([], [])


def test_what_was_sealed_before_is_not_looked_at(store: LocalStore) -> None:
    for path in (store.root / "manifests").rglob("*.json"):
        os.utime(path, ns=(UTC - 3600 * S, UTC - 3600 * S))
    assert sealed_since(store, "boot-a", UTC, ()) == ([], [])


def test_where_nothing_was_sealed_there_is_nothing(tmp_path: Path) -> None:
    assert sealed_since(LocalStore(tmp_path / "none"), "boot-a", UTC, ()) == ([], [])
