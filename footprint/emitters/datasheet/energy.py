"""Energy and what follows from it, by kind of activity; a base model's training apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from footprint.emitters.datasheet.blocks import Block, Facts, Lines, Section, Table, Text
from footprint.emitters.datasheet.owner import stated
from footprint.emitters.datasheet.printed import bounds, figure, money
from footprint.emitters.datasheet.speech import Speech
from footprint.emitters.view import UNITS, Activity, Base, Figures, Stage, View
from footprint.estimators.quantity import Quantity
from footprint.estimators.units import convert

#: Shown in every table; the others only where something is known of them.
_ALWAYS = ("energy_j", "carbon_location_g")


class _Row(NamedTuple):
    label: str
    of: str
    method: str
    figures: Figures


def footprint(view: View, say: Speech) -> Section:
    """One section for each kind of activity, and one for the base model."""
    blocks: list[Block] = []
    for stage in view.stages:
        blocks.append(_stage(view, stage, say))
        if stage.kind == "fine-tuning" and view.base is None:
            blocks.append(Lines((say.w("base.unstated"),)))
    if view.base is not None:
        blocks.append(_base(view.base, say))
    if view.given.get("training"):
        told = tuple(stated(view, "training", say))
        blocks.append(Section("training-stated", say.w("training.title"), told))
    return Section("footprint", say.w("section.footprint"), tuple(blocks))


def _stage(view: View, stage: Stage, say: Speech) -> Section:
    lines = Lines(tuple(_lines(view, stage, say)))
    rows = list(_rows(stage, say))
    title = say.kind(stage.kind)
    blocks = (_table(title, rows, say), lines) if rows else (lines,)
    return Section(f"stage-{stage.kind}", title, blocks)


def _rows(stage: Stage, say: Speech) -> Iterator[_Row]:
    """The total; then, of the calls alone, one call, item, ... as far as that can be said."""
    w = say.w
    shown = [each for each in stage.activities if each.floor is None]
    if not shown:
        return
    whole = ", ".join(_times(each, say) for each in shown)
    yield _Row(w("figures.total"), whole, stage.method, stage.total)
    if len(shown) > 1:
        for each in shown:
            label = w("figures.own" if each.own_time else "figures.tracked")
            yield _Row(label, _times(each, say), each.method, each.total)
    calls = stage.calls
    if calls is None or calls.floor is not None:
        return
    one = calls.per_call
    if one is not None and calls.calls != 1:
        yield _Row(w("figures.call"), _times(calls, say), calls.method, one)
    if calls.per_item is not None and calls.items != calls.calls:
        items = say.count("item", calls.items)
        yield _Row(w("figures.item"), items, calls.method, calls.per_item)
    if one is not None and calls.kind in ("inference", "api"):
        thousand = one.per(1 / 1000)
        yield _Row(w("figures.calls_1000"), _times(calls, say), calls.method, thousand)
    if calls.per_1000_tokens is not None:
        tokens = say.count("token", calls.tokens)
        yield _Row(w("figures.tokens_1000"), tokens, calls.method, calls.per_1000_tokens)


def _times(each: Activity, say: Speech) -> str:
    return say.count("run" if each.own_time else "call", each.calls)


def _table(title: str, rows: Sequence[_Row], say: Speech) -> Table:
    w = say.w
    those = [row.figures for row in rows]
    names = [
        name
        for name in UNITS
        if name in _ALWAYS or any(getattr(each, name) is not None for each in those)
    ]
    currencies = list(dict.fromkeys(currency for each in those for currency in each.cost))
    headings = (
        w("figures.what"),
        w("figures.of"),
        *(w(f"figures.{name}") for name in names),
        *(w("figures.cost", currency=currency) for currency in currencies),
        w("figures.method"),
    )
    cells = tuple(
        (
            row.label,
            row.of,
            *(_known(getattr(row.figures, name), say) for name in names),
            *(_paid(row.figures.cost.get(currency), say) for currency in currencies),
            say.method(row.method),
        )
        for row in rows
    )
    return Table(title, headings, cells, frozenset(range(2, len(headings) - 1)))


def _known(quantity: Quantity | None, say: Speech) -> str:
    return say.w("not_known") if quantity is None else figure(quantity, say.w)


def _paid(amount: Quantity | None, say: Speech) -> str:
    return say.w("not_known") if amount is None else money(amount, say.w)


def _lines(view: View, stage: Stage, say: Speech) -> Iterator[str]:
    w = say.w
    shown = [each for each in stage.activities if each.floor is None]
    if shown and stage.tiers:
        tiers = [
            w("stage.tier", tier=say.tier(tier), share=w.number(100 * share))
            for tier, share in stage.tiers.items()
            if share > 0
        ]
        yield w("stage.how", tiers=w("separator").join(tiers))
    elif shown:
        yield w("stage.how_unknown")
    if stage.method == "estimated":
        yield w("stage.estimated")
    elif stage.method == "partly measured":
        yield w("stage.partly")
    if any(each.indicative for each in shown):
        yield w("stage.indicative")
    for each in stage.left_out:
        yield _floor(each, say)
    if any(not each.complete for each in shown):
        yield w("stage.incomplete")
    if any(each.own_time for each in shown):
        yield w("stage.own_time")
    for each in stage.activities:
        if each.calls == 1 and "p50" in each.latency_ms:
            seconds = convert(each.latency_ms["p50"], "ms", "s")
            yield w("stage.duration", seconds=say.number(seconds))
        if each.errors:
            yield w("stage.errors", failed=w.count(each.errors), calls=_times(each, say))
    period = say.period(*stage.period)
    if period:
        yield w("stage.period", period=period)
    if stage.hardware and set(stage.hardware) != set(view.hardware):
        yield w("stage.hardware", hardware=say.hardware(stage.hardware))
    if stage.zones and ", ".join(sorted(stage.zones)) != view.zone:
        yield w("stage.place", zones=", ".join(stage.zones))


def _floor(each: Activity, say: Speech) -> str:
    """What is below the measuring floor: between which bounds, and why; no figure of it."""
    what, why = _times(each, say), say.said(each.floor or "")
    energy = each.total.energy_j
    if energy is None:
        return say.w("stage.floor_unknown", what=what, why=why)
    low, high = bounds(energy, say.w)
    return say.w("stage.floor", what=what, low=low, high=high, why=why)


def _base(base: Base, say: Speech) -> Section:
    w = say.w
    title = w("base.title", model=base.model)
    row = _Row(w("figures.total"), base.model, base.method, base.figures)
    known = (
        ("source", say.said(base.source)),
        ("method", say.method(base.method)),
        ("period", base.period),
    )
    facts = Facts(tuple((w(f"base.{name}"), text) for name, text in known if text))
    return Section("base", title, (Text((w("base.apart"),)), _table(title, [row], say), facts))
