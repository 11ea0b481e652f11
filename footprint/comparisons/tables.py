"""A comparison as headings, tables and lists of text, which the formats for people share."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.comparisons import view
from footprint.comparisons.view import Change, Comparison, Row, Side
from footprint.comparisons.wording import percent
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity
from footprint.reports import figures as fig
from footprint.reports.blocks import LEFT, RIGHT, Block, Listed, Page, Table
from footprint.reports.columns import plain

_TITLES = {
    view.GROUPS: "Comparison",
    view.TOKENS: "Comparison by the token",
    view.PLAN: "Prediction and outcome",
}
_BYTES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (0.0, "B"))


def page(made: Comparison) -> Page:
    """The page of a comparison."""
    blocks: list[Block] = []
    if made.findings:
        blocks.append(Listed("Findings", made.findings))
    blocks.append(figures(made))
    if len(made.sides) > 1 and made.kind != view.PLAN:
        blocks.append(changes(made))
    if made.volumes:
        blocks.append(volumes(made))
    for title, items in (
        ("Factors", tuple(map(_factor, made.factors))),
        ("Assumptions", made.assumptions),
        ("Gaps", tuple(map(_gap, made.gaps))),
    ):
        if items:
            blocks.append(Listed(title, items))
    head = [(named(side), _about(side)) for side in made.sides]
    return Page(_TITLES[made.kind], tuple(head), tuple(blocks))


def named(side: Side) -> str:
    """A side's label without control characters."""
    return plain(side.label)


def _about(side: Side) -> str:
    """What a side is, on one line."""
    about = side.about
    told = [str(about["where"])] if about.get("where") else []
    if about.get("spans"):
        told.append(f"{fig.count(about['spans'])} calls")
    if about.get("counted") not in (None, "calls", "runs"):
        told.append(f"{fig.count(about['count'])} {about['counted']}")
    if about.get("runs"):
        told.append(f"{about['runs']} run{'s' if about['runs'] > 1 else ''}")
    told.extend(about.get("devices") or ())
    told.extend(about.get("said") or ())
    return ", ".join(told)


def figures(made: Comparison) -> Table:
    """One row a figure, one column a side; of two sides, the change beside them."""
    headings = [("", LEFT), *((named(side), RIGHT) for side in made.sides)]
    plan = made.kind == view.PLAN
    if plan:
        headings += [("ratio", RIGHT), ("inside the interval", LEFT)]
    rows = []
    for row in made.rows:
        cells = [row.label, *(shown(value) for value in row.values)]
        if plan:
            cells += _outcome(row.changes[1])
        rows.append(tuple(cells))
    return Table(
        f"Per {made.per}" if made.kind == view.TOKENS else "Figures", tuple(headings), tuple(rows)
    )


def _outcome(change: Change | None) -> list[str]:
    if change is None:
        return [fig.NOTHING, fig.NOTHING]
    inside = fig.NOTHING if change.inside is None else ("yes" if change.inside else "no")
    return [f"{change.ratio.mid:.3g}", inside]


def changes(made: Comparison) -> Table:
    """One row for each figure and side that is held against the first."""
    base, others = made.sides[0], made.sides[1:]
    several = len(others) > 1
    headings = [("", LEFT), *([("of", LEFT)] if several else [])]
    headings += [("ratio", RIGHT), ("change (from-to)", RIGHT)]
    tested = any(change and change.verdict for row in made.rows for change in row.changes)
    headings += [("verdict", LEFT)] if tested else []
    rows = []
    for row in made.rows:
        for side, change in zip(others, row.changes[1:], strict=True):
            if change is not None:
                cells = [row.label, *([named(side)] if several else [])]
                cells += [f"{change.ratio.mid:.3g}", percent(change)]
                cells += [change.verdict] if tested else []
                rows.append(tuple(cells))
    return Table(f"Against {named(base)}", tuple(headings), tuple(rows))


def volumes(made: Comparison) -> Table:
    """Cost by the tokens of a month."""
    headings = [("tokens a month", RIGHT)]
    for at, side in enumerate(made.sides):
        headings.append((named(side), RIGHT))
        if any(volume.machines[at] for volume in made.volumes):
            headings.append(("machines", RIGHT))
    rows = []
    for volume in made.volumes:
        cells = [fig.count(volume.tokens_per_month)]
        for at, cost in enumerate(volume.costs):
            cells.append(money(cost))
            if any(each.machines[at] for each in made.volumes):
                cells.append(_machines(volume.machines[at]))
        rows.append(tuple(cells))
    return Table("Cost of a month", tuple(headings), tuple(rows))


def _machines(count: tuple[int, int, int] | None) -> str:
    if count is None:
        return fig.NOTHING
    low, mid, high = count
    return f"{mid:,}" if low == high else f"{mid:,} ({low:,} to {high:,})"


def money(amount: MoneyRange | None) -> str:
    """`1,234 USD (1,100 to 1,500)`."""
    if amount is None:
        return fig.NOTHING
    return shown(amount.to_quantity())


def shown(quantity: Quantity | None) -> str:
    """A figure with its interval, in a unit that keeps it short."""
    if quantity is None:
        return fig.NOTHING
    if quantity.unit == "B":
        size, name = next(each for each in _BYTES if quantity.mid >= each[0])
        return f"{fig.digits(quantity.mid / (size or 1.0))} {name}"
    if quantity.unit == "kWh":
        quantity = quantity.to("J")
    if quantity.unit == "L" and quantity.mid < 1:
        quantity = quantity.to("mL")
    if quantity.unit == "1":
        return f"{quantity.mid:.6g}"
    if quantity.unit == "1/s":
        return f"{fig.digits(quantity.mid)}/s"
    close = quantity.high - quantity.low <= 1e-6 * abs(quantity.mid)  # nothing that digits show
    return fig.middle(quantity) if close else fig.both(quantity)


def _gap(gap: Gap) -> str:
    return f"{gap.what}: {gap.why}" + (f"; {gap.remedy}" if gap.remedy else "")


def _factor(factor: Factor) -> str:
    entry = factor.to_json()
    of = " ".join(text for text in (entry.get("subject"), entry["zone"]) if text)
    unit = "" if entry["unit"] == "1" else f" {entry['unit']}"
    source = entry["source"] + (f", {entry['vintage']}" if entry["vintage"] else "")
    return f"{entry['name']}{f' of {of}' if of else ''}: {entry['value']:.6g}{unit}; {source}"


def intervals(made: Comparison) -> Iterator[Row]:
    """The rows that a chart shows: two sides or more are known, and none is below zero."""
    for row in made.rows:
        known = [value for value in row.values if value is not None]
        if len(known) > 1 and min(value.low for value in known) >= 0 and any(v.high for v in known):
            yield row
