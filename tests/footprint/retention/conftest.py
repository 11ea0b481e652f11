"""A sealed ledger with a midnight in its middle."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from compacted_ledgers import MIDNIGHT, sealed
from random_ledgers import LENGTH, random_journals
from recorded import MS


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    place = tmp_path / "L"
    random_journals(random.Random(7), place, utc=MIDNIGHT - LENGTH // 2 * MS)
    return sealed(place)
