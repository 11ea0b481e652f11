"""BoAmps reports: valid for Boavizta's schemas, read by codecarbon's model, and read back."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import footprint
from boamps_documents import DATA, SHEET, validator
from footprint.emitters.boamps import BOAMPS
from footprint.emitters.from_report import GROUPED_BY, view
from footprint.emitters.stated import current
from footprint.emitters.view import Activity, Base, Figures, Hardware, View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity, exact
from report_ledgers import CPU, GPU, Recorder, S


def rendered(of: View) -> str:
    out = io.StringIO()
    BOAMPS.render(of, out)
    return out.getvalue()


def valid(of: View) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(rendered(of))
    validator().validate(report)
    return report


@pytest.fixture
def net(report: dict[str, Any]) -> View:
    return view(report, "net", "1")._replace(given=SHEET)


def told(of: View, table: str, **more: Any) -> View:
    given = {**of.given, table: {**of.given.get(table, {}), **more}}
    return of._replace(given=given)


def test_the_schemas_refuse_what_is_no_report() -> None:
    sample = json.loads((DATA / "energy-report-llm-inference.json").read_text(encoding="utf-8"))
    validator().validate(sample)
    del sample["measures"][0]["powerConsumption"]  # found only where the schemas find each other
    assert not validator().is_valid(sample)


def test_codecarbons_model_reads_a_report(net: View) -> None:
    models = pytest.importorskip("codecarbon.output_methods.boamps.models")
    document = valid(net)
    read = models.BoAmpsReport.from_dict(document)
    assert read.measures[0].power_consumption == 2.77778e-6
    assert read.task.task_stage == "training"
    assert read.infrastructure.components[0].nb_component == 1
    assert read.to_dict() == document  # nothing that it does not know


def test_a_real_ledger_gives_a_report(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    one.counter(GPU, [360.0] * 600)
    one.counter(CPU, [0.0] * 600)
    train = one.path("train", model="net", version="1", kind="training", devices=[0])
    one.span(train, 0, 40 * S)  # 14,400 J
    one.close()
    report = footprint.report(tmp_path, by=GROUPED_BY)
    found = view(json.loads(report.to_json()), "net")._replace(given=SHEET)
    document = valid(found)
    assert document["measures"][0]["powerConsumption"] == 0.004
    component = document["infrastructure"]["components"][0]
    assert (component["componentType"], component["nbComponent"]) == ("gpu", 1)
    assert BOAMPS.read is not None
    [stated] = BOAMPS.read(rendered(found).encode())
    assert (stated.kind, stated.figure) == ("training", "energy_j")
    assert stated.value == pytest.approx(14_400, rel=1e-12)


def test_what_a_report_says(net: View) -> None:
    report = valid(net)
    assert report["header"]["reportDatetime"] == "2026-11-22 12:00:00"  # the period's end
    assert report["task"]["taskStage"] == "training"
    assert report["task"]["dataset"] == [{"dataUsage": "input", "dataType": "text"}]
    assert report["measures"] == [
        {
            "measurementMethod": "footprint",
            "version": net.tool.split()[1],
            "gpuTrackingMode": "counter",
            "powerConsumption": 2.77778e-6,
            "measurementDuration": 3599.5,
            "measurementDateTime": "2026-11-22 11:00:00",
        }
    ]
    assert report["infrastructure"] == {
        "infraType": "onPremise",
        "components": [{"componentName": "NVIDIA H100", "componentType": "gpu", "nbComponent": 1}],
    }
    assert report["environment"] == {"country": "FRA", "powerSourceCarbonIntensity": 56.0}
    assert report["quality"] == "high"  # 10 J, from 9 to 11
    assert report["task"]["taskDescription"] == (
        "Model net, version 1. Energy 0.00000277778 (0.0000025 to 0.00000305556) kWh, partly"
        " measured. 75 % of it measured by a hardware counter; 25 % of it modelled from utilisation"
        " and design power, not measured. From 2026-11-22T11:00:00.5Z to 2026-11-22T12:00:00Z."
        " Carbon of that energy, location-based: 1 (0.9 to 1.1) g CO2e."
        " Not in this report: inference. Energy of 1 x GPU."
    )
    for unknown in ("system", "software"):
        assert unknown not in report
    assert "publisher" not in report["header"]


def test_the_sheet_names_another_activity(net: View) -> None:
    report = valid(told(net, "boamps", stage="inference"))
    assert report["task"]["taskStage"] == "inference"
    assert report["task"]["nbRequest"] == 100
    assert report["task"]["algorithms"] == [{"foundationModelName": "net"}]
    assert report["task"]["dataset"] == [
        {"dataUsage": "input", "dataType": "text"},
        {"dataUsage": "output", "dataType": "other"},  # labels: the schema has no word for them
    ]
    with pytest.raises(UsageError, match=r"'inferense', of which no energy is known.*Did you mean"):
        rendered(told(net, "boamps", stage="inferense"))


def test_tokens_are_those_of_one_request(net: View) -> None:
    serving = net.activities[1]._replace(tokens_in=1000.0, tokens_out=250.0)
    report = valid(net._replace(activities=(serving,)))
    assert report["task"]["dataset"] == [
        {"dataUsage": "input", "dataType": "token", "dataQuantity": 10.0},
        {"dataUsage": "output", "dataType": "token", "dataQuantity": 2.5},
    ]
    part = valid(net._replace(activities=(serving._replace(complete=False),)))
    assert "nbRequest" not in part["task"]  # its energy is not that of all requests
    assert part["task"]["dataset"][0] == {"dataUsage": "input", "dataType": "token"}


def test_a_fine_tuned_model_names_its_base(changed: Any) -> None:
    tuned = changed()
    tuned["groups"][0]["key"]["kind"] = "fine-tuning"
    found = view(tuned, "net", "1")._replace(
        given=SHEET, activities=view(tuned, "net", "1").activities[1:]
    )
    report = valid(found._replace(base=Base("big", Figures(), "", "")))
    assert report["task"]["taskStage"] == "finetuning"
    assert report["task"]["algorithms"] == [
        {"algorithmName": "transformer", "foundationModelName": "big"}
    ]
    assert BOAMPS.read is not None
    assert [each.kind for each in BOAMPS.read(json.dumps(report).encode())] == ["fine-tuning"]


def test_the_owner_and_the_model(net: View) -> None:
    of = told(net, "boamps", confidentiality="public")
    of = told(
        of, "model", organisation="Exemple", architecture="CNN", parameters=22_700_000,
        precision="int8", url="https://example.org/net",
    )  # fmt: skip
    report = valid(told(of, "training", framework="PyTorch 2.13"))
    assert report["header"]["publisher"] == {"name": "Exemple", "confidentialityLevel": "public"}
    assert report["task"]["algorithms"] == [
        {
            "algorithmName": "CNN",
            "parametersNumber": 0.0227,  # billions
            "quantization": "int8",
            "algorithmUri": "https://example.org/net",
            "framework": "PyTorch 2.13",
        }
    ]


def test_alike_devices_are_counted(net: View) -> None:
    devices = (
        *(Hardware("n1", "gpu", "NVIDIA H100", "counter", f"GPU-{n}") for n in range(8)),
        Hardware("n1", "dram", "DRAM", "counter", "dram:0"),
    )
    training = net.activities[0]._replace(hardware=devices)
    report = valid(net._replace(activities=(training,)))
    assert report["infrastructure"]["components"] == [
        {"componentName": "NVIDIA H100", "componentType": "gpu", "nbComponent": 8},
        {"componentName": "DRAM", "componentType": "ram", "nbComponent": 1},
    ]


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        (("FRA",), {"country": "FRA", "powerSourceCarbonIntensity": 56.0}),
        (("US-CA",), {"country": "US", "location": "US-CA"}),  # the factor is of FRA
        (("FRA", "DEU"), {}),
        (("northern rack",), {}),
    ],
)
def test_the_country_where_there_is_one(net: View, zones: Any, expected: Any) -> None:
    training = net.activities[0]._replace(zones=zones)
    assert valid(net._replace(activities=(training,))).get("environment", {}) == expected


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(9, 11, "high"), (8, 11, "medium"), (9, 15, "low"), (1, 11, None), (10, 30, None)],
)
def test_quality_is_the_width_of_the_interval(
    net: View, low: float, high: float, word: str | None
) -> None:
    total = Figures(energy_j=Quantity(low, 10, high, "J"))
    training = net.activities[0]._replace(total=total)
    assert valid(net._replace(activities=(training,))).get("quality") == word


def test_every_key_that_is_needed_is_asked_for_at_once(net: View) -> None:
    with pytest.raises(UsageError) as error:
        rendered(net._replace(given={}))
    assert (
        "give model.task, model.architecture, model.modality_in, boamps.infrastructure in the sheet"
        in str(error.value)
    )
    with pytest.raises(UsageError, match=r"use publicCloud, .*Did you mean onPremise"):
        rendered(told(net, "boamps", infrastructure="on-premise"))
    with pytest.raises(UsageError, match=r"boamps\.confidentiality .* use public, internal"):
        rendered(told(net, "boamps", confidentiality="top"))


def test_a_device_and_a_period_are_needed(net: View) -> None:
    with pytest.raises(UsageError, match="no device of net's training is known"):
        rendered(net._replace(hardware=()))
    with pytest.raises(UsageError, match="period of model 'net' is not known"):
        rendered(net._replace(start="", end=""))


def test_below_the_floor_nothing_is_reported(net: View) -> None:
    below = tuple(each._replace(floor="5 ms of work") for each in net.activities)
    with pytest.raises(UsageError, match=r"can be stated \(5 ms of work\): nothing to report"):
        rendered(net._replace(activities=below))
    some = valid(net._replace(activities=(below[0], net.activities[1])))
    assert some["task"]["taskStage"] == "inference"


def test_an_energy_below_zero_is_refused_and_zero_is_kept(net: View) -> None:
    def of(mid: float) -> View:
        figures = Figures(energy_j=exact(mid, "J"))
        return net._replace(activities=(net.activities[0]._replace(total=figures),))

    with pytest.raises(UsageError, match="energy is -1"):
        rendered(of(-1.0))
    assert valid(of(0.0))["measures"][0]["powerConsumption"] == 0


def test_the_same_view_gives_the_same_bytes(net: View) -> None:
    assert rendered(net) == rendered(net)
    ids = {valid(told(net, "model", task=task))["header"]["reportId"] for task in ("a", "b")}
    assert len(ids) == 2


def test_other_peoples_reports_state_nothing_of_ours() -> None:
    assert BOAMPS.read is not None
    assert BOAMPS.read((DATA / "energy-report-llm-inference.json").read_bytes()) == []


@pytest.mark.parametrize("document", [b"[]", b"{}", b"\xff", b"{", b"[" * 100_000, b"null"])
def test_what_is_no_report_is_refused_in_one_line(document: bytes) -> None:
    assert BOAMPS.read is not None
    with pytest.raises(UsageError, match="this is no BoAmps report") as error:
        BOAMPS.read(document)
    assert "\n" not in str(error.value)


@settings(max_examples=60, deadline=None)
@given(energy_j=st.floats(1e-3, 1e15), spread=st.floats(0, 0.9))
def test_energy_is_read_back_to_the_precision_printed(energy_j: float, spread: float) -> None:
    energy = Quantity(energy_j * (1 - spread), energy_j, energy_j * (1 + spread), "J")
    activity = Activity(
        "inference", 3, 0, 0.0, False, True, Figures(energy_j=energy), {}, {"counter": 1.0},
        hardware=(Hardware("", "gpu", "a GPU", "counter"),),
    )  # fmt: skip
    of = View(
        "net", None, (activity,), (), "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", (), (), "",
        (), (), (), given=SHEET,
    )  # fmt: skip
    report = valid(of)
    kwh = report["measures"][0]["powerConsumption"]
    assert math.isclose(kwh * 3.6e6, energy_j, rel_tol=5.1e-6)
    assert BOAMPS.read is not None
    [stated] = BOAMPS.read(rendered(of).encode())
    assert current(of, stated) == energy
    assert stated.agrees(energy)
    assert abs(stated.value - energy_j) <= stated.step * 0.500001
    assert stated.step <= 1e-5 * stated.value
