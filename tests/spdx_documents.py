"""What other people's tools say of an SPDX document: the official schema, and the SPDX model."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import spdx_python_model
from jsonschema import Draft202012Validator

DATA = Path(__file__).parent / "footprint" / "emitters" / "data" / "spdx"

#: Fields of `ai_EnergyConsumption` by kind of activity.
FIELDS = {
    "training": "ai_trainingEnergyConsumption",
    "fine-tuning": "ai_finetuningEnergyConsumption",
    "inference": "ai_inferenceEnergyConsumption",
}


@cache
def _schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "spdx-json-schema.json").read_text(encoding="utf-8"))
    return found


@cache
def _of_type(name: str) -> Draft202012Validator:
    """The schema's class of a type: what its list of classes comes to for such an element.

    Trying all of its 100 classes on every element takes seconds a document.
    """
    schema = _schema()
    one = {"$ref": f"#/$defs/{name}", "unevaluatedProperties": False, "$defs": schema["$defs"]}
    return Draft202012Validator(one)


@cache
def _validate(element: str) -> None:
    parsed = json.loads(element)
    _of_type(parsed["type"]).validate(parsed)


def validate(document: str | bytes, given: bytes = b'{"@graph": []}') -> None:
    """Holds every element against its class in the schema, and resolves every reference.

    Args:
        given: a document whose elements are valid already.
    """
    parsed = json.loads(document)
    assert parsed.keys() == {"@context", "@graph"}
    assert parsed["@context"] == _schema()["properties"]["@context"]["const"]
    valid = json.loads(given)["@graph"]
    for element in parsed["@graph"]:
        if element not in valid:
            _validate(json.dumps(element))
    _, objects = spdx_python_model.load_data(parsed)
    assert not objects.missing_ids


def validate_whole(document: str | bytes) -> None:
    """The schema as it is, on the whole document: for small ones."""
    Draft202012Validator(_schema()).validate(json.loads(document))


def energies_kwh(document: str | bytes, name: str) -> dict[str, list[float]]:
    """The energies of a package by kind, as the SPDX model reads them."""
    model: Any
    model, objects = spdx_python_model.load_data(json.loads(document))
    [package] = [each for each in objects.foreach_type(model.ai_AIPackage) if each.name == name]
    found: dict[str, list[float]] = {}
    if package.ai_energyConsumption is not None:
        for kind, field in FIELDS.items():
            values = getattr(package.ai_energyConsumption, field)
            for each in values:
                assert each.ai_energyUnit.endswith("/kilowattHour")
                found.setdefault(kind, []).append(float(each.ai_energyQuantity))
    return found


def statements(document: str | bytes) -> list[dict[str, Any]]:
    """Our statements, in their order."""
    graph = json.loads(document)["@graph"]
    return [json.loads(each["statement"]) for each in graph if each["type"] == "Annotation"]
