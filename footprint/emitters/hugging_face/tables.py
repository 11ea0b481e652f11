"""The table of one kind of activity, and its figures back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from footprint.emitters.hugging_face import cells
from footprint.emitters.hugging_face.card import Card, line_of
from footprint.emitters.hugging_face.markers import Section
from footprint.emitters.stated import Stated, figures_of
from footprint.emitters.view import ORDER, UNITS, Figures, Stage, View
from footprint.words import Words, words

#: Columns that a table has whether anything is known of them or not.
ALWAYS = ("energy_j", "carbon_location_g")


class Row(NamedTuple):
    """A row: what its figures are of, how many there were, and the figures."""

    label: str
    counted: str
    figures: Figures


def table(w: Words, view: View, stage: Stage) -> Iterator[str]:
    """The lines of a stage's table, and an empty one; none where nothing of it can be stated."""
    if len(stage.left_out) == len(stage.activities) or not is_told(view, stage):
        return
    rows = list(_rows(w, view, stage))
    columns = [
        name
        for name in UNITS
        if name in ALWAYS or any(getattr(row.figures, name) is not None for row in rows)
    ]
    currencies = list(dict.fromkeys(each for row in rows for each in row.figures.cost))
    header = [*(w(f"column.{name}") for name in columns), *(w("column.cost") for _ in currencies)]
    yield "| | " + " | ".join(header) + " |"
    yield "|---|" + "---:|" * len(header)
    for row in rows:
        quantities = [
            *(getattr(row.figures, name) for name in columns),
            *(row.figures.cost.get(currency) for currency in currencies),
        ]
        said = (w("not_known") if each is None else cells.shown(w, each) for each in quantities)
        label = w("and_more", text=row.label, more=row.counted) if row.counted else row.label
        yield f"| {label} | " + " | ".join(said) + " |"
    yield ""


def is_told(view: View, stage: Stage) -> bool:
    """Whether method and period are known, without which no number goes into a card.

    Where no energy is known, other figures (a price) have no method of measuring to be told.
    """
    has_method = bool(stage.method) or stage.total.energy_j is None
    return has_method and all(view.period_of(stage))


def counted(w: Words, kind: str, count: int) -> str:
    """`1 training run`, `2,700 inferences`."""
    number = "one" if count == 1 or (w.lang == "fr" and count == 0) else "other"
    key = f"call.{kind}.{number}"
    return w(key if key in w else f"call.{number}", count=w.count(count))


def _rows(w: Words, view: View, stage: Stage) -> Iterator[Row]:
    calls, runs = stage.calls, stage.runs
    whole = runs if runs is not None and runs.floor is None else calls or runs
    count = counted(w, stage.kind, whole.calls) if whole is not None else ""
    yield Row(w("row.total"), count, stage.total)
    if calls is None or calls.floor is not None:
        return
    per = figures_of(view, stage.kind, "call")
    if per is not None and (calls.calls != 1 or runs is not None):
        yield Row(_per_call(w, stage.kind), "", per)
    per = figures_of(view, stage.kind, "item")
    if per is not None and calls.items != calls.calls:
        yield Row(w("row.item"), w("count.items", count=w.count(calls.items)), per)
    per = figures_of(view, stage.kind, "1000 tokens")
    if per is not None:
        yield Row(w("row.tokens"), w("count.tokens", count=w.count(calls.tokens)), per)


def _per_call(w: Words, kind: str) -> str:
    return w(f"per.{kind}" if f"per.{kind}" in w else "per.other")


def read(card: Card, section: Section) -> Iterator[Stated]:
    """The figures of a section's tables."""
    w, kinds = words(section.lang, "card"), words(section.lang, "kinds")
    headings = {kinds(f"kind.{kind}"): kind for kind in ORDER}
    kind, header = "", [""]
    offset = len(card.text) - len(card.body)
    at = section.start
    for line in card.body[section.start : section.end].splitlines(keepends=True):
        text, where = line.strip(), f"line {line_of(card.text, offset + at)}"
        at += len(line)
        if text.startswith("### "):
            title = text.removeprefix("### ")
            kind, header = headings.get(title, title), [""]
        elif text.startswith("|"):
            row = [each.strip() for each in text.strip("|").split("|")]
            if len(header) == 1:
                header = row
            else:
                yield from _figures(w, kind, header, row, where)


def _figures(
    w: Words, kind: str, header: list[str], row: list[str], where: str
) -> Iterator[Stated]:
    label = row[0].split(" (")[0]
    names = {w(f"column.{name}"): name for name in UNITS}
    pers = {
        w("row.total"): "total",
        _per_call(w, kind): "call",
        w("row.item"): "item",
        w("row.tokens"): "1000 tokens",
    }
    if label not in pers:
        return
    for title, cell in zip(header[1:], row[1:], strict=False):
        found = cells.read(w.lang, cell)
        if found is None:
            continue
        value, step, unit = found
        cost = f"cost_{unit.lower()}" if title == w("column.cost") else ""
        figure = names.get(title, cost)
        if figure:
            place = f"{where}, {title}"
            yield Stated(kind, figure, pers[label], value, step, place)
