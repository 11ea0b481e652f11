"""Names of hosts and people in what a check says.

A budget selects by the names that the ledger has: a limit that names a host holds, whatever becomes
of names in reports. What is said of it (titles, remarks, gaps) has them as reports do.
"""

from __future__ import annotations

from typing import Any

from footprint.budgets.entries import Budget
from footprint.budgets.view import Checked, Note, Row
from footprint.reports.audit.privacy import Names
from footprint.reports.audit.texts import changed


def without_names(checked: Checked, known: Names) -> Checked:
    """A check without the names that are known.

    The path of the budget file stays: annotations point to it.
    """
    return checked._replace(
        ledgers=tuple(map(known.text, checked.ledgers)),
        rows=tuple(_row(row, known) for row in checked.rows),
        warnings=tuple(map(known.text, checked.warnings)),
        factors=changed(checked.factors, known.of),
        gaps=changed(checked.gaps, known.of),
    )


def as_reported(budget: Budget, known: Names) -> Budget:
    """A budget that selects the names which stand in reports: for a baseline that has those."""
    select = {
        field: tuple(known.name(each) or each for each in values)
        for field, values in budget.select.items()
    }
    return budget._replace(select=select)


def _row(row: Row, known: Names) -> Row:
    budget = row.budget
    select = {field: tuple(map(known.text, values)) for field, values in budget.select.items()}
    base = row.base
    return row._replace(
        budget=budget._replace(title=known.text(budget.title), select=select),
        base=None if base is None else base._replace(path=known.text(base.path)),
        notes=tuple(_note(each, known) for each in row.notes),
    )


def _note(each: Note, known: Names) -> Note:
    values: list[tuple[str, Any]] = [
        (key, known.text(value) if isinstance(value, str) else value) for key, value in each.values
    ]
    return each._replace(values=tuple(values))
