"""Advice: exact savings of small ledgers, and laws that hold of any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import priced_ledgers
from footprint.advice import zones
from footprint.advice.formats import of_file, rendered
from footprint.advice.make import advise
from footprint.advice.view import Advice, Suggestion
from footprint.errors import UsageError
from footprint.ledger.journal import prepare
from footprint.model import Device
from footprint.words.said import untranslated
from report_ledgers import GPU, MS, Recorder, S

#: g CO2e per kWh of the table's rows for one year.
ZONES = """
[[factor]]
name = "grid intensity"
zone = "FRA"
value = 50
unit = "g/kWh"
vintage = 2024
[[factor]]
name = "grid intensity"
zone = "BEL"
value = 20
unit = "g/kWh"
vintage = 2024
[[factor]]
name = "grid intensity"
zone = "ESP"
value = 10
unit = "g/kWh"
vintage = 2020
[[factor]]
name = "grid intensity"
zone = "CHE"
mid = 49
low = 30
high = 60
unit = "g/kWh"
vintage = 2024
[[factor]]
name = "electricity tariff"
zone = "FRA"
value = 0.20
unit = "EUR/kWh"
[[factor]]
name = "electricity tariff"
zone = "BEL"
value = 0.30
unit = "EUR/kWh"
"""
#: The rows of the zone in which it ran.
HOME = ZONES.partition('[[factor]]\nname = "grid intensity"\nzone = "BEL"')[0] + (
    '[[factor]]\nname = "electricity tariff"\nzone = "FRA"\nvalue = 0.20\nunit = "EUR/kWh"\n'
)
#: A GPU of 500 W for 10 s, of which a call runs 6 s; a second one that only idles at 100 W.
WORK_J, IDLE_J, UNUSED_J = 3000.0, 2000.0, 1000.0
J = 3.6e6
UNUSED = Device("GPU-2", "gpu", "Spare GPU", "counter", "gpu", max_w=500.0, number=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    (tmp_path / "own.toml").write_text(ZONES)
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    one.counter(GPU, [500.0] * 100)
    one.counter(UNUSED, [100.0] * 100)
    path = one.path("fit", kind="training", model="net", devices=["gpu:0"])
    one.span(path, 0, 6 * S)
    one.close(now=10 * S)
    return tmp_path / "L"


def made(ledger: Path, **options: object) -> Advice:
    return advise(ledger, **{"factors": ledger.parent / "own.toml", **options})  # type: ignore[arg-type]


def of_kind(advice: Advice, kind: str) -> list[Suggestion]:
    return [each for each in advice.suggestions if each.kind == kind]


def test_another_zone_is_the_same_energy_at_its_intensity(ledger: Path) -> None:
    (best,) = [each for each in of_kind(made(ledger), "zone") if "BEL" in each.what]
    assert best.what == "run in BEL what ran in FRA"
    assert best.carbon_g is not None
    now, then, saved = best.carbon_g
    whole_kwh = (WORK_J + IDLE_J + UNUSED_J) / J
    assert now.mid == pytest.approx(whole_kwh * 50, rel=1e-12)
    assert then.mid == pytest.approx(now.mid * 20 / 50, rel=1e-12)
    assert saved.mid == pytest.approx(now.mid * 30 / 50, rel=1e-12)
    assert dict(best.groups[0])["model"] == "net"
    assert [factor.zone for factor in best.factors[:2]] == ["FRA", "BEL"]
    assert best.tier == "counterfactual"


def test_how_much_of_what_moves_is_not_the_works_own_is_told(ledger: Path) -> None:
    (best,) = [each for each in of_kind(made(ledger), "zone") if "BEL" in each.what]
    (told,) = [note for note in best.assumptions if note.startswith("all that was metered")]
    assert "in FRA counts: 50 % of it was drawn while no work ran, and 0 % by other" in told


def test_what_it_costs_there_is_told_where_a_tariff_is_known(ledger: Path) -> None:
    found = {each.what[7:10]: each for each in of_kind(made(ledger, every=True), "zone")}
    dearer = found["BEL"].cost
    assert dearer is not None
    assert dearer.now.unit == "EUR"
    assert dearer.saved.mid == pytest.approx(-(6000 / J) * 0.1, rel=1e-9)
    assert found["CHE"].cost is None
    assert not of_kind(made(ledger, by="cost"), "zone")  # BEL is dearer; the others emit no less


def test_of_zones_nobody_named_those_of_another_year_are_left_out(ledger: Path) -> None:
    assert not [each for each in made(ledger, every=True).suggestions if "ESP" in each.what]
    (named,) = of_kind(made(ledger, zone_candidates=["Spain"]), "zone")
    assert "of another source or year" in " ".join(named.assumptions)


def test_of_zones_nobody_named_those_of_a_table_that_counts_otherwise_are_left_out(
    tmp_path: Path,
) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "aws:eu-central-1"})
    one.counter(GPU, [500.0] * 100)
    one.span(one.path("fit", kind="training"), 0, 10 * S)
    one.close(now=10 * S)
    found = of_kind(advise(tmp_path / "L", every=True), "zone")
    assert found
    # Of the same year, but direct emissions alone (EPA eGRID), not the life cycle.
    assert not [each for each in found if "aws:us-" in each.what]
    (named,) = of_kind(
        advise(tmp_path / "L", zone_candidates=["aws:us-west-2"], every=True), "zone"
    )
    assert "of another source or year" in " ".join(named.assumptions)


def test_of_zones_nobody_named_those_best_by_what_was_asked_for_are_kept(ledger: Path) -> None:
    rows = "".join(
        f'[[factor]]\nname = "grid intensity"\nzone = "{zone}"\nvalue = {10 + at}\n'
        'unit = "g/kWh"\nvintage = 2024\n'
        f'[[factor]]\nname = "electricity tariff"\nzone = "{zone}"\nvalue = {0.19 - at / 100}\n'
        'unit = "EUR/kWh"\n'
        for at, zone in enumerate(("CHE", "DEU", "ESP", "GBR", "ITA", "BEL"))
    )
    own = ledger.parent / "own.toml"
    own.write_text(HOME + rows)
    by = {
        by: [each.what[7:10] for each in of_kind(made(ledger, by=by), "zone")]
        for by in ("carbon", "cost")
    }
    assert by["carbon"] == ["CHE", "DEU", "ESP", "GBR", "ITA"]
    assert by["cost"] == ["BEL", "ITA", "GBR", "ESP", "DEU"]


def test_what_is_within_the_noise_is_counted_and_shown_only_when_asked_for(ledger: Path) -> None:
    quiet = made(ledger, zone_candidates=["CHE"])
    assert not of_kind(quiet, "zone")
    assert quiet.left_out == 1
    loud = made(ledger, zone_candidates=["CHE"], every=True)
    (marked,) = of_kind(loud, "zone")
    assert not marked.exceeds("carbon")
    assert loud.left_out == 0
    assert "no" in loud.render("md").split("| 3 |")[1].splitlines()[0]


def test_the_same_zone_saves_nothing_and_is_never_shown(ledger: Path) -> None:
    assert not of_kind(made(ledger, zone_candidates=["FRA"], every=True), "zone")
    alias = "aws:eu-west-3"  # the same grid by another name
    (alike,) = of_kind(advise(ledger, zone_candidates=[alias], every=True), "zone")
    assert alike.carbon_g is not None
    assert (alike.carbon_g.saved.low, alike.carbon_g.saved.high) == (0.0, 0.0)
    assert not of_kind(advise(ledger, zone_candidates=[alias]), "zone")


def test_a_pue_that_is_not_known_well_cancels(ledger: Path) -> None:
    plain, cooled = (
        made(ledger, zone_candidates=["BEL"]),
        made(ledger, zone_candidates=["BEL"], pue=1.5),
    )
    one, other = (of_kind(each, "zone")[0].carbon_g for each in (plain, cooled))
    assert one is not None
    assert other is not None
    assert other.saved.mid == pytest.approx(1.5 * one.saved.mid, rel=1e-12)
    assert other.then.mid / other.now.mid == pytest.approx(20 / 50, rel=1e-12)


def test_whether_tables_give_an_interval_is_told_as_it_is(ledger: Path) -> None:
    exact, known = (
        of_kind(made(ledger, zone_candidates=[zone], every=True), "zone")[0].assumptions
        for zone in ("BEL", "CHE")
    )
    assert zones.NO_INTERVAL in exact
    assert zones.NO_INTERVAL not in known


def test_the_factors_that_a_figure_rests_on_are_all_told(ledger: Path) -> None:
    own = ledger.parent / "own.toml"
    pues = "".join(
        f'[[factor]]\nname = "PUE"\nzone = "{zone}"\nlow = 1.1\nmid = 1.2\nhigh = {high}\n'
        for zone, high in (("FRA", 1.5), ("BEL", 1.3))
    )
    own.write_text(ZONES + pues)
    found = made(ledger, zone_candidates=["BEL"], every=True)
    (best,) = of_kind(found, "zone")
    assert [(factor.name, factor.zone) for factor in best.factors] == [
        ("grid intensity", "FRA"),
        ("grid intensity", "BEL"),
        ("electricity tariff", "FRA"),
        ("electricity tariff", "BEL"),
        ("PUE", "FRA"),
        ("PUE", "BEL"),
    ]
    assert "PUE of FRA: 1.2 (1.1 to 1.5)" in found.render()
    assert "PUE de FRA\xa0: 1,2 (1,1 à 1,5)" in found.render("text", "fr")


def test_a_row_that_goes_on_in_a_second_table_keeps_its_number(ledger: Path) -> None:
    (ledger.parent / "own.toml").write_text(
        ZONES + '[[factor]]\nname = "PUE"\nlow = 1.01\nmid = 1.23\nhigh = 1.57\n'
    )
    text = made(ledger, zone_candidates=["BEL"], every=True).render()
    costs = text.partition("\nCost\n")[2].partition("\nWhat to do")[0]
    assert costs.count("  no.") == 2
    assert all(costs.count(f"\n  {number}  ") == 2 for number in (1, 2, 3))


def test_what_is_an_order_of_magnitude_has_the_sign_of_reports(ledger: Path) -> None:
    sign = "an order of magnitude"
    assert sign not in made(ledger, zone_candidates=["BEL"], every=True).render()
    text = made(ledger, zone_candidates=["CHE"], every=True).render()  # 50 against 30 to 60
    assert sign in text
    assert "≈1.67 mg (-16.7 to 33.3)" in text


def test_of_many_groups_the_first_are_named(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "DEU"})
    one.counter(GPU, [500.0] * 100)
    for at in range(7):
        path = one.path(f"fit-{at}", kind="other", devices=["gpu:0"])
        one.span(path, at * S, (at + 1) * S - at * MS)
    one.close(now=10 * S)
    found = advise(tmp_path / "L", zone_candidates=["FRA"])
    assert "fit-3/other, fit-4/other, +2\n" in found.render("md")
    assert len(json.loads(found.render("json"))["suggestions"][0]["groups"]) == 7


def test_that_savings_cannot_be_added_up_is_told_where_there_are_several(ledger: Path) -> None:
    assert "cannot be added up" in made(ledger).render()
    (ledger.parent / "own.toml").write_text(HOME)
    assert "cannot be added up" not in made(ledger, until="2026-11-22T11:00:01Z").render()


def test_idle_energy_is_the_most_that_sharing_saves(ledger: Path) -> None:
    found = {each.what: each for each in of_kind(made(ledger), "idle")}
    unused = found["give back or switch off what no work used: 1 x Spare GPU on host-a"]
    waiting = found["share or switch off what lay idle: 1 x Test GPU on host-a"]
    for each, joules in ((unused, UNUSED_J), (waiting, IDLE_J)):
        assert each.at_most
        assert each.carbon_g is not None
        assert each.carbon_g.saved == each.carbon_g.now
        assert each.carbon_g.now.mid == pytest.approx(joules / J * 50, rel=1e-12)
        assert each.cost is not None
        assert each.cost.now.mid == pytest.approx(joules / J * 0.2, rel=1e-12)
    lines = made(ledger).render("md").splitlines()
    row = next(line for line in lines if line.startswith("| 2 |"))
    assert row.endswith("| at most |")  # nothing may be saved: that is not beyond doubt


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    prepare(tmp_path / "L")
    found = advise(tmp_path / "L")
    assert (found.suggestions, found.left_out) == ((), 0)
    assert [gap.why for gap in found.gaps] == ["the ledger is empty"]


def test_a_period_without_records_says_so(ledger: Path) -> None:
    found = made(ledger, since="2027-01-01")
    assert [gap.why for gap in found.gaps] == ["nothing was recorded in the period"]
    assert "choose another period" in found.render()


def test_without_a_meter_one_line_says_what_to_do(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    one.span(one.path("fit", kind="training"), 0, S)
    one.close(now=10 * S)
    assert "no metered energy" in advise(tmp_path / "L").render()


def test_of_calls_to_apis_alone_it_is_told_where_they_are_compared(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    path = one.path("ask", kind="api", model="gpt-4o-mini")
    one.span(path, 0, S, tokens_in=1000.0, tokens_out=500.0)
    one.close(now=10 * S)
    (gap,) = advise(tmp_path / "L").gaps
    assert "footprint compare" in gap.remedy
    assert untranslated("fr", gap[1:]) == []


def test_what_is_damaged_of_a_ledger_is_told(ledger: Path) -> None:
    (journal,) = (ledger / "journals").glob("**/*.fpj")
    journal.write_bytes(journal.read_bytes()[:-40])
    gaps = made(ledger).gaps
    assert [gap.what for gap in gaps if gap.what.startswith("ledger")] == ["ledger (torn-tail)"]
    journal.write_bytes(journal.read_bytes()[:100])
    assert [gap.what for gap in made(ledger).gaps] == ["ledger (torn-tail)"]  # it was not empty


def test_without_a_zone_one_line_says_what_to_declare(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, [500.0] * 100)
    one.close(now=10 * S)
    found = advise(tmp_path / "L")
    assert not found.suggestions
    assert [gap.what for gap in found.gaps] == ["zone", "idle"]
    # Of a saving of which nothing is known nobody can say that it is less than is uncertain.
    assert found.left_out == 0


def test_where_no_source_has_the_zone_the_gap_is_that_of_the_zone(ledger: Path) -> None:
    (ledger.parent / "own.toml").write_text("")
    found = made(ledger, factor_sources=["own"], factors=ledger.parent / "own.toml")
    assert [gap.why for gap in found.gaps if gap.what in ("zone", "hour")] == [
        "no source has a grid intensity for France (FRA)"
    ]


def test_an_intensity_in_place_of_a_zone_is_told_as_such(ledger: Path) -> None:
    found = made(ledger, carbon_intensity_g_per_kwh=40)
    assert zones.GIVEN in found.gaps
    assert untranslated("fr", [zones.GIVEN.why, zones.GIVEN.remedy]) == []
    assert zones.GIVEN not in made(ledger, carbon_intensity_g_per_kwh=40, zone="FRA").gaps


def test_what_a_run_declared_wrongly_is_told(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "Atlantis"})
    one.counter(GPU, [500.0] * 100)
    one.close(now=10 * S)
    (told,) = [gap.why for gap in advise(tmp_path / "L").gaps if "Atlantis" in gap.why]
    assert "declares what is not known" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"zone_candidates": ["Atlantis"]}, "--zone-candidate: zone 'Atlantis' is not known"),
        ({"by": "price"}, "by='price' is not known: use carbon or cost"),
        ({"nonsense": 1}, "nonsense= is not known"),
    ],
)
def test_bad_input_is_one_clear_line(ledger: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match="^" + said.replace("(", r"\(")):
        made(ledger, **options)


def test_every_sentence_is_there_in_french(ledger: Path) -> None:
    found = made(ledger, every=True, zone_candidates=["BEL", "ESP", "CHE", "USA-ZZ"])
    texts = [each.what for each in found.suggestions]
    texts += [note for each in found.suggestions for note in (each.method, *each.assumptions)]
    texts += [text for gap in found.gaps for text in (gap.why, gap.remedy)]
    assert found.gaps
    assert untranslated("fr", texts) == []
    assert "exécuter en BEL ce qui a tourné en FRA" in found.render("text", "fr")


def test_json_has_the_schema_and_the_same_figures(ledger: Path) -> None:
    found = made(ledger)
    data = json.loads(found.render("json"))
    assert data["schema"] == "footprint.advice/1"
    assert data["suggestions"][0]["carbon_g"]["exceeds"] is True
    first = found.suggestions[0].carbon_g
    assert first is not None
    assert data["suggestions"][0]["carbon_g"]["saved"] == first.saved.to_json()
    assert found.render("json") == made(ledger).render("json")
    with pytest.raises(UsageError, match=r"^format 'pdf' is not known"):
        rendered(found, "pdf")
    assert of_file("advice.md") == "md"
    with pytest.raises(UsageError, match=r"no format has the suffix \.pdf"):
        of_file("advice.pdf")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(priced_ledgers.ledgers)
def test_what_is_shown_is_outside_its_joint_interval(
    recorded: tuple[priced_ledgers.Host, ...],
) -> None:
    with priced_ledgers.written(recorded) as path:
        options = {"zone_candidates": ["FRA", "DEU", "SWE"], "tariff_per_kwh": "0.2"}
        every = advise(path, every=True, **options)  # type: ignore[arg-type]
        shown = advise(path, **options)  # type: ignore[arg-type]
    assert len(every.suggestions) == len(shown.suggestions) + shown.left_out
    savings = []
    for each in shown.suggestions:
        assert each.carbon_g is not None
        assert each.carbon_g.saved.low > 0
        savings.append(each.carbon_g.saved.mid)
    assert savings == sorted(savings, reverse=True)
    for each in every.suggestions:
        if each.kind == "zone":
            there, home = each.what.split()[2], each.what.split()[-1]
            assert there != home
        assert each.carbon_g is not None
        now, then, saved = each.carbon_g
        assert saved.mid == pytest.approx(now.mid - then.mid, rel=1e-9, abs=1e-12)
        # What both share cancels: never wider than the difference of two unrelated figures.
        slack = 1e-9 * now.high
        assert now.low - then.high - slack <= saved.low
        assert saved.high <= now.high - then.low + slack
