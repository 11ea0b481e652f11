"""The document as JSON: valid against its schema, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eu_views import activity, document, fields, joules, model
from footprint.emitters import emitter
from footprint.emitters.eu_ai_act import EU_AI_ACT_JSON
from footprint.emitters.eu_ai_act.form import FIELDS, SECTIONS
from footprint.emitters.from_report import views
from footprint.emitters.stated import Stated, current
from footprint.emitters.view import Base, Figures, Missing, View
from footprint.errors import UsageError
from footprint.estimators.quantity import exact
from footprint.words import LANGUAGES

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "docs/reference/eu-ai-act.schema.json").read_text()
)

FULL = model(
    activity("training", joules(3.6e9)),
    activity("training", joules(3.6e3), own_time=True, floor="too short"),
    activity("fine-tuning", joules(1e6), tiers={"counter": 0.5, "predicted": 0.5}),
    activity("inference", joules(1e5), calls=100),
    base=Base("bert", Figures(energy_j=exact(5e12, "J")), "a paper", "estimated"),
    missing=(Missing("energy_j", "the GPU was lost", ""),),
    given={
        "model": {"parameters": 22_700_000, "organisation": "ACME", "modality_in": ["text"]},
        "training": {"compute_flop": 1.2e21},
    },
)
VIEWS = {
    "full": FULL,
    "empty": model(),
    "floor": model(activity(energy_j=joules(1.0), floor="too short")),
    "bare": model(activity(), start="", end="")._replace(version=None, boundary=()),
}


def read(text: str | bytes) -> list[Stated]:
    assert EU_AI_ACT_JSON.read is not None
    return list(EU_AI_ACT_JSON.read(text.encode() if isinstance(text, str) else text))


def test_it_is_in_the_list() -> None:
    assert emitter("eu-ai-act-json") is EU_AI_ACT_JSON


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_it_is_valid_against_its_schema(view: View, lang: str) -> None:
    text = document(view, lang)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text))
    assert text == document(view, lang)


def test_views_of_a_report_are_valid(report: dict[str, Any]) -> None:
    for view in views(report):
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(document(view)))


def test_the_schema_knows_every_field_and_bars_a_figure_without_its_method() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    field = SCHEMA["$defs"]["field"]["properties"]
    assert field["id"]["enum"] == [each.id for each in FIELDS]
    assert field["section"]["enum"] == list(SECTIONS)
    made = json.loads(document(FULL))
    energy = next(each for each in made["fields"] if each["id"] == "training_energy")
    for name, wrong in (("method", None), ("low", None), ("value", "1"), ("reason", "why")):
        kept, energy[name] = energy[name], wrong
        assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(made), name
        energy[name] = kept
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(made)


def test_figures_have_method_period_and_source() -> None:
    found = fields(FULL)["training_energy"]
    assert found["method"] == "measured"
    assert found["tiers"] == {"counter": 1.0}
    assert found["period"] == {"start": "2026-11-20T11:00:00Z", "end": "2026-11-22T11:00:00Z"}
    assert found["source"] == "ledger"
    assert (found["low"], found["value"], found["high"]) == (0.9, 1.0, 1.1)
    assert "too short" in found["note"]
    assert fields(FULL)["fine_tuning_energy"]["method"] == "partly measured"
    assert json.loads(document(FULL))["missing"] == ["the GPU was lost"]


@pytest.mark.parametrize("lang", LANGUAGES)
@given(joule=st.floats(1e-6, 1e16), off=st.floats(0, 0.9))
@settings(max_examples=20, deadline=None)
def test_energy_is_read_back_to_six_digits(lang: str, joule: float, off: float) -> None:
    view = model(activity(energy_j=joules(joule, off)), activity("inference", joules(joule)))
    stated = read(document(view, lang))
    assert [each.kind for each in stated] == ["training", "inference"]
    for each in stated:
        found = current(view, each)
        assert found is not None
        assert abs(each.value - found.mid) <= each.step / 2 * (1 + 1e-9)
        assert each.step <= joule * 1.0001e-5
        assert each._replace(step=each.step * (1 + 1e-9)).agrees(found)


def test_what_is_not_the_ledgers_is_not_read() -> None:
    assert {each.kind for each in read(document(FULL))} == {
        "training", "fine-tuning", "inference"
    }  # fmt: skip
    assert read(document(model())) == []


def test_another_unit_is_converted() -> None:
    made = json.loads(document(model(activity(energy_j=joules(3.6e6)))))
    for each in made["fields"]:
        if each["id"] == "training_energy":
            each.update(value=1.0, unit="kWh")
    assert read(json.dumps(made))[0].value == 3.6e6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{\n  1}", "line 2, column 3: this is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\x89PNG\xff\x00", "this is no JSON"),
        (b"[]", "this is no footprint.eu-ai-act/1"),
        (b'{"schema": "footprint.report/1"}', "this is no footprint.eu-ai-act/1"),
        (b'{"schema": "footprint.eu-ai-act/1", "fields": 1}', "fields is no list"),
        (b'{"schema": "footprint.eu-ai-act/1", "fields": [%s]}', r"fields\[0\].value is True"),
        (b'{"schema": "footprint.eu-ai-act/1", "fields": [%u]}', "unit 'kg/h' cannot"),
        (b'{"schema": "footprint.eu-ai-act/1", "fields": [%n]}', r"fields\[0\].value is nan"),
    ],
)
def test_what_is_no_such_document_is_one_line(text: bytes, message: str) -> None:
    text = text.replace(b"%s", b'{"id": "training_energy", "value": true, "unit": "MWh"}')
    text = text.replace(b"%u", b'{"id": "training_energy", "value": 1, "unit": "kg/h"}')
    text = text.replace(b"%n", b'{"id": "training_energy", "value": NaN, "unit": "MWh"}')
    with pytest.raises(UsageError, match=message) as caught:
        read(text)
    assert "\n" not in str(caught.value)
