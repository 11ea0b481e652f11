"""A Hugging Face model card: front matter and a section of its body.

card          a card as text: front matter, body, line endings
yaml_text     a YAML text as a tree that knows where its parts are
front_matter  one key put in, replaced or taken out; held against what huggingface_hub reads
emissions     co2_eq_emissions, in grams
model_index   results of metrics, beside those of others
markers       where our section of the body is, or goes
section       its words; tables and cells: its figures, there and back

`left_out` says what of a view a card does not show, `foreign` what another tool wrote in its place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TextIO

from footprint.emitters.digits import step_of
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.hugging_face import front_matter, markers, model_index, tables
from footprint.emitters.hugging_face.card import Card, parse
from footprint.emitters.hugging_face.emissions import (
    KEY,
    TRAINING_TYPES,
    emissions_of,
    is_ours,
    why_not,
)
from footprint.emitters.hugging_face.plain import plain
from footprint.emitters.hugging_face.section import section_of
from footprint.emitters.stated import Stated
from footprint.emitters.view import View
from footprint.errors import OccupiedError, shown

_KINDS = {name: kind for kind, name in TRAINING_TYPES.items()}


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes a new card: a front matter where there is something for it, a title, the section."""
    title = f"# {plain(view.model)}\n".encode()
    out.write(merge(view, title, options).decode("utf-8"))


def merge(view: View, document: bytes, options: Options = Options()) -> bytes:  # noqa: B008
    """The card with the view's figures; the same bytes where it says them already.

    Raises OccupiedError where another tool's figure is in the way, or results cannot be added to
    the text of the index that is there (see `Options.force`); UsageError for a card that cannot be
    read, or would be read differently.
    """
    before = parse(document)
    markers.find(before)  # what is wrong with them is told with the lines of the card as it is
    value = emissions_of(view)
    theirs = None if value is None else foreign(document)
    if theirs is not None and not options.force:
        raise OccupiedError(f"{theirs}: have it replaced with --force")
    after = before
    if value is not None or is_ours(front_matter.load(before).get(KEY)):
        after = front_matter.put(after, KEY, value)
    after = model_index.merge(after, view, options.force)
    if after != before:
        ours = {KEY: value} if value is not None or is_ours(_there(before)) else {}
        if _index(after) != _index(before):
            ours = {**ours, model_index.KEY: None}
        front_matter.confirm(before, after, ours)
    return markers.put(after, section_of(view, options.lang, after.newline)).document


def read(document: bytes) -> Sequence[Stated]:
    """The figures that a card states: its key, where it is ours, and the tables of our section."""
    found = parse(document)
    stated: list[Stated] = []
    value = front_matter.load(found).get(KEY)
    if isinstance(value, dict) and is_ours(value):
        grams, kind = value.get("emissions"), _KINDS.get(str(value.get("training_type")))
        if kind and isinstance(grams, int | float) and math.isfinite(grams):
            place = front_matter.key_of(found, KEY)
            where = f"line {found.line(place[0].start)}, {KEY}" if place else KEY
            stated.append(
                Stated(kind, "carbon_location_g", "total", float(grams), step_of(grams), where)
            )
    ours = markers.find(found)
    return stated if ours is None else [*stated, *tables.read(found, ours)]


def foreign(document: bytes) -> str | None:
    """What another tool wrote as `co2_eq_emissions`, with its line; None where nobody did.

    Raises UsageError for a card that cannot be read.
    """
    found = parse(document)
    value = _there(found)
    if value is None or is_ours(value):
        return None
    place = front_matter.key_of(found, KEY)
    where = f"line {found.line(place[0].start)}: " if place else ""
    return f"{where}{KEY} is there already, from another source ({shown(value)})"


def left_out(view: View) -> list[str]:
    """What a view knows that the card's metadata does not show: a line each."""
    why = why_not(view)
    lines = [f"{KEY} is not written: {why}"] if why else []
    for metric in view.metrics:
        if metric.subgroup is None and not model_index.fits(metric):
            lacks = " and ".join(
                name for name, value in (("task", metric.task), ("data", metric.data)) if not value
            )
            lines.append(
                f"metric {shown(metric.name)} is not in {model_index.KEY}: it names no {lacks}"
            )
    parts = sum(1 for metric in view.metrics if metric.subgroup is not None)
    if parts:
        lines.append(f"{parts} metrics of subgroups are not in {model_index.KEY}")
    return lines


def _there(found: Card) -> object:
    return front_matter.load(found).get(KEY)


def _index(found: Card) -> str:
    return repr(front_matter.load(found).get(model_index.KEY))


HUGGING_FACE = Emitter(
    "hf",
    ".md",
    "a Hugging Face model card: metadata and a section of its body",
    render,
    merge,
    read,
    ("en", "fr"),
    left_out=left_out,
)
