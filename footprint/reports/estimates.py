"""An estimate for people and programs: text, JSON, Markdown, HTML."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
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

#: Format -> suffixes of its files.
FORMATS = {
    "text": (".txt",),
    "json": (".json",),
    "md": (".md", ".markdown"),
    "html": (".html", ".htm"),
}


def rendered(estimate: Estimate, format: str) -> str:  # noqa: A002 - the option's name
    """An estimate in a format. Raises UsageError for a format that there is none of."""
    if format == "json":
        return json.dumps(estimate.to_json(), indent=2, ensure_ascii=False) + "\n"
    if format == "md":
        return "".join(f"{line}\n" for line in _markdown(estimate))
    if format == "html":
        return _html(estimate)
    if format == "text":
        return "".join(f"{line}\n" for line in _text(estimate))
    raise UsageError(
        f"format {format!r} is not known: use {', '.join(FORMATS)}." + nearest(format, FORMATS)
    )


def of_file(path: str | Path | None) -> str:
    """The format that a file's name asks for; `text` where it has no suffix.

    Raises UsageError for a suffix of none of them.
    """
    return format_of(path, {name: ("", suffixes) for name, suffixes in FORMATS.items()})


def _named(estimate: Estimate) -> list[tuple[str, Quantity]]:
    """The physical figures that are known."""
    of_it = estimate.it_energy_kwh if estimate.it_energy_kwh != estimate.energy_kwh else None
    named = [
        ("energy", estimate.energy_kwh),
        ("energy, IT equipment alone", of_it),
        ("energy per output token", estimate.energy_j_per_token),
        ("carbon, location-based (CO2e)", estimate.carbon_location_g),
        ("carbon, embodied (CO2e)", estimate.embodied_g),
        ("water", estimate.water_l),
        ("duration", estimate.duration_s),
    ]
    return [(name, each) for name, each in named if each is not None]


def rows(estimate: Estimate) -> list[tuple[str, str, str]]:
    """(figure, best estimate, from-to) of all figures that are known."""
    known = _named(estimate)
    found = [(name, fig.middle(_shown(each)), fig.interval(_shown(each))) for name, each in known]
    for currency, amount in estimate.cost.items():
        money = amount.to_quantity()
        found.append((f"cost, {currency}", _money(money.mid), _money_interval(money)))
    if len(estimate.cost_parts) > 1:
        found.extend(_part(part) for part in estimate.cost_parts)
    return found


def _shown(quantity: Quantity) -> Quantity:
    """Energy in watt-hours, as the steps have it; energy per token stays in joules."""
    return quantity.to("Wh") if quantity.unit == "kWh" else quantity


def _money(value: float) -> str:
    """Cents where there are few, whole units where there are many."""
    return f"{value:,.2f}" if 0.995 <= value < 99_999.5 else fig.digits(value)


def _money_interval(money: Quantity) -> str:
    if money.low == money.high:
        return ""
    return f"{_money(money.low)} to {_money(money.high)}"


def _part(part: CostPart) -> tuple[str, str, str]:
    money = part.amount.to_quantity()
    return f"  {part.name}, {money.unit}", _money(money.mid), _money_interval(money)


def _title(estimate: Estimate) -> str:
    return f"Estimate: {estimate.kind}"


def _inputs(estimate: Estimate) -> Iterator[str]:
    for name, value in estimate.inputs:
        yield f"{name.replace('_', ' ')}: {_input(value)}"


def _input(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    whole = value == int(value) and abs(value) < 1e15
    return f"{int(value):,}" if whole else f"{value:,.6g}"


def _lists(estimate: Estimate) -> Iterator[tuple[str, list[str]]]:
    yield "How it came about", list(estimate.steps)
    yield "Factors", [_factor(each.to_json()) for each in estimate.factors]
    yield "Assumptions", list(estimate.assumptions)
    yield "Gaps", [f"{each.what}: {each.why}; {each.remedy}" for each in estimate.gaps]


def _factor(entry: dict[str, Any]) -> str:
    of = " ".join(text for text in (entry.get("subject"), entry["zone"]) if text)
    value = f"{entry['value']:.6g}"
    if "low" in entry:
        value += f" ({entry['low']:.6g} to {entry['high']:.6g})"
    unit = "" if entry["unit"] == "1" else f" {entry['unit']}"
    source, year = entry["source"], str(entry["vintage"] or "")
    source += f", {year}" if year not in source else ""  # many sources name their year
    return f"{entry['name']}{f' of {of}' if of else ''}: {value}{unit}; {source}"


def _text(estimate: Estimate) -> Iterator[str]:
    yield _title(estimate)
    for line in _inputs(estimate):
        yield f"  {plain(line)}"
    found = rows(estimate)
    if found:
        yield ""
        names, mids = (max(len(row[at]) for row in found) for at in (0, 1))
        for name, mid, bounds in found:
            shown = f"  {name:<{names}}  {mid:>{mids}}" + (f"  ({bounds})" if bounds else "")
            yield shown.rstrip()
    for title, items in _lists(estimate):
        if items:
            yield ""
            yield title
            for item in items:
                yield from _wrapped(item)


def _wrapped(item: str) -> list[str]:
    return textwrap.wrap(
        plain(item),
        WIDTH,
        initial_indent="  - ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )


def _html(estimate: Estimate) -> str:
    blocks: list[Table | Listed] = []
    if found := rows(estimate):
        headings = (("figure", LEFT), ("best estimate", RIGHT), ("from-to", RIGHT))
        blocks.append(Table("Figures", headings, tuple(found)))
    blocks.extend(Listed(title, tuple(items)) for title, items in _lists(estimate) if items)
    head = tuple((name, text) for name, _, text in (i.partition(": ") for i in _inputs(estimate)))
    money = [
        (f"cost, {currency}", amount.to_quantity()) for currency, amount in estimate.cost.items()
    ]
    title = _title(estimate)
    drawn = chart([*_named(estimate), *money])
    return page.rendered(Page(title, head, tuple(blocks)), title, drawn)


def _markdown(estimate: Estimate) -> Iterator[str]:
    yield f"# {_title(estimate)}"
    yield ""
    for line in _inputs(estimate):
        yield f"- {escaped(line)}"
    found = rows(estimate)
    if found:
        yield ""
        yield "| figure | best estimate | from-to |"
        yield "| --- | ---: | ---: |"
        for row in found:
            yield f"| {' | '.join(escaped(cell) for cell in row)} |"
    for title, items in _lists(estimate):
        if items:
            yield ""
            yield f"## {title}"
            yield ""
            for item in items:
                yield f"- {escaped(item)}"
