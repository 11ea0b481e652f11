"""From ledgers to views: models, versions and activities are told apart; who asks for what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import footprint
from datasheet_ledgers import ENERGY_J, PRICES, several, short
from footprint.datasheets import make
from footprint.emitters import emitter
from footprint.emitters.from_report import GROUPED_BY
from footprint.emitters.view import Figures
from footprint.errors import UsageError
from footprint.estimators.quantity import exact


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return make.booked([several(tmp_path_factory.mktemp("several") / "L")], **PRICES)


def test_models_versions_and_activities_are_told_apart(report: dict[str, Any]) -> None:
    found = {
        (model, version, stage.kind): stage.total
        for model, version in (("net", "1"), ("net", "2"), ("tiny", None), ("gpt-4o", None))
        for stage in make.make(report, model, version).stages
    }
    assert set(found) == {*ENERGY_J, ("gpt-4o", None, "api")}
    for key, energy_j in ENERGY_J.items():
        assert found[key].energy_j == exact(energy_j, "J")
        assert found[key].carbon_location_g is not None
        assert found[key].carbon_location_g.mid == pytest.approx(energy_j * 1e-5)
        assert found[key].cost["USD"].mid == pytest.approx(energy_j * 1e-7)
    asked = found["gpt-4o", None, "api"]
    assert asked.energy_j is not None  # the provider's, estimated: an interval
    assert asked.energy_j.low < asked.energy_j.high


def test_figures_of_one_call_one_item_and_1000_tokens(report: dict[str, Any]) -> None:
    stage = make.make(report, "net", "2").of_kind("inference")
    assert stage is not None
    assert stage.calls is not None
    for figures, energy_j in (
        (stage.calls.per_call, 100.0),
        (stage.calls.per_item, 12.5),
        (stage.calls.per_1000_tokens, 800.0),
    ):
        assert figures is not None
        assert figures.energy_j == exact(energy_j, "J")


@pytest.mark.parametrize("name", ["net:1", "net@1"])
def test_the_base_models_training_is_a_line_of_its_own(report: dict[str, Any], name: str) -> None:
    alone = make.make(report, "net", "2")
    tuned = make.make(report, "net", "2", base=name)
    assert tuned.base is not None
    assert (tuned.base.model, tuned.base.method) == ("net 1", "measured")
    assert tuned.base.figures.energy_j == exact(3000.0, "J")
    assert tuned.base.period == "2026-11-22"
    assert tuned.activities == alone.activities  # nothing is added to its own figures
    assert alone.base is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("net:3", "model 'net' has no version '3' in the ledger: it has 1, 2"),
        ("nett", "model 'nett' is not in the ledger. Did you mean net?"),
        ("tiny", "no training of it, only inference"),
    ],
)
def test_a_base_that_is_not_there(report: dict[str, Any], name: str, says: str) -> None:
    with pytest.raises(UsageError) as told:
        make.make(report, "net", "2", base=name)
    assert says in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("model", "version", "says"),
    [
        (None, None, "the ledger has 3 models: choose one with --model: gpt-4o, net, tiny"),
        ("nwt", None, "model 'nwt' is not in the ledger. Did you mean net?"),
        ("net", None, "has the versions 1, 2"),
        ("net", "3", "it has 1, 2"),
        ("tiny", "1", "it has none declared ('')"),
    ],
)
def test_a_model_or_a_version_that_is_not_known(
    report: dict[str, Any], model: str | None, version: str | None, says: str
) -> None:
    with pytest.raises(UsageError) as told:
        make.make(report, model, version)
    assert says in str(told.value)


def test_the_only_model_need_not_be_named_and_no_version_has_a_name(tmp_path: Path) -> None:
    report = make.booked([short(tmp_path / "L")])
    assert make.make(report).model == "quick"
    both = make.booked([several(tmp_path / "M")])
    assert make.make(both, "tiny", "").version is None


def test_a_ledger_that_names_no_model(report: dict[str, Any]) -> None:
    groups = [each for each in report["groups"] if each["key"]["model"] is None]
    assert groups
    for model in (None, "net"):
        with pytest.raises(UsageError, match="nothing in the ledger names a model: give model="):
            make.make({**report, "groups": groups}, model)


def test_what_is_below_the_floor_is_no_figure_and_is_told(tmp_path: Path) -> None:
    view = make.make(make.booked([short(tmp_path / "L")], **PRICES))
    (stage,) = view.stages
    assert stage.total == Figures()
    assert not make.has_figures(view)
    (line,) = make.left_out(view)
    assert line.startswith("inference: left out, since it is below what the meter can tell (")


def test_a_model_is_not_its_own_base(report: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="--base net:1: that is the model itself: name the one"):
        make.make(report, "net", "1", base="net:1")


def test_a_period_without_anything_is_not_a_ledger_without_models(tmp_path: Path) -> None:
    ledger = several(tmp_path / "L")
    with pytest.raises(UsageError, match="nothing was recorded in the ledger, or in its part from"):
        make.make(make.booked([ledger], since="2100-01-01"), "net", "1")


def test_a_kept_report_gives_the_same_document(tmp_path: Path) -> None:
    ledger = several(tmp_path / "L")
    path = tmp_path / "report.json"
    path.write_text(footprint.report(ledger, by=GROUPED_BY, **PRICES).to_json())
    live = make.make(make.booked([ledger], **PRICES), "net", "2")
    kept = make.make(make.kept(path), "net", "2")
    for name in ("md", "json", "cyclonedx"):
        assert make.document(kept, emitter(name)) == make.document(live, emitter(name))


def test_a_report_that_is_grouped_in_another_way_or_damaged(tmp_path: Path) -> None:
    ledger = several(tmp_path / "L")
    path = tmp_path / "report.json"
    path.write_text(footprint.report(ledger, by="model").to_json())
    with pytest.raises(UsageError, match="is grouped by model, not by model, version, kind: make"):
        make.kept(path)
    whole = json.loads(footprint.report(ledger, by=GROUPED_BY).to_json())
    del whole["groups"][0]["spans"]
    path.write_text(json.dumps(whole))
    with pytest.raises(UsageError, match="is damaged"):
        make.kept(path)


def test_what_belongs_to_a_model_behind_an_api_is_not_told_of_the_others(
    report: dict[str, Any],
) -> None:
    net, asked = make.make(report, "net", "2"), make.make(report, "gpt-4o")
    assert {each["name"] for each in net.factors} == {"grid intensity", "electricity tariff"}
    assert not any("API" in line or "gpt-4o" in line for line in net.assumptions)
    assert any(each["name"].startswith("API ") for each in asked.factors)
    assert any("gpt-4o" in line for line in asked.assumptions)
    assert not any(each.what.startswith("totals.") for each in (*net.missing, *asked.missing))
