"""`footprint estimate training`, as users run it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from footprint.cli.estimate import COMMANDS, NUMBER, estimate


def document(cli, *arguments: object, **options: Any) -> dict[str, Any]:
    done = cli("estimate", "training", *arguments, "--format", "json", **options)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_gpu_hours_and_watts(cli) -> None:
    """LLaMA 65B: 449 MWh and 173 t; LLaMA's paper, Table 15."""
    found = document(
        cli, "--gpu-hours", 1_022_362, "--watts", 400, "--pue", 1.1, "--carbon-intensity", 385
    )
    assert found["schema"] == "footprint.estimate/1"
    assert found["energy_kwh"]["mid"] == pytest.approx(449_000, rel=0.01)
    assert found["carbon_location_g"]["mid"] == pytest.approx(173e6, rel=0.01)
    assert found["energy_kwh"]["low"] == found["energy_kwh"]["high"]
    assert found["cost_usd"] is None
    assert "cost_usd" in {gap["what"] for gap in found["gaps"]}


def test_gpus_and_hours(cli) -> None:
    found = document(cli, "--gpu", "H100", "--gpus", 8, "--hours", 24, "--tariff", "0.2")
    assert found["duration_s"]["mid"] == 86_400
    assert found["energy_kwh"]["high"] == pytest.approx(8 * 24 * 0.7)
    assert found["cost_usd"]["mid"] == pytest.approx(0.2 * found["energy_kwh"]["mid"])
    assert found["embodied_g"]["low"] > 0
    assert any("H100 is taken to be H100 SXM" in line for line in found["assumptions"])


def test_flops(cli) -> None:
    found = document(
        cli, "--flops", "3.5e23", "--gpu", "H100", "--mfu", 0.4, "--watts", 700, "--gpus", "1,024"
    )
    hours = 3.5e23 / (989e12 * 0.4) / 3600
    assert found["energy_kwh"]["mid"] == pytest.approx(hours * 0.7)
    assert found["duration_s"]["mid"] == pytest.approx(hours * 3600 / 1024)


def test_parameters_and_tokens(cli) -> None:
    found = document(cli, "--params", "7B", "--tokens", "1.5T", "--gpu", "A100", "--mfu", 0.4)
    hours = 6 * 7e9 * 1.5e12 / (312e12 * 0.4) / 3600
    assert found["energy_kwh"]["high"] == pytest.approx(hours * 0.4)
    assert found["inputs"]["params"] == 7_000_000_000


def test_rental(cli) -> None:
    """DeepSeek-V3: 2.788 M H800-hours at 2 dollars are 5.576 M dollars."""
    found = document(cli, "--gpu-hours", "2.788M", "--gpu", "H800", "--rental", 2)
    assert found["cost_usd"] == {"low": 5_576_000, "mid": 5_576_000, "high": 5_576_000}
    assert found["cost_parts"][0]["name"] == "rental"


def test_an_instance_is_paid_by_the_share_of_its_devices(cli) -> None:
    run = ("--gpus", 8, "--hours", 1, "--gpu", "H100")
    by_setting = document(cli, *run, env={"FOOTPRINT_INSTANCE": "p5.48xlarge"})
    assert by_setting["cost_usd"] == {"low": 55.04, "mid": 55.04, "high": 55.04}
    own = {"FOOTPRINT_RENTAL": "100"}
    assert document(cli, *run, "--instance", "p5.48xlarge", env=own)["cost_usd"]["mid"] == 55.04
    other = document(cli, *run, "--instance", "p4d.24xlarge")
    assert other["cost_usd"] is None
    assert any("8 x A100 SXM 40GB" in gap["why"] for gap in other["gaps"])


def test_a_stored_estimate_says_what_was_asked(cli, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[tariff]\nprice = "0.18 EUR"\n')
    asked = ("--gpu-hours", 10, "--watts", 400, "--pue", 1.2, "--tariff", "0.2 EUR")
    found = document(cli, *asked, "--factors", "own.toml", env={"FOOTPRINT_ZONE": "FRA"})
    assert found["inputs"]["zone"] == "FRA"
    assert found["inputs"]["pue"] == 1.2
    assert found["inputs"]["tariff_per_kwh"] == "0.2 EUR"
    assert found["inputs"]["factors"].endswith("own.toml")
    for format_, line in (("text", "  tariff per kwh: 0.2 EUR\n"), ("md", "- pue: 1.2\n")):
        assert line in cli("estimate", "training", *asked, "--format", format_).stdout


def test_the_users_settings_hold_where_no_option_speaks(cli) -> None:
    base = ("--gpu-hours", 1000, "--watts", 1000)
    own = {"FOOTPRINT_ZONE": "FRA", "FOOTPRINT_RENTAL": "2"}
    found = document(cli, *base, env=own)
    assert found["carbon_location_g"] is not None
    assert found["cost_usd"]["mid"] == 2000
    found = document(cli, *base, "--zone", "POL", "--tariff", "0.1", env=own)
    assert found["carbon_location_g"]["mid"] > 400_000
    assert found["cost_usd"]["mid"] == 100


def test_own_factors(cli, tmp_path: Path) -> None:
    (tmp_path / "factors.toml").write_text(
        "\n".join(
            [
                "[[factor]]",
                'name = "grid intensity"',
                'zone = "FRA"',
                "value = 21.7",
                'unit = "g/kWh"',
                'source = "RTE"',
                "vintage = 2025",
            ]
        )
    )
    base = ("--gpu-hours", 1000, "--watts", 1000, "--zone", "FRA")
    found = document(cli, *base, "--factors", "factors.toml")
    assert found["carbon_location_g"]["mid"] == pytest.approx(21_700)
    assert "RTE" in {factor["source"] for factor in found["factors"]}


def test_text_and_files(cli, tmp_path: Path) -> None:
    text = cli("estimate", "training", "--gpu-hours", "1000", "--watts", "400").stdout
    assert text.startswith("Estimate: training\n")
    assert "  energy  400 kWh\n" in text
    done = cli("estimate", "training", "--gpu-hours", 1000, "--watts", 400, "-o", "plan.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / "plan.json").read_text())["energy_kwh"]["mid"] == 400


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "the size of the run is not given: give --gpu-hours N"),
        (("--gpu-hours", "x", "--watts", "1"), "'x' is no number: write it as 184320"),
        (("--gpu-hours", "nan", "--watts", "1"), "'nan' is no number"),
        (("--gpu-hours", "1", "--watts", "-2"), "watts is -2"),
        (("--gpu-hours", "1", "--gpu", "H1000"), "Did you mean H100 SXM"),
        (("--gpu-hours", "1", "--watts", "1", "--zone", "Frence"), "Did you mean France"),
        (("--gpu-hours", "1", "--watts", "1", "--pue", "0.9"), "--pue is '0.9'"),
        (("--gpu-hours", "1", "--watts", "1", "--rental", "2 EUX"), "--rental"),
        (("--gpu-hours", "1", "--watts", "1", "--carbon-intensity", "-3"), "--carbon-intensity"),
        (("--gpu-hours", "1", "--watts", "1", "-o", "a.pdf"), "no format has the suffix .pdf"),
        (("--gpu-hours", "1", "--watts", "1", "--factors", "none.toml"), "none.toml"),
        (("--flops", "1e20", "--gpu", "H100", "--precision", "bf61"), "Did you mean bf16"),
    ],
)
def test_wrong_use_is_one_line_and_2(cli, arguments: tuple[str, ...], said: str) -> None:
    done = cli("estimate", "training", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("footprint: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("184,320", 184_320),
        ("184_320", 184_320),
        ("7e9", 7e9),
        ("7B", 7e9),
        ("7b", 7e9),
        ("1.5T", 1.5e12),
        ("30.84M", 30_840_000),
        ("2.788 M", 2_788_000),
        ("70k", 70_000),
        ("3.5e23", 3.5e23),
        ("0.4", 0.4),
        ("-2", -2),
    ],
)
def test_numbers_as_people_write_them(text: str, number: float) -> None:
    assert NUMBER.convert(text, None, None) == number


@pytest.mark.parametrize("text", ["", "B", "7BB", "7 B B", "1e", "0x10", "inf", "7e9x", "--3", "½"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no number"):
        NUMBER.convert(text, None, None)


def test_the_table_says_what_the_commands_say() -> None:
    with click.Context(estimate) as ctx:
        names = estimate.list_commands(ctx)
        assert "training" in names
        for name in names:
            command = estimate.get_command(ctx, name)
            assert command is not None
            assert (command.help or "").splitlines()[0] == COMMANDS[name][1]


def test_html_is_a_page_with_a_chart_and_its_table(cli, tmp_path) -> None:
    out = tmp_path / "estimate.html"
    ended = cli(
        *("estimate", "inference", "--params", "8B", "--gpu", "H100", "--tokens-out", "100"),
        *("-o", str(out)),
    )
    assert ended.returncode == 0, ended.stderr
    page = out.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert 'role="img"' in page
    assert "<h2>Figures</h2>" in page
    assert "<script" not in page
    policy, _, rest = page.partition("<title>")
    assert "default-src 'none'" in policy
    assert "http" not in rest.replace("http://www.w3.org/2000/svg", "").split("<h2>Factors")[0]
