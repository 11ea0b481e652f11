"""organisation.toml: what it states is in the report, and what is wrong is one clear line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from audited import STATED, record, stated
from footprint import report
from footprint.errors import UsageError
from footprint.reports.audit.form import TABLES
from footprint.reports.audit.organisation import read, template
from footprint.words import LANGUAGES, words


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    record(tmp_path / "L")
    return tmp_path / "L"


def test_what_is_stated_is_in_the_report(ledger: Path, tmp_path: Path) -> None:
    made = report(ledger, organisation=stated(tmp_path))
    found = json.loads(made.to_json())
    assert found["organisation"] == {
        "name": "Example SA",
        "identifier": "LEI 5493001KJTIIGC8Y1R12",
        "contact": "carbon@example.org",
        "approach": "operational control",
        "sites": ["Lyon", "Paris"],
        "scopes": {"2": "electricity of the metered hosts"},
        "functional_units": ["one inference"],
        "year": 2026,
        "year_starts": None,
        "assurance": {"level": "limited", "by": "Auditors LLP", "standard": "ISAE 3410"},
    }
    first, *others = found["exclusions"]
    assert first == {
        "what": "two workstations in Lyon",
        "why": "not tracked; below 1 % by their nameplate",
        "by": "organisation",
    }
    assert {each["by"] for each in others} == {"tool"}
    assert not any(gap["what"].startswith("organisation") for gap in found["gaps"])
    for form in ("text", "md", "html"):
        for text in ("Example SA", "Auditors LLP", "ISAE 3410"):
            assert text in made.render(form)


def test_it_changes_no_figure(ledger: Path, tmp_path: Path) -> None:
    with_it, without = report(ledger, organisation=stated(tmp_path)), report(ledger)
    assert with_it.totals == without.totals
    assert with_it.groups == without.groups
    assert with_it.conservation == without.conservation


def test_without_it_the_report_says_what_is_missing_and_how_to_make_it(ledger: Path) -> None:
    made = report(ledger)
    assert made.organisation is None
    (gap,) = [gap for gap in made.gaps if gap.what.startswith("organisation")]
    assert "auditor" in gap.why
    assert "footprint report --init" in gap.remedy


@pytest.mark.parametrize("name", ["organisation.toml", "other.toml"])
def test_it_is_found_where_reports_are_made_and_by_settings(
    ledger: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated(Path()).rename(name)
    if name == "other.toml":
        assert report(ledger).organisation is None
        monkeypatch.setenv("FOOTPRINT_ORGANISATION", name)
    found = report(ledger).organisation
    assert found is not None
    assert found.name == "Example SA"


def test_each_thing_that_is_left_out_is_a_gap_of_its_own(ledger: Path, tmp_path: Path) -> None:
    lines = STATED.replace("[boundary]\n", "[boundary]\n# ").splitlines()
    path = stated(tmp_path, text="\n".join(lines))
    (gap,) = [gap for gap in report(ledger, organisation=path).gaps if "approach" in gap.what]
    assert gap.remedy == "fill in boundary.approach of the organisation file"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_explains_every_key_and_states_nothing(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "organisation.toml"
    path.write_text(template(lang))
    found = read(path)
    assert found.organisation == type(found.organisation)()
    assert (found.exclusions, found.base_year) == ((), None)
    assert found.privacy == {"hosts": "keep", "users": "keep"}
    w = words(lang, "organisation")
    for table, keys in TABLES.items():
        for key in keys:
            assert w(f"{table}.{key}").splitlines()[0] in template(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_example_of_the_template_can_be_written(tmp_path: Path, lang: str) -> None:
    """Each `#key = example` without its `#`; what needs another key beside it gets that."""
    whole = "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line
        for line in template(lang).splitlines()
    )
    assert set(tomllib.loads(whole)) == set(TABLES)
    path = tmp_path / "organisation.toml"
    path.write_text(whole)
    found = read(path)
    assert found.organisation.approach == "operational control"
    assert found.base_year is not None
    assert found.base_year.threshold_percent == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[organization]\nname = 'x'", "Did you mean organisation?"),
        ("[organisation]\nnam = 'x'", "organisation.nam is not known: .* Did you mean name?"),
        ("[[expected]]\nhours = 5", "names no host and no device_kind"),
        ("[[expected]]\nhost = 'a'", "expected.hours of device of a is 0"),
        ("[[expected]]\nhost = 'a'\nhours = 0", "expected.hours of device of a is 0"),
        ("[[expected]]\nhost = 'a'\nhours = -1", "expected.hours"),
        ("[[expected]]\nhost = 'a'\nhours = nan", "expected.hours"),
        (
            "[[expected]]\nhost = 'a'\nhours = 1\ndevices = 0",
            "expected.devices of device of a is 0",
        ),
        ("[[expected]]\ndevice_kind = 'tpu'\nhours = 1", 'write one of "gpu"'),
        (
            "[[expected]]\nhost = 'a'\nhours = 1\n[[expected]]\nhost = 'a'\nhours = 2",
            "two .*expected.* are of device of a",
        ),
        ("[boundary]\napproach = 'operational'", "Did you mean operational control?"),
        ("[assurance]\nlevel = 'Limited'", "write one of .*Did you mean limited?"),
        ("[assurance]\nlevel = 'limited'", "assurance.by is empty"),
        ("[[exclusions]]\nwhat = 'laptops'", "an exclusion has no why"),
        ("[exclusions]\nwhat = 'laptops'", r"write tables, \[\[exclusions\]\] for each"),
        ("[reporting]\nyear = 26", "reporting.year is 26: write a year"),
        ("[reporting]\nyear = true", "reporting.year"),
        ("[base_year]\nthreshold = 5", 'write "2 %"'),
        ("[base_year]\nthreshold = '-5 %'", 'write "2 %"'),
        ("[base_year]\nthreshold = 'nan %'", 'write "2 %"'),
        ("[base_year]\nledger = 'L'", "base_year.ledger needs base_year.report"),
        ("[privacy]\nhosts = 'hide'", 'write one of "keep", "hash", "drop"'),
        ("[privacy]\nsalt = 'secret'", "too short"),
        ("[organisation]\nname = 'x", "no TOML: .*line 2"),
        ("organisation = 5", r"write a table, \[organisation\]"),
    ],
)
def test_what_is_wrong_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "organisation.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=said.replace("?", r"\?")) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: No such file.*report --init"):
        report(ledger, organisation=tmp_path / "none.toml")


def test_equity_share_says_that_figures_are_whole(ledger: Path, tmp_path: Path) -> None:
    path = stated(tmp_path, text=STATED.replace("operational control", "equity share"))
    (gap,) = [gap for gap in report(ledger, organisation=path).gaps if "approach" in gap.what]
    assert "multiply" in gap.remedy
