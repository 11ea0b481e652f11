"""A report of columns says what a report of entries says, to the last digit."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import footprint
from footprint.accounts import book as books
from footprint.reports.as_json import as_dict
from priced_ledgers import factors, ledgers, written
from random_ledgers import random_journals
from recorded import MS, UTC


def both(monkey: pytest.MonkeyPatch, *given: Any, **options: Any) -> tuple[Any, Any]:
    plain = as_dict(footprint.report(*given, **options))
    with monkey.context() as patch:
        patch.setattr(books, "MANY", 0)
        return plain, as_dict(footprint.report(*given, **options))


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32),
    st.sampled_from([None, "name,status", "kind,host,run"]),
    st.sampled_from(["none", "full"]),
    st.booleans(),
)
def test_random_ledgers(seed: int, by: str | None, absorption: str, cut: bool) -> None:
    rng = random.Random(seed)
    period: dict[str, Any] = {}
    if cut:
        since, until = sorted(rng.sample(range(3_100), 2))
        period = {"since": _iso(since), "until": _iso(until)}
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as monkey:
        ledger = Path(name)
        random_journals(rng, ledger)
        plain, bulk = both(monkey, ledger, by=by, absorption=absorption, **period)
    assert bulk == plain


@settings(deadline=None, max_examples=25)
@given(ledgers, st.lists(st.sampled_from((0.0, 21.5, 380.0)), min_size=1, max_size=4))
def test_priced_ledgers(recorded: Any, intensity: list[float]) -> None:
    with written(recorded) as ledger, pytest.MonkeyPatch.context() as monkey:
        file = factors(ledger, intensity, ["0.07", "0.18"])
        plain, bulk = both(monkey, ledger, factors=file)
    assert bulk == plain


def _iso(ms: int) -> str:
    from datetime import UTC as ZONE
    from datetime import datetime

    return datetime.fromtimestamp((UTC + ms * MS) / 1e9, ZONE).isoformat()


def test_a_period_in_which_nothing_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its entries had in common is not in the columns any more."""
    ledger = tmp_path / "ledger"
    random_journals(random.Random(5), ledger)
    for since, until in ((-2_000, -1_000), (3_900, 4_000), (0, 1)):
        period = {"since": _iso(since), "until": _iso(until)}
        plain, bulk = both(monkeypatch, ledger, by="name,status", **period)
        assert bulk == plain
