"""What a report says is the same before and after its dates were compacted."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compacted_ledgers import DAY, MIDNIGHT, bounds, compacted, integers, sealed, totals
from footprint.ledger.proofs.verify import verify
from footprint.ledger.stores.local import LocalStore
from footprint.pages.page import BOOT, CALLS, OWN_TIME
from random_ledgers import LENGTH, random_journals
from recorded import MS

FIELDS = st.lists(
    st.sampled_from(["name", "kind", "status", "host", "run", "model"]), unique=True, max_size=3
)

#: A group's bounds are rounded to whole nJ cell by cell, those of its parts each by itself.
ROUNDED_NJ = 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compacted")


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.integers(-500, LENGTH + 500), FIELDS, st.booleans())
def test_reports_are_the_same_before_and_after(
    folder: Path, seed: int, midnight: int, by: list[str], whole: bool
) -> None:
    ledger = Path(tempfile.mkdtemp(dir=folder)) / "L"
    random_journals(random.Random(seed), ledger, utc=MIDNIGHT - midnight * MS)
    sealed(ledger)
    before = totals(ledger, tuple(by))
    outcome = compacted(ledger, MIDNIGHT + DAY if whole else MIDNIGHT)
    after = totals(ledger, tuple(by))
    assert integers(after) == integers(before)
    assert after.tallies == before.tallies
    now = bounds(after)
    for key, found in bounds(before).items():
        (name, _), _ = key
        if name in (CALLS, OWN_TIME, BOOT):
            assert now[key] == found
        else:  # the sum of its parts' bounds: as good, if not as close
            assert now[key][0] <= now[key][1]
            assert now[key][0] <= found[1] + ROUNDED_NJ
            assert now[key][1] >= found[0] - ROUNDED_NJ
    for name, member in before.members.items():
        was = member.doing.latencies.percentiles_ms()
        found = after.members[name].doing.latencies.percentiles_ms()
        if was is None:
            assert found is None
        else:
            assert found == pytest.approx(was, rel=2 ** (1 / 128) - 1, abs=1e-6)
    assert not [each for each in verify(LocalStore(ledger)) if each.is_error]
    assert compacted(ledger, MIDNIGHT + DAY if whole else MIDNIGHT).dates == ()
    if before.entries and whole:
        assert outcome.dates
