"""What the owner states: of the model, of the data (Gebru), on the model card (Mitchell)."""

from __future__ import annotations

from collections.abc import Iterable

from footprint.emitters.datasheet.blocks import Block, Facts, Lines, Section, Text, paragraphs
from footprint.emitters.datasheet.speech import Speech
from footprint.emitters.given import CARD, DATA, TABLES, text_of
from footprint.emitters.view import View


def model(view: View, say: Speech) -> Section:
    """The model, as far as its owner says."""
    text = paragraphs(text_of(view, "model", "description"))
    blocks: list[Block] = [Text(text)] if text else []
    blocks += stated(view, "model", say)
    return Section("model", say.w("section.model"), tuple(blocks))


def stated(view: View, table: str, say: Speech) -> list[Block]:
    """The facts of a table of the sheet file, and one line of those that nobody stated."""
    keys = TABLES[table]
    told = {key: _value(view, table, key, say) for key in keys}
    if not any(told.values()):
        return [Text((say.nobody("sheet", table=table),))]
    rows = [(say.w(f"{table}.{key}"), text) for key, text in told.items() if text]
    without = [say.w(f"{table}.{key}") for key, text in told.items() if not text]
    if text_of(view, "model", "description"):  # stands above, as a text
        rows = [row for row in rows if row[0] != say.w("model.description")]
    blocks: list[Block] = [Facts(tuple(rows))] if rows else []
    return [*blocks, Lines((say.not_filled(without),))] if without else blocks


def _value(view: View, table: str, key: str, say: Speech) -> str:
    value = view.given.get(table, {}).get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return " ".join(text_of(view, table, key).split())
    return say.w.count(value) if abs(value) < 1e12 else say.w.number(value).replace("+", "")


def data(view: View, say: Speech) -> Section:
    """The seven sections on the data."""
    return Section("data", say.w("section.data"), _sections(view, "data", DATA, say))


def card(view: View, say: Speech) -> Section:
    """The nine sections on the model."""
    return Section("card", say.w("section.card"), _sections(view, "card", CARD, say))


def _sections(view: View, table: str, keys: Iterable[str], say: Speech) -> tuple[Block, ...]:
    found: list[Block] = []
    without: list[str] = []
    for key in keys:
        title, text = say.w(f"{table}.{key}"), paragraphs(text_of(view, table, key))
        if text:
            found.append(Section(f"{table}-{key.replace('_', '-')}", title, (Text(text),)))
        else:
            without.append(title)
    if not found:
        return Text((say.nobody("sheet", table=table),)), Lines((say.not_filled(without),))
    return (Lines((say.not_filled(without),)), *found) if without else tuple(found)
