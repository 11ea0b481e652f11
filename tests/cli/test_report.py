"""`footprint report`, as it is called: what goes to stdout, to a file, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from report_ledgers import GPU, Recorder, S

WORK = """
import time

import footprint

@footprint.track(model="minilm", kind="inference")
def embed(texts):
    footprint.current().add(items=len(texts))
    time.sleep(0.05)

for _ in range(20):
    embed(["a", "b"])
"""
TRACE = (
    "t,device,watts,device_kind,name,max_w\n0,GPU-0,300,gpu,H100,700\n60,GPU-0,300,gpu,H100,700\n"
)


def ledger(path: Path) -> Path:
    """A span of 300 J from 1 s to 2 s, 200 J idle around it."""
    one = Recorder(path)
    one.counter(GPU, [100.0] * 10 + [300.0] * 10 + [100.0] * 10)
    one.span(one.path("embed", model="minilm", devices=[0]), 1 * S, 2 * S)
    one.close()
    return path


def command(where: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Runs `footprint report` in a directory without settings."""
    environ = {name: value for name, value in os.environ.items() if "FOOTPRINT" not in name}
    return subprocess.run(
        [sys.executable, "-c", "from footprint.cli import main; main()", "report", *arguments],
        cwd=where,
        env={**environ, "HOME": str(where), **variables},
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_text_goes_to_stdout_and_nothing_to_stderr(tmp_path: Path) -> None:
    ledger(tmp_path / "L")
    done = command(tmp_path, "L", "--carbon-intensity", "36", "--tariff", "0.36 EUR")
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert "minilm" in text
    assert "300 J" in text
    assert "EUR" in text


@pytest.mark.parametrize("format_", ["text", "json", "csv", "md", "html"])
def test_every_format_is_the_same_each_time(tmp_path: Path, format_: str) -> None:
    ledger(tmp_path / "L")
    first = command(tmp_path, "L", "--format", format_, PYTHONHASHSEED="1", LC_ALL="C")
    again = command(tmp_path, "L", "--format", format_, PYTHONHASHSEED="2", LC_ALL="C.UTF-8")
    assert first.returncode == 0
    assert first.stdout
    assert first.stdout == again.stdout


def test_the_ledger_is_the_argument_else_the_variable_else_the_default(tmp_path: Path) -> None:
    missing = command(tmp_path)
    assert (missing.returncode, missing.stdout) == (2, b"")
    assert b"there is no ledger at footprint-ledger" in missing.stderr
    ledger(tmp_path / "footprint-ledger")
    assert command(tmp_path).returncode == 0
    other = command(tmp_path, FOOTPRINT_LEDGER="elsewhere")
    assert other.returncode == 2
    assert b"elsewhere" in other.stderr
    assert command(tmp_path, "footprint-ledger", FOOTPRINT_LEDGER="elsewhere").returncode == 0


def test_several_ledgers_are_read_as_one(tmp_path: Path) -> None:
    ledger(tmp_path / "L")
    one = Recorder(tmp_path / "M", 2, host="host-b", boot="boot-b")
    one.span(one.path("embed", model="minilm"), 0, S)
    one.close()
    done = command(tmp_path, "L", "M", "--by", "host", "--format", "json")
    groups = json.loads(done.stdout)["groups"]
    assert {group["key"]["host"]: group["spans"] for group in groups} == {"host-a": 1, "host-b": 1}


def test_a_file_is_written_whole_and_names_its_format(tmp_path: Path) -> None:
    ledger(tmp_path / "L")
    done = command(tmp_path, "L", "-o", "report.json")
    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads((tmp_path / "report.json").read_bytes())["schema"] == "footprint.report/1"
    assert command(tmp_path, "L", "-o", "report.json", "--format", "html").returncode == 0
    assert (tmp_path / "report.json").read_bytes().startswith(b"<!DOCTYPE html>")
    before = (tmp_path / "report.json").read_bytes()
    assert command(tmp_path, "L", "--by", "nothing", "-o", "report.json").returncode == 2
    assert (tmp_path / "report.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["L", "report.json"]
    done = command(tmp_path, "L", "-o", "none/report.json")
    assert done.returncode == 2
    assert b"none/report.json" in done.stderr


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path: Path) -> None:
    ledger(tmp_path / "L")
    (tmp_path / "link").symlink_to("target.txt")
    assert command(tmp_path, "L", "-o", "link").returncode == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target.txt").read_bytes().startswith(b"Footprint report")
    assert command(tmp_path, "L", "-o", "/dev/null").returncode == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--by", "modle"], "Did you mean model?"),
        (["--zone", "Frnce"], "France"),
        (["--pue", "nan"], "--pue"),
        (["--pue", "-1"], "--pue"),
        (["--tariff", "inf"], "--tariff"),
        (["--carbon-intensity", "-3"], "--carbon-intensity"),
        (["--since", "tomorrow"], "--since"),
        (["--since", "2026-12-01", "--until", "2026-11-01"], "swap them"),
        (["--format", "docx"], "--format"),
        (["--absorption", "half"], "--absorption"),
        (["--lang", "tlh"], "--lang"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    ledger(tmp_path / "L")
    done = command(tmp_path, "L", *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    ledger(tmp_path / "L")
    code = "from footprint.cli import main; main()"
    shell = (
        f"{sys.executable} -c '{code}' report L --format json | head -c 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", shell], cwd=tmp_path, capture_output=True, check=False, timeout=60
    )
    assert done.stderr == b""
    assert done.stdout.startswith(b"{")


def test_what_was_tracked_is_reported(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(WORK)
    (tmp_path / "trace.csv").write_text(TRACE)
    environ = {
        "FOOTPRINT_LEDGER": "L",
        "FOOTPRINT_REPLAY": "trace.csv",
        "FOOTPRINT_ZONE": "FRA",
        "HOME": str(tmp_path),
    }
    subprocess.run(
        [sys.executable, "work.py"],
        cwd=tmp_path,
        env={**os.environ, **environ},
        check=True,
        timeout=60,
    )
    found = json.loads(command(tmp_path, "L", "--format", "json", "--tariff", "0.18").stdout)
    (group,) = found["groups"]
    assert group["key"] == {"model": "minilm", "name": "embed", "kind": "inference"}
    assert (group["spans"], group["items"], group["errors"]) == (20, 40, 0)
    (row,) = found["conservation"]
    parts = row["attributed_j"] + row["idle_j"] + row["unattributed_j"]
    assert parts == pytest.approx(row["metered_j"], rel=1e-9)
    assert group["energy_j"]["mid"] == pytest.approx(row["attributed_j"], rel=1e-9)
    assert found["totals"]["carbon_location_g"]["mid"] > 0
    assert next(factor["zone"] for factor in found["factors"]) == "FRA"
