"""What the owner states in the sheet file, and the names that the ledger has."""

from __future__ import annotations

import math

from footprint.emitters.eu_ai_act.entry import Filled, power
from footprint.emitters.eu_ai_act.form import Field
from footprint.emitters.given import text_of
from footprint.emitters.view import View
from footprint.words import Words


def count(view: View, field: Field, w: Words) -> Filled:
    for table, key in field.keys:
        value = view.given.get(table, {}).get(key)
        if value is not None and value > 0:
            number, unit = float(value), "" if field.unit == "1" else f" {field.unit}"
            text = power(number, w)
            if field.id == "training_compute_order":
                exponent = math.floor(math.log10(number))
                number, text = 10.0**exponent, f"10^{exponent}"
            return Filled(
                field, "filled", text + unit, number, number, number,
                source="sheet file", methodology=_stated_method(view, field),
            )  # fmt: skip
    return Filled(field, "not given", reason=_not_given(field, w))


def _stated_method(view: View, field: Field) -> str:
    if field.id.startswith("training_compute"):
        return text_of(view, "training", "compute_method")
    return _benchmark(view) if field.id == "inference_compute" else ""


def _benchmark(view: View) -> str:
    task, on = text_of(view, "eu", "inference_task"), text_of(view, "eu", "inference_hardware")
    return "; ".join(each for each in (task, on) if each)


def in_words(view: View, field: Field, w: Words) -> Filled:
    if field.id == "model_name":
        return Filled(field, "filled", view.model, view.model, source="ledger")
    if field.id == "model_versions":
        if view.version is None:
            return Filled(field, "not known", reason=w("reason.no_version"))
        return Filled(field, "filled", view.version, view.version, source="ledger")
    if field.id == "inference_compute_method":
        text = _benchmark(view)
    else:
        text = next((text for table, key in field.keys if (text := text_of(view, table, key))), "")
    if field.id == "dependencies" and not text and view.base is not None:
        source = "sheet file" if view.given.get("base") else "ledger"
        return Filled(field, "filled", view.base.model, view.base.model, source=source)
    if text:
        return Filled(field, "filled", text, text, source="sheet file")
    return Filled(field, "not given", reason=_not_given(field, w))


def _not_given(field: Field, w: Words) -> str:
    keys = field.keys or (("eu", "inference_task"), ("eu", "inference_hardware"))
    return w("reason.not_given", key=", ".join(".".join(each) for each in keys[:2]))
