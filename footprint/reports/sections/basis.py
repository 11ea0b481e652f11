"""What the figures rest on: their boundary, the factors, the assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.estimators.factors import Factor
from footprint.reports.blocks import LEFT, RIGHT, Block, Cell, Listed, Table, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Report
from footprint.words import unit


def boundary(report: Report, say: Speech) -> Iterator[Block]:
    """What the figures cover and what they do not."""
    if report.boundary:
        yield Listed(say("section.boundary"), tuple(map(say.said, report.boundary)))


def assumptions(report: Report, say: Speech) -> Iterator[Block]:
    """What was assumed, one line each."""
    if report.assumptions:
        yield Listed(say("section.assumptions"), tuple(map(say.said, report.assumptions)))


def factors(report: Report, say: Speech) -> Iterator[Block]:
    """Each factor with its value, source and vintage, and why it was taken."""
    if report.factors:
        yield factor_table(report.factors, say)


def factor_table(rows: Sequence[Factor], say: Speech) -> Table:
    """A row for each factor."""
    return of_columns(
        say("section.factors"),
        (
            (say("factor"), LEFT, [_of(row, say) for row in rows]),
            (say("value"), RIGHT, [_value(row, say) for row in rows]),
            (say("zone"), LEFT, [row.zone for row in rows]),
            (say("year"), LEFT, [str(row.vintage or "") for row in rows]),
            (
                say("source"),
                LEFT,
                [f"{say.said(row.source)} {row.version}".strip() for row in rows],
            ),
            (say("license"), LEFT, [row.license for row in rows]),
            (say("used_for"), LEFT, [_used_for(row, say) for row in rows]),
            (say("why"), LEFT, [say.said(row.why) for row in rows]),
        ),
        wide=True,
    )


def _of(factor: Factor, say: Speech) -> str:
    name = say.said(factor.name)
    return say("factor_of", name=name, subject=factor.subject) if factor.subject else name


def _used_for(factor: Factor, say: Speech) -> str:
    return ", ".join(say.named("figure", each) for each in factor.used_for.split(", "))


def _value(factor: Factor, say: Speech) -> Cell:
    """A factor's value with its unit, and its bounds where it has some."""
    quantity = factor.quantity
    named = "" if factor.unit == "1" else unit(say.lang, factor.unit)
    value = f"{say.exact(quantity.mid)} {named}".strip()
    if quantity.low != quantity.high:
        value += f" ({say.range(quantity.low, quantity.high)})"
    return Cell(value, quantity.mid)
