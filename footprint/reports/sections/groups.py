"""The groups: a row for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from footprint.reports.blocks import LEFT, NOTHING, RIGHT, Block, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Group, Report

#: A group's key: (field, value).
Key = tuple[tuple[str, str | None], ...]


def groups(report: Report, say: Speech) -> Iterator[Block]:
    """What each group used, in all and per item."""
    found = report.groups
    if not found:
        return

    def column(cell: Callable[[Group], str]) -> list[str]:
        return [cell(group) for group in found]

    fields = [
        (field_name(field, say), LEFT, [label(group, say)[at] for group in found])
        for at, field in enumerate(report.by)
    ]
    if any(group.own_time for group in found) or not fields:
        own, calls = say("line.own_time_short"), say("line.calls")
        fields.append((say("part"), LEFT, column(lambda each: own if each.own_time else calls)))
    errors = any(group.errors for group in found)
    declared = any(group.items_declared for group in found)
    yield of_columns(
        say("section.groups"),
        (
            *fields,
            (say("calls"), RIGHT, column(lambda each: say.count(each.spans))),
            (say("errors"), RIGHT, column(lambda each: say.count(each.errors) if errors else "")),
            (say("items"), RIGHT, column(lambda each: say.count(each.items) if declared else "")),
            (say("energy"), RIGHT, column(lambda each: say.middle(each.amounts.energy_j))),
            (say("bounds"), RIGHT, column(lambda each: say.interval(each.amounts.energy_j))),
            (say("per_item"), RIGHT, column(lambda each: _per_item(each, say))),
            ("p50", RIGHT, column(lambda each: _latency(each, 0, say))),
            ("p95", RIGHT, column(lambda each: _latency(each, 1, say))),
            (say("carbon"), RIGHT, column(lambda each: say.middle(each.amounts.carbon_location_g))),
            (say("cost"), RIGHT, column(lambda each: say.money(each.amounts.cost))),
        ),
    )


def field_name(field: str, say: Speech) -> str:
    """A field of the groups' keys, as a heading; a tag keeps its name."""
    return say.named("field", field)


def label(group: Group, say: Speech) -> tuple[str, ...]:
    """A group's values, for people."""
    return key_label(group.key, say)


def key_label(key: Key, say: Speech) -> tuple[str, ...]:
    """A key's values, for people."""
    return tuple(
        NOTHING if value is None else say.activity(value) if field == "kind" else value
        for field, value in key
    )


def group_name(group: Group, say: Speech) -> str:
    """A group in a few words: its values, and that it is runs' own time."""
    return key_name(group.key, own_time=group.own_time, say=say)


def key_name(key: Key, *, own_time: bool, say: Speech) -> str:
    """A group's key in a few words."""
    values = [value for value in key_label(key, say) if value != NOTHING]
    if own_time:
        values.append(say("line.own_time_short"))
    return ", ".join(values) or say("group_all")


def _per_item(group: Group, say: Speech) -> str:
    return NOTHING if group.per_item is None else say.middle(group.per_item.energy_j)


def _latency(group: Group, at: int, say: Speech) -> str:
    return NOTHING if group.latency_ms is None else say.amount(group.latency_ms[at], "ms")
