"""footprint books the energy, carbon and cost of AI work.

    import footprint

    @footprint.track(model="minilm", kind="inference")
    def embed(texts): ...

    with footprint.measure("train", kind="training", model="net") as m:
        ...
    print(m.result().energy_j)

Importing it takes milliseconds: everything is loaded when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from footprint._version import __version__

if TYPE_CHECKING:
    from footprint.accounts.opened import Ledger, open_ledger
    from footprint.accounts.result import Footprint
    from footprint.budgets.make import check_budgets
    from footprint.errors import (
        BudgetExceededError,
        CheckFailedError,
        FootprintError,
        LedgerError,
        LedgerVersionError,
        UsageError,
    )
    from footprint.estimators.quantity import Quantity
    from footprint.reports import Report, report
    from footprint.tracking.api import record_api_call
    from footprint.tracking.limits import limit
    from footprint.tracking.measure import Span, current, measure, propagate
    from footprint.tracking.session import configure, flush
    from footprint.tracking.track import track

_WHERE = {
    "BudgetExceededError": "footprint.errors",
    "CheckFailedError": "footprint.errors",
    "Footprint": "footprint.accounts.result",
    "FootprintError": "footprint.errors",
    "Ledger": "footprint.accounts.opened",
    "LedgerError": "footprint.errors",
    "LedgerVersionError": "footprint.errors",
    "Quantity": "footprint.estimators.quantity",
    "Report": "footprint.reports.view",
    "Span": "footprint.tracking.measure",
    "UsageError": "footprint.errors",
    "check_budgets": "footprint.budgets.make",
    "configure": "footprint.tracking.session",
    "current": "footprint.tracking.measure",
    "flush": "footprint.tracking.session",
    "limit": "footprint.tracking.limits",
    "measure": "footprint.tracking.measure",
    "open_ledger": "footprint.accounts.opened",
    "propagate": "footprint.tracking.measure",
    "record_api_call": "footprint.tracking.api",
    "report": "footprint.reports",
    "track": "footprint.tracking.track",
}

__all__ = [
    "BudgetExceededError",
    "CheckFailedError",
    "Footprint",
    "FootprintError",
    "Ledger",
    "LedgerError",
    "LedgerVersionError",
    "Quantity",
    "Report",
    "Span",
    "UsageError",
    "__version__",
    "check_budgets",
    "configure",
    "current",
    "flush",
    "limit",
    "measure",
    "open_ledger",
    "propagate",
    "record_api_call",
    "report",
    "track",
]


def __getattr__(name: str) -> Any:
    module = _WHERE.get(name)
    if module is None:
        raise AttributeError(f"module 'footprint' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
