"""Every format of a check, as those read it whom it is for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import footprint
from budget_ledgers import check
from footprint.budgets.as_github import path as from_root
from footprint.budgets.formats import FORMATS, of_file
from footprint.budgets.view import MAYBE, OK, OVER, STATES, UNKNOWN, UNUSED, Checked
from footprint.errors import UsageError
from footprint.words import LANGUAGES
from json_schema import valid

REFERENCE = Path(__file__).parents[3] / "docs/reference"
SCHEMA = json.loads((REFERENCE / "check.schema.json").read_text())

#: One limit of each state, the names as hostile as names can be.
ALL = """
[[budget]]
title = "a <&> \\u0007 ::error::, 100 %\\nb|`"
model = "net"
max_j = 500
max_g = 1

[[budget]]
model = "mini"
max_j = 5
max_water_l = 1

[[budget]]
model = "net"
period = "2026-10"
max_j = 1
"""
STATE = {5: OVER, 6: OK, 10: MAYBE, 11: UNKNOWN, 16: UNUSED}


@pytest.fixture
def made(tmp_path: Path) -> Checked:
    checked = check(tmp_path, ALL)
    assert {row.limit.line: row.state for row in checked.rows} == STATE
    return checked


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("format_", FORMATS)
def test_each_format_is_the_same_each_time_and_ends_its_last_line(
    made: Checked, format_: str, lang: str
) -> None:
    text = made.render(format_, lang)
    assert text == made.render(format_, lang)
    assert text.endswith("\n")
    assert "\x07" not in text


def test_a_format_that_is_not_there_is_one_line(made: Checked) -> None:
    with pytest.raises(UsageError, match="Did you mean junit"):
        made.render("junitt")
    with pytest.raises(UsageError, match="language 'de'"):
        made.render("text", "de")
    assert [of_file(name) for name in ("a.xml", "a.json", "a.md", None)] == [
        "junit",
        "json",
        "md",
        "text",
    ]
    with pytest.raises(UsageError, match=r"suffix \.pdf"):
        of_file("a.pdf")


def test_text_fits_a_terminal_and_says_all(made: Checked) -> None:
    text = made.render("text")
    assert max(map(len, text.splitlines())) <= 100
    assert text.startswith("Budgets: 1 over, 1 not known, 1 may be over, 1 unused, 1 within\n")
    assert "20 % over the limit of 500 J" in text.replace("\n    ", " ")
    assert "+100 J" in text


def test_french_is_french(made: Checked) -> None:
    english, french = made.render("text"), made.render("text", "fr")
    assert french.startswith("Budgets\u00a0: 1 dépassé, 1 non connu")
    own = {each.strip() for each in english.splitlines()} & {
        each.strip() for each in french.splitlines()
    }
    names = ("Budget", "a <&>", "")  # what nobody translates
    assert [each for each in own if each and not each.startswith(names)] == []


def test_junit_has_a_case_for_each_limit(made: Checked) -> None:
    root = ET.fromstring(made.render("junit"))
    (suite,) = root
    cases = list(suite)
    assert [root.tag, suite.tag, *{case.tag for case in cases}] == [
        "testsuites",
        "testsuite",
        "testcase",
    ]
    for element in (root, suite):
        counts = {name: element.get(name) for name in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": "5", "failures": "1", "errors": "1", "skipped": "1"}
    tags = [[child.tag for child in case] for case in cases]
    assert tags == [["failure"], ["system-out"], ["system-out"], ["error"], ["skipped"]]
    failure = cases[0].find("failure")
    assert failure is not None
    assert failure.get("message") == failure.text == "600 J, 20 % over the limit of 500 J"
    assert "\\x07" in str(cases[0].get("classname"))
    keys = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(keys)) == len(keys)


def test_junit_tells_limits_of_one_name_apart(tmp_path: Path) -> None:
    text = '[[budget]]\ntitle = "x"\nmodel = "net"\nmax_j = 1\n'
    checked = check(tmp_path, text + text.replace("net", "mini"))
    cases = list(ET.fromstring(checked.render("junit")).iter("testcase"))
    assert [case.get("name") for case in cases] == ["max_j (energy) [1]", "max_j (energy) [2]"]


def test_junit_of_a_strict_check_fails_what_may_be_over(tmp_path: Path) -> None:
    text = '[[budget]]\nmodel = "mini"\nmax_j = 5\nmax_water_l = 1'
    for options, tags in (
        ({"strict": True}, ["failure", "error"]),
        ({"allow_unknown": True}, ["system-out", "skipped"]),
    ):
        root = ET.fromstring(check(tmp_path, text, **options).render("junit"))
        assert [child.tag for case in root.iter("testcase") for child in case] == tags


COMMAND = re.compile(r"::(error|warning) file=([^,:]*),line=(\d+),title=([^,:]*)::(.*)")


def test_github_is_told_in_commands_that_nothing_breaks_out_of(
    made: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path(made.path).parent))
    lines = made.render("github").splitlines()
    commands = [each for each in map(COMMAND.fullmatch, lines) if each is not None]
    found = [(each[1], each[2], int(each[3])) for each in commands]
    assert found == [
        ("error", "budget.toml", 5),
        ("error", "budget.toml", 11),
        ("warning", "budget.toml", 10),
    ]
    assert commands[0][4].startswith("a <&> \\x07 %3A%3Aerror%3A%3A%2C 100 %25\\nb|`%3A energy")
    assert commands[0][5] == "600 J, 20 %25 over the limit of 500 J"
    # Commands are lines that begin with two colons: beside ours there is what the file is told.
    rest = [line for line in lines if line.lstrip().startswith("::")][len(commands) :]
    (warning,) = made.warnings
    assert rest == [f"::warning file=budget.toml::{warning}"]


def test_a_file_elsewhere_keeps_its_name(tmp_path: Path) -> None:
    assert from_root(str(tmp_path / "a" / "b.toml"), str(tmp_path)) == "a/b.toml"
    assert from_root("/elsewhere/b.toml", str(tmp_path)) == "/elsewhere/b.toml"
    assert from_root("b.toml", "") == "b.toml"


def test_gitlab_is_given_issues_with_fingerprints_that_stay(tmp_path: Path, made: Checked) -> None:
    issues = json.loads(made.render("gitlab"))
    assert [each["severity"] for each in issues] == ["critical", "minor", "major"]
    assert [each["location"]["lines"]["begin"] for each in issues] == [5, 10, 11]
    for each in issues:
        assert set(each) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["check_name"].startswith("footprint/max_")
    # Further down in the file, and more over, it is the same issue.
    again = json.loads(check(tmp_path, "\n\n" + ALL.replace("500", "400")).render("gitlab"))
    assert [each["fingerprint"] for each in again] == [each["fingerprint"] for each in issues]
    assert len({each["fingerprint"] for each in issues}) == 3
    assert json.loads(check(tmp_path, "[[budget]]\nmax_j = 1e9").render("gitlab")) == []


def test_metrics_are_open_metrics(made: Checked) -> None:
    lines = made.render("metrics").splitlines()
    assert lines[-1] == "# EOF"
    sample = re.compile(r'(\w+)\{(\w+="(?:[^"\\]|\\.)*"(?:,\w+="(?:[^"\\]|\\.)*")*)\} (\S+)')
    samples = [sample.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(samples)
    families = [each[1] for each in samples if each is not None]
    assert families.count("footprint_budget_used_ratio") == 3
    assert families.count("footprint_budget_limit") == 5
    assert families.count("footprint_budget_state") == 5 * len(STATES)
    assert sum(line.endswith(" 1") for line in lines if "_state{" in line) == 5


def test_markdown_shows_names_as_they_are(made: Checked) -> None:
    text = made.render("md")
    assert text.startswith("## Budgets: 1 over")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(re.sub(r"\\.", "", line).count("|") == 8 for line in rows)
    assert "a \\<&amp;\\> " in text


def test_json_says_what_the_check_says(made: Checked) -> None:
    document = json.loads(made.render("json"))
    assert document["schema"] == "footprint.check/1"
    assert document["passed"] is False
    assert document["counts"] == dict.fromkeys(STATES, 1)
    first = document["limits"][0]
    assert first["value"] == {"low": 600.0, "mid": 600.0, "high": 600.0}
    assert (first["limit"], first["used"], first["beyond"]) == (500.0, 1.2, 100.0)
    assert [each["state"] for each in document["limits"]] == [row.state for row in made.rows]
    assert [each["passed"] for each in document["limits"]] == [False, True, True, False, True]
    unknown = document["limits"][3]
    assert (unknown["value"], unknown["used"]) == (None, None)
    french = json.loads(made.render("json", "fr"))
    assert french["limits"][0]["says"] == "600 J, soit 20\u00a0% au-dessus de la limite de 500 J"
    assert {key: value for key, value in french.items() if key != "limits"} == {
        key: value for key, value in document.items() if key != "limits"
    }


def test_json_follows_its_schema(tmp_path: Path, made: Checked) -> None:
    period = 'period = "2026"\nmodel = "net"\n'
    base = tmp_path / "report.json"
    base.write_text(footprint.report(tmp_path / "L", by="model").to_json())
    against = f'[[budget]]\n{period}baseline = "report.json"\nmax_increase = 0.1\nmax_g = 1'
    for checked in (made, check(tmp_path, against, now="2026-11-23")):
        document = json.loads(checked.to_json())
        assert valid(document, SCHEMA, SCHEMA) == []
    document["limits"][0]["state"] = "fine"
    assert valid(document, SCHEMA, SCHEMA)


def test_what_reports_have_too_is_as_they_say() -> None:
    report = json.loads((REFERENCE / "report.schema.json").read_text())
    for name in SCHEMA["$defs"].keys() & report["$defs"].keys():
        assert SCHEMA["$defs"][name] == report["$defs"][name]
