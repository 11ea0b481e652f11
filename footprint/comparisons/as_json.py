"""JSON in the schema `footprint.compare/1` (docs/reference/compare.md)."""

from __future__ import annotations

import json
from typing import Any

from footprint.comparisons.view import SCHEMA, Change, Comparison, Crossing, Row, Side, Volume
from footprint.estimators.quantity import Quantity
from footprint.words import known_language


def rendered(made: Comparison, lang: str = "en") -> str:
    """The comparison as one JSON object, the same in every language.

    Raises UsageError for a language that is not there.
    """
    known_language(lang)
    return json.dumps(as_dict(made), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def as_dict(made: Comparison) -> dict[str, Any]:
    """The comparison as what JSON is made of."""
    return {
        "schema": SCHEMA,
        "kind": made.kind,
        "per": made.per,
        "sides": [_side(side) for side in made.sides],
        "figures": [_row(row) for row in made.rows],
        "findings": list(made.findings),
        "break_even": [_crossing(each) for each in made.crossings],
        "volumes": [_volume(each, made.sides) for each in made.volumes],
        "factors": [each.to_json() for each in made.factors],
        "assumptions": list(made.assumptions),
        "gaps": [each.to_json() for each in made.gaps],
    }


def _side(side: Side) -> dict[str, Any]:
    return {"label": side.label} | {k: v for k, v in side.about.items() if v is not None}


def _row(row: Row) -> dict[str, Any]:
    return {
        "figure": row.figure,
        "unit": row.unit,
        "values": [_quantity(value) for value in row.values],
        "changes": [_change(change) for change in row.changes],
    }


def _quantity(value: Quantity | None) -> dict[str, float] | None:
    return None if value is None else value.to_json()


def _change(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "ratio": change.ratio.to_json(),
        "percent": 100 * (change.ratio.mid - 1),
        "noise": change.noise and change.noise.to_json(),
        "systematic": change.systematic and change.systematic.to_json(),
        "p_value": change.p_value,
        "verdict": change.verdict or None,
        "inside": change.inside,
    }


def _crossing(each: Crossing) -> dict[str, Any]:
    return {"own": each.own, "api": each.api} | each.found.to_json()


def _volume(volume: Volume, sides: tuple[Side, ...]) -> dict[str, Any]:
    each = zip(sides, volume.costs, volume.machines, strict=True)
    return {
        "tokens_per_month": volume.tokens_per_month,
        "costs": [
            {
                "label": side.label,
                "currency": None if cost is None else cost.currency,
                "amount": None if cost is None else cost.to_json(),
                "machines": None
                if machines is None
                else dict(zip(("low", "mid", "high"), machines, strict=True)),
            }
            for side, cost, machines in each
        ],
    }
