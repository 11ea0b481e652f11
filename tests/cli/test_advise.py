"""`footprint advise`, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from footprint.cli import main
from footprint.ledger.journal import prepare
from report_ledgers import GPU, Recorder, S


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    one = Recorder(tmp_path / "L", declared={"zone": "DEU"})
    one.counter(GPU, [500.0] * 100)
    path = one.path("fit", kind="training", model="net", devices=["gpu:0"])
    one.span(path, 0, 6 * S)
    one.close(now=10 * S)
    return str(tmp_path / "L")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["advise", *arguments])


def test_it_ranks_what_saves_most(ledger: str) -> None:
    done = run(ledger, "--zone-candidate", "SWE", "--zone-candidate", "FRA")
    assert (done.exit_code, done.stderr) == (0, "")
    text = done.stdout
    assert text.index("run in SWE what ran in DEU") < text.index("run in FRA what ran in DEU")


def test_files_and_languages(ledger: str, tmp_path: Path) -> None:
    file = tmp_path / "advice.json"
    done = run(ledger, "-o", str(file), "--lang", "fr")
    assert (done.exit_code, done.stdout) == (0, "")
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["suggestions"][0]["what"].startswith("exécuter en ")
    assert run(ledger, "--format", "md").stdout.startswith("# Advice\n")


def test_an_empty_ledger_says_so_and_ends_with_0(tmp_path: Path) -> None:
    prepare(tmp_path / "L")
    done = run(str(tmp_path / "L"))
    assert done.exit_code == 0
    assert "the ledger is empty" in done.stdout
    wrong = run(str(tmp_path / "L"), "--api", "gpt-4o-minny")
    assert wrong.exit_code == 2
    assert wrong.stderr.count("\n") == 1


def test_bad_input_ends_with_2_and_one_line(ledger: str) -> None:
    for arguments, said in (
        ((ledger, "--zone-candidate", "Atlantis"), "zone 'Atlantis' is not known"),
        ((ledger, "--within", "3d"), "--within 3d: give whole hours, from 1h to 168h"),
        ((ledger, "--within", "²h"), "--within ²h: give whole hours, from 1h to 168h"),
        (
            (ledger, "--batch", "1e12"),
            "--batch: batch is 1000000000000.0: give a number of requests",
        ),
        ((ledger, "-o", ledger), "Is a directory"),
        ((ledger, "--api", "gpt-4o-minny"), "--api: "),
        ((ledger, "-o", "advice.docx"), "no format has the suffix .docx"),
        ((ledger + "-not",), "is no ledger"),
    ):
        done = run(*arguments)
        assert done.exit_code == 2
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
