"""The form's entries as Markdown: a table for each section, to be copied into the form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.eu_ai_act.entry import Filled, energy_gaps
from footprint.emitters.eu_ai_act.filled import filled
from footprint.emitters.eu_ai_act.form import LEFT, SECTIONS
from footprint.emitters.eu_ai_act.methodology import tier_shares
from footprint.emitters.eu_ai_act.read_text import read
from footprint.emitters.view import View
from footprint.words import LANGUAGES, Words, words
from footprint.words.said import said

#: What ends a line or widens it; not the no-break spaces of French.
_BREAKS = re.compile(r"[^\S\u202f\u00a0]+")


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes the document."""
    w = words(options.lang, "eu")
    out.write("\n".join(_lines(view, w)) + "\n")


def _lines(view: View, w: Words) -> Iterator[str]:
    name = view.model if view.version is None else f"{view.model} {view.version}"
    yield f"# {w('title', model=_plain(name))}"
    yield ""
    yield w("intro")
    yield ""
    ends = [w.instant(each) or w("not_known") for each in (view.start, view.end)]
    yield w("made_by", tool=_plain(view.tool), start=ends[0], end=ends[1])
    yield ""
    if view.of_kind("fine-tuning") is not None or view.base is not None:
        yield w("modification")
        yield ""
    entries = filled(view, w)
    for section in SECTIONS:
        rows = [each for each in entries if each.field.section == section]
        if rows:
            yield from _section(section, rows, w)
    yield from _methodologies(entries, w)
    boundary = [said(w.lang, line) for line in view.boundary]
    yield from _list(w("section.boundary"), [*boundary, w("cited.boundary")])
    gaps = energy_gaps(view, w)
    if gaps:
        yield from _list(w("section.missing"), gaps)
    yield from _list(w("section.left"), [w(f"left.{each}") for each in LEFT])
    yield from _list(w("section.sources"), [w("cited.regulation"), w("cited.form")])


def _section(section: str, rows: Sequence[Filled], w: Words) -> Iterator[str]:
    columns = ["item", "entry", "known", "source"]
    if section in ("compute", "energy"):
        columns.append("recipients")
    yield f"## {w(f'section.{section}')}"
    yield ""
    yield "| " + " | ".join(w(f"column.{each}") for each in columns) + " |"
    yield "|" + "---|" * len(columns)
    for each in rows:
        cells = [
            w(f"field.{each.field.id}"),
            _entry(each, w),
            _known(each, w),
            w.get(f"source.{each.source}", said(w.lang, each.source)) or "-",
            ", ".join(w(f"recipient.{one}") for one in each.field.recipients),
        ]
        yield "| " + " | ".join(_cell(cell) for cell in cells[: len(columns)]) + " |"
    yield ""


def _entry(each: Filled, w: Words) -> str:
    if each.status != "filled":
        return w("not_available") if each.field.unit == "MWh" else "-"
    return w("see_methodology") if _is_long(each) else each.text


def _is_long(each: Filled) -> bool:
    return each.field.id.endswith("_energy_method")


def _known(each: Filled, w: Words) -> str:
    if each.status != "filled":
        return w(f"status.{each.status}", reason=each.reason)
    if _is_long(each):
        return "-"
    if each.field.unit != "MWh":
        if each.source == "sheet file":
            return w("known.stated") if not each.methodology else each.methodology
        return each.methodology or w("known.recorded")
    kinds = words(w.lang, "kinds")
    method = kinds.get(f"method.{each.method}", each.method)
    shares = tier_shares(each.tiers, w) if each.tiers else ""
    parts = [w("known.figure", method=method, tiers=shares) if shares else method]
    if each.start:
        ends = w.instant(each.start), w.instant(each.end) or w("not_known")
        parts.append(w("known.period", start=ends[0], end=ends[1]))
    return w("joint").join(parts) + (f". {each.note}" if each.note else "")


def _methodologies(entries: Sequence[Filled], w: Words) -> Iterator[str]:
    told = [each for each in entries if _is_long(each) and each.status == "filled"]
    if told:
        yield f"## {w('section.methodology')}"
        yield ""
    for each in told:
        yield f"**{w(f'field.{each.field.id}')}.** {_plain(each.text)}"
        yield ""


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    for line in lines:
        yield f"- {_plain(line)}"
    yield ""


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """One line, in which nothing that a user named begins markup that spans lines."""
    return _BREAKS.sub(" ", text).strip().replace("<", "&lt;")


EU_AI_ACT = Emitter(
    "eu-ai-act",
    ".md",
    "the EU AI Act's Annex XI and Model Documentation Form: energy and computation, as text",
    render,
    None,
    read,
    LANGUAGES,
)
