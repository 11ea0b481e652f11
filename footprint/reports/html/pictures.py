"""Which charts stand in which section, and what they say in words to those who do not see them.

Each shows what the tables of its section say in numbers, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from footprint.charts.bars import Bar, bars
from footprint.charts.flows import Flow, flows
from footprint.charts.shares import shares
from footprint.reports.html.figure import can_draw, figure
from footprint.reports.html.over_time import by_hour, over_time
from footprint.reports.sections.groups import group_name, key_name
from footprint.reports.speech import Speech
from footprint.reports.view import Amounts, Report

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
        "chart.split_said", total=say.amount(total, "J"), parts=say.listed(p.label for p in parts)
    )
    yield figure(title, flows(whole, parts, name="split", title=title, description=told))


def _groups(report: Report, say: Speech) -> Iterator[str]:
    """Energy of the largest groups."""
    named = [(group_name(group, say), group.amounts) for group in report.groups]
    own = {group_name(group, say) for group in report.groups if group.own_time}
    yield _bars(named, say, say("chart.groups"), "groups", own)


def _bars(
    named: Sequence[tuple[str, Amounts]],
    say: Speech,
    title: str,
    name: str,
    own: Collection[str] = (),
) -> str:
    """Energy with its interval of the largest of some; `own`: runs' own time."""
    known = [(text, each.energy_j) for text, each in named if each.energy_j is not None]
    if len(known) < 2:
        return ""
    found = sorted(known, key=lambda each: -each[1].mid)[:_MOST]
    rows = [
        Bar(cut, say.middle(each), each.low, each.mid, each.high, "c2" if cut in own else "c0")
        for cut, each in found
    ]
    if len(known) > len(rows):
        title = say(
            "chart.most", title=title, shown=say.count(len(rows)), all=say.count(len(known))
        )
    told = say.listed(f"{text}: {say.both(each)}" for text, each in found)
    svg = bars(rows, name=name, title=title, description=told)
    return figure(title, svg, say("chart.whiskers"))


def _by_model(report: Report, say: Speech) -> Iterator[str]:
    """Energy of each model, where the groups are not the models themselves."""
    for cut in report.cuts:
        if cut.by != ("model",) or report.by == ("model",):
            continue
        named = [(key_name(row.key, own_time=False, say=say), row.amounts) for row in cut.rows]
        yield _bars(named, say, say("chart.models"), "models")


def _tiers(report: Report, say: Speech) -> Iterator[str]:
    """How energy and carbon became known."""
    mix = report.tier_mix
    if mix is None or len(mix.energy) < 2:
        return  # one colour says nothing
    rows = [(say("energy"), mix.energy)]
    if mix.carbon:
        rows.append((say("carbon"), mix.carbon))
    tiers = dict.fromkeys(tier for _, row in rows for tier in row)
    names = {tier: say.named("tier_name", tier) for tier in tiers}
    told = say.listed(
        f"{text}: "
        + ", ".join(
            say("chart.share", name=names[tier], share=say.share(share))
            for tier, share in row.items()
        )
        for text, row in rows
    )
    title = say("chart.tiers")
    yield figure(title, shares(rows, names, name="tiers", title=title, description=told))


_PICTURES: Mapping[str, Callable[[Report, Speech], Iterator[str]]] = {
    "totals": _split,
    "groups": _groups,
    "cuts": _by_model,
    "tiers": _tiers,
    "over_time": over_time,
    "by_hour": by_hour,
}
