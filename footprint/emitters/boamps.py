"""BoAmps, the data model of Boavizta and AFNOR for measures of AI's energy: one report.

    footprint datasheet --model NAME --format boamps --sheet sheet.toml -o report.json

A report is about one task, so that a document is about one activity: what the sheet names
(`boamps.stage`), else the first of training, fine-tuning and inference whose energy is known.
What the schema requires and no meter can tell is asked for, never filled with a word for it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, TextIO

from footprint.emitters import boamps_parts as parts
from footprint.emitters.digits import step_of
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.given import text_of
from footprint.emitters.stated import Stated
from footprint.emitters.view import Stage, View
from footprint.errors import UsageError, nearest, shown
from footprint.estimators.quantity import Quantity
from footprint.estimators.units import convert

VERSION = "1.1.0"
SPECIFICATION = "https://github.com/Boavizta/BoAmps/tree/main/model"

#: Activities that a report is about where the sheet names none, the first one first.
MAIN = ("training", "fine-tuning", "inference")

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, SPECIFICATION)


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes a report.

    Raises UsageError where no energy is known, and where the schema needs what is not.
    """
    stage, energy = _chosen(view)
    _complete(view, stage)
    others = [
        each.kind
        for each in view.stages
        if each.kind != stage.kind and each.total.energy_j is not None
    ]
    calls = stage.calls if stage.kind == "inference" else None
    report = {
        "task": parts.without_empty(
            {
                "taskStage": parts.STAGES.get(stage.kind, stage.kind),
                "taskFamily": text_of(view, "model", "task"),
                "nbRequest": calls.calls if calls and calls.complete and not calls.floor else 0,
            }
        )
        | {
            "algorithms": [parts.algorithm(view, stage)],
            "dataset": parts.datasets(view, stage),
            "taskDescription": parts.description(view, stage, energy, others),
        },
        "measures": [parts.measure(view, stage, energy)],
        "infrastructure": {
            "infraType": text_of(view, "boamps", "infrastructure"),
            "components": parts.components(view, stage),
        },
        "environment": parts.environment(view, stage),
        "quality": parts.quality(energy),
    }
    whole = {"header": _header(view, stage, report), **parts.without_empty(report)}
    out.write(json.dumps(whole, ensure_ascii=False, indent=2) + "\n")


def read(document: bytes) -> list[Stated]:
    """The energy that a report of footprint states; nothing of a report of another tool.

    Raises UsageError for what is no BoAmps report.
    """
    try:
        report = json.loads(document.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"this is no BoAmps report: {error or 'nested too deeply'}") from error
    try:
        told = str(report["task"]["taskStage"])
        kinds = {value: key for key, value in parts.STAGES.items()}
        return [
            _stated(kinds.get(told, told), float(each["powerConsumption"]), place)
            for place, each in enumerate(report["measures"])
            if each["measurementMethod"] == "footprint"
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"this is no BoAmps report ({error!r}): it needs task.taskStage and, for each of its"
            " measures, measurementMethod and powerConsumption"
        ) from error


def _stated(kind: str, kwh: float, place: int) -> Stated:
    where = f"measures[{place}].powerConsumption"
    joules, step = convert(kwh, "kWh", "J"), convert(step_of(kwh), "kWh", "J")
    return Stated(kind, "energy_j", "total", joules, step, where)


def _chosen(view: View) -> tuple[Stage, Quantity]:
    """The activity that the report is about, with its energy in J."""
    known = {each.kind: each for each in view.stages if each.total.energy_j is not None}
    wanted = text_of(view, "boamps", "stage")
    if wanted and wanted not in known:
        raise UsageError(
            f"boamps.stage of the sheet is {shown(wanted)}, of which no energy is known:"
            f" use {', '.join(known) or 'none: nothing was measured'}.{nearest(wanted, known)}"
        )
    kind = wanted or next((each for each in (*MAIN, *known) if each in known), None)
    if kind is None:
        floors = [each.floor for stage in view.stages for each in stage.left_out if each.floor]
        why = " ".join("; ".join(dict.fromkeys(floors)).split()) or "none was recorded"
        raise UsageError(
            f"no energy of {shown(view.model)} can be stated ({why}): nothing to report"
        )
    energy = known[kind].total.energy_j
    assert energy is not None
    if energy.mid < 0:
        raise UsageError(f"an energy is {energy.mid} J: no document states less than nothing")
    return known[kind], energy


def _complete(view: View, stage: Stage) -> None:
    """Raises UsageError, naming every key at once, where the sheet does not say what is needed."""
    needed = {
        "model.task": text_of(view, "model", "task"),
        "model.architecture": parts.algorithm(view, stage),
        "model.modality_in": parts.datasets(view, stage),
        "boamps.infrastructure": text_of(view, "boamps", "infrastructure"),
    }
    missing = [key for key, value in needed.items() if not value]
    if missing:
        raise UsageError(
            f"a BoAmps report needs what no meter can tell: give {', '.join(missing)} in the sheet"
            " file (--sheet)"
        )
    for key, allowed in (
        ("infrastructure", parts.INFRASTRUCTURES),
        ("confidentiality", parts.CONFIDENTIALITIES),
    ):
        value = text_of(view, "boamps", key)
        if value and value not in allowed:
            raise UsageError(
                f"boamps.{key} of the sheet is {shown(value)}: use {', '.join(allowed)}."
                + nearest(value, allowed)
            )


def _header(view: View, stage: Stage, report: Mapping[str, Any]) -> dict[str, Any]:
    """Who, when, which version. A publisher needs its confidentiality: without it, none."""
    confidentiality = text_of(view, "boamps", "confidentiality")
    publisher = {
        "name": text_of(view, "model", "organisation"),
        "confidentialityLevel": confidentiality,
    }
    end = view.period_of(stage)[1]
    if not end:
        raise UsageError(
            f"the period of model {shown(view.model)} is not known: a report needs its date"
        )
    return parts.without_empty(
        {
            "formatVersion": VERSION,
            "formatVersionSpecificationUri": SPECIFICATION,
            "reportId": str(uuid.uuid5(_NAMESPACE, json.dumps(report, sort_keys=True))),
            "reportDatetime": parts.date_time(end),
            "publisher": parts.without_empty(publisher) if confidentiality else {},
        }
    )


BOAMPS = Emitter(
    "boamps",
    ".json",
    "BoAmps (Boavizta, AFNOR): a report of one activity's energy in kWh",
    render,
    None,
    read,
    ("en",),
)
