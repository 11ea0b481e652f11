"""Figures for one functional unit: an item, 1,000 tokens, a run; and SCI."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.blocks import LEFT, RIGHT, Block, Listed, of_columns
from footprint.reports.sections.groups import group_name
from footprint.reports.speech import Speech
from footprint.reports.view import Amounts, Group, Report

#: Of these kinds of work a run is what people ask for; of others, an item.
_OF_RUNS = ("training", "fine-tuning", None)


def per_unit(report: Report, say: Speech) -> Iterator[Block]:
    """What one of each group takes: energy, carbon, water and cost."""
    rows = [(group, *one) for group in report.groups for one in _of(group, say)]
    if not rows:
        return
    yield of_columns(
        say("section.per_unit"),
        (
            (say("group"), LEFT, [group_name(group, say) for group, _, _ in rows]),
            (say("units.one"), LEFT, [unit for _, unit, _ in rows]),
            (say("energy"), RIGHT, [say.middle(each.energy_j) for _, _, each in rows]),
            (say("bounds"), RIGHT, [say.interval(each.energy_j) for _, _, each in rows]),
            (say("carbon"), RIGHT, [say.middle(each.carbon_location_g) for _, _, each in rows]),
            (say("market"), RIGHT, [say.middle(each.carbon_market_g) for _, _, each in rows]),
            (say("embodied"), RIGHT, [say.middle(each.embodied_g) for _, _, each in rows]),
            (say("water"), RIGHT, [say.middle(each.water_l) for _, _, each in rows]),
            (say("cost"), RIGHT, [say.money(each.cost) for _, _, each in rows]),
        ),
        note=say("units.note"),
    )


def _of(group: Group, say: Speech) -> Iterator[tuple[str, Amounts]]:
    """(unit, figures) of a group. A call that is an item is shown as 1,000 of them."""
    if group.items_declared and group.per_item is not None:
        yield say("units.item"), group.per_item
    if not group.items_declared and group.per_1000_calls is not None:
        yield say("units.calls"), group.per_1000_calls
    if group.per_1000_tokens is not None:
        yield say("units.tokens"), group.per_1000_tokens
    if group.per_1000_tokens_out is not None:
        yield say("units.tokens_out"), group.per_1000_tokens_out
    if group.per_run is not None and (group.own_time or dict(group.key).get("kind") in _OF_RUNS):
        runs = say.count(group.per_run.runs)
        yield say("units.run", count=runs), group.per_run.amounts


def sci(report: Report, say: Speech) -> Iterator[Block]:
    """Software Carbon Intensity of each group, with what it is made of."""
    found = [(group, group.sci) for group in report.groups if group.sci is not None]
    if not found:
        return
    yield of_columns(
        say("section.sci"),
        (
            (say("group"), LEFT, [group_name(group, say) for group, _ in found]),
            ("SCI", RIGHT, [say.middle(score.g) for _, score in found]),
            (say("bounds"), RIGHT, [say.interval(score.g) for _, score in found]),
            ("O", RIGHT, [say.middle(score.operational_g) for _, score in found]),
            ("M", RIGHT, [say.middle(score.embodied_g) for _, score in found]),
            ("R", LEFT, [say.named("unit_of_sci", score.functional_unit) for _, score in found]),
            (say("units.number"), RIGHT, [say.count(score.units) for _, score in found]),
        ),
    )
    yield Listed(say("sci.notes"), tuple(map(say.said, report.sci_notes)))
