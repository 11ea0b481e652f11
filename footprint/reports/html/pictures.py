"""Which charts stand in which section, and what they say in words to those who do not see them.

Each shows what the tables of its section say in numbers, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from footprint.charts.bars import Bar, bars
from footprint.charts.flows import Flow, flows
from footprint.charts.shares import shares
from footprint.reports.html.figure import can_draw, figure
from footprint.reports.sections.groups import tier_shares
from footprint.reports.sections.summary import group_name
from footprint.reports.speech import Speech
from footprint.reports.view import Report

#: So many groups make a picture; the table has all.
_MOST = 12

#: Line of the totals -> its colour.
_LINES = {"calls": "c0", "own time": "c2", "idle": "idle", "unattributed": "other"}


def drawn(report: Report, say: Speech) -> Mapping[str, str]:
    """Section -> its charts as HTML. Without matplotlib there is none, which stderr is told."""
    if not can_draw():
        return {}
    return {section: "".join(make(report, say)) for section, make in _PICTURES.items()}


def _split(report: Report, say: Speech) -> Iterator[str]:
    """From what was metered to calls, runs' own time, idle and unattributed."""
    found = []
    for line in report.lines:
        energy = line.amounts.energy_j
        if line.part in _LINES and energy is not None:
            found.append((say(f"line.{line.part.replace(' ', '_')}"), energy.mid, line.part))
    total = sum(amount for _, amount, _ in found)
    if not total:
        return
    parts = [
        Flow(
            say("chart.part", name=name, amount=say.amount(mid, "J"), share=say.share(mid / total)),
            mid,
            _LINES[part],
        )
        for name, mid, part in found
    ]
    title = say("chart.split")
    whole = (say("metered"), say.amount(total, "J"))
    told = say(
        "chart.split_said", total=say.amount(total, "J"), parts="; ".join(p.label for p in parts)
    )
    yield figure(title, flows(whole, parts, name="split", title=title, description=told))


def _groups(report: Report, say: Speech) -> Iterator[str]:
    """Energy of the largest groups, with its interval."""
    known = [
        (group, group.amounts.energy_j)
        for group in report.groups
        if group.amounts.energy_j is not None
    ]
    if len(known) < 2:
        return
    found = sorted(known, key=lambda each: -each[1].mid)[:_MOST]
    rows = [
        Bar(
            group_name(group, say), say.middle(energy), energy.low, energy.mid, energy.high,
            "c2" if group.own_time else "c0",
        )
        for group, energy in found
    ]  # fmt: skip
    title = say("chart.groups")
    if len(known) > len(rows):
        title = say("chart.groups_most", shown=say.count(len(rows)), all=say.count(len(known)))
    told = "; ".join(f"{group_name(group, say)}: {say.both(energy)}" for group, energy in found)
    svg = bars(rows, name="groups", title=title, description=told)
    yield figure(title, svg, say("chart.whiskers"))


def _tiers(report: Report, say: Speech) -> Iterator[str]:
    """How the attributed energy came about."""
    found = tier_shares(report)
    if len(found) < 2:
        return  # one colour says nothing
    names = {
        tier: say("chart.share", name=say.named("tier_name", tier), share=say.share(share))
        for tier, share in found.items()
    }
    title = say("chart.tiers")
    told = "; ".join(names.values())
    svg = shares([(say("energy"), found)], names, name="tiers", title=title, description=told)
    yield figure(title, svg)


_PICTURES: Mapping[str, Callable[[Report, Speech], Iterator[str]]] = {
    "totals": _split,
    "groups": _groups,
    "tiers": _tiers,
}
