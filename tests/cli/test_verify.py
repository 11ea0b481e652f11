"""`footprint verify`: exit codes, what it prints, heads and keys from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from footprint.cli import main
from footprint.ledger.proofs.head import IN_REPORTS, brief, head
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores import open_store
from proved_ledgers import recorded


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """One sealed journal and one open."""
    place = tmp_path / "ledger"
    recorded(place, 1)
    seal(open_store(place))
    recorded(place, 2, ended=False)
    return place


def test_a_whole_ledger_verifies(ledger: Path) -> None:
    done = run(ledger)
    assert (done.exit_code, done.stdout) == (0, f"{ledger}: verified\n")


def test_a_changed_file_is_named_with_its_rows(ledger: Path) -> None:
    path = next(ledger.glob("sealed/span/*/*.parquet"))
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)
    done = run(ledger)
    assert done.exit_code == 1
    name = path.relative_to(ledger)
    assert done.stdout.splitlines()[0] == f"{ledger}: 1 finding"
    assert f"  error: changed: {name} rows 0 to 3 bytes 4 to " in done.stdout
    assert done.stderr.strip() == "footprint: 1 finding"
    found = json.loads(run(ledger, "--format", "json").stdout)
    assert found["schema"] == "footprint.verify/1"
    (one,) = found["ledgers"]
    assert one["verified"] is False
    assert one["findings"][0]["where"] == str(name)
    assert one["findings"][0]["rows"] == {"first": 0, "last": 3}


def test_a_torn_tail_is_a_note_and_a_finding_with_a_head(ledger: Path, tmp_path: Path) -> None:
    (journal,) = (ledger / "journals").iterdir()
    assert run(ledger, "--save-head", tmp_path / "head.json").exit_code == 0
    journal.write_bytes(journal.read_bytes()[:-3])
    done = run(ledger)
    assert done.exit_code == 0
    assert f"{ledger}: verified, 1 note" in done.stdout
    done = run(ledger, "--head", tmp_path / "head.json")
    assert done.exit_code == 1
    assert f"error: truncated: journals/{journal.name} bytes " in done.stdout


def test_a_head_on_stdout_is_all_that_is_there(ledger: Path) -> None:
    done = run(ledger, "--save-head", "-")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["schema"] == "footprint.head/1"
    assert "verified" in done.stderr


def test_a_report_is_a_head(ledger: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({IN_REPORTS: [brief(head(open_store(ledger)))]}))
    assert run(ledger, "--head", report).exit_code == 0
    next((ledger / "journals").iterdir()).unlink()
    assert run(ledger).exit_code == 0
    done = run(ledger, "--head", report)
    assert done.exit_code == 1
    assert "error: missing: journals/" in done.stdout


def test_a_damaged_ledger_gives_no_head(ledger: Path, tmp_path: Path) -> None:
    next(ledger.glob("sealed/span/*/*.parquet")).unlink()
    done = run(ledger, "--save-head", tmp_path / "head.json")
    assert done.exit_code == 1
    assert "1 finding; no head was saved" in done.stderr
    assert not (tmp_path / "head.json").exists()


def test_keys_are_made_and_asked_for(ledger: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    done = run("--make-key", key)
    assert done.exit_code == 0
    assert "keep it secret" in done.stdout
    done = run(ledger, "--key", f"{key}.pub")
    assert done.exit_code == 1
    assert "error: unsigned: manifests/" in done.stdout
    assert CliRunner().invoke(main, ["seal", str(ledger), "--sign", str(key)]).exit_code == 0
    assert run(ledger, "--key", f"{key}.pub").exit_code == 0
    kept = tmp_path / "head.json"
    assert run(ledger, "--save-head", kept, "--sign", key).exit_code == 0
    assert set(json.loads(kept.read_text())["signature"]) == {"key", "signature"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none"], "there is no ledger at none"),
        (["--sign", "key"], "--sign signs the head that --save-head FILE writes"),
        (["a", "b", "--save-head", "x"], "--save-head is of one ledger"),
        (["--head", "none.json"], "none.json: No such file"),
        (["--key", "none.pub"], "none.pub: No such file"),
    ],
)
def test_wrong_use_is_one_line(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
