"""A base model's training from the same ledgers."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint.datasheets import make
from footprint.datasheets.base import recorded
from report_ledgers import GPU, Recorder, S

DAY = 86_400 * S


@pytest.mark.parametrize(("days", "period"), [(0, "2026-11-22"), (2, "2026-11-22/2026-11-24")])
def test_its_period_reads_the_same_in_every_language(
    tmp_path: Path, days: int, period: str
) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, [100.0] * 100)
    path = one.path("train", model="base", kind="training", devices=[0])
    one.span(path, 0, 9 * S)
    if days:
        one.span(path, days * DAY, days * DAY + 1)
    one.close()
    found = recorded(make.booked([tmp_path / "L"]), "base")
    assert (found.period, found.model, found.source) == (period, "base", "the same ledger")
