"""What a manager reads first: the key figures, where they went, and what to know of them."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.blocks import LEFT, NOTHING, RIGHT, Block, Cell, Listed, Table, of_columns
from footprint.reports.sections.groups import group_name
from footprint.reports.speech import Speech
from footprint.reports.view import Group, Report

#: Tiers in which a meter, a counter or a sensor was read; all others are models.
MEASURED = ("meter", "counter", "power")

#: So many groups are in the summary; all are in the section of groups.
_MOST = 5


def summary(report: Report, say: Speech) -> Iterator[Block]:
    """The key figures, the largest groups, and what to know."""
    if not report.lines:
        yield Listed(say("section.summary"), (say("summary.empty"),))
        return
    yield _key_figures(report, say)
    if len(report.groups) > 1:
        yield _largest(report, say)
    yield Listed(say("summary.to_know"), tuple(_to_know(report, say)))


def _key_figures(report: Report, say: Speech) -> Table:
    totals = report.totals
    figures = [
        (say("energy"), totals.energy_j),
        (say("summary.carbon_location"), totals.carbon_location_g),
        (say("summary.carbon_market"), totals.carbon_market_g),
        (say("summary.embodied"), totals.embodied_g),
        (say("water"), totals.water_l),
        *((say("cost"), amount.to_quantity()) for amount in totals.cost.values()),
    ]
    if not totals.cost:
        figures.append((say("cost"), None))
    rows: list[tuple[str, ...]] = [
        (name, say.middle(each), say.interval(each)) for name, each in figures
    ]
    if report.coverage is not None:
        covered = say("summary.covered", hours=say.amount(report.coverage.expected_h * 3_600, "s"))
        rows.append((say("section.completeness"), say.share(report.coverage.share), covered))
    headings = ((say("figure_heading"), LEFT), (say("best"), RIGHT), (say("bounds"), RIGHT))
    return Table(say("section.summary"), headings, tuple(rows), tiles=True)


def _largest(report: Report, say: Speech) -> Table:
    """The groups that used the most."""
    found = report.groups[:_MOST]
    total = report.totals.energy_j

    def share(group: Group) -> Cell:
        energy = group.amounts.energy_j
        known = energy is not None and total is not None and total.mid
        return say.share(energy.mid / total.mid if known and energy and total else None)

    each = [group.per_item for group in found]
    return of_columns(
        say("summary.largest"),
        (
            (say("group"), LEFT, [group_name(group, say) for group in found]),
            (say("energy"), RIGHT, [say.middle(group.amounts.energy_j) for group in found]),
            (say("share_of_total"), RIGHT, [share(group) for group in found]),
            (
                say("carbon"),
                RIGHT,
                [say.middle(group.amounts.carbon_location_g) for group in found],
            ),
            (say("cost"), RIGHT, [say.money(group.amounts.cost) for group in found]),
            (
                say("energy_per_item"),
                RIGHT,
                [say.middle(one.energy_j) if one else NOTHING for one in each],
            ),
            (
                say("carbon_per_item"),
                RIGHT,
                [say.middle(one.carbon_location_g) if one else NOTHING for one in each],
            ),
        ),
    )


def _to_know(report: Report, say: Speech) -> Iterator[str]:
    """What changes how the figures are read."""
    if report.partial:
        yield say("partial_said")
    metered = sum(row.metered_j for row in report.conservation)
    if metered:
        attributed = sum(row.attributed_j for row in report.conservation)
        idle = sum(row.idle_j for row in report.conservation)
        other = sum(row.unattributed_j for row in report.conservation)
        yield say(
            "summary.split",
            metered=say.amount(metered, "J"),
            attributed=say.share(attributed / metered),
            idle=say.share(idle / metered),
            other=say.share(other / metered),
        )
    if report.tier_mix is not None and report.tier_mix.energy:
        mix = report.tier_mix.energy
        measured = sum(share for tier, share in mix.items() if tier in MEASURED)
        if measured > 0.9995:
            yield say("summary.measured_all")
        else:
            yield say("summary.measured", share=say.share(measured))
    totals = report.totals
    unknown = [
        name
        for name, known in (
            (say("energy"), totals.energy_j),
            (say("summary.carbon_location"), totals.carbon_location_g),
            (say("summary.carbon_market"), totals.carbon_market_g),
            (say("summary.embodied"), totals.embodied_g),
            (say("water"), totals.water_l),
            (say("cost"), totals.cost),
        )
        if not known
    ]
    if unknown:
        yield say("summary.unknown", names=say.listed(unknown))
    if report.gaps:
        key = "summary.gap" if len(report.gaps) == 1 else "summary.gaps"
        yield say(key, count=say.count(len(report.gaps)))
