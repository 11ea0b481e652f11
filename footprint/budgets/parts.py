"""The groups of a report that a budget is about, and what they come to together.

The rules are those of a report's own groups: items are declared ones, else calls; what is said of
one item, call or 1,000 tokens leaves out runs' own time, and is not known where some calls were not
metered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from footprint.budgets.entries import Budget
from footprint.budgets.figures import LATENCY, PERCENTILES, Figure
from footprint.budgets.view import Note, note
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity
from footprint.reports.view import Amounts, Group, Report, added


class Part(NamedTuple):
    """A group of a report, or of one that was kept.

    Attributes:
        key: field -> value.
        own_time: whole runs, and what their calls left.
        calls: how many.
        items: declared items, else calls; None for a run's own time.
        declared: whether items were declared.
        tokens: in and out; None where none were declared.
        amounts: what it used.
        each_known: whether something is said per item.
        latency_ms: p50, p95, p99; None: no call ended in the period.
        floor: why its energy is below what the meters can tell.
        factors: that it was priced with; empty in a report that was kept.
    """

    key: Mapping[str, str | None]
    own_time: bool
    calls: int
    items: float | None
    declared: bool
    tokens: float | None
    amounts: Amounts
    each_known: bool
    latency_ms: tuple[float, float, float] | None
    floor: str | None = None
    factors: tuple[tuple[Factor, ...], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all of its calls were metered, as far as the report tells."""
        if self.amounts.energy_j is None:
            return False
        return self.own_time or not self.items or self.each_known


class Read(NamedTuple):
    """A report as budgets need it: groups, totals, what is missing, and the totals' factors."""

    by: tuple[str, ...]
    parts: tuple[Part, ...]
    totals: Amounts
    gaps: tuple[Gap, ...]
    partial: bool
    factors: tuple[Factor, ...] = ()


class Found(NamedTuple):
    """What a figure is: its value in its unit, None with a note that says why; further notes.

    `least`: some of it was not metered, so that it is at least so much.
    """

    value: Quantity | None
    notes: tuple[Note, ...] = ()
    least: bool = False


def of_report(report: Report) -> Read:
    """A report that was just made."""
    parts = tuple(map(_part, report.groups))
    return Read(report.by, parts, report.totals, report.gaps, report.partial, report.factors)


def _part(group: Group) -> Part:
    return Part(
        key=dict(group.key),
        own_time=group.own_time,
        calls=group.spans,
        items=group.items,
        declared=group.items_declared,
        tokens=tokens(group.units),
        amounts=group.amounts,
        each_known=group.per_item is not None,
        latency_ms=group.latency_ms,
        floor=group.floor,
        factors=group.rests_on,
    )


def tokens(units: Mapping[str, float]) -> float | None:
    """Tokens in and out together; None where none were declared."""
    found = [units[name] for name in ("tokens_in", "tokens_out") if name in units]
    return sum(found) if found else None


class Matched:
    """What a budget is about, in one report."""

    def __init__(self, budget: Budget, report: Read) -> None:
        self.budget = budget
        self.report = report
        self.parts = [part for part in report.parts if budget.matches(part.key)]
        self._calls = [part for part in self.parts if not part.own_time]

    @property
    def nothing(self) -> bool:
        """Whether nothing of it is in the report."""
        return not self.parts and (bool(self.budget.select) or not _any(self.report.totals))

    def find(self, figure: Figure) -> Found:
        """What a figure comes to."""
        if figure.source == LATENCY:
            return self._latency(figure)
        return self._whole(figure) if figure.per is None else self._each(figure)

    def factors(self, figure: Figure) -> list[Factor]:
        """The factors that a figure rests on, as the report lists them."""
        used: Collection[Factor] = self.report.factors
        if self.budget.select or figure.per is not None:
            own = {_whose(each) for part in self.parts for some in part.factors for each in some}
            used = [each for each in self.report.factors if _whose(each) in own]
        names = {figure.source, "cost" if figure.source == "cost_usd" else figure.source}
        return [each for each in used if names.intersection(each.used_for.split(", "))]

    def _whole(self, figure: Figure) -> Found:
        """All that it used. A budget of everything has idle and unattributed energy in it too."""
        everything = not self.budget.select
        amounts = self.report.totals if everything else added(part.amounts for part in self.parts)
        value = _value(amounts, figure)
        if value is None:
            return Found(None, (self._why(figure, amounts),))
        notes = _floors(self.parts) if not everything else ()
        if self.report.partial:
            return Found(value, (*notes, note("partial")), least=True)
        # What the meters saw is in the totals, whichever call it was for.
        lost = sum(not part.complete for part in self.parts)
        if lost and not everything:
            return Found(value, (*notes, note("unmetered", count=lost)), least=True)
        return Found(value, notes)

    def _each(self, figure: Figure) -> Found:
        """What it used for one item, one call, or 1,000 tokens."""
        count = self._count(figure)
        if not count:
            return Found(None, (note(f"no_{figure.per}"),))
        lost = sum(not part.complete for part in self._calls)
        if lost:
            return Found(None, (note("unmetered_each", count=lost),))
        amounts = added(part.amounts for part in self._calls)
        value = _value(amounts, figure)
        if value is None:
            return Found(None, (self._why(figure, amounts),))
        return Found(value / count, _floors(self._calls))

    def _count(self, figure: Figure) -> float | None:
        calls = self._calls
        if figure.per == "call":
            return sum(part.calls for part in calls)
        if figure.per == "1000_tokens":
            known = [part.tokens for part in calls if part.tokens is not None]
            return sum(known) / 1000 if known else None
        if any(part.declared for part in calls):
            return sum(part.items or 0.0 for part in calls if part.declared)
        return sum(part.items or 0.0 for part in calls)

    def _latency(self, figure: Figure) -> Found:
        """A percentile. Of several groups that of all calls lies between theirs: the highest."""
        at = PERCENTILES[figure.base]
        known = [part.latency_ms[at] for part in self._calls if part.latency_ms is not None]
        if not known:
            return Found(None, (note("no_latency"),))
        notes = (note("slowest", count=len(known)),) if min(known) < max(known) else ()
        return Found(Quantity(min(known), max(known), max(known), "ms"), notes)

    def _why(self, figure: Figure, amounts: Amounts) -> Note:
        """Why a figure is not known: what the report says of it."""
        if figure.source == "cost" and amounts.cost:
            return note("currency", currency=figure.unit, others=", ".join(amounts.cost))
        names = {figure.source, "cost" if figure.source == "cost_usd" else figure.source}
        if amounts.energy_j is None:
            names.add("energy_j")
        for gap in self.report.gaps:
            if names & {one.rpartition(".")[2] for one in gap.what.split(", ")}:
                return note("gap", why=gap.why, remedy=gap.remedy)
        return note("not_known")


def _whose(factor: Factor) -> tuple[str, str, str]:
    """What tells a factor from others in a report."""
    return factor.name, factor.subject, factor.digest


def _any(amounts: Amounts) -> bool:
    """Whether anything is known of them."""
    return amounts.energy_j is not None or bool(amounts.cost)


def _value(amounts: Amounts, figure: Figure) -> Quantity | None:
    """An amount in the unit of a figure's limit."""
    if figure.source == "cost":
        money: MoneyRange | None = amounts.cost.get(figure.unit)
        return None if money is None or len(amounts.cost) > 1 else money.to_quantity()
    found: Quantity | None = getattr(amounts, figure.source)
    return None if found is None else found.to(figure.unit)


def _floors(parts: Sequence[Part]) -> tuple[Note, ...]:
    low = sum(part.floor is not None for part in parts)
    return (note("floor", count=low, all=len(parts)),) if low else ()
