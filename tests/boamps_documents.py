"""BoAmps reports: the project's schemas, and what a sheet has to say for one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DATA = Path(__file__).parent / "footprint" / "emitters" / "data" / "boamps"

SHEET: dict[str, dict[str, Any]] = {
    "model": {
        "task": "text-classification",
        "architecture": "transformer",
        "modality_in": ["text"],
        "modality_out": ["labels"],
    },
    "boamps": {"infrastructure": "onPremise"},
}


@cache
def validator() -> Draft202012Validator:
    """As the project's own tools/schema_validator does it."""
    named = {
        name: json.loads((DATA / f"{name}_schema.json").read_text(encoding="utf-8"))
        for name in ("report", "algorithm", "dataset", "hardware", "measure")
    }
    resources = [
        (schema["id"], Resource.from_contents(schema, default_specification=DRAFT202012))
        for schema in named.values()
    ]
    return Draft202012Validator(named["report"], registry=Registry().with_resources(resources))
