"""A datasheet's sections, made from a view: what it says, for every format of it.

What nobody filled in says so, in one line; a figure below the measuring floor is in no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from footprint.emitters.datasheet.blocks import Facts, Lines, Section, Sheet, Table, Text
from footprint.emitters.datasheet.energy import footprint
from footprint.emitters.datasheet.owner import card, data, model
from footprint.emitters.datasheet.quality import drift, fairness, performance
from footprint.emitters.datasheet.served import latency, memory
from footprint.emitters.datasheet.speech import Speech
from footprint.emitters.view import View


def sheet(view: View, lang: str) -> Sheet:
    """The datasheet of a view. Raises UsageError for a language that is not there."""
    say = Speech(lang)
    w = say.w
    titled = (
        w("title", model=view.model)
        if view.version is None
        else w("title_version", model=view.model, version=view.version)
    )
    made = (
        model, performance, latency, memory, fairness, footprint, drift, data, card, _how, _missing
    )  # fmt: skip
    return Sheet(
        titled, lang, Facts(tuple(_head(view, say))), tuple(one(view, say) for one in made)
    )


def _head(view: View, say: Speech) -> Iterator[tuple[str, str]]:
    w = say.w
    yield w("head.model"), view.model
    yield w("head.version"), w("not_known") if view.version is None else view.version
    yield w("head.period"), say.period(view.start, view.end) or w("not_known")
    yield w("head.hardware"), say.hardware(view.hardware) or w("not_known")
    yield w("head.place"), view.zone or _why_not(view, "carbon_location_g", say)
    yield w("head.made_by"), view.tool


def _why_not(view: View, what: str, say: Speech) -> str:
    for gap in view.missing:
        if gap.what == what:
            return say.w("not_known_why", why=say.said(gap.why))
    return say.w("not_known")


def _how(view: View, say: Speech) -> Section:
    w = say.w
    blocks: list[Text | Section] = [Text((w("how.read"),))]
    if view.boundary:
        lines = Lines(tuple(say.said(line) for line in view.boundary))
        blocks.append(Section("boundary", w("how.boundary"), (lines,)))
    if view.hardware:
        rows = tuple((say.hardware([one]), say.tier(one.tier)) for one in view.hardware)
        table = Table(w("how.hardware"), (w("how.device"), w("how.tier")), rows)
        blocks.append(Section("hardware", w("how.hardware"), (table,)))
    if view.factors:
        blocks.append(Section("factors", w("how.factors"), (_factors(view, say),)))
    if view.assumptions:
        lines = Lines(tuple(say.said(line) for line in view.assumptions))
        blocks.append(Section("assumptions", w("how.assumptions"), (lines,)))
    return Section("how", w("section.how"), tuple(blocks))


def _factors(view: View, say: Speech) -> Table:
    w = say.w
    none = w("none_given")
    names = ("factor", "value", "unit", "place", "source", "year")
    rows = tuple(
        (
            say.said(str(one["name"])),
            say.number(one["value"], 6),
            str(one["unit"]),
            one.get("zone") or none,
            _source(one, say) or none,
            str(one.get("vintage") or none),
        )
        for one in view.factors
    )
    headings = tuple(w(f"how.{name}") for name in names)
    return Table(w("how.factors"), headings, rows, frozenset({1}))


def _source(factor: Mapping[str, Any], say: Speech) -> str:
    # A version is no number: 3.3.2 stays as it is in every language.
    return f"{say.said(str(factor.get('source') or ''))} {factor.get('version') or ''}".strip()


def _missing(view: View, say: Speech) -> Section:
    w = say.w
    lines = [
        w("missing.gap_remedy", what=say.said(gap.what), why=say.said(gap.why),
          remedy=say.said(gap.remedy))
        if gap.remedy
        else w("missing.gap", what=say.said(gap.what), why=say.said(gap.why))
        for gap in view.missing
    ]  # fmt: skip
    block = Lines(tuple(lines)) if lines else Text((w("missing.nothing"),))
    return Section("missing", w("section.missing"), (block,))
