"""Frames of ledgers whose old dates are kept by the hour."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from compacted_ledgers import DAY, MIDNIGHT, compacted, sealed
from footprint import open_ledger
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
