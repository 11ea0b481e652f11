"""GitLab's code quality report: what a merge request shows as degraded or fixed.

A list of issues at lines of the budget file. GitLab compares the branches by `fingerprint`, so that
is of which limit it is and not of how much it is exceeded: a limit that was over before is no news.
"""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import Any

from footprint.budgets.as_github import path
from footprint.budgets.speech import Speech
from footprint.budgets.view import MAYBE, OVER, UNKNOWN, Checked, Row

#: The repository's root in GitLab's jobs.
ROOT = "CI_PROJECT_DIR"

_SEVERITY = {OVER: "critical", UNKNOWN: "major", MAYBE: "minor"}


def rendered(checked: Checked, lang: str = "en") -> str:
    """The issues as JSON; an empty list where all is well."""
    import os

    say = Speech(lang)
    where = path(checked.path, os.environ.get(ROOT, ""))
    shown = [row for row in checked.rows if row.state in _SEVERITY or _projected(row)]
    seen: Counter[tuple[Any, ...]] = Counter()
    issues: list[dict[str, Any]] = []
    for row in shown:
        of = _which(row, where)
        # Limits that differ by a name alone are alike where names are dropped.
        issues.append(_issue(row, where, say, (*of, seen[of]) if of in seen else of))
        seen[of] += 1
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _projected(row: Row) -> bool:
    return row.progress is not None and row.progress.over


def _issue(row: Row, where: str, say: Speech, of: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "description": f"{say.where(row)}: {say.line(row)}",
        "check_name": f"footprint/{row.limit.figure.key}",
        "fingerprint": sha256(repr(of).encode()).hexdigest(),
        "severity": _SEVERITY.get(row.state, "minor"),
        "location": {"path": where.removeprefix("./"), "lines": {"begin": row.limit.line}},
    }


def _which(row: Row, where: str) -> tuple[Any, ...]:
    """Which limit it is, wherever it stands in the file."""
    budget = row.budget
    period = "" if budget.period is None else budget.period.text
    select = tuple(sorted((field, *values) for field, values in budget.select.items()))
    return where, budget.title, select, period, row.limit.figure.name, row.base is not None
