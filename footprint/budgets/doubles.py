"""Budgets that limit the same work twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from footprint.budgets.entries import Budget, selected
from footprint.budgets.figures import Figure
from footprint.errors import UsageError


def told(path: Path, budgets: Sequence[Budget]) -> Iterator[str]:
    """One line for each two budgets with the same selectors, a limit in common, and days in common.

    A month within its quarter is a sensible pair, so that is a warning, and both hold. The same
    limit for the same period is a contradiction.

    Raises UsageError for that.
    """
    for first, second in combinations(budgets, 2):
        both = [each[0].key for each in _figures(first) if each in _figures(second)]
        if dict(first.select) != dict(second.select) or not both or not _overlap(first, second):
            continue
        what = f"{', '.join(both)} of {selected(first.select) or 'everything'}"
        which = f"budgets {first.number} and {second.number} both limit {what}"
        if _span(first) == _span(second):
            raise UsageError(f"{path}: {which}, for the same period: leave one of them out")
        yield (
            f"{path}: {which}, and their periods overlap ({_name(first)}, {_name(second)}):"
            " the same work counts in both"
        )


def _figures(budget: Budget) -> list[tuple[Figure, bool]]:
    """The figures it limits, each with whether that is by an amount: an increase is another."""
    return [(each.figure, each.amount is not None) for each in budget.limits if not each.usual]


def _overlap(first: Budget, second: Budget) -> bool:
    if first.period is None or second.period is None:
        return True
    return first.period.overlaps(second.period)


def _span(budget: Budget) -> object:
    return None if budget.period is None else budget.period[1:]


def _name(budget: Budget) -> str:
    return "always" if budget.period is None else budget.period.text
