"""Energy: from the ledger, of what is above the measuring floor; a base model's as stated."""

from __future__ import annotations

from footprint.emitters.eu_ai_act.entry import Filled, energy_gaps, kind_of, with_interval
from footprint.emitters.eu_ai_act.form import Field
from footprint.emitters.eu_ai_act.methodology import methodology
from footprint.emitters.given import text_of
from footprint.emitters.view import Stage, View
from footprint.words import Words
from footprint.words.said import said


def energy(view: View, field: Field, w: Words) -> Filled:
    stage = view.of_kind(field.kind)
    found = stage.total.energy_j if stage else None
    if stage is None or found is None or not stage.method:
        return Filled(field, "not known", reason=_unknown(view, field.kind, stage, w))
    mwh = found.to("MWh")
    start, end = view.period_of(stage)
    return Filled(
        field,
        "filled",
        with_interval(mwh, w),
        mwh.mid,
        mwh.low,
        mwh.high,
        stage.method,
        stage.tiers,
        methodology(view, stage, mwh, w),
        "ledger",
        note=_left_out(stage, w),
        start=start,
        end=end,
    )


def energy_method(view: View, field: Field, w: Words) -> Filled:
    stage = view.of_kind(field.kind)
    found = stage.total.energy_j if stage else None
    if stage is None or found is None or not stage.method:
        return Filled(field, "not known", reason=w("reason.no_figure"))
    text = methodology(view, stage, found.to("MWh"), w)
    return Filled(field, "filled", text, text, source="ledger")


def _unknown(view: View, kind: str, stage: Stage | None, w: Words) -> str:
    """Why there is no energy; what the owner says of it comes first."""
    owner = text_of(view, "eu", "energy_not_available_reason") if kind == "training" else ""
    if owner:
        return owner
    if stage is None:
        return w("reason.no_stage", kind=kind_of(kind, w))
    if stage.left_out and len(stage.left_out) == len(stage.activities):
        return _left_out(stage, w)
    return next(iter(energy_gaps(view, w)), w("reason.not_metered"))


def _left_out(stage: Stage, w: Words) -> str:
    """What is below the measuring floor, with its upper end; empty where nothing is."""
    parts: list[str] = []
    for each in stage.left_out:
        energy_j = each.total.energy_j
        most = w("not_known") if energy_j is None else f"{w.fixed(energy_j.to('MWh').high)} MWh"
        why = said(w.lang, each.floor or "")
        parts.append(w("reason.floor", calls=w.count(each.calls), why=why, most=most))
    return " ".join(parts)


def base(view: View, field: Field, w: Words) -> Filled:
    told = view.base
    found = told.figures.energy_j if told else None
    if told is None or found is None or not told.method:
        return Filled(field, "not given", reason=w("reason.base"))
    mwh = found.to("MWh")
    note = w("base_note", model=told.model, period=told.period or w("not_known"))
    return Filled(
        field, "filled", with_interval(mwh, w), mwh.mid, mwh.low, mwh.high, told.method,
        source=told.source, note=note,
    )  # fmt: skip
