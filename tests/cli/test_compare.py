"""`footprint compare`, as it is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from report_ledgers import GPU, MS, Recorder, S

Cli = Callable[..., CompletedProcess[str]]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Ten calls of each of two versions, in turn: 40 J and 24 J."""
    one = Recorder(tmp_path / "L")
    paths = [
        one.path("embed", kind="inference", model="minilm", version=version, devices=[0])
        for version in ("fp32", "int8")
    ]
    watts = []
    for call in range(20):
        watts += [(400.0, 240.0)[call % 2], 0.0]
        one.span(paths[call % 2], call * 200 * MS, call * 200 * MS + 100 * MS, items=4.0)
    one.counter(GPU, watts)
    one.close(10 * S)
    return tmp_path / "L"


def test_two_versions(cli: Cli, ledger: Path) -> None:
    done = cli("compare", "minilm@fp32", "minilm@int8", "--in", ledger, "--zone", "FRA")
    assert (done.returncode, done.stderr) == (0, "")
    assert "-40 %: measured difference" in done.stdout
    assert "10 J" in done.stdout


def test_every_format_to_a_file(cli: Cli, ledger: Path, tmp_path: Path) -> None:
    for name, first in (("c.json", "{"), ("c.html", "<!DOCTYPE html>"), ("c.md", "# "), ("c", "C")):
        done = cli("compare", "minilm@fp32", "minilm@int8", "--in", ledger, "-o", name)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert (tmp_path / name).read_text().startswith(first)
    assert json.loads((tmp_path / "c.json").read_text())["schema"] == "footprint.compare/1"


def test_in_french(cli: Cli, ledger: Path, tmp_path: Path) -> None:
    asked = ("compare", "minilm@fp32", "minilm@int8", "--in", ledger, "--lang", "fr")
    done = cli(*asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert "-40\xa0%, différence mesurée" in done.stdout
    assert cli(*asked, "-o", "c.html").returncode == 0
    assert '<html lang="fr">' in (tmp_path / "c.html").read_text()
    refused = cli(*asked[:-1], "de")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--lang" in refused.stderr


def test_own_hardware_and_an_api(cli: Cli) -> None:
    done = cli(
        "compare", "own:llama-3.1-70b@H100x4", "api:gpt-4o", "--tokens-in", "1k", "--tokens-out",
        "500", "--rental", "2.5", "--batch", "64",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "own hardware is cheaper from 1,460 million tokens a month" in " ".join(
        done.stdout.split()
    )


def test_a_plan_that_footprint_wrote(cli: Cli, ledger: Path, tmp_path: Path) -> None:
    plan = cli("estimate", "training", "--gpu", "H100", "--gpu-hours", "0.001", "-o", "plan.json")
    assert plan.returncode == 0
    done = cli("compare", "--plan", "plan.json", ledger, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    energy = json.loads(done.stdout)["figures"][0]
    assert energy["values"][1]["mid"] * 3.6e6 == pytest.approx(10 * 40 + 10 * 24)
    assert energy["changes"][1]["inside"] is False
    serving = cli(
        "estimate", "inference", "--params", "8B", "--tokens-out", "100", "-o", "serving.json"
    )
    assert serving.returncode == 0
    refused = cli("compare", "--plan", "serving.json", ledger)
    assert refused.returncode == 2
    assert "tokens_out" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("minilm@fp32",), "two or more"),
        ((), "two or more"),
        (("minilm@fp32", "minilm@in8"), "int8"),
        (("minilm@fp32", "minilm@fp32"), "itself"),
        (("minilm@fp32", "minilm@int8", "--per", "tokens"), "items"),
        (("minilm@fp32", "minilm@int8", "--metrics", "none.csv"), "none.csv"),
        (("minilm@fp32", "minilm@int8", "-o", "c.pdf"), ".pdf"),
        (("minilm@fp32", "minilm@int8", "--pue", "0.5"), "--pue"),
        (("own:70B@H100x4", "api:gpt-4o"), "--tokens-in"),
        (("own:70B@H100x4", "api:gtp-4o", "--tokens-in", "9", "--tokens-out", "9"), "gpt-4o"),
        (("minilm@fp32", "minilm@int8", "--tokens-in", "9"), "own:"),
        (("--plan", "none.json", "L"), "none.json"),
        (("--plan", "none.json", "L", "--metrics", "m.csv"), "--metrics"),
        (("--plan", "none.json", "L", "M"), "one ledger"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(
    cli: Cli, ledger: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = cli("compare", *arguments, "--in", ledger)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert told in done.stderr
