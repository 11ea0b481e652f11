"""A program that asks what it used, while what others recorded is sealed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from footprint import open_ledger
from footprint.ledger.reader import journal_files
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


def test_a_program_that_was_taken_for_dead_goes_on_in_another_part(program) -> None:
    """As if it had been idle for a day on a host that is not the sealer's."""
    ran = program("""
        import time
        import footprint
        from pathlib import Path
        from footprint import clock
        from footprint.ledger.sealed.closed import Here
        from footprint.ledger.sealed.sealing import seal
        from footprint.ledger.stores.local import LocalStore
        from footprint.tracking import session

        with footprint.measure("before"):
            pass
        time.sleep(2)  # it reads on for a second, then it sleeps
        session.flush()
        elsewhere = Here("another boot", frozenset(), clock.anchor()[1] * 2)
        assert seal(LocalStore(Path("ledger")), elsewhere).journals == 1
        assert not list(Path("ledger/journals").iterdir())
        with footprint.measure("after"):
            pass
    """)
    assert (ran.returncode, ran.stderr) == (0, "")
    ((facts,), issues) = open_ledger(ran.ledger).facts()
    assert issues == []
    names = Counter(facts.paths[row[2]].name for row in facts.rows["span"])
    assert names == {"before": 1, "after": 1}
    (left,) = journal_files(ran.ledger)
    assert left.stem.endswith("_00001")
