"""`footprint factors`, as it is called."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report_ledgers import GPU, Recorder, S

Cli = Callable[..., subprocess.CompletedProcess[str]]

OWN = """
[[factor]]
name = "grid intensity"
zone = "FRA"
value = 21.7
unit = "g/kWh"
vintage = 2025
source = "RTE, Bilan électrique 2025"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "factors.toml"
    path.write_text(OWN)
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    one.counter(GPU, [100.0] * 10 + [300.0] * 10 + [100.0] * 10)
    one.span(one.path("embed", model="minilm", devices=[0]), 1 * S, 2 * S)
    one.close()
    return tmp_path / "L"


def read(done: Any) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_a_command_it_says_what_there_is(cli: Cli) -> None:
    done = cli("factors")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("list", "show", "explain", "pin"))


def test_list_counts(cli: Cli, own: Path) -> None:
    done = cli("factors", "list", "--factors", own)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Sources in their order: pinned, own, cloud-regions, codecarbon")
    assert lines[2].split() == ["factor", "source", "number", "years"]
    assert any(line.split() == ["grid", "intensity", "own", "1", "2025"] for line in lines)


def test_list_of_a_place(cli: Cli, own: Path) -> None:
    done = cli("factors", "list", "--factors", own, "--zone", "France", "--name", "grid_intensity")
    lines = done.stdout.splitlines()
    assert [line.split()[3:6] for line in lines[1:2]] == [["21.7", "g/kWh", "2025"]]
    assert max(map(len, lines)) < 100
    made = read(cli("factors", "list", "--factors", own, "--zone", "FRA", "--format", "json"))
    (mine,) = (each for each in made if each["source"] == "own")
    assert mine["factors"][0]["value"] == 21.7


def test_show_says_all_fields(cli: Cli, own: Path) -> None:
    done = cli("factors", "show", "grid intensity", "--zone", "FRA", "--factors", own)
    assert (done.returncode, done.stderr) == (0, "")
    fields = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[1:])
    assert fields["value"] == "21.7 g/kWh"
    assert fields["from"] == "own"
    assert fields["source"] == "RTE, Bilan électrique 2025"
    assert fields["why"] == "the user's own: factors.toml, line 2 (factor 1)"
    assert len(fields["digest"]) == 64
    (made,) = read(
        cli("factors", "show", "grid intensity", "--zone", "FRA", "--factors", own,
            "--format", "json")
    )  # fmt: skip
    assert (made["from"], made["digest"]) == ("own", fields["digest"])


def test_show_of_what_nobody_has_is_an_error(cli: Cli) -> None:
    done = cli("factors", "show", "PUE", "--zone", "FRA")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no source has PUE of FRA: asked pinned, " in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_explain_tells_what_else_there_is(cli: Cli, own: Path) -> None:
    arguments = "factors", "explain", "grid intensity", "--zone", "aws:eu-west-3", "--factors", own
    done = cli(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) < 100
    assert "times the first" in done.stdout
    made = read(cli(*arguments, "--format", "json"))
    assert [each["from"] for each in made["used"]] == ["own"]
    assert {"codecarbon", "ecologits"} <= {each["from"] for each in made["others"]}
    order = cli(*arguments, "--sources", "codecarbon,own", "--format", "json")
    assert [each["from"] for each in read(order)["used"]] == ["codecarbon"]


def test_explain_of_what_nobody_has_is_no_error(cli: Cli) -> None:
    done = cli("factors", "explain", "PUE", "--zone", "FRA")
    assert done.returncode == 0
    assert "no source has one" in done.stdout


def test_explain_of_what_nobody_has_tells_the_nearest(cli: Cli) -> None:
    done = cli("factors", "explain", "embodied carbon", "--subject", "H1000")
    assert done.returncode == 0
    assert "no source has embodied carbon of H1000. Did you mean H100 SXM?" in done.stderr


def test_a_source_that_is_down_is_told_and_the_next_one_taken(cli: Cli) -> None:
    """A live provider without its key cannot answer."""
    done = cli(
        "factors", "explain", "grid intensity", "--zone", "FRA", "--since", "2026-01-01",
        "--until", "2026-01-02", "--sources", "electricity-maps,codecarbon",
        env={"FOOTPRINT_ELECTRICITY_MAPS_TOKEN": ""},
    )  # fmt: skip
    assert done.returncode == 0
    assert "electricity-maps  could not answer" in done.stdout
    assert "codecarbon        1 found, used" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "grid intensty", "--zone", "FRA"], "Did you mean grid intensity"),
        (["show", "grid intensity"], "Say it with --zone FRA"),
        (["show", "grid intensity", "--zone", "Frnce"], "Did you mean France (FRA)"),
        (["show", "grid intensity", "--zone", "USA-XX"], "USA-XX"),
        (["show", "PUE", "--zone", "FRA", "--since", "soon"], "--since 'soon' is no date"),
        (["show", "PUE", "--zone", "FRA", "--sources", "codcarbon"], "Did you mean codecarbon?"),
        (["list", "--factors", "none.toml"], "there is no file none.toml"),
        (["list", "--factors", "."], "ends in .toml or .csv"),
        (["list", "--ledger", "nowhere"], "there is no ledger at nowhere"),
        (["list", "--zone", "Frnce"], "Did you mean France (FRA)"),
        (["list", "--name", "PUEE"], "Did you mean PUE"),
        (
            ["show", "embodied carbon", "--subject", "H1000"],
            "asked pinned, hardware. Did you mean H100 SXM?",
        ),
        (
            ["show", "rental price", "--subject", "p5.48xlrge"],
            "asked pinned, rental prices. Did you mean p5.48xlarge?",
        ),
        (["show", "exchange rate", "--subject", "EUR/XXY"], "'XXY', which is not a currency"),
        (["show", "exchange rate", "--subject", "EURUSD"], "write it as EUR/USD"),
        (["show", "exchange rate", "--subject", "EUR/USD"], "asked pinned. Give it"),
        (["show", "API price, input", "--subject", "gpt-4o"], "Did you mean openai/gpt-4o?"),
        (["show", "API price, input", "--subject", "openai/gtp-4o"], "mean openai/gpt-4o or"),
        (["show", "API price, input", "--subject", "claude"], "mean anthropic/claude-sonnet-4 or"),
        (["pin", "nowhere"], "there is no ledger at nowhere"),
        (["pin", "L", "--zone", "Frnce"], "Did you mean France (FRA)"),
        (["pni"], "Did you mean 'pin'?"),
    ],
)
def test_wrong_use_is_one_line(cli: Cli, ledger: Path, arguments: list[str], said: str) -> None:
    done = cli("factors", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (ledger / "factors").exists()


def test_what_is_odd_in_an_own_file_goes_to_stderr(cli: Cli, own: Path) -> None:
    own.write_text('[[factor]]\nname="PUE"\nvalue=1.1\n')
    done = cli("factors", "show", "PUE", "--zone", "FRA", "--factors", own)
    assert done.returncode == 0
    assert "it states no source" in done.stderr


def test_pin_says_what_it_kept_and_what_was_odd(cli: Cli, own: Path, ledger: Path) -> None:
    own.write_text(OWN.replace("21.7", "0.0217"))
    done = cli("factors", "pin", ledger, "--factors", own)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{ledger}/factors/pinned.json: ")
    assert "was kg/kWh meant?" in done.stderr
    shown = cli("factors", "show", "grid intensity", "--zone", "FRA", "--ledger", ledger)
    assert "from      pinned" in shown.stdout
    without = cli(
        "factors", "show", "grid intensity", "--zone", "FRA", "--ledger", ledger, "--no-pins"
    )
    assert "from      codecarbon" in without.stdout


def test_a_changed_pin_is_one_line(cli: Cli, ledger: Path) -> None:
    cli("factors", "pin", ledger)
    path = ledger / "factors" / "pinned.json"
    path.write_text(path.read_text().replace("France", "Frankreich"))
    for command in (["factors", "list", "--ledger", ledger], ["report", ledger]):
        done = cli(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert "pinned.json was changed after it was written" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert cli("report", ledger, "--no-pins").returncode == 0


def test_a_table_that_reports_take_first_is_told(cli: Cli, own: Path) -> None:
    own.write_text('[tariff]\nprice = "0.18 EUR"\n')
    for command in ("explain", "show"):
        done = cli("factors", command, "electricity tariff", "--zone", "FRA", "--factors", own)
        assert "line 1 (tariff 1): reports take the electricity tariff from this" in done.stderr


def test_a_price_by_the_token_is_shown_as_it_is_now_with_its_history(cli: Cli) -> None:
    asked = "API price, input", "--subject", "openai/gpt-4o"
    done = cli("factors", "explain", *asked)
    assert "value     2.5 USD/Mtok\n" in done.stdout
    assert "5 from 2024-05-13T00:00:00Z to 2024-10-02T00:00:00Z, 2.5 from" in done.stdout
    (made,) = read(cli("factors", "show", *asked, "--format", "json"))
    assert (made["value"], "low" in made) == (2.5, False)
    assert [price for _, _, price in made["prices"]] == [5, 2.5]
    then = cli("factors", "show", *asked, "--since", "2024-06-01", "--until", "2024-06-02")
    assert "value     5 USD/Mtok\n" in then.stdout
