"""The base year: as reported, as it comes out today, and why; earlier reports stay as they were."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from audited import correct, factors, record, stated
from footprint import report
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from footprint.reports.audit import kept_scopes, restated
from footprint.reports.audit.restated import Restated, Restatement
from footprint.reports.audit.scopes import Line, Scopes
from footprint.reports.view import Report
from footprint.words.said import said, untranslated
from report_ledgers import UTC, Recorder, S

BASE = """
[base_year]
year = 2025
report = "2025.json"
policy = "when a figure of carbon moves by more than the threshold"
threshold = "5 %"
"""
WITH_LEDGER = BASE + 'ledger = "base"\n'
CLOSED: dict[str, Any] = {"since": "2026-11-22T11:00:00", "until": "2026-11-22T12:00:00"}


@pytest.fixture
def base() -> Path:
    """The base year's ledger and its report at 50 g/kWh; this year's ledger `L`."""
    record(Path("base"))
    record(Path("L"), 2, start=60 * S)
    one = report("base", factors=factors(Path(), 50.0), tariff_per_kwh="0.1 USD", **CLOSED)
    Path("2025.json").write_text(one.to_json())
    return Path("base")


def this_year(more: str = WITH_LEDGER) -> Report:
    return report("L", factors="factors.toml", organisation=stated(Path(), more))


def restatement(more: str = WITH_LEDGER) -> Restatement:
    found = this_year(more).restatement
    assert found is not None
    return found


def difference(found: Restatement, figure: str) -> float | None:
    return next(each.difference_percent for each in found.figures if each.figure == figure)


def test_nothing_changed(base: Path) -> None:
    found = restatement()
    known = {each.figure: each.difference_percent for each in found.figures if each.reported}
    totals = ("energy_kwh", "carbon_location_g", "water_l", "cost_usd")
    assert known == dict.fromkeys((*totals, "scope_2_location_g"), 0.0)
    assert (found.why, found.exceeded, found.threshold_passed) == ((), (), False)


@pytest.mark.parametrize(
    ("g_per_kwh", "percent", "passed"), [(52.0, 4.0, False), (55.0, 10.0, True)]
)
def test_todays_factors_move_it_and_the_threshold_says_whether_that_counts(
    base: Path, g_per_kwh: float, percent: float, passed: bool
) -> None:
    factors(Path(), g_per_kwh)
    found = restatement()
    assert difference(found, "carbon_location_g") == pytest.approx(percent)
    assert difference(found, "energy_kwh") == 0.0
    assert difference(found, "cost_usd") == 0.0  # what was declared then is what happened
    assert found.threshold_passed is passed
    (why,) = found.why
    assert why == (
        "grid intensity of FRA: 50 g/kWh (our supplier, 2025) in the base year's report,"
        f" {g_per_kwh:g} g/kWh (our supplier, 2025) today"
    )
    assert said("fr", why) == (
        "intensité carbone du réseau de FRA\u00a0: 50 g/kWh (our supplier, 2025) dans le rapport"
        f" de l'année de référence, {g_per_kwh:g} g/kWh (our supplier, 2025) aujourd'hui"
    )
    made = this_year()
    for form in ("text", "md", "html"):
        assert "2025.json" in made.render(form)
        assert re.search(rf"\+{percent:g}(\s|&nbsp;)%", made.render(form))


def test_a_scope_that_moves_within_totals_that_hardly_do_passes_the_threshold(base: Path) -> None:
    one = Recorder(base, 3, boot="boot-3", declared={"zone": "FRA", "pue": 1.0}, utc_ns=UTC)
    asks = one.path("ask", kind="api", devices=[], model="gpt-4o", tags={"provider": "openai"})
    one.span(asks, 1 * S, 2 * S, tokens_in=1000, tokens_out=500)
    one.close(3 * S)
    Path("2025.json").write_text(report("base", factors=factors(Path(), 50.0), **CLOSED).to_json())
    factors(Path(), 60.0)
    found = restatement()
    whole = difference(found, "carbon_location_g")
    assert whole is not None
    assert 0.0 < whole < 5.0  # nearly all of it is the provider's
    assert difference(found, "scope_2_location_g") == pytest.approx(20.0)
    assert difference(found, "scope_3_category_1_location_g") == 0.0
    assert (found.exceeded, found.threshold_passed) == (("scope_2_location_g",), True)
    told = found.to_json()
    assert told["exceeded"] == ["scope_2_location_g"]
    assert told["figures"]["scope_2_location_g"]["difference_percent"] == pytest.approx(20.0)
    text = this_year().render("text")
    assert "By more than 5 % differ: scope 2, location-based." in " ".join(text.split())


def test_a_scope_that_was_nothing_differs_by_more_than_any_part() -> None:
    grams = Quantity(1.0, 1.0, 1.0, "g")
    then = Scopes((Line("electricity", None, grams, None),))
    now = Scopes((*then.lines, Line("hardware", None, grams, grams)))
    held = kept_scopes.figures(then, now)
    assert set(held) == {
        "scope_2_location_g",
        "scope_2_market_g",
        "scope_3_location_g",
        "scope_3_market_g",
        "scope_3_category_2_g",
    }
    judged = {name: Restated(name, *both, None).exceeds(50.0) for name, both in held.items()}
    assert judged["scope_3_category_2_g"] is True
    assert judged["scope_2_market_g"] is None  # not known of either
    assert Restated("scope_2_location_g", grams, grams, 0.0).exceeds(50.0) is False
    # Of a report without an inventory nothing is known, which is not nothing.
    assert kept_scopes.figures(None, now)["scope_3_category_2_g"] == (None, grams)


def test_an_inventory_that_was_edited_is_one_clear_line(base: Path) -> None:
    content = json.loads(Path("2025.json").read_text())
    for edited in (
        {"lines": [{"source": "electricity"}]},
        {"lines": [{"source": "steam", "carbon_location_g": None, "carbon_market_g": None}]},
        {"lines": [{"source": "hardware", "carbon_location_g": {}, "carbon_market_g": 1}]},
        {"lines": 1},
    ):
        Path("2025.json").write_text(json.dumps({**content, "scopes": edited}))
        with pytest.raises(UsageError, match=r"scopes\.lines: ") as caught:
            this_year()
        assert "\n" not in str(caught.value)


def test_a_correction_of_the_base_year_is_a_reason(base: Path) -> None:
    which = correct(base, "Ada", "counted twice")
    reasons = restatement().why
    assert f"correction {which} was made since, by Ada: counted twice" in reasons
    assert any("has grown since its report" in each for each in reasons)


def test_names_of_the_base_year_are_names_too(base: Path) -> None:
    correct(base, "Ada Lovelace", "counted twice by ada lovelace")
    hidden = this_year(WITH_LEDGER + '[privacy]\nusers = "hash"\n')
    assert "lovelace" in this_year().to_json().lower()
    assert "lovelace" not in hidden.to_json().lower()
    assert hidden.restatement is not None
    assert any("was made since, by user-" in each for each in hidden.restatement.why)


def test_another_version_is_a_reason(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = restated.__version__
    monkeypatch.setattr(restated, "__version__", "9.0")
    assert restatement().why == (f"another version of footprint: {old} then, 9.0 now",)


def test_a_ledger_that_is_not_the_one_of_then_is_told(base: Path) -> None:
    (journal,) = (base / "journals").iterdir()
    journal.unlink()
    record(base, 7)
    found = restatement()
    assert any("is not the one of its report" in each for each in found.why)


def test_pins_of_the_base_year_do_not_keep_its_old_factors(base: Path) -> None:
    from footprint.cli import main

    main(["factors", "pin", str(base), "--factors", "factors.toml"], standalone_mode=False)
    factors(Path(), 60.0)
    assert difference(restatement(), "carbon_location_g") == pytest.approx(20.0)


def test_without_its_ledger_it_is_as_reported_and_a_gap_says_so(base: Path) -> None:
    made = this_year(BASE)
    assert made.restatement is not None
    assert all(each.restated is None for each in made.restatement.figures)
    assert made.restatement.threshold_passed is None
    told = json.loads(Path("2025.json").read_text())["totals"]
    energy = next(each for each in made.restatement.figures if each.figure == "energy_kwh")
    assert energy.reported is not None
    assert energy.reported.to_json() == told["energy_kwh"]
    (gap,) = [gap for gap in made.gaps if gap.what == "restatement.figures"]
    assert "base_year.ledger" in gap.remedy


def test_what_earlier_reports_said_is_kept(base: Path) -> None:
    factors(Path(), 55.0)
    Path("2026.json").write_text(this_year().to_json())
    before = Path("2026.json").read_bytes(), Path("2025.json").read_bytes()
    factors(Path(), 60.0)
    found = restatement(WITH_LEDGER + 'earlier = ["2026.json"]\n')
    (earlier,) = found.earlier
    carbon = earlier.restated["carbon_location_g"]
    now = next(each for each in found.figures if each.figure == "carbon_location_g")
    assert carbon is not None
    assert now.reported is not None
    assert now.restated is not None
    assert carbon.mid == pytest.approx(now.reported.mid * 1.1)
    assert now.restated.mid == pytest.approx(now.reported.mid * 1.2)
    assert (Path("2026.json").read_bytes(), Path("2025.json").read_bytes()) == before


def test_a_report_that_restates_another_year_is_no_earlier_one(base: Path) -> None:
    Path("other.json").write_text(report("L").to_json())
    with pytest.raises(UsageError, match=r"other\.json does not restate .*2025\.json"):
        this_year(WITH_LEDGER + 'earlier = "other.json"\n')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"schema": "footprint.report/2"}, "upgrade footprint"),
        ({"schema": "footprint.estimate/1"}, "has the schema 'footprint.estimate/1'"),
        ({"schema": "footprint.report/1"}, "is no report, or was edited"),
        ({"schema": "footprint.report/1", "totals": {"energy_kwh": {"low": 2}}}, "energy_kwh"),
        (
            {
                "schema": "footprint.report/1",
                "totals": {"energy_kwh": {"low": 2, "mid": 1, "high": 3}},
            },
            "low <= mid <= high",
        ),
    ],
)
def test_a_baseline_that_is_none_is_one_clear_line(
    base: Path, content: dict[str, Any], message: str
) -> None:
    Path("2025.json").write_text(json.dumps(content))
    with pytest.raises(UsageError, match=message) as caught:
        this_year()
    assert "2025.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("more", ["", BASE, WITH_LEDGER, WITH_LEDGER + "[privacy]\nhosts='hash'"])
def test_all_of_it_is_said_in_french(
    base: Path, more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    correct(base, "Ada", "une erreur")
    factors(Path(), 55.0)
    monkeypatch.setattr(restated, "__version__", "9.0")
    made = this_year(more) if more else report("L", privacy="users=hash,hosts=drop")
    texts = [*made.assumptions, *(text for gap in made.gaps for text in gap)]
    texts += [text for each in made.exclusions if each.by == "tool" for text in each[:2]]
    texts += made.restatement.why if made.restatement else ()
    assert untranslated("fr", texts) == []


@pytest.mark.parametrize("factor", ["PUE", "grid intensity of FRA", "embodied carbon of H100 SXM"])
@pytest.mark.parametrize("value", ["1.25 kg (given)", "0.5 (given), 0.25 EUR/kWh (a, 2025)"])
def test_no_reason_is_half_in_english(factor: str, value: str) -> None:
    """A factor's own words are no part of the sentence that it stands in."""
    for why in (
        f"{factor}: {value} in the base year's report, {value} today",
        f"{factor}: not in the base year's report, {value} today",
        f"{factor}: {value} in the base year's report, not used today",
    ):
        french = said("fr", why)
        assert not re.search(r"today|base year|not used|grid|embodied|report,", french), french
        assert "année de référence" in french
    assert said("fr", "PUE: 1.25 (given) in the base year's report, not used today") == (
        "PUE\u00a0: 1,25 (valeur indiquée) dans le rapport de l'année de référence,"
        " sans emploi aujourd'hui"
    )


def test_its_files_are_inputs(base: Path) -> None:
    made = this_year().made
    assert made is not None
    assert [each.role for each in made.inputs] == ["factors", "organisation", "base_year"]


def test_a_report_in_between_is_no_report_of_the_base_year(base: Path) -> None:
    Path("2026.json").write_text(this_year(WITH_LEDGER).to_json())
    found = this_year(WITH_LEDGER + 'earlier = ["2026.json"]\n')
    assert found.made is not None
    assert [(each.role, Path(each.name).name) for each in found.made.inputs[-2:]] == [
        ("base_year", "2025.json"),
        ("earlier", "2026.json"),
    ]
    assert "report 2026.json, which restated the base year, SHA-256" in found.render("md")
