"""`footprint report --trace`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from footprint.model import Device
from report_ledgers import Recorder, S


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    recorder.counter(Device("GPU-1", "gpu", "a GPU", "counter", "gpu", number=0), [100.0] * 100)
    recorder.span(recorder.path("f", kind="inference", model="net"), S, 5 * S)
    recorder.close(10 * S)


def test_text_json_and_french(cli, tmp_path: Path) -> None:
    shown = cli("report", "L", "--trace", "groups[0].carbon_location_g")
    assert shown.returncode == 0
    assert shown.stderr == "footprint: tracing 2026-11-22, 1 spans\n"
    assert "Trace of groups[0].carbon_location_g" in shown.stdout
    assert "grid intensity 56.039 g/kWh" in shown.stdout
    french = cli("report", "L", "--trace", "groups[0].carbon_location_g", "--lang", "fr")
    assert "les parties s'additionnent pour donner le chiffre" in french.stdout
    cli("report", "L", "--trace", "totals.energy_j", "--most", "1", "-o", "t.json")
    assert json.loads((tmp_path / "t.json").read_text())["value"]["mid"] == 1000.0


def test_wrong_use_is_one_line(cli) -> None:
    for arguments, said in (
        (("--trace", "groups[3].energy_j"), "counted from 0"),
        (("--trace", "totals.energy_j", "--format", "html"), "a trace is written as"),
        (("--most", "3"), "--most is of --trace"),
    ):
        ended = cli("report", "L", *arguments)
        assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
        assert said in ended.stderr
