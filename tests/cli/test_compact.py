"""`footprint compact`, and what other commands say of a compacted ledger."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compacted_ledgers import MIDNIGHT, sealed
from footprint.cli import main
from random_ledgers import LENGTH, random_journals
from recorded import MS


def footprint(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def figures(report: Any) -> list[Any]:
    """The middle of each group's energy, J, or None: bounds are wider by the hour."""
    return [
        (
            *(each[name] for name in ("key", "items", "errors", "units")),
            (each["energy_j"] or {}).get("mid"),
        )
        for each in report["groups"]
    ]


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    place = tmp_path / "L"
    random_journals(random.Random(7), place, utc=MIDNIGHT - LENGTH // 2 * MS)
    return str(sealed(place))


def test_old_calls_become_groups(ledger: str) -> None:
    before = json.loads(footprint("report", ledger, "--format", "json").stdout)
    would = footprint("compact", ledger, "--keep-calls", "2w", "--dry-run")
    assert "calls would become" in would.stderr
    assert would.stdout == ""
    done = footprint("compact", ledger, "--keep-calls", "2w")
    assert done.exit_code == 0, done.stderr
    assert "2 dates, 2023-11-14 to 2023-11-15" in done.stderr
    assert len(done.stdout.split()) == 3
    again = footprint("compact", ledger, "--keep-calls", "2w")
    assert "nothing to compact" in again.stderr
    assert footprint("verify", ledger).exit_code == 0
    after = json.loads(footprint("report", ledger, "--format", "json").stdout)
    for part in ("conservation", "period"):
        assert after[part] == before[part]
    assert figures(after) == figures(before)
    info = json.loads(footprint("ledger", "info", ledger, "--format", "json").stdout)
    (said,) = info["ledgers"][0]["compacted"] if "ledgers" in info else info["compacted"]
    assert (said["first"], said["last"]) == ("2023-11-14", "2023-11-15")
    assert "calls are kept by the hour" in footprint("ledger", "info", ledger).stdout


def test_what_makes_no_sense_is_one_line(ledger: str) -> None:
    assert footprint("compact", ledger).exit_code == 2
    wrong = footprint("compact", ledger, "--keep-calls", "soon")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)
    assert "give days (90d)" in wrong.stderr
