"""`footprint report --init` and `--replay`, as users run them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from audited import factors, record, stated

SALT = "0123456789abcdef-0123"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    record(tmp_path / "L")
    return tmp_path / "L"


def test_init_writes_a_file_once(cli, tmp_path):
    done = cli("report", "--init", "--lang", "fr")
    assert (done.returncode, done.stdout) == (0, "")
    path = tmp_path / "organisation.toml"
    text = path.read_text()
    assert text.startswith("# De qui est un rapport")
    assert "privacy" in tomllib.loads(text)
    again = cli("report", "--init")
    assert again.returncode == 2
    assert "organisation.toml is there already, and is not written over" in again.stderr
    assert path.read_text() == text
    assert cli("report", "--init", "-o", "-").stdout.startswith("# Who a report is of")
    assert cli("report", "--init", "-o", "other.toml").returncode == 0
    assert (tmp_path / "other.toml").is_file()
    assert cli("report", "--init", "-o", "none/other.toml").returncode == 2


def test_a_mistake_in_the_file_is_one_line(cli, tmp_path, ledger):
    (tmp_path / "organisation.toml").write_text("[organisation]\nnmae = 'x'\n")
    done = cli("report", ledger)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Did you mean name?" in done.stderr


def test_replay_says_the_same_or_what_differs(cli, tmp_path, ledger):
    factors(tmp_path, 50.0)
    assert cli("report", "L", "--factors", "factors.toml", "-o", "r.json").returncode == 0
    done = cli("report", "--replay", "r.json")
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "r.json: the same, byte for byte\n",
        "",
    )
    factors(tmp_path, 60.0)
    done = cli("report", "--replay", "r.json", "-o", "found.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "footprint: r.json did not come out the same\n"
    text = (tmp_path / "found.txt").read_text()
    assert text.startswith("r.json: not the same\n")
    assert "factor grid intensity of FRA: 50 g/kWh (our supplier, 2025) -> 60 g/kWh" in text
    assert "totals.carbon_location_g.mid" in text
    done = cli("report", "--replay", "r.json", "--format", "json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["schema"], found["same"]) == (1, "footprint.replay/1", False)
    assert found["differences"][0]["share"] == pytest.approx(1 / 6)


def test_replay_takes_what_lies_elsewhere_and_the_salt(cli, tmp_path, ledger):
    stated(tmp_path)
    names = ("--privacy", f"hosts=hash,salt={SALT}")
    assert cli("report", "L", *names, "--by", "host", "-o", "r.html").returncode == 0
    ledger.rename(tmp_path / "moved")
    lost = cli("report", "--replay", "r.html")
    assert lost.returncode == 2
    assert "the report was made of L, which is not here" in lost.stderr
    salted = ("--privacy", f"salt={SALT}")
    done = cli("report", "--replay", "r.html", "moved", *salted)
    assert (done.returncode, done.stdout) == (0, "r.html: the same, byte for byte\n"), done.stdout
    lacking = cli("report", "--replay", "r.html", "moved")
    assert (lacking.returncode, lacking.stderr.count("\n")) == (2, 1)
    assert "its names are hashed under a salt: give it, --privacy salt=SECRET" in lacking.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--zone", "FRA"), "--zone: the report says it itself"),
        (("--by", "model"), "--by: the report says it itself"),
        (("--no-pins",), "--no-pins: the report says it itself"),
        (("--privacy", "hosts=hash"), "give the salt alone"),
        (("--format", "csv"), "text or json"),
    ],
)
def test_what_the_report_says_is_not_asked_again(cli, ledger, arguments, said):
    assert cli("report", "L", "-o", "r.json").returncode == 0
    done = cli("report", "--replay", "r.json", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
