"""Views of a model, and what the emitters make of them."""

from __future__ import annotations

import io
import json
from typing import Any

from footprint.emitters.emitter import Options
from footprint.emitters.eu_ai_act import EU_AI_ACT, EU_AI_ACT_JSON
from footprint.emitters.view import Activity, Figures, Hardware, View
from footprint.estimators.quantity import Quantity

GPU = Hardware("n1", "gpu", "NVIDIA H100", "counter", "GPU-1")
START, END = "2026-11-20T11:00:00Z", "2026-11-22T11:00:00Z"


def joules(mid: float, off: float = 0.1) -> Quantity:
    return Quantity(mid * (1 - off), mid, mid * (1 + off), "J")


def activity(kind: str = "training", energy_j: Quantity | None = None, **given: Any) -> Activity:
    values: dict[str, Any] = {
        "calls": 1,
        "errors": 0,
        "items": 0.0,
        "own_time": False,
        "complete": True,
        "latency_ms": {},
        "tiers": {"counter": 1.0},
        "start": START,
        "end": END,
        "active_s": 172_800.0,
        "hardware": (GPU,),
    }
    return Activity(kind=kind, total=Figures(energy_j=energy_j), **values | given)


def model(*activities: Activity, **given: Any) -> View:
    values: dict[str, Any] = {
        "metrics": (),
        "start": START,
        "end": END,
        "boundary": ("Energy is electricity drawn by the devices that were metered: 1 x GPU.",),
        "hardware": (GPU,),
        "zone": "",
        "factors": (),
        "assumptions": (),
        "missing": (),
    }
    return View(model="net", version="1", activities=activities, **values | given)


def text(view: View, lang: str = "en") -> str:
    out = io.StringIO()
    EU_AI_ACT.render(view, out, Options(lang))
    return out.getvalue()


def document(view: View, lang: str = "en") -> str:
    out = io.StringIO()
    EU_AI_ACT_JSON.render(view, out, Options(lang))
    return out.getvalue()


def fields(view: View, lang: str = "en") -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in json.loads(document(view, lang))["fields"]}
