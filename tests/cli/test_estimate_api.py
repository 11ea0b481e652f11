"""`footprint estimate api`, as users run it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]

CALL = ("estimate", "api", "--tokens-in", "1200", "--tokens-out", "400", "--date", "2026-05-04")


def document(cli: Cli, *arguments: object) -> dict[str, Any]:
    done = cli(*CALL, *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_json_has_energy_carbon_water_cost_and_what_they_rest_on(cli: Cli) -> None:
    got = document(cli, "--model", "gpt4o")
    assert got["schema"] == "footprint.estimate/1"
    assert got["kind"] == "api"
    assert got["inputs"] == {
        "model": "GPT-4o",
        "provider": "OpenAI",
        "calls": 1.0,
        "tokens_in": 1200.0,
        "tokens_out": 400.0,
        "at": "2026-05-04T12:00:00Z",
    }
    assert got["cost_usd"] == {"low": 0.007, "mid": 0.007, "high": 0.007}
    assert [part["name"] for part in got["cost_parts"]] == ["input tokens", "output tokens"]
    kwh, per_token = got["energy_kwh"], got["energy_j_per_token"]
    assert kwh["low"] < kwh["mid"] < kwh["high"]
    assert per_token["mid"] * 400 == pytest.approx(kwh["mid"] * 3.6e6)
    for name in ("carbon_location_g", "embodied_g", "water_l"):
        assert got[name]["low"] < got[name]["mid"] < got[name]["high"]
    assert got["duration_s"] is None
    assert [gap["what"] for gap in got["gaps"]] == ["duration_s"]
    assert all(factor["source"] for factor in got["factors"])


def test_calls_multiply_and_cached_and_reasoning_are_parts(cli: Cli) -> None:
    got = document(
        cli, "--model", "gpt-5", "--calls", "1k", "--cached", "1000", "--reasoning", "300"
    )
    # 200 x 1.25 + 1000 x 0.125 + 400 x 10 USD per million tokens, a thousand times
    assert got["cost_usd"]["mid"] == pytest.approx(4.375)
    assert got["inputs"]["cached_tokens_in"] == 1e6


def test_the_date_sets_the_price(cli: Cli) -> None:
    before = cli("estimate", "api", "--model", "o3", "--tokens-in", "1M", "--tokens-out", "0",
                 "--date", "2025-05-01", "--format", "json")  # fmt: skip
    assert json.loads(before.stdout)["cost_usd"]["mid"] == 10
    gone = document(cli, "--model", "gpt-4.5")
    assert gone["cost_usd"]["mid"] == pytest.approx(0.15)
    assert any("after 2025-07-14" in line for line in gone["assumptions"])


def test_a_zone_and_a_provider(cli: Cli) -> None:
    assumed = document(cli, "--model", "llama-3.1-70b")
    french = document(cli, "--model", "llama-3.1-70b", "--provider", "together", "--zone", "FRA")
    assert french["carbon_location_g"]["mid"] < assumed["carbon_location_g"]["mid"]
    assert french["inputs"]["provider"] == "Together AI"


def test_own_hardware_has_a_gap_for_the_price(cli: Cli) -> None:
    got = document(cli, "--model", "Orca 2 13B", "--zone", "FRA")
    assert got["cost_usd"] is None
    assert got["cost"] == {}
    assert got["energy_kwh"]["mid"] > 0
    assert got["carbon_location_g"]["mid"] > 0
    assert "no price by the token" in {gap["what"]: gap["why"] for gap in got["gaps"]}["cost_usd"]


def test_own_hardware_stands_where_the_settings_say(cli: Cli) -> None:
    done = cli(*CALL, "--model", "phi3", "--format", "json", env={"FOOTPRINT_ZONE": "FRA"})
    assert json.loads(done.stdout)["carbon_location_g"] is not None
    elsewhere = cli(*CALL, "--model", "gpt-4o", "--format", "json", env={"FOOTPRINT_ZONE": "FRA"})
    assert json.loads(elsewhere.stdout)["inputs"].get("zone") is None


@pytest.mark.parametrize("model", ["claude-opus-4-5", "gpt-4.1-mini", "mixtral-8x7b"])
def test_models_that_only_a_package_knows(cli: Cli, model: str) -> None:
    got = document(cli, "--model", model)
    assert got["cost_usd"]["mid"] > 0


def test_text_and_markdown(cli: Cli, tmp_path: Path) -> None:
    text = cli(*CALL, "--model", "gpt-4o")
    assert text.returncode == 0, text.stderr
    assert "energy per output token" in text.stdout
    assert "cost, USD" in text.stdout
    done = cli(*CALL, "--model", "gpt-4o", "-o", tmp_path / "call.md")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "call.md").read_text().startswith("#")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "gtp-4o"), "Did you mean gpt-4o"),
        (("--model", "gpt-4o", "--provider", "opnai"), "Did you mean openai"),
        (("--model", "gpt-4o", "--zone", "Frnace"), "Did you mean"),
        (("--model", "gpt-4o", "--cached", "2000"), "they are a part of them"),
        (("--model", "gpt-4o", "--reasoning", "500"), "count them into the output"),
        (("--model", "gpt-4o", "--tokens-out", "-1"), "--tokens-out is -1"),
        (("--model", "gpt-4o", "--calls", "0"), "give a number above 0"),
        (("--model", "gpt-4o", "--date", "yesterday"), "--date 'yesterday' is no date"),
        (("--model", " "), "give a name such as gpt-4o"),
    ],
)
def test_bad_input_is_one_line(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    done = cli(*CALL, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_without_the_extra_the_line_says_what_to_install(cli: Cli, tmp_path: Path) -> None:
    """The packages are blocked as a broken install would be: their modules cannot be found."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.abc, sys\n"
        "class Block(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('genai_prices', 'ecologits'):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Block())\n"
    )
    blocked = {"PYTHONPATH": str(tmp_path)}
    done = cli(*CALL, "--model", "gpt-4o", "--format", "json", env=blocked)
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    assert got["cost_usd"] is None
    assert got["energy_kwh"]["mid"] > 0
    remedies = [gap["remedy"] for gap in got["gaps"]]
    assert "run pip install 'footprint-ledger[api]'" in remedies
    unknown = cli(*CALL, "--model", "claude-opus-4-5", env=blocked)
    assert unknown.returncode == 2
    assert "pip install 'footprint-ledger[api]'" in unknown.stderr


@pytest.mark.parametrize("date", ["2025-13-01", "soon", "2025-02-30T10:00:00Z"])
def test_a_date_that_is_none_says_that_a_day_will_do(cli: Cli, date: str) -> None:
    done = cli(*CALL[:6], "--model", "gpt-4o", "--date", date)
    assert done.returncode == 2
    assert f"--date {date!r} is no date: give a day such as 2025-03-01, or a time" in done.stderr
    assert len(done.stderr.splitlines()) == 1
