"""A check as tables and lists of text, which the formats for people share."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.budgets.speech import Speech
from footprint.budgets.view import Checked, Row
from footprint.reports.blocks import LEFT, RIGHT, Block, Listed, Page, Table

#: Figures whose factors are shown; how the energy of APIs' calls is estimated is in JSON.
_DERIVED = {"carbon_location_g", "carbon_market_g", "embodied_g", "water_l", "cost_usd", "cost"}


def page(checked: Checked, lang: str = "en") -> Page:
    """All that is shown of a check. Raises UsageError for a language that is not there."""
    say = Speech(lang)
    head = (
        (say("file"), checked.path),
        (say("ledger"), ", ".join(checked.ledgers)),
        (say("now"), checked.now),
    )
    return Page(say.title(checked), head, tuple(_blocks(checked, say)), lang)


def _blocks(checked: Checked, say: Speech) -> Iterator[Block]:
    yield Table(
        "",  # it is what the page's title says
        (
            (say("budget"), LEFT),
            (say("figure_of"), LEFT),
            (say("used"), RIGHT),
            (say("limit"), RIGHT),
            (say("share"), RIGHT),
            (say("by"), RIGHT),
            (say("state_of"), LEFT),
        ),
        tuple(_row(row, say) for row in checked.rows),
    )
    going_on = [
        row
        for row in checked.rows
        if row.progress is not None and row.progress.projected is not None
    ]
    if going_on:
        yield Table(
            say("going_on"),
            (
                (say("budget"), LEFT),
                (say("figure_of"), LEFT),
                (say("gone"), RIGHT),
                (say("used"), RIGHT),
                (say("projected"), RIGHT),
                (say("of_limit"), RIGHT),
            ),
            tuple(_going_on(row, say) for row in going_on),
        )
    remarks = [
        say("remark", where=say.where(row), text=text)
        for row in checked.rows
        for text in _remarks(checked, row, say)
    ]
    if remarks:
        yield Listed(say("remarks"), tuple(remarks))
    if checked.warnings:
        yield Listed(say("warnings"), tuple(map(say.said_of_file, checked.warnings)))
    factors = dict.fromkeys(
        say.factor(each)
        for each in checked.factors
        if not _DERIVED.isdisjoint(each.used_for.split(", "))
    )
    if factors:
        yield Listed(say("rests_on"), tuple(factors))


def _row(row: Row, say: Speech) -> tuple[str, ...]:
    return (
        say.budget(row.budget),
        say.figure(row.limit),
        say.value(row.value),
        say.amount(row.allowed, row.limit.figure.unit),
        say.percent(row.used),
        say.beyond(row),
        say(f"state.{row.state}"),
    )


def _going_on(row: Row, say: Speech) -> tuple[str, ...]:
    going_on = row.progress
    projected = None if going_on is None else going_on.projected
    share = projected / row.allowed if projected is not None and row.allowed else None
    return (
        say.budget(row.budget),
        say.figure(row.limit),
        say.percent(None if going_on is None else going_on.elapsed),
        say.percent(row.used),
        say.amount(projected, row.limit.figure.unit),
        say.percent(share),
    )


def _remarks(checked: Checked, row: Row, say: Speech) -> list[str]:
    """What came of a limit that fails or has none, and remarks on all."""
    plain = row.value is not None and not checked.fails(row)
    return say.notes(row) if plain else [say.said(row), *say.notes(row)]
