"""What is said of a model's energy in a CycloneDX document.

One `energyConsumption` for each kind of activity, with the figures that the format has a field for
(kWh, tCO2eq, location-based) and properties named `footprint:...` for all else: interval, method,
period, counts, shares, cost. What belongs to all of them (boundary, factors, what is missing) is
a property of `environmentalConsiderations`. `footprint:kind` is how an entry of ours is known.

docs: docs/how-to/ml-bom.md has every name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from footprint.emitters.digits import fixed
from footprint.emitters.sbom.figures import PER, shares, totals
from footprint.emitters.sbom.json_edit import Value
from footprint.emitters.sbom.json_read import Number
from footprint.emitters.stated import figures_of
from footprint.emitters.view import Base, Figures, Stage, View

#: The property by which an entry of ours is known; its value is the kind of activity.
KIND = "footprint:kind"

#: Properties of an entry that name the model, and its version where it has one, as the ledger does:
#: a component may be called otherwise, and a document may have several.
MODEL, VERSION = "footprint:model", "footprint:model:version"

#: Kind of activity -> the format's word for it.
ACTIVITIES = {
    "data": "data-preparation",
    "training": "training",
    "fine-tuning": "fine-tuning",
    "evaluation": "validation",
    "inference": "inference",
    "api": "inference",
    "other": "other",
}


def activity_of(kind: str) -> str:
    """The format's word for a kind of activity."""
    return ACTIVITIES.get(kind, "other")


def entries(view: View) -> dict[str, Value]:
    """Kind -> its entry, for every kind of which something may be stated (see `left_out`)."""
    return {
        stage.kind: _entry(view, stage) for stage in view.stages if _why_not(view, stage) is None
    }


def notes(view: View) -> list[Value]:
    """Properties of all entries together."""
    found = [("footprint:tool", view.tool)]
    found += [("footprint:boundary", line) for line in view.boundary]
    found += [(f"footprint:factor:{_slug(each['name'])}", _factor(each)) for each in view.factors]
    found += [("footprint:assumption", line) for line in view.assumptions]
    found += [("footprint:missing", f"{each.what}: {each.why}") for each in view.missing]
    found += [("footprint:left-out", line) for line in left_out(view)]
    return properties(found)


def left_out(view: View) -> Iterator[str]:
    """The kinds of which nothing is stated, and why."""
    for stage in view.stages:
        if (why := _why_not(view, stage)) is not None:
            yield f"{stage.kind}: {why}"
            yield from (f"{stage.kind}: {part}" for part in _below_floor(stage))


def base_entries(base: Base) -> dict[str, Value]:
    """As `entries`, of the model that another was made from; empty where no energy is stated."""
    if base.figures.energy_j is None:
        return {}
    about = [(KIND, "training"), *_of_base(base), *totals(base.figures)]
    return {"training": _consumption("training", base.figures, about)}


def base_notes(base: Base) -> list[Value]:
    """What is stated of a base model's training where its energy is not."""
    if base.figures.energy_j is not None:
        return []
    carbon = base.figures.carbon_location_g
    stated = [("footprint:carbon:location_tCO2eq", fixed(carbon.to("t").mid))] if carbon else []
    return properties([*_of_base(base), *stated, *totals(base.figures)])


def properties(pairs: Iterable[tuple[str, str]]) -> list[Value]:
    """Names and values as the format writes them."""
    return [{"name": name, "value": value} for name, value in pairs]


def _below_floor(stage: Stage) -> Iterator[str]:
    for each in stage.left_out:
        yield f"{each.calls:g} {'runs' if each.own_time else 'calls'}: {each.floor}"


def _why_not(view: View, stage: Stage) -> str | None:
    """Why nothing may be stated of a kind: no number without its energy, method and period."""
    if stage.total.energy_j is None:
        return "no energy above the measuring floor" if stage.left_out else "energy is not known"
    if not stage.method:
        return "how the energy became known is not recorded"
    return None if all(view.period_of(stage)) else "the period is not known"


def _entry(view: View, stage: Stage) -> Value:
    about = [*_of_stage(view, stage), *totals(stage.total), *_of_calls(view, stage)]
    return _consumption(activity_of(stage.kind), stage.total, about)


def _consumption(
    activity: str, figures: Figures, about: Iterable[tuple[str, str]]
) -> dict[str, Value]:
    assert figures.energy_j is not None
    found: dict[str, Value] = {
        "activity": activity,
        # Who supplied the energy, and from what, is not known: a grid zone is neither.
        "energyProviders": [],
        "activityEnergyCost": _measure(fixed(figures.energy_j.to("kWh").mid), "kWh"),
    }
    if (carbon := figures.carbon_location_g) is not None:
        found["co2CostEquivalent"] = _measure(fixed(carbon.to("t").mid), "tCO2eq")
    return {**found, "properties": properties(about)}


def _measure(value: str, unit: str) -> Value:
    return {"value": Number(value), "unit": unit}


def _of_stage(view: View, stage: Stage) -> Iterator[tuple[str, str]]:
    yield KIND, stage.kind
    yield MODEL, view.model
    if view.version is not None:
        yield VERSION, view.version
    yield "footprint:period", "/".join(view.period_of(stage))
    yield "footprint:method", stage.method
    for tier, share in stage.tiers.items():
        yield f"footprint:tier:{tier}", f"{share:.4g}"
    if stage.total.carbon_location_g is not None:
        yield "footprint:carbon:method", "location-based"
    for zone in stage.zones or ((view.zone,) if view.zone else ()):
        yield "footprint:zone", zone
    for each in stage.hardware or view.hardware:
        yield "footprint:hardware", f"{each.name} ({each.kind}, {each.tier or 'no tier recorded'})"
    yield from (("footprint:left-out", part) for part in _below_floor(stage))
    if stage.runs is not None:
        yield "footprint:runs", f"{stage.runs.calls:g}"


def _of_calls(view: View, stage: Stage) -> Iterator[tuple[str, str]]:
    if (calls := stage.calls) is None:
        return
    counts = {"calls": calls.calls, "errors": calls.errors, "items": calls.items}
    for name, count in {**counts, "tokens": calls.tokens}.items():
        if count:
            yield f"footprint:{name}", f"{count:.15g}"
    for per in PER:
        if (figures := figures_of(view, stage.kind, per)) is not None:
            yield from shares(figures, per)


def _of_base(base: Base) -> Iterator[tuple[str, str]]:
    yield "footprint:base", "beside the figures of the model that was made from it, not in them"
    yield "footprint:period", base.period or "not stated"
    yield "footprint:method", base.method or "not stated"
    yield "footprint:source", base.source or "not stated"
    if base.figures.carbon_location_g is not None:
        yield "footprint:carbon:method", "as its source states it"


def _slug(name: str) -> str:
    return "-".join(name.split())


def _factor(factor: Mapping[str, Any]) -> str:
    told = [f"{factor['value']} {factor['unit']}"]
    parts = ("zone", "source", "version", "vintage", "license")
    told += [f"{key} {factor[key]}" for key in parts if factor.get(key)]
    return "; ".join(told)
