"""What SPDX has no field for: one statement of an activity, in an annotation of the package.

The AI profile has a field for kWh alone. Interval, method, period, carbon, water and cost stand in
a JSON object of ours, schema `footprint.spdx/1`, so that no number is without its method and its
period, and so that a document can be read back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.emitters.digits import rounded, step_of
from footprint.emitters.stated import Stated
from footprint.emitters.view import UNITS, Activity, Base, Figures, Stage, View
from footprint.estimators.quantity import Quantity

SCHEMA = "footprint.spdx/1"

#: What a statement is of: one kind of activity, the whole report, or the base model's training.
ACTIVITY, REPORT, BASE = "activity", "report", "base model"


def of_stage(view: View, stage: Stage) -> dict[str, Any]:
    """All that is known of one kind of activity; what is not known is absent."""
    start, end = view.period_of(stage)
    calls = stage.calls
    return _without_empty(
        {
            "schema": SCHEMA,
            "of": ACTIVITY,
            "model": view.model,
            "version": view.version,
            "kind": stage.kind,
            "period": {"start": start, "end": end},
            "method": stage.method,
            "share_of_energy_by_tier": {
                tier: rounded(share) for tier, share in stage.tiers.items()
            },
            "runs": stage.runs.calls if stage.runs else None,
            "calls": calls.calls if calls else None,
            "items": (calls.items or None) if calls else None,
            "tokens_in": calls.tokens_in if calls else None,
            "tokens_out": calls.tokens_out if calls else None,
            "figures": _figures(stage.total),
            "below_measuring_floor": [_below(each) for each in stage.left_out],
            "hardware": sorted({f"{each.kind}: {each.name}" for each in stage.hardware}),
            "zones": list(stage.zones),
        }
    )


def of_report(view: View) -> dict[str, Any]:
    """What holds for every figure: boundary, factors, assumptions, and what is not known."""
    return _without_empty(
        {
            "schema": SCHEMA,
            "of": REPORT,
            "period": {"start": view.start, "end": view.end},
            "boundary": list(view.boundary),
            "factors": [_without_empty(dict(each)) for each in view.factors],
            "assumptions": list(view.assumptions),
            "not_known": [each._asdict() for each in view.missing],
            "tool": view.tool,
        }
    )


def of_base(base: Base) -> dict[str, Any]:
    """What the base model's training took: stated, and no part of this model's figures."""
    return _without_empty(
        {
            "schema": SCHEMA,
            "of": BASE,
            "kind": "training",
            "period": base.period,
            "method": base.method,
            "source": base.source,
            "figures": _figures(base.figures),
        }
    )


def text_of(statement: Mapping[str, Any]) -> str:
    """The statement as it stands in an annotation."""
    return json.dumps(statement, ensure_ascii=False, sort_keys=True)


def parsed(element: Mapping[str, Any]) -> dict[str, Any] | None:
    """The statement of an annotation; None for any other element, and for others' annotations."""
    text = element.get("statement")
    if element.get("type") != "Annotation" or not isinstance(text, str) or SCHEMA not in text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("schema") == SCHEMA else None


def stated(statement: Mapping[str, Any], where: str) -> Iterator[Stated]:
    """The figures of an activity's statement, but for its energy, which the package states.

    Raises TypeError, KeyError or ValueError for one that somebody changed into something else.
    """
    figures = dict(statement.get("figures") or {})
    for currency, amount in figures.pop("cost", {}).items():
        figures[f"cost_{currency.lower()}"] = amount
    for figure, amount in figures.items():
        if figure != "energy_j" or statement["kind"] not in FIELDS:
            value = float(amount["mid"])
            yield Stated(statement["kind"], figure, "total", value, step_of(value), where)


#: Kind of activity -> its field in `ai_EnergyConsumption`; the others have none.
FIELDS = {
    "training": "ai_trainingEnergyConsumption",
    "fine-tuning": "ai_finetuningEnergyConsumption",
    "inference": "ai_inferenceEnergyConsumption",
}


def _figures(figures: Figures) -> dict[str, Any]:
    found: dict[str, Any] = {name: _interval(getattr(figures, name)) for name in UNITS}
    found["cost"] = {currency: _interval(amount) for currency, amount in figures.cost.items()}
    return _without_empty(found)


def _interval(quantity: Quantity | None) -> dict[str, float] | None:
    if quantity is None:
        return None
    return {name: rounded(value) for name, value in quantity.to_json().items()}


def _below(activity: Activity) -> dict[str, Any]:
    """Bounds alone: what lies below the floor has no best estimate that may be printed."""
    energy = activity.total.energy_j
    bounds = None
    if energy is not None:
        bounds = {"low": rounded(energy.low), "high": rounded(energy.high)}
    return _without_empty({"calls": activity.calls, "why": activity.floor, "energy_j": bounds})


def _without_empty(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value not in (None, "", [], {}, ())}
