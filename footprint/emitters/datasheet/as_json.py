"""A datasheet in JSON, `footprint.datasheet/1`: everything that the view has.

Quantities are `{"low", "mid", "high"}` with their unit in the key; what is not known is null and
has its reason in `missing`. An activity whose energy is below the measuring floor has no figures,
but the reason and the bounds, under `floor`. docs/reference/datasheet.schema.json.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from footprint.emitters.datasheet import target
from footprint.emitters.datasheet.fairness import compared
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.given import CARD, DATA
from footprint.emitters.stated import Stated, of_model
from footprint.emitters.view import UNITS, Activity, Base, Drift, Figures, Hardware, Metric, View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from footprint.words.said import said

SCHEMA = "footprint.datasheet/1"

#: `Stated.per` -> the key of a stage that holds it.
_PER = {
    "total": "total",
    "call": "per_call",
    "item": "per_item",
    "1000 calls": "per_1000_calls",
    "1000 tokens": "per_1000_tokens",
}


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes the datasheet."""
    json.dump(content(view, options.lang), out, indent=2, ensure_ascii=False, allow_nan=False)
    out.write("\n")


def content(view: View, lang: str = "en") -> dict[str, Any]:
    """The document. Keys are English in every language; sentences are in `lang`."""
    return {
        "schema": SCHEMA,
        "tool": view.tool,
        "lang": lang,
        "model": {"name": view.model, "version": view.version},
        "period": {"start": view.start or None, "end": view.end or None},
        "given": {table: dict(keys) for table, keys in view.given.items()},
        "not_filled": {
            "data": [key for key in DATA if not view.given.get("data", {}).get(key)],
            "card": [key for key in CARD if not view.given.get("card", {}).get(key)],
        },
        "metrics": [_metric(each) for each in view.metrics],
        "fairness": list(_fairness(view)),
        "targets": {"latency_ms": target.latency_ms(view)},
        "stages": [_stage(stage.kind, view) for stage in view.stages],
        "activities": [_activity(each, target.latency_ms(view), lang) for each in view.activities],
        "base": None if view.base is None else _base(view.base),
        "drift": [_drift(each, lang) for each in view.drift],
        "boundary": [said(lang, line) for line in view.boundary],
        "hardware": [_hardware(each) for each in view.hardware],
        "place": view.zone or None,
        "factors": [dict(each) for each in view.factors],
        "assumptions": [said(lang, line) for line in view.assumptions],
        "missing": [
            {
                "what": each.what,
                "why": said(lang, each.why),
                "remedy": said(lang, each.remedy) if each.remedy else None,
            }
            for each in view.missing
        ],
    }


def _quantity(quantity: Quantity | None) -> dict[str, float] | None:
    return None if quantity is None else quantity.to_json()


def _figures(figures: Figures | None) -> dict[str, Any] | None:
    if figures is None:
        return None
    return {
        **{name: _quantity(getattr(figures, name)) for name in UNITS},
        "cost": {currency: amount.to_json() for currency, amount in figures.cost.items()},
    }


def _metric(metric: Metric) -> dict[str, Any]:
    told = metric._asdict()
    told["subgroup"] = None if metric.subgroup is None else dict([metric.subgroup])
    return {key: None if value == "" else value for key, value in told.items()}


def _fairness(view: View) -> Iterator[dict[str, Any]]:
    for each in compared(view.metrics):
        found = each.disparity
        yield {
            "metric": each.name,
            "on": each.data or None,
            "attribute": each.attribute,
            "values": {one.subgroup[1]: one.value for one in each.metrics if one.subgroup},
            "difference": None if found is None else found.difference,
            "ratio": None if found is None else found.ratio,
            "below_four_fifths": None if found is None else found.below_four_fifths,
        }


def _stage(kind: str, view: View) -> dict[str, Any]:
    """A kind of activity as a whole; per call, item and tokens of the calls alone."""
    stage = view.of_kind(kind)
    assert stage is not None
    calls = stage.calls if stage.calls is not None and stage.calls.floor is None else None
    one = None if calls is None else calls.per_call
    return {
        "kind": kind,
        "method": stage.method or None,
        "tiers_energy": stage.tiers,
        "left_out": len(stage.left_out),
        "total": _figures(stage.total),
        "per_call": _figures(one),
        "per_item": None if calls is None else _figures(calls.per_item),
        "per_1000_calls": None if one is None else _figures(one.per(1 / 1000)),
        "per_1000_tokens": None if calls is None else _figures(calls.per_1000_tokens),
    }


def _activity(activity: Activity, target_ms: float, lang: str) -> dict[str, Any]:
    energy = activity.total.energy_j
    floor: dict[str, Any] | None = None
    if activity.floor is not None:
        bounds = None if energy is None else {"low": energy.low, "high": energy.high}
        floor = {"why": said(lang, activity.floor), "energy_j": bounds}
    return {
        "kind": activity.kind,
        "own_time": activity.own_time,
        "calls": activity.calls,
        "errors": activity.errors,
        "items": activity.items or None,
        "tokens_in": activity.tokens_in,
        "tokens_out": activity.tokens_out,
        "units": dict(activity.units),
        "complete": activity.complete,
        "method": activity.method or None,
        "tiers_energy": dict(activity.tiers),
        "indicative": activity.indicative and activity.floor is None,
        "floor": floor,
        "total": _figures(activity.stated),
        "period": {"start": activity.start or None, "end": activity.end or None},
        "busy_s": activity.busy_s,
        "active_s": activity.active_s,
        "items_per_s": activity.items_per_s,
        "latency_ms": dict(activity.latency_ms),
        "within_target": {
            name: ms <= target_ms for name, ms in target.percentiles(activity).items()
        },
        "peak_memory_bytes": {
            "host": activity.peak_host_memory_bytes,
            "gpu": activity.peak_gpu_memory_bytes,
        },
        "hardware": [_hardware(each) for each in activity.hardware],
        "zones": list(activity.zones),
    }


def _hardware(hardware: Hardware) -> dict[str, str | None]:
    return {key: value or None for key, value in hardware._asdict().items()}


def _base(base: Base) -> dict[str, Any]:
    return {**base._asdict(), "figures": _figures(base.figures), "period": base.period or None}


def _drift(drift: Drift, lang: str) -> dict[str, Any]:
    return {
        **drift._asdict(),
        "unit": drift.unit or None,
        "rule": said(lang, drift.rule),
        "why": said(lang, drift.why) if drift.why else None,
    }


def read(document: bytes) -> list[Stated]:
    """The figures of every stage. Raises UsageError where it is no such datasheet."""
    try:
        found = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the datasheet is no JSON ({error}): make it anew") from error
    told = found.get("schema") if isinstance(found, dict) else None
    if told != SCHEMA:
        raise UsageError(f"the datasheet has the schema {told!r}, not {SCHEMA!r}: make it anew")
    try:
        figures = [one for stage in found["stages"] for one in _stated(stage)]
        return list(of_model(figures, found["model"]["name"], found["model"]["version"]))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UsageError(f"the datasheet is not whole ({error!r}): make it anew") from error


def _stated(stage: Mapping[str, Any]) -> Iterator[Stated]:
    for per, key in _PER.items():
        figures = stage[key]
        if figures is None:
            continue
        named = {name: figures[name] for name in UNITS}
        named |= {f"cost_{name.lower()}": amount for name, amount in figures["cost"].items()}
        for name, amount in named.items():
            if amount is not None:
                value = float(amount["mid"])
                where = f"stages.{stage['kind']}.{key}.{name}"
                yield Stated(stage["kind"], name, per, value, math.ulp(value), where)


JSON = Emitter("json", ".json", "a datasheet in JSON", render, read=read, languages=("en", "fr"))
