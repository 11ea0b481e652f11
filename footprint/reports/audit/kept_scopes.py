"""The inventory by scope that reports keep, one figure for each that a threshold is judged by.

GHG Protocol Corporate Standard, chapter 5: a base year is worked out anew for what is significant.
A scope, or a category of scope 3, can move far within totals that hardly do, so each is a figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity
from footprint.reports.audit.documents import Document
from footprint.reports.audit.scopes import SCOPES, Line, Scopes

#: Figure in g CO2e -> (scope, category of scope 3, method). Of manufacture both methods are one.
FIGURES: Mapping[str, tuple[int, int | None, str]] = {
    "scope_2_location_g": (2, None, "location"),
    "scope_2_market_g": (2, None, "market"),
    "scope_3_location_g": (3, None, "location"),
    "scope_3_market_g": (3, None, "market"),
    "scope_3_category_1_location_g": (3, 1, "location"),
    "scope_3_category_1_market_g": (3, 1, "market"),
    "scope_3_category_2_g": (3, 2, "location"),
}

#: A figure as reported, and as of today; None where it is not known.
Held = tuple[Quantity | None, Quantity | None]

#: Of a scope that an inventory has no line of: nothing was used, which is known.
_NOTHING = Quantity(0.0, 0.0, 0.0, "g")


def figures(then: Scopes | None, now: Scopes | None) -> dict[str, Held]:
    """`FIGURES` of two inventories; those of which neither has a line are left out.

    Args:
        then, now: the inventories; None: there is none, and nothing is known of it.
    """
    return {
        name: (_figure(then, name), _figure(now, name))
        for name in FIGURES
        if any(_lines_of(each, name) for each in (then, now) if each is not None)
    }


def _figure(inventory: Scopes | None, name: str) -> Quantity | None:
    if inventory is None:
        return None
    scope, category, method = FIGURES[name]
    return inventory.sum_g(method, scope, category) if _lines_of(inventory, name) else _NOTHING


def _lines_of(inventory: Scopes, name: str) -> list[Line]:
    scope, category, _ = FIGURES[name]
    return [
        line
        for line in inventory.lines
        if line.scope == scope and category in (None, line.category)
    ]


def kept(document: Document) -> Scopes | None:
    """The inventory of a report that was kept; None where an older version had none.

    Raises UsageError where it is none.
    """
    told = document.section("scopes", dict)
    return Scopes(tuple(_lines(document, told))) if told else None


def _lines(document: Document, told: Mapping[str, Any]) -> Iterator[Line]:
    try:
        for each in told["lines"]:
            if each["source"] not in SCOPES:
                raise document.wrong(f"scopes.lines: the source {each['source']!r} is not known")
            carbon = (_quantity(each[f"carbon_{method}_g"]) for method in ("location", "market"))
            yield Line(each["source"], None, *carbon)
    except (KeyError, TypeError, EstimatorError) as error:
        raise document.wrong(f"scopes.lines: {error}") from error


def _quantity(told: Mapping[str, Any] | None) -> Quantity | None:
    return None if told is None else Quantity(told["low"], told["mid"], told["high"], "g")
