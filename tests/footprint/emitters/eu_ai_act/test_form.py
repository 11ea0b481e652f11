"""Completeness: every item of the form is filled, or named as left to the provider."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eu_views import activity, fields, joules, model, text
from footprint.emitters.eu_ai_act.form import FIELDS, LEFT
from footprint.emitters.given import TABLES
from footprint.words import LANGUAGES, words

FORM: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data/eu_ai_act/model_documentation_form.json").read_text()
)

#: Section of the form -> ours.
SECTIONS = {
    "General information": "general",
    "Model properties": "properties",
    "Methods of distribution and licenses": "distribution",
    "Use": "use",
    "Computational resources (during training)": "compute",
    "Energy consumption (during training and inference)": "energy",
}

#: Items whose name differs from ours: it is longer, or English spells it otherwise.
CALLED = {
    "Total model size": ["parameters"],
    "License": ["licence"],
    "Acceptable Use Policy": ["acceptable_use_policy"],
    "Type and nature of AI systems in which the general-purpose AI model can be integrated": [
        "integration"
    ],
    "Training time": ["training_time_range", "training_wall_clock", "training_hardware_days"],
    "Amount of computation used for training": ["training_compute_order", "training_compute"],
    "Measurement methodology": [
        "training_compute_method",
        "training_energy_method",
        "inference_compute_method",
    ],
}

#: Items and sections that the document says it leaves to the provider.
LEFT_OUT = {
    "Technical means for model integration": "technical_means",
    "Required hardware": "technical_means",
    "Required software": "technical_means",
    "Training process": "training_process",
    "Information on the data used for training, testing, and validation": "training_data",
}


def test_every_item_of_the_form_is_there_with_its_recipients_and_unit() -> None:
    w = words("en", "eu")
    ours = [each for each in FIELDS if each.in_form]
    matched: list[str] = []
    for section, items in FORM["sections"].items():
        if section in LEFT_OUT:
            assert LEFT_OUT[section] in LEFT
            continue
        for entry in items:
            item = entry["item"]
            if item in LEFT_OUT:
                assert LEFT_OUT[item] in LEFT
                continue
            found = next(
                each
                for each in ours
                if each.section == SECTIONS[section]
                and each.id not in matched
                and (w(f"field.{each.id}") == item or each.id in CALLED.get(item, []))
                and list(each.recipients) == entry.get("recipients", [])
            )
            if "unit" in entry:
                assert found.unit == entry["unit"]
            matched.append(found.id)
    assert {each.id for each in ours} - set(matched) == {"model_versions"}  # part of "Model name"


def test_every_item_is_in_the_document_whatever_the_ledger_holds() -> None:
    in_form = {each.id for each in FIELDS if each.in_form}
    for view in (model(), model(activity("training", joules(3.6e9)))):
        assert in_form <= fields(view).keys()
        for lang in LANGUAGES:
            said, w = text(view, lang), words(lang, "eu")
            assert all(f"| {w(f'field.{each}')} |" in said for each in in_form)
            assert all(w(f"left.{each}") in said for each in LEFT)


def test_what_the_sheet_file_can_say_has_a_key_there() -> None:
    for each in FIELDS:
        for table, key in each.keys:
            assert key in TABLES[table], f"{table}.{key}"
    used = {key for each in FIELDS for table, key in each.keys if table == "eu"}
    reached = {"energy_not_available_reason", "inference_task", "inference_hardware"}
    assert set(TABLES["eu"]) == used | reached


def test_ids_and_names_are_told_apart() -> None:
    assert len({each.id for each in FIELDS}) == len(FIELDS)
    for lang in LANGUAGES:
        w = words(lang, "eu")
        assert len({w(f"field.{each.id}") for each in FIELDS}) == len(FIELDS)
