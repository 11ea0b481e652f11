"""`footprint meter`: a service that ends properly."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from footprint.ledger.reader import Facts, journal_files, read_journals


def only(ledger: Path) -> Facts:
    (found,), issues = read_journals(journal_files(ledger))
    assert issues == []
    return found


def test_for_some_seconds(cli, tmp_path: Path) -> None:
    begin = time.monotonic()
    ended = cli("meter", "--for", "1.2", "--zone", "FRA")
    assert 1.2 < time.monotonic() - begin < 10
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr.startswith("footprint: metering this host into")
    facts = only(tmp_path / "ledger")
    assert facts.end is not None
    assert facts.rows["span"] == []
    points = facts.rows["point"]
    assert points[-1][3] - points[0][3] > 700_000_000  # it goes on without a program
    assert facts.context["declared"]["zone"] == "FRA"


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP"])
def test_until_it_is_told_to_stop(start, tmp_path: Path, name: str) -> None:
    process = start("meter")
    assert "metering" in process.stderr.readline()
    time.sleep(0.4)
    process.send_signal(getattr(signal, f"SIG{name}"))
    assert process.wait(10) == 0
    assert process.communicate() == ("", "")
    assert only(tmp_path / "ledger").end is not None


def test_a_ledger_that_cannot_be_written_is_an_error(cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = cli("meter", "--ledger", "file/ledger", "--for", "1")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "Not a directory" in ended.stderr


def test_switched_off_it_refuses(cli) -> None:
    ended = cli("meter", "--for", "1", env={"FOOTPRINT_DISABLED": "1"})
    assert ended.returncode == 2
    assert "FOOTPRINT_DISABLED" in ended.stderr


def test_a_time_that_is_no_number_is_refused(cli) -> None:
    for wrong in ("nan", "inf", "0", "-1"):
        ended = cli("meter", "--for", wrong)
        assert ended.returncode == 2
        assert ended.stdout == ""
        assert len(ended.stderr.splitlines()) == 1
