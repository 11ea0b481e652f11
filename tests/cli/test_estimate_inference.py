"""`footprint estimate inference`, as users run it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]

CHAT = ("estimate", "inference", "--params", "8B", "--batch", "64", "--tokens-out", "400")


def document(cli: Cli, *arguments: str) -> dict[str, Any]:
    done = cli(*CHAT, *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_json_has_energy_carbon_and_what_it_rests_on(cli: Cli) -> None:
    got = document(cli, "--carbon-intensity", "500", "--pue", "1.2", "--tariff", "0.20")
    assert got["schema"] == "footprint.estimate/1"
    assert got["kind"] == "inference"
    assert got["inputs"]["params"] == 8e9
    assert got["inputs"]["gpus"] == 1
    kwh, per_token = got["energy_kwh"], got["energy_j_per_token"]
    assert kwh["mid"] == pytest.approx(per_token["mid"] * 400 / 3.6e6)
    assert got["carbon_location_g"]["mid"] == pytest.approx(500 * kwh["mid"])
    assert got["cost_usd"]["mid"] == pytest.approx(0.2 * kwh["mid"])
    assert {"latency per layer", "TDP"} <= {factor["name"] for factor in got["factors"]}
    assert any("host, network" in line for line in got["assumptions"])


def test_text_shows_energy_per_token(cli: Cli) -> None:
    done = cli(*CHAT)
    assert done.returncode == 0, done.stderr
    assert "energy per output token" in done.stdout
    assert "1 x H100 SXM" in done.stdout


def test_requests_and_a_host_add_up(cli: Cli) -> None:
    one, thousand = document(cli), document(cli, "--requests", "1k")
    assert thousand["energy_kwh"]["mid"] == pytest.approx(1000 * one["energy_kwh"]["mid"])
    hosted = document(cli, "--host-watts", "1000")
    assert hosted["energy_kwh"]["mid"] > one["energy_kwh"]["mid"]


def test_a_file_takes_the_document(cli: Cli, tmp_path: Path) -> None:
    done = cli(*CHAT, "-o", tmp_path / "chat.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "chat.json").read_text())["kind"] == "inference"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--gpu", "H10"), "Did you mean H100 SXM"),
        (("--gpu", "Radeon 9000"), "name one that comes near it"),
        (("--precision", "fp18"), "Did you mean fp8"),
        (("--params", "70B", "--gpus", "1"), "1 x H100 SXM hold 72 GB"),
        (("--params", "many"), "write it as"),
        (("--batch", "0"), "batch is 0"),
    ],
)
def test_bad_input_is_one_line(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    done = cli(*CHAT, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_remedy_names_options_of_this_command(cli: Cli) -> None:
    done = cli(*CHAT, "--gpu", "Radeon 9000")
    assert "--watts" not in done.stderr
    assert "--gpu-hours" not in done.stderr
    other = cli("estimate", "training", "--gpu-hours", "1", "--gpu", "Radeon 9000")
    assert "(--watts) with --gpu-hours" in other.stderr
