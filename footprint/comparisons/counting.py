"""What figures are for one of: an item, a call, a run, or a unit that was added."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from footprint.accounts.entries import Entry
from footprint.errors import UsageError, nearest
from footprint.reports.view import Group

ITEM, CALL, RUN = "item", "call", "run"


def counting(label: str, groups: Sequence[Group], per: str, runs: int) -> tuple[str, str, float]:
    """(per, what is counted, how many) of a group.

    Raises UsageError where nothing was counted, or no such unit was added (with the nearest).
    """
    if per == RUN:
        return per, "runs", float(runs)
    (group,) = groups
    if per == CALL:
        return per, "calls", _some(label, group.spans, "calls")
    if per == ITEM:
        counted = "items" if group.items_declared else "calls"
        return per, counted, _some(label, group.items or 0.0, counted)
    if per not in group.units:
        known = ", ".join(group.units) or "none"
        raise UsageError(
            f"{label}: --per {per} is no unit that was added: its spans have {known}."
            + nearest(per, (*group.units, ITEM, CALL, RUN))
        )
    return per, per, _some(label, group.units[per], per)


def _some(label: str, count: float, counted: str) -> float:
    if not count:
        raise UsageError(
            f"{label} has no {counted}: nothing can be said for one; count them with add(items=...)"
            ", or compare --per run"
        )
    return float(count)


def of_entry(counted: str) -> Callable[[Entry], float]:
    if counted in ("calls", "runs"):
        return lambda entry: float(entry.calls)
    return lambda entry: entry.units.get(counted, 0.0)
