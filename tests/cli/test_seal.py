"""`footprint seal`, and what the other commands make of sealed ledgers."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import packed_journals
from footprint import settings
from footprint.ledger import format as fmt
from footprint.ledger.proofs.head import IN_REPORTS
from footprint.ledger.sealed import background
from footprint.ledger.sealed.sealing import head
from footprint.ledger.stores.local import LocalStore
from footprint.run import service
from report_ledgers import GPU, MS, Recorder, S


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two closed journals, and one whose writer may be alive, since it wrote a moment ago."""
    made = tmp_path / "ledger"
    for number in (1, 2, 3):
        one = Recorder(made, number, **({"utc_ns": time.time_ns()} if number == 3 else {}))
        one.span(one.path("work"), 0, 400 * MS, items=3.0)
        one.counter(GPU, [100] * 10)
        one.close(ended=number < 3, now=S)
    return made


def _reported(cli) -> dict[str, object]:
    """A report without what says how the ledger's files lie."""
    found: dict[str, object] = json.loads(cli("report", "--format", "json").stdout)
    del found[IN_REPORTS]
    return found


def test_closed_journals_are_sealed_and_the_head_is_printed(cli, ledger: Path) -> None:
    before = _reported(cli)
    done = cli("seal")
    assert done.returncode == 0
    assert f"{ledger}: 2 journals sealed, " in done.stderr
    chain, number, digest = done.stdout.split()
    assert head(LocalStore(ledger)) == (chain, int(number), digest)
    assert [each.name for each in (ledger / fmt.JOURNALS).iterdir()] == ["0003.fpj"]
    assert _reported(cli) == before
    again = cli("seal", "--quiet", str(ledger))
    assert (again.stderr, again.stdout) == ("", done.stdout)


def test_info_counts_what_is_sealed_and_names_what_is_foreign(cli, ledger: Path) -> None:
    plain = json.loads(cli("ledger", "info", "--format", "json").stdout)["ledgers"][0]
    cli("seal")
    (ledger / "notes.txt").write_text("mine")
    sealed = json.loads(cli("ledger", "info", "--format", "json").stdout)["ledgers"][0]
    assert sealed.pop("issues")[0]["where"] == "notes.txt"
    assert sealed.pop("sealed") | {"bytes": 0} == {
        "journals": 2, "manifests": 1, "files": 4, "bytes": 0,
    }  # fmt: skip
    changed = ("schema", "bytes", "issues", "sealed", "journals")
    assert {k: v for k, v in sealed.items() if k not in changed} == {
        k: v for k, v in plain.items() if k not in changed
    }
    by_file = {each["file"]: each for each in plain["journals"]}
    assert {each["file"]: each for each in sealed["journals"]} == by_file
    assert "of them sealed: 2 journals in 4 files" in cli("ledger", "info").stdout


def test_merging_copies_journals_and_sealed_segments(cli, ledger: Path, tmp_path: Path) -> None:
    cli("seal")
    other = tmp_path / "other"
    one = Recorder(other, 7)
    one.span(one.path("work"), 0, 100 * MS)
    one.close()
    both = cli("report", str(ledger), str(other), "--format", "json")
    done = cli("ledger", "merge", "all", str(ledger), str(other))
    assert done.returncode == 0, done.stderr
    merged = json.loads(cli("report", "all", "--format", "json").stdout)
    expected = json.loads(both.stdout)
    assert merged["totals"] == expected["totals"]
    assert merged["groups"] == expected["groups"]


def test_there_is_no_ledger_to_seal(cli) -> None:
    done = cli("seal", "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("footprint: there is no ledger at ")


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_process_of_its_own_seals_what_is_enough(ledger: Path) -> None:
    assert not background.start(ledger, from_bytes=10**6)
    assert background.start(ledger)
    assert _within(20, lambda: len(list((ledger / fmt.JOURNALS).iterdir())) == 1)
    assert head(LocalStore(ledger)) is not None


def test_nothing_is_started_where_it_cannot_be(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert not background.start(ledger)
    assert not background.start(ledger / "nowhere")


@pytest.mark.parametrize("setting", ["auto", "off"])
def test_run_has_a_full_ledger_sealed_and_keeps_its_exit_code(
    cli, tmp_path: Path, script, setting: str
) -> None:
    ledger = tmp_path / "ledger"
    rows = packed_journals.spans(700_000, 3600 * S)
    journal = packed_journals.write(ledger, 1, rows, packed_journals.definitions())
    assert journal.stat().st_size > background.FROM_BYTES
    done = cli("run", "--", *script("raise SystemExit(7)"), env={"FOOTPRINT_SEAL": setting})
    assert done.returncode == 7
    if setting == "auto":
        assert _within(30, lambda: head(LocalStore(ledger)) is not None and not journal.exists())
    else:
        time.sleep(0.5)
        assert head(LocalStore(ledger)) is None


def test_the_service_seals_each_hour(monkeypatch: pytest.MonkeyPatch, ledger: Path) -> None:
    started: list[Path] = []
    monkeypatch.setattr(service, "HOUR_S", 0.2)
    monkeypatch.setattr(service.background, "start", started.append)
    over = service.threading.Event()
    resolved = settings.resolve({"ledger": ledger})
    service._wait(over, 0.5, lambda: service._seal(resolved))
    assert started == [ledger, ledger]
    service._wait(over, 0.3, lambda: service._seal(resolved._replace(seal="off")))
    assert len(started) == 2
