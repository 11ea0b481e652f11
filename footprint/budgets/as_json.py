"""JSON in the schema `footprint.check/1` (docs/reference/check.md)."""

from __future__ import annotations

import json
import math
from typing import Any

from footprint.budgets.speech import Speech
from footprint.budgets.view import SCHEMA, Checked, Row


def rendered(checked: Checked, lang: str = "en") -> str:
    """The check as one JSON object. Its sentences are in the language, its keys never."""
    text = json.dumps(as_dict(checked, lang), indent=2, allow_nan=False, ensure_ascii=False)
    return f"{text}\n"


def as_dict(checked: Checked, lang: str = "en") -> dict[str, Any]:
    """The check as what JSON is made of."""
    say = Speech(lang)
    return {
        "schema": SCHEMA,
        "budget": checked.path,
        "ledgers": list(checked.ledgers),
        "now": checked.now,
        "passed": not checked.failed,
        "strict": checked.strict,
        "allow_unknown": checked.allow_unknown,
        "counts": dict(checked.counts),
        "limits": [
            {**_row(row, say), "passed": not checked.fails(row), "says": say.line(row)}
            for row in checked.rows
        ],
        "warnings": list(checked.warnings),
        "factors": [factor.to_json() for factor in checked.factors],
        "gaps": [gap.to_json() for gap in checked.gaps],
    }


def _row(row: Row, say: Speech) -> dict[str, Any]:
    budget, figure = row.budget, row.limit.figure
    return {
        "budget": budget.number,
        "title": say.budget(budget),
        "line": row.limit.line,
        "select": {field: list(values) for field, values in budget.select.items()},
        "period": {
            "name": None if budget.period is None else budget.period.text,
            "start": row.period[0],
            "end": row.period[1],
        },
        "figure": figure.name,
        "unit": figure.unit,
        "source": figure.source,
        "judge": budget.judge,
        "value": None if row.value is None else row.value.to_json(),
        "limit": row.allowed,
        "baseline": None
        if row.base is None
        else {
            "path": row.base.path,
            "value": row.base.value,
            "max_increase": row.limit.increase,
        },
        "state": row.state,
        "used": row.used,
        "beyond": row.beyond,
        "limit_in_interval": row.within,
        "progress": None if row.progress is None else row.progress._asdict(),
        "notes": [note.key for note in row.notes],
    }


def flat(row: Row) -> dict[str, Any]:
    """A row of a table; NaN where not known."""
    value = row.value
    ends = {
        end: math.nan if value is None else getattr(value, end) for end in ("low", "mid", "high")
    }
    return {
        "budget": row.budget.number,
        "title": Speech().budget(row.budget),
        "period": None if row.budget.period is None else row.budget.period.text,
        "figure": row.limit.figure.name,
        "unit": row.limit.figure.unit,
        **ends,
        "limit": math.nan if row.allowed is None else row.allowed,
        "used": math.nan if row.used is None else row.used,
        "beyond": math.nan if row.beyond is None else row.beyond,
        "state": row.state,
    }
