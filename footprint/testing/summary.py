"""The lines at the terminal: the most expensive tests first, totals, what the figures rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from footprint.estimators.carbon import IT_ONLY
from footprint.reports.figures import NOTHING, amount, both, middle, share
from footprint.testing.changes import LESS, MORE, UNTESTED, Compared
from footprint.testing.figures import Figure, Figures
from footprint.testing.judging import MAY_BE, UNJUDGED
from footprint.testing.options import Options

if TYPE_CHECKING:
    from footprint.testing.desk import Desk

#: So many tests are named in a line of several.
_NAMED = 3
_HEADINGS = ("energy of a call", "CO2e", "cost", "calls", "time of a call", "test")


def lines(desk: Desk, options: Options) -> Iterator[str]:
    """The summary."""
    figures = desk.figures
    known = [
        (name, figure) for name, figure in figures.tests.items() if figure.each.energy_j is not None
    ]
    known.sort(key=lambda one: (-one[1].each.energy_j.mid, one[0]))  # type: ignore[union-attr]
    shown = known if options.top == 0 else known[: options.top]
    if shown:
        yield from _table([_HEADINGS, *(_cells(name, figure) for name, figure in shown)])
        if len(known) > len(shown):
            yield f"  ... and {len(known) - len(shown)} less expensive (--footprint-top 0: all)"
    yield from _totals(figures, len(known))
    yield from _unknown(figures, desk)
    for name, row in desk.rows.items():
        for each in row.verdicts:
            if each["verdict"] in (MAY_BE, UNJUDGED):
                yield f"  warning   {name}: {each['text']}"
    if desk.compared is not None:
        yield from _compared(desk.compared)
    for note in dict.fromkeys(desk.notes):
        yield f"  warning   {note}"
    for line in desk.written:
        yield f"  figures   {line}"
    for ledger in desk.kept:
        yield f"  ledger    {ledger}"


def _cells(name: str, figure: Figure) -> tuple[str, ...]:
    each = figure.each
    return (
        both(each.energy_j),
        middle(each.carbon_location_g),
        _cost(figure),
        f"{figure.calls:,.0f}",
        amount(figure.seconds / figure.calls, "s"),
        name,
    )


def _cost(figure: Figure) -> str:
    """For one call, in dollars, else in the first currency that it is known in."""
    if figure.each.cost_usd is not None:
        return middle(figure.each.cost_usd)
    money = next(iter(figure.whole.cost.values()), None)
    return NOTHING if money is None else middle(money.to_quantity() / figure.calls)


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        yield "  ".join(("", *cells, row[-1])).rstrip()


def _tests(count: int) -> str:
    return "1 test" if count == 1 else f"{count} tests"


def _totals(figures: Figures, known: int) -> Iterator[str]:
    total, around = figures.total, figures.around
    if total is None or total.whole.energy_j is None:
        reason = next((gap for gap in (total.gaps if total else ())), None)
        why = "no test was measured" if reason is None else f"{reason.why}: {reason.remedy}"
        yield f"  energy    not known: {why}"
        return
    whole = total.whole
    yield (
        f"  total     {both(whole.energy_j)} in {amount(total.seconds, 's')} of calls of"
        f" {_tests(len(figures.tests))}, {known} of them told apart by the meters"
    )
    if around is not None and around.whole.energy_j is not None:
        yield f"  beside    {both(around.whole.energy_j)} in setup and teardown"
    yield f"  carbon    {_or_why(total, 'carbon_location_g', both(whole.carbon_location_g))}"
    money = ", ".join(both(each.to_quantity()) for each in whole.cost.values())
    yield f"  cost      {_or_why(total, 'cost_usd', money or NOTHING)}"
    metered = (f"{device.name} ({device.device}, {device.tier})" for device in total.devices)
    tiers = ", ".join(f"{tier} {share(part)}" for tier, part in sorted(total.tiers.items()))
    yield f"  metered   {', '.join(metered)}; by tier: {tiers}"
    for factor in figures.factors:
        if factor.used_for and set(factor.used_for.split(", ")) & {"carbon_location_g", "cost"}:
            origin = (factor.source, str(factor.vintage or factor.version or ""))
            yield f"  factor    {factor.name}: {', '.join(each for each in origin if each)}"
    for each in figures.assumptions:
        if each != IT_ONLY:
            yield f"  assumed   {each}"


def _or_why(figure: Figure, field: str, text: str) -> str:
    if text != NOTHING:
        return text
    for gap in figure.gaps:
        if gap.what == field:
            return f"not known: {gap.why}; {gap.remedy}"
    return "not known"


def _unknown(figures: Figures, desk: Desk) -> Iterator[str]:
    """Tests without a figure, by reason; those that did not run to their call are left out."""
    by_reason: dict[str, list[str]] = {}
    for name, row in desk.rows.items():
        figure = figures.tests.get(name)
        if row.outcome == "skipped" or not row.told.get("runs") or row.told.get("off"):
            continue
        if figure is None:
            by_reason.setdefault("its span is not in the ledger", []).append(name)
        elif figure.each.energy_j is None:
            whys = [gap.why for gap in figure.gaps if gap.what == "energy_j"]
            reason = whys[0] if whys else "it is not known"
            by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"  no figure {_some(names)}: {reason}"
    if any(figure.below for figure in figures.tests.values()):
        yield "            --footprint-repeat auto repeats tests, footprint(fn) calls of a function"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _compared(found: Compared) -> Iterator[str]:
    for each in found.of(MORE):
        yield f"  MORE      {each.test}: {each.text}"
    for each in found.of(LESS):
        yield f"  less      {each.test}: {each.text}"
    untested = found.of(UNTESTED)
    if untested:
        yield f"  untested  {_some([each.test for each in untested])}: {untested[0].text}"
    same = len(found.changes) - len(found.of(MORE)) - len(found.of(LESS)) - len(untested)
    yield (
        f"  baseline  {found.baseline.path}: {len(found.of(MORE))} use more,"
        f" {len(found.of(LESS))} less, {same} cannot be told apart, {len(untested)} not tested,"
        f" {len(found.new)} new, {len(found.absent)} absent"
    )
    for note in found.notes:
        yield f"            {note}"
