"""The form's entries as JSON: `footprint.eu-ai-act/1`, docs/reference/eu-ai-act.schema.json."""

from __future__ import annotations

import json
from typing import Any, TextIO

from footprint.emitters.digits import rounded, step_of
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.eu_ai_act.entry import Filled, energy_gaps
from footprint.emitters.eu_ai_act.filled import filled
from footprint.emitters.eu_ai_act.form import ENERGY, SCHEMA
from footprint.emitters.stated import Stated, of_model
from footprint.emitters.view import View
from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import checked, convert
from footprint.words import LANGUAGES, Words, words
from footprint.words.said import said


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes the document."""
    w = words(options.lang, "eu")
    document = {
        "schema": SCHEMA,
        "lang": options.lang,
        "model": view.model,
        "version": view.version,
        "period": {"start": view.start or None, "end": view.end or None},
        "boundary": [*(said(w.lang, line) for line in view.boundary), w("cited.boundary")],
        "missing": energy_gaps(view, w),
        "sources": [w("cited.regulation"), w("cited.form")],
        "fields": [_entry(each, w) for each in filled(view, w)],
        "tool": view.tool,
    }
    json.dump(document, out, indent=2, ensure_ascii=False, allow_nan=False)
    out.write("\n")


def _entry(each: Filled, w: Words) -> dict[str, Any]:
    field = each.field
    return {
        "id": field.id,
        "annex": field.annex or None,
        "in_form": field.in_form,
        "section": field.section,
        "field": w(f"field.{field.id}"),
        "recipients": list(field.recipients),
        "status": each.status,
        "value": rounded(each.value) if isinstance(each.value, float) else each.value,
        "unit": field.unit or None,
        "low": None if each.low is None else rounded(each.low),
        "high": None if each.high is None else rounded(each.high),
        "text": each.text or None,
        "method": each.method or None,
        "tiers": {tier: rounded(share) for tier, share in each.tiers.items()},
        "methodology": each.methodology or None,
        "period": {"start": each.start, "end": each.end} if each.start else None,
        "source": each.source or None,
        "reason": each.reason or None,
        "note": each.note or None,
    }


def read(document: bytes) -> list[Stated]:
    """The energy that a document states, in J.

    Raises UsageError, with the place, for what is no such document.
    """
    parsed = _parsed(document)
    if not isinstance(parsed, dict) or parsed.get("schema") != SCHEMA:
        raise UsageError(f"this is no {SCHEMA}: make one with --format eu-ai-act-json")
    fields = parsed.get("fields")
    if not isinstance(fields, list):
        raise UsageError("fields is no list: make the document again")
    found = [
        stated
        for index, each in enumerate(fields)
        if isinstance(each, dict) and (stated := _stated(each, f"fields[{index}]")) is not None
    ]
    return list(of_model(found, parsed.get("model"), parsed.get("version")))


def _parsed(document: bytes) -> Any:
    try:
        return json.loads(document)
    except RecursionError as error:
        raise UsageError("this JSON is nested too deeply: name a document of ours") from error
    except json.JSONDecodeError as error:
        raise UsageError(
            f"line {error.lineno}, column {error.colno}: this is no JSON: {error.msg}: correct it"
        ) from error
    except ValueError as error:  # not UTF-8, or a number with too many digits
        raise UsageError(f"this is no JSON: {error}: name a document of ours") from error


def _stated(each: dict[str, Any], where: str) -> Stated | None:
    name = each.get("id")
    kind = ENERGY.get(name) if isinstance(name, str) else None
    value = each.get("value")
    if kind is None or value is None:
        return None
    try:
        number = checked(f"{where}.value", value)
        unit = str(each.get("unit"))
        value_j, step_j = convert(number, unit, "J"), convert(step_of(number), unit, "J")
    except EstimatorError as error:
        raise UsageError(f"{where}: {error}") from error
    return Stated(kind, "energy_j", "total", value_j, step_j, f"{where}, {name}")


EU_AI_ACT_JSON = Emitter(
    "eu-ai-act-json",
    ".json",
    "the same entries as JSON",
    render,
    None,
    read,
    LANGUAGES,
)
