"""`footprint demo`, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

import footprint


class Ran(NamedTuple):
    code: int
    out: str
    err: str
    directory: Path


def run(directory: Path, *arguments: str, before: str = "", **environ: str) -> Ran:
    """`footprint demo ARGUMENTS` in a directory, in an environment without settings."""
    clean: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if not name.startswith("FOOTPRINT_")
    }
    code = f"{before}\nfrom footprint.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code, "demo", *arguments],
        check=False,
        cwd=directory,
        env={**clean, "HOME": str(directory), "NO_PROXY": "*", **environ},
        capture_output=True,
        text=True,
        timeout=100,
    )
    return Ran(done.returncode, done.stdout, done.stderr, directory)


#: No socket to anywhere: the demo has to work on a train.
OFFLINE = """
import socket
def refuse(*args, **kwargs):
    raise OSError("no network here")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run of it, in a directory where an earlier one left something."""
    directory = tmp_path_factory.mktemp("demo")
    (directory / "footprint-demo").mkdir()
    (directory / "footprint-demo" / "report.html").write_text("from before")
    return run(directory, "--zone", "FRA", "--tariff", "0.18", before=OFFLINE)


def test_it_ends_well_and_leaves_what_was_there(made: Ran) -> None:
    assert made.code == 0, made.err
    assert (made.directory / "footprint-demo" / "report.html").read_text() == "from before"


def test_progress_goes_to_stderr_one_line_a_step(made: Ran) -> None:
    lines = made.err.splitlines()
    assert all(line.startswith("footprint demo: ") for line in lines), made.err
    assert len(lines) == 6


def test_what_it_made_is_named_and_is_there(made: Ran) -> None:
    for name in (
        "ledger",
        "report.html",
        "report.json",
        "datasheet-digits-mlp.md",
        "datasheet-digits-logistic.md",
    ):
        path = Path("footprint-demo-2") / name
        assert str(path) in made.out
        assert (made.directory / path).exists()
    assert "Carbon or cost is not known" not in made.out


def test_the_ledger_holds_both_models_and_every_request(made: Ran) -> None:
    ledger = footprint.open_ledger(made.directory / "footprint-demo-2" / "ledger")
    spans = ledger.spans()
    asked = spans[spans["kind"] == "inference"].groupby("model")["calls"].sum()
    assert set(asked.index) == {"digits-mlp", "digits-logistic"}
    assert all(count % 450 == 0 or count > 450 for count in asked)
    serving = spans[spans["name"] == "serve"].set_index("model")["span_id"]
    for model, calls in spans[spans["kind"] == "inference"].groupby("model"):
        assert set(calls["parent_id"]) == {serving[model]}  # carried into the threads
    assert not list(ledger.facts()[1])  # a clean end: no torn batch, nothing missing


def test_the_report_is_priced_and_its_books_balance(made: Ran) -> None:
    report = json.loads((made.directory / "footprint-demo-2" / "report.json").read_text())
    assert report["by"] == ["model", "version", "kind"]
    for row in report["conservation"]:
        booked = row["attributed_j"] + row["idle_j"] + row["unattributed_j"]
        assert booked == pytest.approx(row["metered_j"], rel=1e-9)
    groups = {(each["key"]["model"], each["key"]["kind"]): each for each in report["groups"]}
    training = groups["digits-mlp", "training"]
    assert training["spans"] == 1
    assert training["items"] % 1347 == 0
    assert training["energy_j"]["mid"] > 0
    assert training["carbon_location_g"]["mid"] > 0
    assert training["cost_usd"]["mid"] > 0
    assert {each["name"] for each in report["factors"]} == {
        "grid intensity",
        "electricity tariff",
        "water intensity",
    }


@pytest.mark.parametrize("model", ["digits-mlp", "digits-logistic"])
def test_each_model_has_a_datasheet(made: Ran, model: str) -> None:
    text = (made.directory / "footprint-demo-2" / f"datasheet-{model}.md").read_text()
    assert text.startswith(f"# Datasheet: {model}, version 1\n")
    assert "| accuracy | 0.9" in text
    for heading in ("## Training", "## Inference", "## What is missing"):
        assert heading in text
    assert "| 1,000 calls |" in text
    assert "% of the energy)." in text  # each figure's method
    assert "FRA" in text


def test_both_models_are_compared(made: Ran) -> None:
    lines = [line for line in made.out.splitlines() if " accuracy " in line]
    assert [line.split()[0] for line in lines] == ["digits-mlp", "digits-logistic"]


def test_without_scikit_learn_one_line_and_2(tmp_path: Path) -> None:
    ran = run(tmp_path, before="import sys; sys.modules['sklearn'] = None")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "pip install 'footprint-ledger[demo]'" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--zone", "Frnace"), "France"),
        (("--pue", "0.5"), "--pue"),
        (("--tariff", "nan"), "--tariff"),
        (("--carbon-intensity", "-3"), "--carbon-intensity"),
        (("--out", "a-file/demo"), "a-file"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_wrong_use_is_one_line_and_2(tmp_path: Path, arguments: tuple[str, ...], word: str) -> None:
    (tmp_path / "a-file").write_text("")
    ran = run(tmp_path, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert word in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_switched_off_it_says_so(tmp_path: Path) -> None:
    ran = run(tmp_path, FOOTPRINT_DISABLED="1")
    assert ran.code == 2
    assert "FOOTPRINT_DISABLED" in ran.err
