"""From a figure and its limit to a state."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from footprint.budgets.entries import HIGH, LOW, Budget
from footprint.budgets.figures import Figure
from footprint.budgets.parts import Found
from footprint.budgets.view import MAYBE, OK, OVER, UNKNOWN, Note, Progress, note
from footprint.estimators.quantity import Quantity

#: Figures are sums of floats, whose last digits depend on how a report is grouped; so much more
#: than a limit is not over it. Books balance to the same.
ROUNDING = 1e-9


class Verdict(NamedTuple):
    """See `view.Row`."""

    state: str
    used: float | None
    beyond: float | None
    within: bool
    notes: tuple[Note, ...]


def above(amount: float, allowed: float) -> bool:
    """Whether an amount is more than is allowed."""
    return amount > allowed * (1 + ROUNDING)


def judge(found: Found, allowed: float | None, by: str) -> Verdict:
    """Judges a figure.

    Args:
        allowed: at most so much; None: the baseline does not know.
        by: mid, low or high: which end of the interval is held against it.
    """
    value = found.value
    if value is None or allowed is None:
        return Verdict(UNKNOWN, None, None, False, found.notes)
    judged = chosen(value, by)
    used = judged / allowed if allowed else (0.0 if not judged else None)
    within = not above(value.low, allowed) and above(value.high, allowed)
    if above(judged, allowed):
        state = OVER
    elif found.least:
        state = UNKNOWN  # more was used than is known
    elif within:
        state = MAYBE
    else:
        state = OK
    return Verdict(state, used, judged - allowed, within, found.notes)


def chosen(value: Quantity, by: str) -> float:
    """The end of an interval that is judged."""
    return value.low if by == LOW else value.high if by == HIGH else value.mid


def progress(
    budget: Budget, figure: Figure, value: Quantity | None, allowed: float | None, now: datetime
) -> Progress | None:
    """How far a period has gone, and what comes of a figure at the same rate; None: it is over."""
    if budget.period is None:
        return None
    elapsed = budget.period.elapsed(now)
    if elapsed is None:
        return None
    if value is None or not elapsed or not figure.adds_up:
        return Progress(elapsed, None, False)
    projected = chosen(value, budget.judge) / elapsed
    return Progress(elapsed, projected, allowed is not None and above(projected, allowed))


def remarks(
    state: str, going_on: Progress | None, within: bool, allowed: float | None
) -> tuple[Note, ...]:
    """What else is to be said of a row."""
    found = []
    if state == OVER and within:
        found.append(note("over_within"))
    if state == MAYBE:
        found.append(note("may_be"))
    if state != OVER and going_on is not None and going_on.over and going_on.projected is not None:
        more = going_on.projected / allowed - 1 if allowed else 0.0
        found.append(note("projected", share=more))
    return tuple(found)
