"""Sealers that are killed, that meet, that run out of space: each record is there exactly once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from footprint.errors import LedgerError
from footprint.ledger import format as fmt
from footprint.ledger.reader import Facts
from footprint.ledger.sealed.manifest import read_chains
from footprint.ledger.sealed.removal import LEFT_AFTER
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.sealed.whole import read_ledger
from footprint.ledger.stores.local import LocalStore
from random_ledgers import random_journals
from sealers import GONE

PROGRAM = Path(__file__).parents[3] / "sealers.py"


def ran(*words: object) -> str:
    command = [sys.executable, "-P", str(PROGRAM), *map(str, words)]  # not tests/ as a package
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(ledger: Path) -> dict[str, object]:
    """All that is recorded, by writer; the same writer twice fails."""
    found, issues = read_ledger(LocalStore(ledger))
    assert not issues
    assert len({one.writer for one in found}) == len(found)
    return {one.writer: _said(one) for one in found}


def _said(one: Facts) -> tuple[object, ...]:
    rows = [one.rows.packed(row.name) for row in fmt.ROW_TYPES]
    return one.context, one.paths, one.anchors, one.gaps, rows


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A ledger of several journals."""
    for seed in range(100):
        ledger = tmp_path / f"template-{seed}"
        random_journals(random.Random(seed), ledger, spans=6)
        if len(list((ledger / fmt.JOURNALS).iterdir())) == 3:
            return ledger
    raise AssertionError


def test_a_sealer_killed_after_any_step_loses_and_doubles_nothing(
    template: Path, tmp_path: Path
) -> None:
    before = contents(template)
    folder = tmp_path / "killed"
    folder.mkdir()
    killed = int(ran("kill", template, folder))
    assert killed >= 3 + 3 + 3  # the chain and the marker, files, the manifest, three journals
    later = GONE._replace(utc_ns=GONE.utc_ns + 10 * LEFT_AFTER * 10**9)
    for after in range(1, killed + 1):
        store = LocalStore(folder / str(after))
        assert contents(store.root) == before, after
        seal(store, later)
        assert contents(store.root) == before, after
        (chain,) = read_chains(store)
        named = {file.path for file in chain.files}
        assert {name for name, _ in store.names("sealed")} == named, after
        assert store.names("journals") == [], after
        assert len(chain.links) == 1, after


@pytest.mark.parametrize("count", [2, 8])
def test_sealers_at_once_seal_everything_once(template: Path, count: int) -> None:
    before = contents(template)
    ran("race", template, count)
    assert contents(template) == before
    (chain,) = read_chains(LocalStore(template))
    keys = [journal.key for journal in chain.journals]
    assert len(keys) == len(set(keys)) == len(before)
    assert chain.missing == ()
    assert [link.manifest.previous for link in chain.links][1:] == [
        link.sha256 for link in chain.links[:-1]
    ]
    marked = json.loads((template / fmt.MARKER).read_text())
    assert marked == {"schema": "footprint.ledger/2", "chain": chain.id, "sealed": True}


class _Full(LocalStore):
    """A disk with room for some files."""

    room = 3

    def put(self, name: str, path: Path) -> None:
        if not self.room:
            raise LedgerError(f"cannot write {self.root / name}: No space left on device")
        self.room -= 1
        super().put(name, path)


def test_a_full_disk_is_one_line_and_nothing_is_lost(template: Path) -> None:
    before = contents(template)
    with pytest.raises(LedgerError, match="No space left"):
        seal(_Full(template), GONE)
    assert contents(template) == before
    store = LocalStore(template)
    assert store.names("sealed") == []
    assert read_chains(store) == []
    seal(store, GONE)
    assert contents(template) == before
