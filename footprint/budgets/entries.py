"""A budget and its limits, as they were read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from footprint.budgets.figures import LOCATION, Figure
from footprint.budgets.periods import Period

MID, LOW, HIGH = "mid", "low", "high"
JUDGES = (MID, LOW, HIGH)


class Limit(NamedTuple):
    """How much of a figure a budget allows.

    Attributes:
        figure: of what, in its unit.
        amount: at most so much; None: so much as a baseline says.
        increase: of a baseline's figure: 0.1 allows 10 % more.
        usual: the file did not name this figure: it counts where the baseline has it.
        line: where it stands in the file, from 1.
    """

    figure: Figure
    amount: float | None
    increase: float = 0.0
    usual: bool = False
    line: int = 1


class Budget(NamedTuple):
    """One `[[budget]]` of a file.

    Attributes:
        number: which one in the file, from 1.
        line: where it begins, from 1.
        title: what it is called; empty: by what it selects and when.
        select: field -> values, of which spans have one; `*` stands for any text. Empty: all.
        period: when; None: all that the ledger has, or what the check is asked for.
        limits: what it allows; at least one.
        judge: which end of a figure's interval is held against the limit.
        carbon: which method grams are by.
        baseline: the report that limits without an amount go by.
    """

    number: int
    line: int
    title: str
    select: Mapping[str, tuple[str, ...]]
    period: Period | None
    limits: tuple[Limit, ...]
    judge: str = MID
    carbon: str = LOCATION
    baseline: Path | None = None

    def matches(self, key: Mapping[str, str | None]) -> bool:
        """Whether a group's key is one of those that it selects."""
        return all(fits(values, key.get(field)) for field, values in self.select.items())


class File(NamedTuple):
    """A budget file: where, its budgets, and what is odd about them (one line each)."""

    path: Path
    budgets: tuple[Budget, ...]
    warnings: tuple[str, ...] = ()


def fits(values: tuple[str, ...], value: str | None) -> bool:
    """Whether a value is one of those selected; "" selects what declared none."""
    text = value or ""
    return any(_pattern(each).fullmatch(text) is not None for each in values)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in text.split("*"))
    return re.compile(".*".join(parts), re.DOTALL)


def selected(select: Mapping[str, tuple[str, ...]]) -> str:
    """`model=net, kind=training|evaluation`; empty for all."""
    return ", ".join(f"{field}={'|'.join(values)}" for field, values in select.items())
