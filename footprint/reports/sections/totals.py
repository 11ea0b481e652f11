"""The totals, line by line, and the cost by part."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.blocks import LEFT, RIGHT, Block, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Report


def totals(report: Report, say: Speech) -> Iterator[Block]:
    """What calls, runs' own time, idle, unattributed, providers and extras come to."""
    if not report.lines:
        return
    rows = [(say(f"line.{line.part.replace(' ', '_')}"), line.amounts) for line in report.lines]
    rows.append((say("total"), report.totals))
    amounts = [each for _, each in rows]
    bounds = say("bounds")
    yield of_columns(
        say("section.totals"),
        (
            (say("part"), LEFT, [name for name, _ in rows]),
            (say("energy"), RIGHT, [say.middle(each.energy_j) for each in amounts]),
            (bounds, RIGHT, [say.interval(each.energy_j) for each in amounts]),
            (say("carbon"), RIGHT, [say.middle(each.carbon_location_g) for each in amounts]),
            (bounds, RIGHT, [say.interval(each.carbon_location_g) for each in amounts]),
            (say("market"), RIGHT, [say.middle(each.carbon_market_g) for each in amounts]),
            (say("embodied"), RIGHT, [say.middle(each.embodied_g) for each in amounts]),
            (say("water"), RIGHT, [say.middle(each.water_l) for each in amounts]),
            (say("cost"), RIGHT, [say.money(each.cost) for each in amounts]),
        ),
        foot=1,
    )


def costs(report: Report, say: Speech) -> Iterator[Block]:
    """The total cost by part and currency."""
    if not report.totals.cost_parts:
        return
    rows = [
        (say.named("cost_part", part), amount.to_quantity())
        for part, amounts in report.totals.cost_parts.items()
        for amount in amounts.values()
    ]
    parts = len(rows)
    rows += [(say("total"), amount.to_quantity()) for amount in report.totals.cost.values()]
    if report.totals.cost_usd is not None and list(report.totals.cost) != ["USD"]:
        rows.append((say("total_in_dollars"), report.totals.cost_usd))
    sums = len(rows) - parts
    yield of_columns(
        say("section.costs"),
        (
            (say("part"), LEFT, [part for part, _ in rows]),
            (say("cost"), RIGHT, [say.middle(amount) for _, amount in rows]),
            (say("bounds"), RIGHT, [say.interval(amount) for _, amount in rows]),
        ),
        foot=sums,
    )
