"""Frames of ledgers whose old dates are kept by the hour."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from compacted_ledgers import DAY, MIDNIGHT, compacted, sealed
from footprint import open_ledger
from footprint.accounts.book import Book
from random_ledgers import LENGTH, random_journals
from recorded import MS


@pytest.mark.parametrize("days", [0, 1])
@pytest.mark.parametrize("seed", [7, 21])
def test_spans_add_up_to_the_same(tmp_path: Path, seed: int, days: int) -> None:
    ledger = tmp_path / "L"
    random_journals(random.Random(seed), ledger, utc=MIDNIGHT - LENGTH // 2 * MS)
    sealed(ledger)
    before, readings = open_ledger(ledger).spans(), open_ledger(ledger).readings()
    outcome = compacted(ledger, MIDNIGHT + days * DAY)
    after = open_ledger(ledger).spans()
    (issue,) = [each for each in open_ledger(ledger).facts()[1] if each.kind == "compacted"]
    assert f"calls until {outcome.dates[-1]} are kept by the hour since" in issue.text
    assert list(after.columns) == list(before.columns)
    assert after["calls"].sum() == before["calls"].sum()
    for column in ("energy_j", "gpu_energy_j", "cpu_energy_j", "items", "tokens_out"):
        assert after[column].sum() == pytest.approx(before[column].sum(), abs=1e-6)
    of_groups = after["span_id"].str.contains("group")
    assert after[of_groups]["calls"].sum() == outcome.calls
    assert set(after["name"]) == set(before["name"])
    assert after["start"].min() == before["start"].min()
    assert open_ledger(ledger).readings().equals(readings)
    later = open_ledger(ledger).spans(since="2023-11-15")
    assert later["end"].min().value >= MIDNIGHT


@pytest.mark.parametrize("seed", [7, 21])
def test_a_book_has_no_half_of_a_compacted_date(tmp_path: Path, seed: int) -> None:
    ledger = tmp_path / "L"
    random_journals(random.Random(seed), ledger, utc=MIDNIGHT - LENGTH // 2 * MS)
    sealed(ledger)
    later = open_ledger(ledger).book(since="2023-11-15")
    whole = open_ledger(ledger).book()
    assert _of_devices(later) != _of_devices(whole)
    compacted(ledger, MIDNIGHT)
    book = open_ledger(ledger).book()
    assert _of_devices(book) == _of_devices(later)
    assert _of_entries(book) == _of_entries(later)
    assert [each.kind for each in book.issues].count("compacted") == 1
    assert _of_entries(open_ledger(ledger).book(until="2023-11-15")) == {}
    for line in book.devices:
        assert line.metered_nj == line.attributed_nj + line.idle_nj + line.unattributed_nj
    compacted(ledger, MIDNIGHT + DAY)
    nothing = open_ledger(ledger).book()
    assert not nothing.entries
    assert not nothing.devices


def _of_devices(book: Book) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (line.boot, line.device.id): (
            line.metered_nj,
            line.attributed_nj,
            line.idle_nj,
            line.unattributed_nj,
        )
        for line in book.devices
    }


def _of_entries(book: Book) -> dict[tuple[str, int], dict[str, int]]:
    return {
        (book.facts[entry.writer].writer, entry.seq): {
            part.device.id: part.energy.mid_nj for part in used.values()
        }
        for entry, used in zip(book.entries, book.used, strict=True)
    }
