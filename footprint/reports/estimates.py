"""An estimate for people and programs: text, JSON, Markdown, HTML."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from footprint.errors import UsageError, nearest
from footprint.estimators.predict.estimate import CostPart, Estimate
from footprint.estimators.quantity import Quantity
from footprint.formats import format_of
from footprint.reports import figures as fig
from footprint.reports.as_markdown import escaped
from footprint.reports.blocks import LEFT, RIGHT, Listed, Page, Table
from footprint.reports.columns import WIDTH, plain
from footprint.reports.estimate_chart import chart
from footprint.reports.html import plain as page
from footprint.words import Words, labelled, marked, typeset, words
from footprint.words import unit as unit_in
from footprint.words.said import said

#: Format -> suffixes of its files.
FORMATS = {
    "text": (".txt",),
    "json": (".json",),
    "md": (".md", ".markdown"),
    "html": (".html", ".htm"),
}


def rendered(
    estimate: Estimate,
    format: str,  # noqa: A002 - the option's name
    lang: str = "en",
) -> str:
    """An estimate in a format; JSON is the same in every language.

    Raises UsageError for a format or a language that there is none of.
    """
    say = words(lang, "estimate")
    if format == "json":
        return json.dumps(estimate.to_json(), indent=2, ensure_ascii=False) + "\n"
    if format == "md":
        return "".join(f"{line}\n" for line in _markdown(estimate, say))
    if format == "html":
        return _html(estimate, say)
    if format == "text":
        return "".join(f"{line}\n" for line in _text(estimate, say))
    raise UsageError(
        f"format {format!r} is not known: use {', '.join(FORMATS)}." + nearest(format, FORMATS)
    )


def of_file(path: str | Path | None) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    return format_of(path, {name: ("", suffixes) for name, suffixes in FORMATS.items()})


def _named(estimate: Estimate, say: Words) -> list[tuple[str, Quantity]]:
    """The physical figures that are known."""
    of_it = estimate.it_energy_kwh if estimate.it_energy_kwh != estimate.energy_kwh else None
    named = [
        ("energy", estimate.energy_kwh),
        ("it_energy", of_it),
        ("per_token", estimate.energy_j_per_token),
        ("carbon", estimate.carbon_location_g),
        ("embodied", estimate.embodied_g),
        ("water", estimate.water_l),
        ("duration", estimate.duration_s),
    ]
    return [(say(f"name.{name}"), each) for name, each in named if each is not None]


def rows(estimate: Estimate, lang: str = "en") -> list[tuple[str, str, str]]:
    """(figure, best estimate, from-to) of all figures that are known."""
    return _rows(estimate, words(lang, "estimate"))


def _rows(estimate: Estimate, say: Words) -> list[tuple[str, str, str]]:
    lang = say.lang
    found = [
        (name, fig.middle(_shown(each), lang), fig.interval(_shown(each), lang))
        for name, each in _named(estimate, say)
    ]
    for currency, amount in estimate.cost.items():
        money = amount.to_quantity()
        name = say("cost", currency=currency)
        found.append((name, _money(money.mid, lang), _money_interval(money, say)))
    if len(estimate.cost_parts) > 1:
        found.extend(_part(part, say) for part in estimate.cost_parts)
    return found


def _shown(quantity: Quantity) -> Quantity:
    """Energy in watt-hours, as the steps have it; energy per token stays in joules."""
    return quantity.to("Wh") if quantity.unit == "kWh" else quantity


def _money(value: float, lang: str) -> str:
    """Cents where there are few, whole units where there are many."""
    cents = 0.995 <= value < 99_999.5
    return marked(lang, f"{value:,.2f}") if cents else fig.digits(value, lang)


def _money_interval(money: Quantity, say: Words) -> str:
    if money.low == money.high:
        return ""
    return say("to", low=_money(money.low, say.lang), high=_money(money.high, say.lang))


def _part(part: CostPart, say: Words) -> tuple[str, str, str]:
    money = part.amount.to_quantity()
    name = say.get(f"part.{part.name}", part.name)
    return f"  {name}, {money.unit}", _money(money.mid, say.lang), _money_interval(money, say)


def _title(estimate: Estimate, say: Words) -> str:
    return say("title", kind=say.get(f"kind.{estimate.kind}", estimate.kind))


def _inputs(estimate: Estimate, say: Words) -> Iterator[tuple[str, str]]:
    for name, value in estimate.inputs:
        key = name.replace(" ", "_").replace("-", "_")
        yield say.get(f"input.{key}", name.replace("_", " ")), _input(value, say.lang)


def _input(value: Any, lang: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return said(lang, str(value))
    whole = value == int(value) and abs(value) < 1e15
    return marked(lang, f"{int(value):,}" if whole else f"{value:,.6g}")


def _lists(estimate: Estimate, say: Words) -> Iterator[tuple[str, list[str]]]:
    def told(texts: Iterable[str]) -> list[str]:
        return [said(say.lang, text) for text in texts]

    yield say("steps"), told(estimate.steps)
    yield say("factors"), [_factor(each.to_json(), say) for each in estimate.factors]
    yield say("assumptions"), told(estimate.assumptions)
    gaps = [told((each.what, each.why, each.remedy)) for each in estimate.gaps]
    yield say("gaps"), [say("gap", what=what, why=why, remedy=do) for what, why, do in gaps]


def _factor(entry: dict[str, Any], say: Words) -> str:
    of = " ".join(text for text in (entry.get("subject"), entry["zone"]) if text)
    value = _exact(entry["value"], say)
    if "low" in entry:
        low, high = _exact(entry["low"], say), _exact(entry["high"], say)
        value = say("ranged", mid=value, low=low, high=high)
    unit = "" if entry["unit"] == "1" else f" {unit_in(say.lang, entry['unit'])}"
    source, year = said(say.lang, entry["source"]), str(entry["vintage"] or "")
    source += f", {year}" if year not in source else ""  # many sources name their year
    name = said(say.lang, entry["name"])
    name = say("factor_of", name=name, subject=of) if of else name
    return say("factor", name=name, value=value + unit, source=source)


def _exact(value: float, say: Words) -> str:
    return marked(say.lang, f"{value:.6g}")


def _text(estimate: Estimate, say: Words) -> Iterator[str]:
    yield _title(estimate, say)
    for name, value in _inputs(estimate, say):
        yield f"  {plain(_input_line(name, value, say))}"
    found = _rows(estimate, say)
    if found:
        yield ""
        names, mids = (max(len(row[at]) for row in found) for at in (0, 1))
        for name, mid, bounds in found:
            shown = f"  {name:<{names}}  {mid:>{mids}}" + (f"  ({bounds})" if bounds else "")
            yield shown.rstrip()
    for title, items in _lists(estimate, say):
        if items:
            yield ""
            yield title
            for item in items:
                yield from _wrapped(item)


def _input_line(name: str, value: str, say: Words) -> str:
    return typeset(say.lang, labelled(say.lang, name, value))


def _wrapped(item: str) -> list[str]:
    return textwrap.wrap(
        plain(item),
        WIDTH,
        initial_indent="  - ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )


def _html(estimate: Estimate, say: Words) -> str:
    blocks: list[Table | Listed] = []
    if found := _rows(estimate, say):
        headings = ((say("figure"), LEFT), (say("best"), RIGHT), (say("bounds"), RIGHT))
        blocks.append(Table(say("figures"), headings, tuple(found)))
    blocks.extend(Listed(title, tuple(items)) for title, items in _lists(estimate, say) if items)
    money = [
        (say("cost", currency=currency), amount.to_quantity())
        for currency, amount in estimate.cost.items()
    ]
    title = _title(estimate, say)
    shown = Page(title, tuple(_inputs(estimate, say)), tuple(blocks), say.lang)
    return page.rendered(shown, title, chart([*_named(estimate, say), *money], say.lang))


def _markdown(estimate: Estimate, say: Words) -> Iterator[str]:
    yield f"# {_title(estimate, say)}"
    yield ""
    for name, value in _inputs(estimate, say):
        yield f"- {escaped(_input_line(name, value, say))}"
    found = _rows(estimate, say)
    if found:
        yield ""
        yield f"| {say('figure')} | {say('best')} | {say('bounds')} |"
        yield "| --- | ---: | ---: |"
        for row in found:
            yield f"| {' | '.join(escaped(cell) for cell in row)} |"
    for title, items in _lists(estimate, say):
        if items:
            yield ""
            yield f"## {title}"
            yield ""
            for item in items:
                yield f"- {escaped(item)}"
