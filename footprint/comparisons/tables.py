"""A comparison as headings, tables and lists of text, which the formats for people share."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.comparisons import view
from footprint.comparisons.speech import Speech
from footprint.comparisons.view import Change, Comparison, Row
from footprint.comparisons.wording import money, percent, shown
from footprint.reports import figures as fig
from footprint.reports.blocks import LEFT, RIGHT, Block, Listed, Page, Table
from footprint.words import marked


def page(made: Comparison, lang: str = "en") -> Page:
    """The page of a comparison. Raises UsageError for a language that is not there."""
    say = Speech(made, lang)
    blocks: list[Block] = []
    if made.findings:
        blocks.append(Listed(say("findings"), say.told(made.findings)))
    blocks.append(_figures(made, say))
    if len(made.sides) > 1 and made.kind != view.PLAN:
        blocks.append(_changes(made, say))
    if made.volumes:
        blocks.append(_volumes(made, say))
    for title, items in (
        ("factors", tuple(map(say.factor, made.factors))),
        ("assumptions", say.told(made.assumptions)),
        ("gaps", tuple(map(say.gap, made.gaps))),
    ):
        if items:
            blocks.append(Listed(say(title), items))
    head = [(say.named(side), say.about(side)) for side in made.sides]
    return Page(say(f"title.{made.kind}"), tuple(head), tuple(blocks), lang)


def _figures(made: Comparison, say: Speech) -> Table:
    """One row a figure, one column a side; of a plan, whether it held beside them."""
    headings = [("", LEFT), *((say.named(side), RIGHT) for side in made.sides)]
    plan = made.kind == view.PLAN
    if plan:
        headings += [(say("ratio"), RIGHT), (say("inside"), LEFT)]
    rows = []
    for row in made.rows:
        cells = [say.label(row), *(shown(value, say.lang) for value in row.values)]
        if plan:
            cells += _outcome(row.changes[1], say)
        rows.append(tuple(cells))
    title = say("per", per=say.per()) if made.kind == view.TOKENS else say("figures")
    return Table(title, tuple(headings), tuple(rows))


def _outcome(change: Change | None, say: Speech) -> list[str]:
    if change is None:
        return [fig.NOTHING, fig.NOTHING]
    inside = fig.NOTHING if change.inside is None else say("yes" if change.inside else "no")
    return [fig.digits(change.ratio.mid, say.lang), inside]


def _changes(made: Comparison, say: Speech) -> Table:
    """One row for each figure and side that is held against the first."""
    base, others = made.sides[0], made.sides[1:]
    several = len(others) > 1
    headings = [("", LEFT), *([(say("of"), LEFT)] if several else [])]
    headings += [(say("ratio"), RIGHT), (say("change"), RIGHT)]
    tested = any(change and change.verdict for row in made.rows for change in row.changes)
    headings += [(say("verdict"), LEFT)] if tested else []
    rows = []
    for row in made.rows:
        for side, change in zip(others, row.changes[1:], strict=True):
            if change is not None:
                cells = [say.label(row), *([say.named(side)] if several else [])]
                cells += [fig.digits(change.ratio.mid, say.lang), percent(change, say.lang)]
                cells += say.told([change.verdict]) if tested else ()
                rows.append(tuple(cells))
    return Table(say("against", base=say.named(base)), tuple(headings), tuple(rows))


def _volumes(made: Comparison, say: Speech) -> Table:
    """Cost by the tokens of a month."""
    headings = [(say("tokens_a_month"), RIGHT)]
    for at, side in enumerate(made.sides):
        headings.append((say.named(side), RIGHT))
        if any(volume.machines[at] for volume in made.volumes):
            headings.append((say("machines"), RIGHT))
    rows = []
    for volume in made.volumes:
        cells = [fig.count(volume.tokens_per_month, say.lang)]
        for at, cost in enumerate(volume.costs):
            cells.append(money(cost, say.lang))
            if any(each.machines[at] for each in made.volumes):
                cells.append(_machines(volume.machines[at], say))
        rows.append(tuple(cells))
    return Table(say("month"), tuple(headings), tuple(rows))


def _machines(count: tuple[int, int, int] | None, say: Speech) -> str:
    if count is None:
        return fig.NOTHING
    low, mid, high = (marked(say.lang, f"{each:,}") for each in count)
    return mid if low == high else say("ranged", mid=mid, low=low, high=high)


def intervals(made: Comparison) -> Iterator[Row]:
    """The rows that a chart shows: two sides or more are known, and none is below zero."""
    for row in made.rows:
        known = [value for value in row.values if value is not None]
        if len(known) > 1 and min(value.low for value in known) >= 0 and any(v.high for v in known):
            yield row
