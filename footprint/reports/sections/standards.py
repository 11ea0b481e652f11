"""Tables for those who examine a report: ESRS datapoints, method tiers, prices."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.model import TIERS
from footprint.reports.audit.prices import Price
from footprint.reports.blocks import LEFT, NOTHING, RIGHT, Block, Cell, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Report
from footprint.words import unit

_UNITS = {"t": "t CO2e"}


def esrs(report: Report, say: Speech) -> Iterator[Block]:
    """Datapoints of ESRS E1, with their paragraphs; those without a value say why."""
    rows = report.esrs
    if report.scopes is None or not report.scopes.lines:
        return
    yield of_columns(
        say("section.esrs"),
        (
            (say("esrs.requirement"), LEFT, [f"{row.requirement} {row.paragraph}" for row in rows]),
            (say("esrs.datapoint"), LEFT, [say.named("esrs", row.name) for row in rows]),
            (
                say("value"),
                RIGHT,
                [NOTHING if row.value is None else say.exact(row.value.mid) for row in rows],
            ),
            (
                say("bounds"),
                RIGHT,
                [
                    "" if row.value is None else say.range(row.value.low, row.value.high)
                    for row in rows
                ],
            ),
            (say("esrs.unit"), LEFT, [_UNITS.get(row.unit, row.unit) for row in rows]),
            (say("esrs.element"), LEFT, [row.element for row in rows]),
            (say("why"), LEFT, [say.said(row.why) for row in rows]),
        ),
        wide=True,
        note=say("esrs.note"),
    )


def tiers(report: Report, say: Speech) -> Iterator[Block]:
    """How the whole of the energy and of its carbon became known."""
    mix = report.tier_mix
    if mix is None or not mix.energy:
        return
    known = [tier for tier in TIERS if tier in mix.energy or tier in (mix.carbon or {})]
    yield of_columns(
        say("section.tiers"),
        (
            (say("tier"), LEFT, [say.named("tier_name", tier) for tier in known]),
            (say("tiers.energy"), RIGHT, [say.share(mix.energy.get(tier, 0.0)) for tier in known]),
            (
                say("tiers.carbon"),
                RIGHT,
                [
                    say.share(None if mix.carbon is None else mix.carbon.get(tier, 0.0))
                    for tier in known
                ],
            ),
        ),
        note=say("tiers.note"),
    )


def prices(report: Report, say: Speech) -> Iterator[Block]:
    """The prices that the cost rests on: from where, of which day, list or agreed."""
    rows = report.prices
    if not rows:
        return
    yield of_columns(
        say("section.prices"),
        (
            (say("prices.price"), LEFT, [_of(row, say) for row in rows]),
            (say("prices.amount"), RIGHT, [_amount(row, say) for row in rows]),
            (say("prices.basis"), LEFT, [say.named("price_basis", row.basis) for row in rows]),
            (
                say("source"),
                LEFT,
                [f"{say.said(row.source)} {row.version}".strip() for row in rows],
            ),
            (say("prices.date"), LEFT, [row.date for row in rows]),
            (say("zone"), LEFT, [row.zone for row in rows]),
            (say("why"), LEFT, [say.said(row.why) for row in rows]),
        ),
        wide=True,
    )


def _source(row: Price, say: Speech) -> str:
    return f"{say.said(row.source)} {row.version}".strip()


def _of(row: Price, say: Speech) -> str:
    name = say.said(row.name)
    return say("factor_of", name=name, subject=row.subject) if row.subject else name


def _amount(row: Price, say: Speech) -> str:
    of = unit(say.lang, f"{row.currency}/{row.per}" if row.per else row.currency)
    if row.amount is None:
        return say("prices.changes", unit=of)
    amount = say.exact(float(row.amount))
    return Cell(f"{amount} {of}", amount.value)
