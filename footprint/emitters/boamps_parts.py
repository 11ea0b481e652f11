"""The parts of a BoAmps report: what is known goes in, what is not stays out.

Facts: the JSON schemas of the repository Boavizta/BoAmps, folder `model`, 1.1.0. The power
consumption is energy in kWh, the carbon intensity in gCO2eq/kWh, durations in s, dates in the form
`YYYY-MM-DD HH:MM:SS` (UTC here).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.emitters.digits import fixed, rounded
from footprint.emitters.given import text_of
from footprint.emitters.view import Hardware, Stage, View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from footprint.words import words

#: Kind of activity -> the stage of a task, as the schema names it; others keep their name.
STAGES = {"fine-tuning": "finetuning"}

#: Where the machines stand, as the schema names it: no meter can tell.
INFRASTRUCTURES = ("publicCloud", "privateCloud", "onPremise", "other")

#: Who may read the report, as the schema names it.
CONFIDENTIALITIES = ("public", "internal", "confidential", "secret")

#: Our kind of a device -> the schema's type of a component.
COMPONENTS = {"dram": "ram"}

#: What a model takes or gives, in the owner's words -> the schema's word; any other is `other`.
DATA = {
    word: each
    for each in (
        "tabular", "audio", "boolean", "image", "video", "object", "text", "token", "word",
    )
    for word in (each, each + "s")
} | {"table": "tabular", "tables": "tabular", "speech": "audio"}  # fmt: skip

#: How far a figure may lie from its best estimate, as a share of it, for each quality.
QUALITIES = ((0.10, "high"), (0.25, "medium"), (0.50, "low"))


def algorithm(view: View, stage: Stage) -> dict[str, Any]:
    """The model that was used, or how one was made and from what; empty where nobody said.

    The schema wants the name of an algorithm left out where a model is used as it is.
    """
    parameters = view.given.get("model", {}).get("parameters")
    found: dict[str, Any] = {
        "parametersNumber": rounded(parameters / 1e9) if parameters else None,
        "quantization": text_of(view, "model", "precision"),
    }
    url = text_of(view, "model", "url")
    if stage.kind == "inference":
        found |= {"foundationModelName": view.model, "foundationModelUri": url}
    else:
        found |= {
            "algorithmName": text_of(view, "model", "architecture"),
            "algorithmUri": url,
            "foundationModelName": view.base.model if view.base else "",
            "framework": text_of(view, "training", "framework"),
        }
    return without_empty(found)


def datasets(view: View, stage: Stage) -> list[dict[str, Any]]:
    """What went in and came out; of inference, tokens of one request where they were counted."""
    found: list[dict[str, Any]] = []
    calls = stage.calls if stage.kind == "inference" else None
    for usage, key in (("input", "modality_in"), ("output", "modality_out")):
        tokens = (calls.tokens_in if usage == "input" else calls.tokens_out) if calls else None
        if calls is not None and tokens is not None and calls.calls:
            one: dict[str, Any] = {"dataUsage": usage, "dataType": "token"}
            if calls.complete:
                one["dataQuantity"] = rounded(tokens / calls.calls)
            found.append(one)
        elif usage == "input" or stage.kind == "inference":
            kinds = [DATA.get(word.strip().lower(), "other") for word in _list(view, key)]
            found += [{"dataUsage": usage, "dataType": each} for each in dict.fromkeys(kinds)]
    return found


def measure(view: View, stage: Stage, energy: Quantity) -> dict[str, Any]:
    """The energy of all calls of the stage, and how it became known."""
    name, _, version = view.tool.partition(" ")
    start, end = view.period_of(stage)
    found: dict[str, Any] = {"measurementMethod": name, "version": version}
    for kind in ("cpu", "gpu"):
        tiers = dict.fromkeys(each.tier for each in _hardware(view, stage) if each.kind == kind)
        found[f"{kind}TrackingMode"] = ", ".join(tier for tier in tiers if tier)
    found["powerConsumption"] = rounded(energy.to("kWh").mid)
    if start and end:
        found["measurementDuration"] = (_moment(end) - _moment(start)).total_seconds()
    found["measurementDateTime"] = date_time(start)
    return without_empty(found, zeros=("powerConsumption",))


def components(view: View, stage: Stage) -> list[dict[str, Any]]:
    """The devices that were metered, alike ones together.

    Raises UsageError where none is known: the schema needs one.
    """
    devices = dict.fromkeys(_hardware(view, stage))
    counts = Counter((each.kind, each.name) for each in devices)
    if not counts:
        raise UsageError(
            f"no device of {view.model}'s {stage.kind} is known, and a BoAmps report needs one:"
            " make it from a ledger with metered devices"
        )
    return [
        without_empty(
            {
                "componentName": name,
                "componentType": COMPONENTS.get(kind, kind),
                "nbComponent": count,
            }
        )
        for (kind, name), count in counts.items()
    ]


def environment(view: View, stage: Stage) -> dict[str, Any]:
    """The country by its code, with its carbon intensity; empty where there is not just one."""
    zones = stage.zones or tuple(each for each in view.zone.split(", ") if each)
    if len(zones) != 1:
        return {}
    zone = zones[0]
    country = zone.split("-", maxsplit=1)[0]
    if not (country.isalpha() and country.isupper() and len(country) in (2, 3)):
        return {}
    values = [
        each["value"]
        for each in view.factors
        if each.get("name") == "grid intensity"
        and each.get("unit") == "g/kWh"
        and each.get("zone") in (zone, None, "")
    ]
    found: dict[str, Any] = {"country": country}
    if zone != country:
        found["location"] = zone
    if len(values) == 1:
        found["powerSourceCarbonIntensity"] = rounded(values[0])
    return found


def description(view: View, stage: Stage, energy: Quantity, others: list[str]) -> str:
    """What the schema has no field for: model, interval, method, period, carbon, boundary."""
    return " ".join(f"{sentence}." for sentence in _sentences(view, stage, energy, others))


def quality(energy: Quantity) -> str:
    """The schema's word for how far the energy may lie from its best estimate; empty beyond."""
    away = max(energy.mid - energy.low, energy.high - energy.mid)
    return next((word for share, word in QUALITIES if away <= share * energy.mid), "")


def date_time(iso: str) -> str:
    """`2026-11-22 11:00:00`, UTC; empty for an empty one."""
    return _moment(iso).strftime("%Y-%m-%d %H:%M:%S") if iso else ""


def without_empty(table: Mapping[str, Any], zeros: tuple[str, ...] = ()) -> dict[str, Any]:
    """A table without what is not known; a 0 stays for the keys of `zeros` alone."""
    return {key: value for key, value in table.items() if value or key in zeros}


def _sentences(view: View, stage: Stage, energy: Quantity, others: list[str]) -> Iterator[str]:
    w = words("en", "kinds")
    version = "" if view.version is None else f", version {view.version}"
    yield f"Model {view.model}{version}"
    yield f"Energy {_about(energy.to('kWh'))} kWh, {stage.method}"
    tiers = [
        f"{share * 100:.3g} % of it {w.get(f'tier.{tier}', tier)}"
        for tier, share in stage.tiers.items()
    ]
    if tiers:
        yield "; ".join(tiers)
    start, end = view.period_of(stage)
    yield f"From {start} to {end}"
    carbon = stage.total.carbon_location_g
    if carbon is not None:
        yield f"Carbon of that energy, location-based: {_about(carbon)} g CO2e"
    left_out = [f"{each.calls} calls ({each.floor})" for each in stage.left_out]
    if left_out:
        yield f"Left out, below the measuring floor: {'; '.join(left_out)}"
    if others:
        yield f"Not in this report: {', '.join(others)}"
    yield from (each.rstrip(".") for each in view.boundary)


def _about(quantity: Quantity) -> str:
    low, mid, high = (fixed(each) for each in (quantity.low, quantity.mid, quantity.high))
    return mid if low == mid == high else f"{mid} ({low} to {high})"


def _hardware(view: View, stage: Stage) -> tuple[Hardware, ...]:
    return stage.hardware or view.hardware


def _list(view: View, key: str) -> list[str]:
    value = view.given.get("model", {}).get(key) or []
    return [value] if isinstance(value, str) else list(value)


def _moment(iso: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(iso)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
