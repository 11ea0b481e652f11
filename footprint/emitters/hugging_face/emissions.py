"""The key `co2_eq_emissions` of a card: grams of a model's training, or of its fine-tuning.

The Hub's field is in grams (docs of the Hub, "Displaying carbon emissions for your model"). It is
written only with its method and period, and only where the figure is known and above the measuring
floor; a model that was only used here has no such key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from footprint.emitters.digits import rounded
from footprint.emitters.hugging_face.plain import one_line
from footprint.emitters.view import Hardware, Stage, View
from footprint.estimators.quantity import Quantity
from footprint.words import words
from footprint.words.said import said

KEY = "co2_eq_emissions"
#: What the source of our own key begins with.
OURS = "footprint"
#: Kind of activity -> the Hub's name for it, in the order in which one is chosen.
TRAINING_TYPES = {"training": "pre-training", "fine-tuning": "fine-tuning"}


def emissions_of(view: View) -> dict[str, Any] | None:
    """The key's value; None where there is none to write (`why_not` says why)."""
    stage = _stage(view)
    carbon = None if stage is None else stage.total.carbon_location_g
    if stage is None or carbon is None or not stage.method or not view.period_of(stage)[0]:
        return None
    grams = carbon.to("g")
    found: dict[str, Any] = {
        "emissions": rounded(grams.mid),
        "source": _source(view, stage, grams),
        "training_type": TRAINING_TYPES[stage.kind],
        "geographical_location": one_line(", ".join(stage.zones) or view.zone),
        "hardware_used": hardware_used(stage.hardware or view.hardware),
    }
    return {key: value for key, value in found.items() if value != ""}


def why_not(view: View, lang: str = "en") -> str:
    """Why there is no figure to write, as half a sentence; empty where there is one."""
    if emissions_of(view) is not None:
        return ""
    w, stage = words(lang, "card"), _stage(view)
    if stage is None:
        return w("why.no_training")
    kind = words(lang, "kinds")(f"kind.{stage.kind}").lower()
    if len(stage.left_out) == len(stage.activities):
        return w("why.floor", kind=kind, why=one_line(said(lang, stage.left_out[0].floor or "")))
    if stage.total.carbon_location_g is not None:
        return w("why.no_method", kind=kind)
    gap = next((each for each in view.missing if each.what.endswith("carbon_location_g")), None)
    if gap is None:
        return w("why.unknown", kind=kind)
    parts = [one_line(said(lang, each)) for each in (gap.why, gap.remedy) if each]
    return w("why.carbon", kind=kind, why=w("why.joint").join(parts))


def is_ours(value: object) -> bool:
    """Whether a value of the key is one that we wrote."""
    return isinstance(value, Mapping) and str(value.get("source", "")).startswith(OURS)


def hardware_used(devices: Sequence[Hardware]) -> str:
    """`2 x NVIDIA H100, Intel Xeon`: names with how many, without hosts."""
    counts = Counter(one_line(each.name) for each in devices if each.kind != "dram")
    return ", ".join(name if count == 1 else f"{count} x {name}" for name, count in counts.items())


def _stage(view: View) -> Stage | None:
    stages = (view.of_kind(kind) for kind in TRAINING_TYPES)
    return next((stage for stage in stages if stage is not None), None)


def _source(view: View, stage: Stage, grams: Quantity) -> str:
    start, end = view.period_of(stage)
    return one_line(
        f"{view.tool}: {stage.method}, {_utc(start)} to {_utc(end)}, location-based,"
        f" {rounded(grams.low):g} to {rounded(grams.high):g} g CO2e"
    )


def _utc(instant: str) -> str:
    return f"{instant[:19]}Z"
