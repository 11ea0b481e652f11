"""New CycloneDX documents: valid for others' validators, and read back as the same figures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyclonedx_documents import SPECS, measured, rendered, wrong
from footprint.emitters import emitter
from footprint.emitters.emitter import Options
from footprint.emitters.from_report import view
from footprint.emitters.sbom.cyclonedx import CYCLONEDX, read_back
from footprint.emitters.sbom.cyclonedx_entries import ACTIVITIES, entries
from footprint.emitters.stated import current
from footprint.emitters.view import ORDER, Activity, Base, Figures, Metric, View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity, exact


def card(document: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document)["metadata"]["component"]["modelCard"]
    return found


def block(document: str) -> dict[str, Any]:
    found: dict[str, Any] = card(document)["considerations"]["environmentalConsiderations"]
    return found


def named(properties: list[dict[str, str]]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in properties}


def read(document: str) -> dict[tuple[str, str, str], float]:
    return {(each.kind, each.figure, each.per): each.value for each in read_back(document.encode())}


@pytest.mark.parametrize("spec", SPECS)
def test_a_real_ledger_gives_a_document_that_others_read(tmp_path: Path, spec: str) -> None:
    found = measured(tmp_path, "net", "1")
    document = rendered(found, spec)
    assert wrong(document) is None
    training, inference = block(document)["energyConsumptions"]
    assert training["activity"] == "training"
    assert training["activityEnergyCost"] == {"value": 0.004, "unit": "kWh"}
    assert training["co2CostEquivalent"] == {"value": 0.000002, "unit": "tCO2eq"}
    assert training["energyProviders"] == []
    assert inference["activity"] == "inference"
    assert inference["activityEnergyCost"]["value"] == 0.002
    figures = read(document)
    assert figures["training", "energy_j", "total"] == pytest.approx(14_400, rel=1e-12)
    assert figures["training", "carbon_location_g", "total"] == pytest.approx(2, rel=1e-12)
    assert figures["inference", "energy_j", "item"] == pytest.approx(72, rel=1e-12)
    assert figures["inference", "energy_j", "call"] == pytest.approx(7_200, rel=1e-12)


def test_every_figure_has_its_method_and_its_period(report: dict[str, Any]) -> None:
    document = rendered(view(report, "net", "1"))
    for entry in block(document)["energyConsumptions"]:
        said = named(entry["properties"])
        assert said["footprint:period"] == "2026-11-22T11:00:00.5Z/2026-11-22T12:00:00Z"
        assert said["footprint:method"] == "partly measured"
        assert said["footprint:tier:counter"] == "0.75"
        assert said["footprint:carbon:method"] == "location-based"
        assert said["footprint:energy:low_kWh"] == "0.0000025"
        assert said["footprint:energy:high_kWh"] == "0.00000305556"
    properties = block(document)["properties"]
    said = named(properties)
    assert said["footprint:boundary"] == "Energy of 1 x GPU."
    assert said["footprint:factor:grid-intensity"] == (
        "56.0 g/kWh; zone FRA; source a table; version 3.2; vintage 2023"
    )
    missing = {"name": "footprint:missing", "value": "cost_usd: the tariff is in EUR"}
    assert missing in properties


def test_no_number_without_its_method_and_its_period(report: dict[str, Any]) -> None:
    found = view(report, "net", "1")
    without = found._replace(start="", end="")
    assert "energyConsumptions" not in block(rendered(without))
    assert "training: the period is not known" in str(block(rendered(without)))
    training, serving = found.activities
    blind = found._replace(activities=(training._replace(tiers={}), serving))
    assert [each["activity"] for each in block(rendered(blind))["energyConsumptions"]] == [
        "inference"
    ]
    assert "training: how the energy became known is not recorded" in str(block(rendered(blind)))


def test_what_is_below_the_floor_is_left_out_and_said_to_be(report: dict[str, Any]) -> None:
    found = view(report, "net", "1")
    training, serving = found.activities
    low = found._replace(activities=(training, serving._replace(floor="0.1 s of calls")))
    document = rendered(low)
    assert wrong(document) is None
    assert [each["activity"] for each in block(document)["energyConsumptions"]] == ["training"]
    said = [each["value"] for each in block(document)["properties"]]
    assert "inference: 100 calls: 0.1 s of calls" in said
    assert "inference: no energy above the measuring floor" in said
    assert all(kind == "training" for kind, *_ in read(document))
    run = serving._replace(own_time=True, calls=1)
    partly = found._replace(activities=(run, serving._replace(floor="0.1 s of calls")))
    [entry] = block(rendered(partly))["energyConsumptions"]
    assert named(entry["properties"])["footprint:left-out"] == "100 calls: 0.1 s of calls"
    assert named(entry["properties"])["footprint:runs"] == "1"
    assert not any("per_" in name for name in named(entry["properties"]))


def test_the_same_view_gives_the_same_bytes_and_there_is_no_clock(report: dict[str, Any]) -> None:
    one = rendered(view(report, "net", "1"))
    assert one == rendered(view(report, "net", "1"))
    whole = json.loads(one)
    assert whole["metadata"]["timestamp"] == "2026-11-22T12:00:00Z"  # the period's end
    other = json.loads(rendered(view(report, "net", "2")))
    assert whole["serialNumber"] != other["serialNumber"]


def test_a_base_models_training_is_a_statement_of_its_own(report: dict[str, Any]) -> None:
    figures = Figures(energy_j=exact(3.6e9, "J"), carbon_location_g=exact(310e3, "g"))
    found = view(report, "net", "1")._replace(
        base=Base("big", figures, "its card", "estimated", "2025")
    )
    document = rendered(found)
    assert wrong(document) is None
    whole = json.loads(document)["metadata"]["component"]
    assert [each["activity"] for each in block(document)["energyConsumptions"]] == [
        "training",
        "inference",
    ]
    [ancestor] = whole["pedigree"]["ancestors"]
    assert ancestor["name"] == "big"
    told = ancestor["modelCard"]["considerations"]["environmentalConsiderations"]
    [entry] = told["energyConsumptions"]
    assert entry["activityEnergyCost"] == {"value": 1000, "unit": "kWh"}
    assert entry["co2CostEquivalent"]["value"] == 0.31
    assert named(entry["properties"])["footprint:source"] == "its card"
    # It is nobody's figure but its own: reading the model back does not give it.
    assert read(document)["training", "energy_j", "total"] == pytest.approx(10, rel=1e-5)
    no_energy = found._replace(base=Base("big", Figures(water_l=exact(2, "L")), "its card", ""))
    assert wrong(rendered(no_energy)) is None


def test_metrics_and_what_the_owner_says(report: dict[str, Any]) -> None:
    given: dict[str, dict[str, Any]] = {
        "model": {
            "organisation": "ACME",
            "description": "A net.",
            "licence": "apache-2.0",
            "url": "https://example.org/net",
            "task": "text-classification",
            "architecture": "MLP",
            "modality_in": ["text"],
            "modality_out": ["label"],
            "limitations": "Short texts only.",
        },
        "card": {"intended_use": "Tests."},
    }
    metrics = [
        Metric("accuracy", 0.97, data="digits", split="test", low=0.95, high=0.98),
        Metric("accuracy", 0.9, data="digits", split="test", subgroup=("sex", "female")),
        Metric("bleu", 27.0),
    ]
    for spec in SPECS:
        document = rendered(view(report, "net", "1", metrics)._replace(given=given), spec)
        assert wrong(document) is None
        assert card(document)["quantitativeAnalysis"]["performanceMetrics"] == [
            {
                "type": "accuracy",
                "value": "0.97",
                "slice": "digits test",
                "confidenceInterval": {"lowerBound": "0.95", "upperBound": "0.98"},
            },
            {"type": "accuracy", "value": "0.9", "slice": "digits test; sex=female"},
            {"type": "bleu", "value": "27"},
        ]
        whole = json.loads(document)["metadata"]["component"]
        assert whole["licenses"] == [{"license": {"id": "Apache-2.0"}}]
        assert whole["supplier"] == {"name": "ACME"}
    own = {"model": {"licence": "The ACME Licence"}}
    document = rendered(view(report, "net", "1")._replace(given=own))
    assert wrong(document) is None
    assert json.loads(document)["metadata"]["component"]["licenses"] == [
        {"license": {"name": "The ACME Licence"}}
    ]


def test_every_kind_has_its_activity() -> None:
    assert set(ACTIVITIES) == set(ORDER)


@st.composite
def quantities(draw: st.DrawFn, unit: str) -> Quantity:
    low, mid, high = sorted(draw(st.lists(st.floats(0, 1e15), min_size=3, max_size=3)))
    return Quantity(low, mid, high, unit)


@st.composite
def views(draw: st.DrawFn) -> View:
    def activity(kind: str) -> Activity:
        return Activity(
            kind=kind,
            calls=draw(st.integers(0, 10**9)),
            errors=0,
            items=draw(st.sampled_from([0, 1, 7.5, 1e6])),
            own_time=False,
            complete=draw(st.booleans()),
            total=Figures(
                energy_j=draw(quantities("J")),
                carbon_location_g=draw(st.none() | quantities("g")),
                carbon_market_g=draw(st.none() | quantities("g")),
                embodied_g=draw(st.none() | quantities("g")),
                water_l=draw(st.none() | quantities("L")),
                cost=draw(st.just({}) | st.fixed_dictionaries({"EUR": quantities("EUR")})),
            ),
            latency_ms={},
            tiers={"counter": 1.0},
            tokens_in=draw(st.none() | st.floats(1, 1e12)),
            start="2026-01-01T00:00:00Z",
            end="2026-01-02T00:00:00Z",
        )

    kinds = draw(st.lists(st.sampled_from(ORDER), unique=True, max_size=3))
    named = draw(st.text(min_size=1, max_size=8))
    return View(
        model=named.encode("utf-8", "replace").decode(),
        version=draw(st.none() | st.just("1")),
        activities=tuple(activity(kind) for kind in kinds),
        metrics=(),
        start="2026-01-01T00:00:00Z",
        end="2026-01-02T00:00:00Z",
        boundary=(),
        hardware=(),
        zone="",
        factors=(),
        assumptions=(),
        missing=(),
    )


@settings(max_examples=40, deadline=None)
@given(views(), st.sampled_from(SPECS))
def test_whatever_the_figures_it_is_valid_and_reads_back(of: View, spec: str) -> None:
    document = rendered(of, spec)
    assert wrong(document) is None
    numbers = document.replace(json.dumps(of.model), "")  # a model may be called 0E1
    assert not re.search(r'"value": "?[-0-9.]+[eE]', numbers)  # fixed point, whatever the size
    found = read_back(document.encode())
    assert {each.kind for each in found} == set(entries(of))
    for each in found:
        now = current(of, each)
        assert now is not None
        # What is smaller than a float's least in another unit is 0 there.
        assert each.value == pytest.approx(now.mid, abs=each.step * 0.5000001 + 1e-300)
        assert each.step <= max(each.value, 1e-300) / 99_999 or each.value == 0  # 6 digits
        assert each.agrees(now)


def test_it_is_on_the_list() -> None:
    assert emitter("cyclonedx") is CYCLONEDX
    assert CYCLONEDX.specs == SPECS


def test_another_version_of_the_format_is_refused(report: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"--spec 1\.5 is no version that has a place for energy"):
        CYCLONEDX.render(view(report, "net", "1"), None, Options(spec="1.5"))  # type: ignore[arg-type]
