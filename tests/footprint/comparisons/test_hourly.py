"""Sides of ledgers that run over midnight, before and after their first date was compacted."""

from __future__ import annotations

from pathlib import Path

import pytest

from compacted_ledgers import MIDNIGHT, compacted, sealed
from footprint.comparisons.hourly import NO_CALLS
from footprint.comparisons.measured import Ask, Measured
from footprint.comparisons.sides import measure
from footprint.errors import UsageError
from report_ledgers import GPU, Recorder, S

SIDES = (("old", "name=old"), ("new", "name=new"))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """At 100 W: `old` for 2 s before midnight; `new` from 2 s before to 4 s after, and 2 s more."""
    one = Recorder(tmp_path / "L", utc_ns=MIDNIGHT - 10 * S)
    one.counter(GPU, [100.0] * 200)
    one.span(one.path("old", kind="inference", devices=[0]), 5 * S, 7 * S, items=2.0)
    new = one.path("new", kind="inference", devices=[0])
    one.span(new, 8 * S, 14 * S, items=6.0)
    one.span(new, 16 * S, 18 * S, items=2.0)
    one.close(20 * S)
    return tmp_path / "L"


def _sides(ledger: Path, ask: Ask | None = None) -> list[Measured]:
    return measure([ledger], SIDES, ask or Ask())


def test_a_span_that_ran_over_midnight_is_one(ledger: Path) -> None:
    _, new = _sides(ledger)
    assert new.samples is not None
    assert [(each.energy_j, each.items, each.busy_s) for each in new.samples] == [
        (pytest.approx(600.0), 6.0, 6.0),
        (pytest.approx(200.0), 2.0, 2.0),
    ]
    assert (new.spans, new.runs, new.active_s, new.elapsed_s) == (2, 1, 8.0, 10.0)
    assert new.whole.energy_j is not None
    assert new.whole.energy_j.mid == pytest.approx(800.0)


@pytest.mark.parametrize("ask", [Ask(), Ask(per="run")])
def test_compacted_dates_keep_their_figures_and_have_no_single_calls(
    ledger: Path, ask: Ask
) -> None:
    before = _sides(sealed(ledger), ask)
    assert compacted(ledger, MIDNIGHT).dates
    for was, now in zip(before, _sides(ledger, ask), strict=True):
        assert now.whole == was.whole
        assert now.each == was.each
        assert (now.spans, now.runs, now.amount, now.kinds) == (
            *(was.spans, was.runs, was.amount, was.kinds),
        )
        assert now.throughput_per_s == was.throughput_per_s
        assert (now.samples, now.devices, now.elapsed_s) == (None, None, None)
        assert NO_CALLS in now.gaps


def test_a_side_after_the_compacted_dates_is_as_it_was(ledger: Path) -> None:
    sealed(ledger)
    ask = Ask(since="2023-11-15")
    (before,) = measure([ledger], SIDES[1:], ask)
    compacted(ledger, MIDNIGHT)
    (after,) = measure([ledger], SIDES[1:], ask)
    assert before.samples is not None
    assert after.samples == before.samples
    assert (after.elapsed_s, after.devices) == (before.elapsed_s, before.devices)
    assert NO_CALLS not in after.gaps
    with pytest.raises(UsageError, match="none of its spans is a call of this period"):
        measure([ledger], SIDES[:1], ask)
