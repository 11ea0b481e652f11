"""OpenMetrics text: GitLab's metrics reports show what changed, Prometheus' node exporter reads it.

A figure that is not known has no sample.
"""

from __future__ import annotations

from collections.abc import Callable

from footprint.budgets.speech import Speech
from footprint.budgets.view import STATES, Checked, Row


def _mid(row: Row) -> float | None:
    return None if row.value is None else row.value.mid


_FAMILIES: tuple[tuple[str, str, Callable[[Row], float | None]], ...] = (
    ("footprint_budget_used_ratio", "What was used, over the limit", lambda row: row.used),
    ("footprint_budget_value", "What was used, best estimate", _mid),
    ("footprint_budget_limit", "What is allowed", lambda row: row.allowed),
)


def rendered(checked: Checked, lang: str = "en") -> str:
    """The check as metrics, whose names and labels are in no language."""
    lines = []
    for family, help_, value in _FAMILIES:
        lines += [f"# HELP {family} {help_}.", f"# TYPE {family} gauge"]
        for row in checked.rows:
            if (number := value(row)) is not None:
                lines.append(f"{family}{{{_labels(row)}}} {number!r}")
    family = "footprint_budget_state"
    lines += [f"# HELP {family} Which state a limit is in.", f"# TYPE {family} stateset"]
    for row in checked.rows:
        for state in STATES:
            labels = f'{_labels(row)},{family}="{state}"'
            lines.append(f"{family}{{{labels}}} {int(row.state == state)}")
    return "".join(f"{line}\n" for line in [*lines, "# EOF"])


def _labels(row: Row) -> str:
    labels = {
        "budget": Speech().budget(row.budget),
        "number": str(row.budget.number),
        "figure": row.limit.figure.name,
        "unit": row.limit.figure.unit,
        "baseline": str(int(row.base is not None)),
    }
    return ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
