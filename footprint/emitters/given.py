"""What an owner can state of a model: the tables and keys of the sheet file, one literal list.

`View.given` holds them by table, then by key. An emitter takes what its format has a place for;
what was left out is said to be. What belongs in each key is told by the catalogue `sheet`
(`<table>.<key>`), which the template is made from: docs/reference/datasheet.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from footprint.emitters.view import View
from footprint.words.forms import Field

TEXT = Field("text")
TEXTS = Field("texts", example='[""]')
URL = Field("url", example='"https://..."')
DATE = Field("date", example="2026-11-22")

#: Gebru et al., "Datasheets for Datasets" (2021): its seven sections.
DATA = (
    "motivation", "composition", "collection", "preprocessing", "uses", "distribution",
    "maintenance",
)  # fmt: skip

#: Mitchell et al., "Model Cards for Model Reporting" (2019): its nine sections.
CARD = (
    "details", "intended_use", "factors", "metrics", "evaluation_data", "training_data",
    "quantitative_analyses", "ethical_considerations", "caveats",
)  # fmt: skip

#: Table -> key -> what can be written there.
TABLES: Mapping[str, Mapping[str, Field]] = {
    "model": {
        "organisation": TEXT,
        "description": TEXT,
        "licence": TEXT,
        "contact": TEXT,
        "url": URL,
        "release_date": DATE,
        "architecture": TEXT,
        "task": TEXT,
        "parameters": Field("count", example="22_700_000"),
        "precision": TEXT,
        "modality_in": TEXTS,
        "modality_out": TEXTS,
        "languages": TEXTS,
        "limitations": TEXT,
    },
    "training": {
        "compute_flop": Field("number", "FLOP", "1.2e21"),
        "compute_method": TEXT,
        "hours": Field("number", "h", "72"),
        "hardware": TEXT,
        "number_of_devices": Field("count", example="8"),
        "data": TEXTS,
        "data_size": TEXT,
        "framework": TEXT,
        "method": TEXT,
        "location": TEXT,
        "start": DATE,
        "end": DATE,
    },
    "targets": {
        "latency_ms": Field("number", "ms", "500"),
    },
    "drift": {
        "accuracy_drop": Field("amount", "%,points", '"2 %"'),
        "latency_rise": Field("amount", "%,ms", '"30 %"'),
        "baseline": Field("file", example='"datasheet.json"'),
        "accuracy": Field("number", "", "0.92"),
        "latency_p95_ms": Field("number", "ms", "110"),
        "metrics": Field("numbers", example="{ f1 = 0.90 }"),
    },
    "base": {
        "model": TEXT,
        "energy_kwh": Field("number", "kWh", "1200"),
        "carbon_kg": Field("number", "kg", "310"),
        "water_l": Field("number", "L", "2100"),
        "cost_usd": Field("number", "USD", "5400"),
        "source": TEXT,
        "method": Field("text", example='"estimated"'),
        "period": TEXT,
    },
    "data": dict.fromkeys(DATA, TEXT),
    "card": dict.fromkeys(CARD, TEXT),
    # EU AI Act: what Annex XI and the Model Documentation Form ask for beyond the tables above.
    "eu": {
        "authenticity": TEXT,
        "union_release_date": DATE,
        "dependencies": TEXT,
        "design": TEXT,
        "distribution": TEXTS,
        "acceptable_use_policy": TEXT,
        "intended_uses": TEXT,
        "integration": TEXT,
        "hardware_days": Field("number", "d", "24"),
        "energy_not_available_reason": TEXT,
        "inference_flop": Field("number", "FLOP", "5.1e17"),
        "inference_task": Field("text", example='"100,000 tokens generated"'),
        "inference_hardware": Field("text", example='"8 x NVIDIA H100"'),
    },
    # BoAmps: what its schema requires and no meter can tell.
    "boamps": {
        "infrastructure": Field("text", example='"onPremise"'),
        "stage": Field("text", example='"training"'),
        "confidentiality": Field("text", example='"public"'),
    },
}


def text_of(view: View, table: str, key: str) -> str:
    """What the owner wrote there, as one text; empty where nothing was."""
    value: Any = view.given.get(table, {}).get(key)
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return str(value).strip()
