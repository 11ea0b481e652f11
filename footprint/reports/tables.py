"""The report as headings, tables and lists of text, which the formats for people share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from footprint.reports.blocks import Block, Page, Table
from footprint.reports.figures import ABOUT
from footprint.reports.sections import (
    audit,
    basis,
    completeness,
    conservation,
    cuts,
    groups,
    missing,
    over_time,
    scopes,
    standards,
    summary,
    totals,
    units,
)
from footprint.reports.speech import Speech
from footprint.reports.view import Report


class Section(NamedTuple):
    """A part of the page, with a heading of its own (`section.ID` of the catalogue `report`).

    Attributes:
        id: its name, also in links to it.
        blocks: what it shows of a report; nothing where there is nothing to show.
        brief: it is also in the text for a terminal.
    """

    id: str
    blocks: Callable[[Report, Speech], Iterable[Block]]
    brief: bool = True


#: All sections, in order.
SECTIONS = (
    Section("summary", summary.summary, brief=False),
    Section("organisation", audit.organisation),
    Section("totals", totals.totals),
    Section("scopes", scopes.scopes, brief=False),
    Section("costs", totals.costs),
    Section("prices", standards.prices, brief=False),
    Section("groups", groups.groups),
    Section("per_unit", units.per_unit, brief=False),
    Section("sci", units.sci, brief=False),
    Section("cuts", cuts.cuts, brief=False),
    Section("tiers", standards.tiers),
    Section("over_time", over_time.over_time),
    Section("by_hour", over_time.by_hour, brief=False),
    Section("conservation", conservation.conservation),
    Section("completeness", completeness.completeness, brief=False),
    Section("factors", basis.factors),
    Section("corrections", missing.corrections),
    Section("restatement", audit.restatement),
    Section("esrs", standards.esrs, brief=False),
    Section("boundary", basis.boundary),
    Section("exclusions", audit.exclusions, brief=False),
    Section("assumptions", basis.assumptions),
    Section("gaps", missing.gaps),
    Section("made", audit.made),
)


def page(report: Report, lang: str = "en", *, brief: bool = False) -> Page:
    """The page of a report in a language.

    Args:
        brief: without the sections that are no use in a terminal.

    Raises UsageError for a language that is not there.
    """
    say = Speech(lang)
    blocks = tuple(
        block._replace(section=section.id)
        for section in SECTIONS
        if section.brief or not brief
        for block in section.blocks(report, say)
    )
    return Page(say("title"), tuple(_head(report, say, blocks)), blocks, lang)


def _head(report: Report, say: Speech, blocks: Iterable[Block]) -> Iterable[tuple[str, str]]:
    yield say("period"), say.period(*report.period)
    yield say("ledger"), ", ".join(report.ledgers)
    if report.partial:
        yield say("partial"), say("partial_said")
    if report.absorption != "none":
        yield say("absorption"), say("absorption_full")
    if any(map(_has_a_sign, blocks)):
        yield ABOUT, say("about")


def _has_a_sign(block: Block) -> bool:
    """Whether a figure of a table is marked as an order of magnitude."""
    return isinstance(block, Table) and any(
        cell.startswith(ABOUT) or f" {ABOUT}" in cell for row in block.rows for cell in row
    )
