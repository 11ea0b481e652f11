"""`footprint doctor`, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_in_words(cli, tmp_path: Path) -> None:
    ended = cli("doctor", env={"FOOTPRINT_ZONE": "FRA", "FOOTPRINT_PUE": "wrong"})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "cpu: cpu-0 [cpu-0]" in ended.stdout
    assert "by replay, tier power, scope machine, 35 W now" in ended.stdout
    assert "zone: FRA (environment variable FOOTPRINT_ZONE)" in ended.stdout
    assert "tariff_per_kwh: not set: cost is not known: --tariff 0.18" in ended.stdout
    assert "wrong: environment variable FOOTPRINT_PUE" in ended.stdout
    assert f"ledger: {tmp_path / 'ledger'}" in ended.stdout
    assert "would be made, can be written" in ended.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trace.csv"]  # nothing is left


def test_where_nothing_can_be_measured_it_says_so(cli, tmp_path: Path) -> None:
    ended = cli("doctor", env={"FOOTPRINT_REPLAY": str(tmp_path / "no-such-trace.csv")})
    assert ended.returncode == 0
    assert "Nothing can be measured here" in ended.stdout
    assert "no-such-trace.csv" in ended.stdout
    assert "to do: " in ended.stdout
    found = json.loads(
        cli(
            "doctor", "--format", "json", env={"FOOTPRINT_REPLAY": str(tmp_path / "no-such")}
        ).stdout
    )
    assert found["measurable"] is False
    assert found["devices"] == []


def test_json_has_the_keys_that_are_documented(cli) -> None:
    found = json.loads(cli("doctor", "--format", "json").stdout)
    assert found["schema"] == "footprint.doctor/1"
    (device,) = found["devices"]
    assert (device["device_kind"], device["tier"]) == ("cpu", "power")
    assert device["power_w"] == pytest.approx(35, rel=0.01)
    page = (ROOT / "docs/reference/doctor.md").read_text(encoding="utf-8")
    keys = {*found, *device, *found["clock"], *found["ledger"], *found["tree"]}
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_a_ledger_that_cannot_be_written_is_told(cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = cli("doctor", env={"FOOTPRINT_LEDGER": "file/ledger"})
    assert ended.returncode == 0
    assert "cannot be written" in ended.stdout
