"""The figures of a report that was kept: `footprint report --format json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from footprint.budgets.entries import Budget
from footprint.budgets.parts import Matched, Part, Read, tokens
from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError, Gap
from footprint.files import read_document
from footprint.reports.from_json import amounts
from footprint.reports.view import SCHEMA

MADE_BY = "footprint report --format json"


#: What reading a file raises that has the schema's name and not its form.
_DAMAGE = (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, EstimatorError)


def read(path: Path) -> Read:
    """A baseline. Raises UsageError for a file that is no report, or one of another schema."""
    found = read_document(path, SCHEMA, MADE_BY)
    try:
        totals = found["totals"]
        return Read(
            by=tuple(found["by"]),
            parts=tuple(map(_part, found["groups"])),
            totals=amounts(totals),
            gaps=tuple(Gap(each["what"], each["why"], each["remedy"]) for each in found["gaps"]),
            partial=bool(found.get("partial", False)),
        )
    except _DAMAGE as error:
        raise UsageError(
            f"{path} is damaged ({type(error).__name__}: {error}): write it again with {MADE_BY}"
        ) from error


def matched(budget: Budget, path: Path, report: Read) -> Matched:
    """What a budget is about in its baseline.

    Raises UsageError where the baseline has no groups by what the budget selects.
    """
    lacking = [field for field in budget.select if field not in report.by]
    if lacking:
        by = ",".join(dict.fromkeys((*report.by, *lacking)))
        raise UsageError(
            f"baseline {path} is grouped by {', '.join(report.by) or 'nothing'}, not by"
            f" {', '.join(lacking)}: make it with footprint report --by {by} --format json"
        )
    return Matched(budget, report)


def _part(group: Mapping[str, Any]) -> Part:
    latency = group["latency_ms"]
    return Part(
        key=dict(group["key"]),
        own_time=bool(group["own_time"]),
        calls=int(group["spans"]),
        items=None if group["items"] is None else float(group["items"]),
        declared=bool(group["items_declared"]),
        tokens=tokens({name: float(amount) for name, amount in group["units"].items()}),
        amounts=amounts(group),
        each_known=group["per_item"] is not None,
        latency_ms=None
        if latency is None
        else (float(latency["p50"]), float(latency["p95"]), float(latency["p99"])),
        floor=group.get("floor"),
    )
