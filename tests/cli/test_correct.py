"""`footprint correct`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from report_ledgers import GPU, Recorder, S

BY = ("--by", "A. Meyer", "--why", "a test")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    one = Recorder(tmp_path / "ledger")
    for model in ("bert", "big"):
        path = one.path("embed", model=model, kind="inference")
        one.span(path, 0, 2 * S, items=8)
    one.counter(GPU, [100.0] * 40)
    one.close()
    return tmp_path / "ledger"


def files(ledger: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in ledger.rglob("*") if path.is_file()}


def test_a_correction_is_shown_written_listed_and_taken_back(cli, ledger):
    before = files(ledger)
    dry = cli("correct", "void", ledger, "--model", "big", *BY, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "  1 call\n" in dry.stdout
    assert "nothing was written" in dry.stdout
    assert files(ledger) == before
    made = cli("correct", "void", ledger, "--model", "big", *BY)
    assert made.returncode == 0, made.stderr
    report = json.loads(cli("report", ledger, "--format", "json").stdout)
    (shown,) = report["corrections"]
    assert (shown["id"], shown["who"], shown["why"]) == (made.stdout.strip(), "A. Meyer", "a test")
    assert shown["effect"]["calls"] == 1
    assert [group["key"]["model"] for group in report["groups"]] == ["bert"]
    # Nothing was edited: all journals are as they were.
    assert {name: data for name, data in files(ledger).items() if name in before} == before | {
        "footprint-ledger.json": files(ledger)["footprint-ledger.json"]
    }
    for form in ("text", "md", "html"):
        assert shown["id"] in cli("report", ledger, "--format", form).stdout
    back = cli("correct", "void", ledger, "--correction", shown["id"][:8], *BY)
    assert back.returncode == 0, back.stderr
    listed = json.loads(cli("correct", "list", ledger, "--format", "json").stdout)
    assert [each["holds"] for each in listed] == [False, True]
    report = json.loads(cli("report", ledger, "--format", "json").stdout)
    assert {group["key"]["model"] for group in report["groups"]} == {"bert", "big"}
    assert "corrections 2" in cli("ledger", "info", ledger).stdout


def test_what_is_about_nothing_is_refused(cli, ledger):
    before = files(ledger)
    for arguments, message in (
        (("void", ledger, "--model", "nope", *BY), "nothing in"),
        (("void", ledger, *BY), "say what is to be corrected"),
        (("void", ledger, "--model", "big", "--why", "x"), "--by"),
        (("void", ledger, "--correction", "abc", *BY), "no correction"),
        (("replace", ledger, "--model", "big", *BY), "nothing is replaced"),
        (("replace", ledger, "--model", "big", "--amount", "items=x", *BY), "no number"),
        (("replace", ledger, "--run", "x", "--set", "pue=0.3", *BY), "pue"),
    ):
        done = cli("correct", *arguments)
        assert done.returncode == 2, arguments
        assert message in done.stderr
        assert done.stderr.count("\n") == 1
    assert files(ledger) == before
