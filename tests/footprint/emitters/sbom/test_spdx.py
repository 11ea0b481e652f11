"""SPDX documents: valid for others' validators, and read back as the same figures."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
import spdx_python_model
from hypothesis import given, settings
from hypothesis import strategies as st

import footprint
from footprint.emitters.from_report import GROUPED_BY, view
from footprint.emitters.sbom.spdx import SPDX
from footprint.emitters.stated import current
from footprint.emitters.view import Activity, Base, Figures, Metric, View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from report_ledgers import GPU, MS, Recorder, S
from spdx_documents import energies_kwh, statements, validate, validate_whole


def rendered(of: View) -> str:
    out = io.StringIO()
    SPDX.render(of, out)
    return out.getvalue()


def read(document: str) -> dict[tuple[str, str], float]:
    assert SPDX.read is not None
    return {(each.kind, each.figure): each.value for each in SPDX.read(document.encode())}


def test_a_real_ledger_gives_a_document_that_others_read(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    one.counter(GPU, [360.0] * 600)  # 21,600 J = 0.006 kWh
    train = one.path("train", model="net", version="1", kind="training", devices=[0])
    serve = one.path("serve", model="net", version="1", kind="inference", devices=[0])
    one.span(train, 0, 40 * S)  # 14,400 J
    one.span(serve, 40 * S, 60 * S, items=100)  # 7,200 J
    one.close()
    report = footprint.report(tmp_path, by=GROUPED_BY, carbon_intensity_g_per_kwh=500)
    found = view(json.loads(report.to_json()), "net")
    document = rendered(found)
    validate(document)
    assert energies_kwh(document, "net") == {"training": [0.004], "inference": [0.002]}
    figures = read(document)
    assert figures["training", "energy_j"] == pytest.approx(14_400, rel=1e-12)
    assert figures["inference", "energy_j"] == pytest.approx(7_200, rel=1e-12)
    assert figures["training", "carbon_location_g"] == pytest.approx(2)
    assert figures["inference", "carbon_location_g"] == pytest.approx(1)


def test_every_figure_has_its_method_and_its_period(report: dict[str, Any]) -> None:
    document = rendered(view(report, "net", "1"))
    validate_whole(document)
    of_kinds = {each["kind"]: each for each in statements(document) if each["of"] == "activity"}
    assert list(of_kinds) == ["training", "inference"]
    for each in of_kinds.values():
        assert each["method"] == "partly measured"
        assert each["share_of_energy_by_tier"] == {"counter": 0.75, "utilisation": 0.25}
        assert each["period"] == {"start": "2026-11-22T11:00:00.5Z", "end": "2026-11-22T12:00:00Z"}
    assert of_kinds["inference"]["figures"]["energy_j"] == {"low": 9.0, "mid": 10.0, "high": 11.0}
    [whole] = [each for each in statements(document) if each["of"] == "report"]
    assert whole["boundary"] == ["Energy of 1 x GPU."]
    assert whole["factors"][0]["vintage"] == 2023
    assert whole["not_known"][0] == {
        "what": "cost_usd",
        "why": "the tariff is in EUR",
        "remedy": "read cost",
    }


def test_the_same_view_gives_the_same_bytes(report: dict[str, Any]) -> None:
    one = rendered(view(report, "net", "1"))
    assert one == rendered(view(report, "net", "1"))
    assert json.loads(one)["@graph"][2]["created"] == "2026-11-22T12:00:00Z"  # the period's end
    assert one != rendered(view(report, "net", "2"))


def test_what_its_owner_states_and_its_metrics(report: dict[str, Any]) -> None:
    metrics = [
        Metric("accuracy", 0.97, "sst2", split="test"),
        Metric("f1", 0.5, "sst2", subgroup=("sex", "female")),
        Metric("perplexity", 1e-7),
    ]
    told = view(report, "net", "1", metrics)._replace(
        given={
            "model": {
                "organisation": "Exemple & Cie",
                "url": "https://example.org/net",
                "release_date": "2026-11-01",
                "architecture": "transformer encoder",
                "limitations": "English only.",
            }
        }
    )
    document = rendered(told)
    validate(document)
    [package] = [e for e in json.loads(document)["@graph"] if e["type"] == "ai_AIPackage"]
    assert package["releaseTime"] == "2026-11-01T00:00:00Z"
    assert package["ai_typeOfModel"] == ["transformer encoder"]
    assert [(each["key"], each["value"]) for each in package["ai_metric"]] == [
        ("accuracy (sst2 test)", "0.97"),
        ("f1 (sst2 sex=female)", "0.5"),
        ("perplexity", "0.0000001"),
    ]


def test_the_base_models_training_is_a_package_of_its_own(report: dict[str, Any]) -> None:
    base = Base(
        "big", Figures(energy_j=Quantity(1.8e9, 3.6e9, 7.2e9, "J")), "its card", "estimated", "2025"
    )
    fine_tuned = view(report, "net", "1")._replace(base=base)
    document = rendered(fine_tuned)
    validate(document)
    assert energies_kwh(document, "big") == {"training": [1000.0]}
    assert energies_kwh(document, "net") == energies_kwh(rendered(view(report, "net", "1")), "net")
    assert read(document) == read(rendered(view(report, "net", "1")))  # never among its own
    graph = json.loads(document)["@graph"]
    named = {each["spdxId"]: each.get("name") for each in graph if "spdxId" in each}
    [relation] = [each for each in graph if each["type"] == "Relationship"]
    assert relation["relationshipType"] == "descendantOf"
    assert (named[relation["from"]], named[relation["to"][0]]) == ("net", "big")
    [stated] = [each for each in statements(document) if each["of"] == "base model"]
    assert (stated["method"], stated["source"], stated["period"]) == (
        "estimated", "its card", "2025",
    )  # fmt: skip


def test_what_lies_below_the_floor_has_bounds_and_no_best_estimate(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    one.counter(GPU, [100.0] * 100)
    quick = one.path("embed", model="quick", kind="inference", devices=[0])
    one.span(quick, 300 * MS, 305 * MS)
    one.close()
    report = footprint.report(tmp_path, by=GROUPED_BY)
    found = view(json.loads(report.to_json()), "quick")
    found = found._replace(
        activities=tuple(
            e._replace(floor="5 ms of work, read every 100 ms") for e in found.activities
        )
    )
    document = rendered(found)
    validate(document)
    assert energies_kwh(document, "quick") == {}
    assert read(document) == {}
    [below] = statements(document)[0]["below_measuring_floor"]
    assert below["why"] == "5 ms of work, read every 100 ms"
    assert set(below["energy_j"]) == {"low", "high"}


def test_what_is_not_known_is_absent_and_never_zero(changed: Any) -> None:
    unknown = changed(energy_j=None, carbon_location_g=None, cost={}, items_declared=False)
    document = rendered(view(unknown, "net", "1"))
    validate(document)
    assert list(energies_kwh(document, "net")) == ["training"]
    inference = statements(document)[1]
    assert inference["kind"] == "inference"
    assert not {"figures", "items", "tokens_in"} & inference.keys()


def test_a_kind_without_a_field_is_in_its_statement(changed: Any) -> None:
    evaluated = changed()
    evaluated["groups"][0]["key"]["kind"] = "evaluation"
    document = rendered(view(evaluated, "net", "1"))
    validate(document)
    assert list(energies_kwh(document, "net")) == ["training"]
    assert read(document)["evaluation", "energy_j"] == 10.0


def test_no_period_no_document(report: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="period of model 'net' is not known"):
        rendered(view(report, "net", "1")._replace(end=""))


def test_a_negative_energy_is_refused(report: dict[str, Any]) -> None:
    found = view(report, "net", "1")
    wrong = Figures(energy_j=Quantity(-2.0, -1.0, 1.0, "J"))
    with pytest.raises(UsageError, match="energy is -1"):
        rendered(found._replace(activities=(found.activities[0]._replace(total=wrong),)))


amounts = st.floats(1e-3, 1e15)


@settings(max_examples=60, deadline=None)
@given(energy_j=amounts, carbon_g=amounts, spread=st.floats(0, 0.9))
def test_figures_are_read_back_to_the_precision_printed(
    energy_j: float, carbon_g: float, spread: float
) -> None:
    def about(mid: float, unit: str) -> Quantity:
        return Quantity(mid * (1 - spread), mid, mid * (1 + spread), unit)

    total = Figures(energy_j=about(energy_j, "J"), carbon_location_g=about(carbon_g, "g"))
    activity = Activity(
        "inference", 1, 0, 0.0, False, True, total, {}, {"counter": 1.0},
        start="2026-01-01T00:00:00Z", end="2026-01-02T00:00:00Z",
    )  # fmt: skip
    of = View(
        "net", None, (activity,), (), "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", (), (), "",
        (), (), (),
    )  # fmt: skip
    document = rendered(of)
    [kwh] = energies_kwh(document, "net")["inference"]
    assert math.isclose(kwh * 3.6e6, energy_j, rel_tol=5.1e-6)
    assert SPDX.read is not None
    stated = SPDX.read(document.encode())
    assert {each.figure for each in stated} == {"energy_j", "carbon_location_g"}
    for each in stated:
        found = current(of, each)
        assert found is not None
        assert each.agrees(found)
        assert abs(each.value - found.mid) <= each.step * 0.500001
        assert each.step <= 1e-5 * each.value


def test_what_another_tool_wrote_anew_is_read_the_same(report: dict[str, Any]) -> None:
    document = rendered(view(report, "net", "1"))
    model: Any
    model, objects = spdx_python_model.load_data(json.loads(document))
    anew = io.BytesIO()
    model.JSONLDSerializer().write(objects, anew)
    assert anew.getvalue() != document.encode()
    assert read(anew.getvalue().decode()) == read(document)


def test_energy_as_elements_of_their_own_is_read(report: dict[str, Any]) -> None:
    document = rendered(view(report, "net", "1"))
    flat = json.loads(document)
    [package] = [each for each in flat["@graph"] if each["type"] == "ai_AIPackage"]
    energy = package["ai_energyConsumption"] | {"@id": "_:energy"}
    package["ai_energyConsumption"] = "_:energy"
    [described] = energy["ai_trainingEnergyConsumption"]
    energy["ai_trainingEnergyConsumption"] = ["_:training"]
    flat["@graph"] += [energy, described | {"@id": "_:training"}]
    assert read(json.dumps(flat)) == read(document)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"[]", "its @context is another"),
        (b'{"spdxVersion": "SPDX-2.3"}', "it is SPDX-2.3"),
        (b'{"@context": "https://spdx.org/rdf/3.0.0/spdx-context.jsonld"}', "rdf/3.0.0"),
        (b'{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}', "no list @graph"),
        (b'{"@context":\n nonsense', "line 2"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested more than"),
    ],
)
def test_other_documents_are_refused_in_one_line(document: bytes, why: str) -> None:
    assert SPDX.read is not None
    with pytest.raises(UsageError) as error:
        SPDX.read(document)
    assert why in str(error.value)
    assert "\n" not in str(error.value)


def test_a_statement_that_somebody_changed_is_said_to_be(report: dict[str, Any]) -> None:
    document = rendered(view(report, "net", "1"))
    assert SPDX.read is not None
    with pytest.raises(UsageError, match="statement of footprint was changed"):
        SPDX.read(document.replace('\\"mid\\": 1.0', '\\"mid\\": \\"x\\"').encode())
    elsewhere = document.replace('"ai_energyQuantity": "0', '"ai_energyQuantity": "0x')
    with pytest.raises(UsageError, match="statement of footprint was changed"):
        SPDX.read(elsewhere.encode())
