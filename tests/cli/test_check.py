"""`footprint check`, as it is called: what goes where, and how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from budget_ledgers import budget, ledger
from footprint.budgets.make import check_budgets
from footprint.cli import main
from report_ledgers import GPU, UTC, Recorder, S

Check = Callable[..., Result]

OVER = '[[budget]]\nmodel = "net"\nperiod = "2026-11"\nmax_j = 500\n'
KEPT = '[[budget]]\nmodel = "net"\nperiod = "2026-11"\nmax_j = 700\nmax_g = 1\n'


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Runs `footprint check` on the ledger, with a budget file of this text."""
    ledger(tmp_path / "L")
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)

    def run(text: str, *arguments: str, **variables: Any) -> Result:
        budget(tmp_path, text)
        given = ["check", "--budget", "budget.toml", "--now", "2026-12-01", *arguments, "L"]
        return CliRunner().invoke(main, given, env=variables)

    return run


def test_a_budget_that_is_kept_ends_with_0(check: Check) -> None:
    done = check(KEPT, "--zone", "FRA")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Budgets: 2 within")


def test_a_budget_that_is_not_ends_with_1_and_says_by_how_much(check: Check) -> None:
    done = check(OVER)
    assert done.exit_code == 1
    assert done.stderr == (
        "footprint: budget.toml: 1 of 1 limit failed: model=net, 2026-11: energy:"
        " 600 J, 20 % over the limit of 500 J\n"
    )
    assert "+100 J" in done.stdout
    french = check(OVER, "--lang", "fr")
    assert "soit 20 % au-dessus de la limite" in french.stderr


def test_what_is_said_last_is_in_the_language_whole(check: Check) -> None:
    limits = "".join(f"max_{name} = 0\n" for name in ("j", "wh", "kwh", "j_per_item"))
    text = (
        f'[[budget]]\nmodel = "net"\n{limits}[[budget]]\nmodel = "net"\nperiod = "2026"\nmax_j = 0'
    )
    done = check(text, "--lang", "fr", "--format", "junit", "--summary")
    assert done.exit_code == 1
    summary, warning, last = done.stderr.replace("\u00a0", " ").splitlines()
    assert "n'est pas définie" in summary
    assert "les budgets 1 et 2 limitent tous deux max_j (model=net)" in warning
    assert "se chevauchent (toujours, 2026)" in warning
    start = "footprint: budget.toml : limites en échec, 5 sur 5 : model=net : "
    assert last.startswith(start)
    assert last.endswith(" ; et 2 autres")
    english = re.compile(r"\b(of|limits?|failed|and|more|over|both|is|not|the)\b")
    assert not [line for line in done.stderr.splitlines() if english.search(line)]
    shown = " ".join(check(text, "--lang", "fr").stdout.split())
    assert "les budgets 1 et 2 limitent tous deux" in shown
    github = check(text, "--lang", "fr", "--format", "github").stdout
    assert "::warning file=budget.toml::budget.toml\u00a0: les budgets 1 et 2" in github


def test_only_the_factors_of_what_is_limited_are_listed(tmp_path: Path) -> None:
    for number, zone in enumerate(("FRA", "DEU"), start=1):
        one = Recorder(
            tmp_path / "L", number, boot=f"boot-{number}", declared={"zone": zone}, utc_ns=UTC
        )
        one.counter(GPU._replace(id=f"GPU-{number}"), [300.0] * 30)
        one.span(one.path("work", model=f"model-{zone}", devices=["gpu"]), 0, 2 * S)
        asks = one.path("ask", kind="api", devices=[], model="gpt-4o", tags={"provider": "openai"})
        one.span(asks, 0, S, tokens_in=1000, tokens_out=100)
        one.close(3 * S)

    def told(*limits: str) -> list[str]:
        text = "".join(f"[[budget]]\n{each}\n" for each in limits)
        checked = check_budgets(budget(tmp_path, text), tmp_path / "L")
        listed = json.loads(checked.to_json())["factors"]
        return sorted(each["zone"] or each["subject"] for each in listed if "grid" in each["name"])

    one_model = 'model = "model-FRA"\nmax_g_per_item = 1'
    assert told('model = "model-FRA"\nmax_g = 1') == ["FRA"]
    assert told(one_model, 'model = "gpt-4o"\nmax_kwh = 1') == ["FRA"]
    assert told('model = "gpt-4o"\nmax_g = 1') == ["openai"]
    assert told("max_g = 1") == ["DEU", "FRA", "openai"]
    assert told("max_kwh = 1", 'model = "nothing"\nmax_g = 1') == []


def test_what_is_not_known_ends_with_1_unless_it_is_let_pass(check: Check) -> None:
    assert check(KEPT).exit_code == 1  # grams, without a zone
    assert check(KEPT, "--allow-unknown").exit_code == 0
    assert check('[[budget]]\nmodel = "nett"\nmax_j = 1').exit_code == 1


def test_what_may_be_over_fails_where_that_is_asked(check: Check) -> None:
    text = '[[budget]]\nmodel = "mini"\nmax_j = 5'
    assert check(text).exit_code == 0
    assert check(text, "--strict").exit_code == 1


def test_many_limits_that_fail_are_counted(check: Check) -> None:
    limits = "".join(f"max_{name} = 0\n" for name in ("j", "wh", "kwh", "j_per_item", "j_per_call"))
    done = check(f'[[budget]]\nmodel = "net"\n{limits}')
    assert "5 of 5 limits failed" in done.stderr
    assert done.stderr.endswith("; and 2 more\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "arguments", "says"),
    [
        ("[[budget]]\nmax_g = -1", (), "budget.toml: budget 1 (line 1): max_g = -1"),
        (KEPT, ("--zone", "Atlantis"), "Atlantis"),
        (KEPT, ("--pue", "0.5"), "--pue"),
        (KEPT, ("--since", "soon"), "--since 'soon' is no date"),
        (KEPT, ("--now", "soon"), "--now 'soon' is no date"),
        (KEPT, ("--also", "junit"), "write FORMAT=FILE"),
        (KEPT, ("--also", "xml=a.xml"), "write FORMAT=FILE"),
        (KEPT, ("-o", "a.pdf"), "no format has the suffix .pdf"),
        (KEPT, ("-o", "none/a.xml"), "none/a.xml: No such file"),
        (KEPT, ("--format", "junitt"), "'junitt' is not one of"),
        (OVER + 'baseline = "r.json"\nmax_increase = 0.1', (), "r.json: No such file"),
    ],
)
def test_bad_input_is_one_line_and_2(
    check: Check, text: str, arguments: tuple[str, ...], says: str
) -> None:
    done = check(text, *arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_ledger_or_file_that_is_not_there_is_one_line_and_2(check: Check) -> None:
    done = CliRunner().invoke(main, ["check", "--budget", "none.toml", "L"])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    budget(Path(), KEPT)
    done = CliRunner().invoke(main, ["check", "--budget", "budget.toml", "none"])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert CliRunner().invoke(main, ["check", "L"]).exit_code == 2


def test_several_formats_are_written_at_once(check: Check) -> None:
    done = check(OVER, "--also", "junit=a.xml", "--also", "gitlab=b.json", "-o", "c.md")
    assert (done.exit_code, done.stdout) == (1, "")
    assert next(ET.parse("a.xml").iter("testsuite")).get("failures") == "1"
    assert json.loads(Path("b.json").read_text())[0]["severity"] == "critical"
    assert Path("c.md").read_text().startswith("## Budgets: 1 over")


def test_the_format_is_that_of_the_file(check: Check) -> None:
    check(OVER, "-o", "check.json")
    assert json.loads(Path("check.json").read_text())["schema"] == "footprint.check/1"
    check(OVER, "-o", "check.xml")
    assert ET.parse("check.xml").getroot().tag == "testsuites"


def test_a_step_of_github_gets_its_summary(check: Check, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    done = check(
        OVER,
        "--format",
        "github",
        "--summary",
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_WORKSPACE=str(tmp_path),
    )
    assert done.exit_code == 1
    assert done.stdout.startswith("::error file=budget.toml,line=4,title=model=net%2C 2026-11")
    assert summary.read_text().startswith("before\n## Budgets: 1 over")
    elsewhere = check(OVER, "--summary")
    assert "GITHUB_STEP_SUMMARY is not set" in elsewhere.stderr
    assert elsewhere.exit_code == 1
    unwritable = check(OVER, "--summary", GITHUB_STEP_SUMMARY=str(tmp_path))
    assert (unwritable.exit_code, unwritable.stderr.count("\n")) == (2, 1)


def test_periods_that_overlap_are_told(check: Check) -> None:
    text = KEPT + KEPT.replace('"2026-11"', '"2026"')
    done = check(text, "--zone", "FRA")
    assert done.exit_code == 0
    assert "both limit max_j, max_g of model=net" in " ".join(done.stdout.split())
    told = check(text, "--zone", "FRA", "--format", "junit")
    assert "both limit max_j, max_g of model=net" in told.stderr
    assert check(KEPT + KEPT).exit_code == 2
