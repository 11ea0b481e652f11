"""The report as headings, tables and lists of text, which the formats for people share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from footprint.estimators.factors import Factor
from footprint.reports import figures as fig
from footprint.reports.view import Amounts, Group, Report

LEFT, RIGHT = "left", "right"


class Table(NamedTuple):
    """A table: a title, headings with their alignment, rows of text; `wide`: too wide for text."""

    title: str
    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    wide: bool = False


class Listed(NamedTuple):
    """A titled list of lines."""

    title: str
    items: tuple[str, ...]


class Page(NamedTuple):
    """All that the formats for people show, in order."""

    title: str
    head: tuple[tuple[str, str], ...]
    blocks: tuple[Table | Listed, ...]


def page(report: Report) -> Page:
    """The page of a report."""
    blocks: list[Table | Listed] = [_totals(report)] if report.lines else []
    if report.totals.cost_parts:
        blocks.append(_costs(report))
    if report.groups:
        blocks.append(_groups(report))
        blocks.extend(_tiers(report))
    if report.conservation:
        blocks.append(_conservation(report))
    if report.factors:
        blocks.append(_factors(report))
    if report.corrections:
        blocks.append(_corrections(report))
    gaps = tuple(
        f"{gap.what}: {gap.why}" + (f"; {gap.remedy}" if gap.remedy else "") for gap in report.gaps
    )
    for title, items in (
        ("Boundary", report.boundary),
        ("Assumptions", report.assumptions),
        ("Gaps", gaps),
    ):
        if items:
            blocks.append(Listed(title, items))
    start, end = report.period
    period = f"{_second(start)} to {_second(end)} UTC" if start and end else _nothing(start, end)
    head = [("period", period), ("ledger", ", ".join(report.ledgers))]
    if report.partial:
        head.append(("partial", "some of the ledger could not be read: the gaps say what"))
    if report.absorption != "none":
        head.append(("absorption", "full: idle energy is spread over the spans"))
    return Page("Footprint report", tuple(head), tuple(blocks))


def _nothing(start: str | None, end: str | None) -> str:
    """A period in which nothing was recorded, open at one end or both."""
    since = f" from {_second(start)} UTC" if start else ""
    until = f" before {_second(end)} UTC" if end else ""
    return f"nothing was recorded{since}{until}"


def _second(instant: str) -> str:
    return instant.replace("T", " ").split(".")[0]


def _columns(
    title: str,
    columns: Iterable[tuple[str, str, list[str]]],
    wide: bool = False,
) -> Table:
    """A table of columns; those in which nothing is known are left out."""
    kept = [
        (heading, align, cells)
        for heading, align, cells in columns
        if any(cell not in ("", fig.NOTHING) for cell in cells)
    ]
    rows = tuple(zip(*(cells for _, _, cells in kept), strict=True))
    return Table(title, tuple((heading, align) for heading, align, _ in kept), rows, wide)


def _money(amounts: Amounts) -> str:
    found = [f"{fig.digits(float(each.mid))} {name}" for name, each in amounts.cost.items()]
    return ", ".join(found) or fig.NOTHING


def _money_each(amounts: Amounts) -> str:
    return "" if not amounts.cost else _money(amounts)


def _totals(report: Report) -> Table:
    named = {
        "calls": "calls",
        "own time": "runs' own time",
        "idle": "idle",
        "unattributed": "unattributed",
        "api": "API providers",
        "extras": "extras",
    }
    rows = [(named[line.part], line.amounts) for line in report.lines]
    rows.append(("total", report.totals))
    amounts = [each for _, each in rows]
    return _columns(
        "Totals",
        (
            ("", LEFT, [name for name, _ in rows]),
            ("energy", RIGHT, [fig.middle(each.energy_j) for each in amounts]),
            ("from-to", RIGHT, [fig.interval(each.energy_j) for each in amounts]),
            ("carbon (CO2e)", RIGHT, [fig.middle(each.carbon_location_g) for each in amounts]),
            ("from-to", RIGHT, [fig.interval(each.carbon_location_g) for each in amounts]),
            ("market-based", RIGHT, [fig.middle(each.carbon_market_g) for each in amounts]),
            ("embodied", RIGHT, [fig.middle(each.embodied_g) for each in amounts]),
            ("water", RIGHT, [fig.middle(each.water_l) for each in amounts]),
            ("cost", RIGHT, [_money(each) for each in amounts]),
        ),
    )


def _costs(report: Report) -> Table:
    """The total cost by part and currency."""
    rows = [
        (part, amount.to_quantity())
        for part, amounts in report.totals.cost_parts.items()
        for amount in amounts.values()
    ]
    rows += [("total", amount.to_quantity()) for amount in report.totals.cost.values()]
    if report.totals.cost_usd is not None and list(report.totals.cost) != ["USD"]:
        rows.append(("total in dollars", report.totals.cost_usd))
    return _columns(
        "Cost",
        (
            ("", LEFT, [part for part, _ in rows]),
            ("cost", RIGHT, [fig.middle(amount) for _, amount in rows]),
            ("from-to", RIGHT, [fig.interval(amount) for _, amount in rows]),
        ),
    )


def _corrections(report: Report) -> Table:
    """What was said later of what was recorded."""
    found = report.corrections

    def count(number: int) -> str:
        return str(number) if number else ""

    return _columns(
        "Corrections",
        (
            ("action", LEFT, [each.action for each in found]),
            ("of", LEFT, [each.what for each in found]),
            ("by", LEFT, [each.who for each in found]),
            ("why", LEFT, [each.why for each in found]),
            ("when", LEFT, [_second(each.utc) for each in found]),
            ("calls", RIGHT, [count(each.calls) for each in found]),
            ("readings", RIGHT, [count(each.readings) for each in found]),
            ("remarks", LEFT, ["; ".join(each.remarks) for each in found]),
            ("id", LEFT, [each.id for each in found]),
        ),
        wide=True,
    )


def label(group: Group) -> tuple[str, ...]:
    """A group's values, for people; the last one says where it is a run's own time."""
    values = [value if value is not None else fig.NOTHING for _, value in group.key]
    return tuple(values)


def _latency(group: Group, at: int) -> str:
    return fig.NOTHING if group.latency_ms is None else fig.amount(group.latency_ms[at], "ms")


def _groups(report: Report) -> Table:
    groups = report.groups

    def column(cell: Callable[[Group], str]) -> list[str]:
        return [cell(group) for group in groups]

    fields = [
        (field, LEFT, [label(group)[at] for group in groups]) for at, field in enumerate(report.by)
    ]
    if any(group.own_time for group in groups) or not fields:
        fields.append(("part", LEFT, column(lambda each: "own time" if each.own_time else "calls")))
    errors = any(group.errors for group in groups)
    declared = any(group.items_declared for group in groups)
    return _columns(
        "Groups",
        (
            *fields,
            ("calls", RIGHT, column(lambda each: fig.count(each.spans))),
            ("errors", RIGHT, column(lambda each: fig.count(each.errors) if errors else "")),
            ("items", RIGHT, column(lambda each: fig.count(each.items) if declared else "")),
            ("energy", RIGHT, column(lambda each: fig.middle(each.amounts.energy_j))),
            ("from-to", RIGHT, column(lambda each: fig.interval(each.amounts.energy_j))),
            ("per item", RIGHT, column(_per_item)),
            ("p50", RIGHT, column(lambda each: _latency(each, 0))),
            ("p95", RIGHT, column(lambda each: _latency(each, 1))),
            ("CO2e", RIGHT, column(lambda each: fig.middle(each.amounts.carbon_location_g))),
            ("cost", RIGHT, column(lambda each: _money_each(each.amounts))),
        ),
    )


def _per_item(group: Group) -> str:
    return fig.NOTHING if group.per_item is None else fig.middle(group.per_item.energy_j)


def _tiers(report: Report) -> Iterable[Listed]:
    """How the groups' energy came about, where it was not all in one way."""
    found: dict[str, list[float]] = {}
    total = 0.0
    for group in report.groups:
        energy = group.amounts.energy_j
        if energy is None:
            continue
        total += energy.mid
        for tier, share in group.tiers_energy.items():
            found.setdefault(tier, []).append(share * energy.mid)
    if total:
        parts = ", ".join(f"{tier} {fig.share(sum(each) / total)}" for tier, each in found.items())
        yield Listed("Tiers", (f"attributed energy came about by: {parts}",))


def _conservation(report: Report) -> Table:
    rows = report.conservation
    return _columns(
        "Conservation: metered = attributed + idle + unattributed",
        (
            ("host", LEFT, [row.host for row in rows]),
            ("device", LEFT, [row.device for row in rows]),
            ("kind", LEFT, [row.device_kind for row in rows]),
            ("tier", LEFT, [row.tier for row in rows]),
            ("metered", RIGHT, [fig.amount(row.metered_j, "J") for row in rows]),
            ("attributed", RIGHT, [fig.amount(row.attributed_j, "J") for row in rows]),
            ("idle", RIGHT, [fig.amount(row.idle_j, "J") for row in rows]),
            ("unattr.", RIGHT, [fig.amount(row.unattributed_j, "J") for row in rows]),
            ("known for", RIGHT, [_covered(row.covered_s, row.missing_s) for row in rows]),
        ),
    )


def _covered(covered_s: float, missing_s: float) -> str:
    whole = covered_s + missing_s
    if not whole:
        return "0 %"
    known = fig.amount(covered_s, "s")
    return known if not missing_s else f"{known} ({fig.share(covered_s / whole)})"


def _factors(report: Report) -> Table:
    rows = report.factors
    return _columns(
        "Factors",
        (
            ("factor", LEFT, [_of(row) for row in rows]),
            ("value", RIGHT, [_value(row) for row in rows]),
            ("zone", LEFT, [row.zone for row in rows]),
            ("year", LEFT, [str(row.vintage or "") for row in rows]),
            ("source", LEFT, [f"{row.source} {row.version}".strip() for row in rows]),
            ("license", LEFT, [row.license for row in rows]),
            ("used for", LEFT, [row.used_for for row in rows]),
            ("why", LEFT, [row.why for row in rows]),
        ),
        wide=True,
    )


def _of(factor: Factor) -> str:
    return f"{factor.name} of {factor.subject}" if factor.subject else factor.name


def _value(factor: Factor) -> str:
    """A factor's value with its unit, and its bounds where it has some."""
    quantity = factor.quantity
    value = f"{quantity.mid:.6g} {_unit(factor.unit)}".strip()
    if quantity.low == quantity.high:
        return value
    return f"{value} ({quantity.low:.6g} to {quantity.high:.6g})"


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit
