"""The section of a card's body: a table for each kind of activity, and how it was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from footprint.emitters.hugging_face import markers
from footprint.emitters.hugging_face.cells import bound, shown
from footprint.emitters.hugging_face.emissions import emissions_of, hardware_used, why_not
from footprint.emitters.hugging_face.plain import plain
from footprint.emitters.hugging_face.tables import counted, is_told, table
from footprint.emitters.view import UNITS, Activity, Base, Stage, View
from footprint.words import Words, words
from footprint.words.said import said

#: Gaps in what the section does not show anyway.
NOT_SHOWN = ("groups.peak_", "groups.latency", "groups.items")


def section_of(view: View, lang: str, newline: str = "\n") -> str:
    """The section with its markers, ready to be put into a card."""
    return "".join(line + newline for line in _lines(view, lang))


def _lines(view: View, lang: str) -> Iterator[str]:
    w, kinds = words(lang, "card"), words(lang, "kinds")
    yield markers.begin(lang)
    model = plain(view.model)
    if view.version is not None:
        model = w("version", model=model, version=plain(view.version))
    yield w("intro", model=model, tool=plain(view.tool))
    yield ""
    for stage in view.stages:
        yield f"### {plain(kinds.get(f'kind.{stage.kind}', stage.kind))}"
        yield ""
        yield from table(w, view, stage)
        yield from _notes(w, view, stage)
    if not view.stages:
        yield w("nothing")
        yield ""
    yield f"### {w('how.heading')}"
    yield ""
    yield from (f"- {line}" for line in _how(w, kinds, view))
    yield ""
    missing = [gap for gap in view.missing if not gap.what.startswith(NOT_SHOWN)]
    if missing:
        yield f"### {w('missing.heading')}"
        yield ""
        for gap in missing:
            remedy = f" ({plain(said(lang, gap.remedy))})" if gap.remedy else ""
            text = plain(said(lang, gap.why))
            yield f"- {w('listed', name=plain(said(lang, gap.what)), text=text)}{remedy}"
        yield ""
    yield markers.END


def _notes(w: Words, view: View, stage: Stage) -> Iterator[str]:
    some = len(stage.left_out) < len(stage.activities)
    lines = [_below(w, activity, some=some) for activity in stage.left_out]
    if some and not is_told(view, stage):
        lines.append(w("note.no_method"))
    for activity in stage.activities:
        if activity.floor is None and activity.indicative:
            lines.append(w("note.indicative"))
        if activity.floor is None and not activity.complete:
            lines.append(w("note.incomplete"))
    if lines:
        yield from (f"- {line}" for line in dict.fromkeys(lines))
        yield ""


def _below(w: Words, activity: Activity, *, some: bool) -> str:
    count = counted(w, activity.kind, activity.calls)
    why = plain(said(w.lang, activity.floor or ""))
    energy = activity.total.energy_j
    if energy is None:
        return w("note.floor_unknown", count=count, why=why)
    low, high = (bound(w, energy, value) for value in (energy.low, energy.high))
    key = "note.part_left" if some else "note.floor"
    return w(key, count=count, low=low, high=high, why=why)


def _how(w: Words, kinds: Words, view: View) -> Iterator[str]:
    periods = {stage.period for stage in view.stages}
    for stage in view.stages:
        kind = kinds.get(f"kind.{stage.kind}", stage.kind)
        if stage.method:
            yield w("how.method", kind=plain(kind), method=_method(w, kinds, stage)) + "."
    for stage in view.stages:
        start, end = (w.instant(each) for each in stage.period)
        if start and end and len(periods) > 1:
            kind = plain(kinds.get(f"kind.{stage.kind}", stage.kind))
            yield w("how.period", kind=kind, start=start, end=end)
    if view.start and (len(periods) < 2 or not all(map(all, periods))):
        only = next(iter(periods), ("", ""))
        start, end = only if len(periods) == 1 and all(only) else (view.start, view.end)
        yield w("how.period_all", start=w.instant(start), end=w.instant(end))
    devices = tuple(dict.fromkeys(each for stage in view.stages for each in stage.hardware))
    hardware = hardware_used(devices or view.hardware)
    if hardware:
        yield w("how.hardware", hardware=plain(hardware))
    zones = dict.fromkeys(zone for stage in view.stages for zone in stage.zones)
    if zones or view.zone:
        yield w("how.zone", zone=plain(", ".join(zones) or view.zone))
    for line in view.boundary:
        yield w("how.boundary", text=plain(said(w.lang, line)))
    for factor in view.factors:
        yield _factor(w, factor)
    if view.base is not None:
        yield _base(w, kinds, view.base)
    if emissions_of(view) is None:
        yield w("note.key_missing", why=plain(why_not(view, w.lang)))


def _method(w: Words, kinds: Words, stage: Stage) -> str:
    """`measured by a hardware counter`; of several tiers each with its share."""
    tiers = {
        plain(kinds.get(f"tier.{tier}", tier)): share
        for tier, share in stage.tiers.items()
        if share > 0
    }
    if len(tiers) == 1:
        return next(iter(tiers))
    parts = (w("how.tier", tier=tier, share=w.number(100 * share)) for tier, share in tiers.items())
    name = kinds.get(f"method.{stage.method}", stage.method)
    return w("listed", name=name, text="; ".join(parts))


def _factor(w: Words, factor: Mapping[str, Any]) -> str:
    # A version is no number: 3.3.2 stays as it is in every language.
    source = (
        f"{said(w.lang, str(factor.get('source') or ''))} {factor.get('version') or ''}".strip()
    )
    more = [plain(source)] if source else []
    if factor.get("vintage"):
        more.append(w("how.factor_vintage", vintage=plain(str(factor["vintage"]))))
    if factor.get("zone"):
        more.append(w("how.factor_zone", zone=plain(str(factor["zone"]))))
    name = plain(said(w.lang, str(factor["name"])))
    unit = "" if factor["unit"] == "1" else f" {plain(factor['unit'])}"
    text = w("how.factor", name=name, value=w.number(factor["value"], 6) + unit)
    return w("and_more", text=text, more=", ".join(more)) + "." if more else f"{text}."


def _base(w: Words, kinds: Words, base: Base) -> str:
    parts = [
        w(f"base.{name}", quantity=shown(w, quantity))
        for name in UNITS
        if (quantity := getattr(base.figures, name)) is not None
    ]
    parts += [w("base.cost", quantity=shown(w, each)) for each in base.figures.cost.values()]
    return w(
        "base.line_period" if base.period else "base.line",
        model=plain(base.model),
        figures=", ".join(parts) or w("not_known"),
        method=plain(kinds.get(f"method.{base.method}", base.method)),
        source=plain(said(w.lang, base.source)),
        **({"period": plain(base.period)} if base.period else {}),
    )
