"""JSON in the schema `footprint.report/1` (docs/reference/report.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TextIO

from footprint.estimators.quantity import Quantity
from footprint.reports.view import SCHEMA, Amounts, Balance, Group, Report

#: Not estimated in this version; `gaps` says so.
_NEVER = ("carbon_market_g", "embodied_g", "water_l")
_BALANCE = tuple(field for field in Balance._fields if field not in ("name", "tier"))


def render(report: Report, out: TextIO) -> None:
    """Writes the report as one JSON object."""
    json.dump(as_dict(report), out, indent=2, allow_nan=False, ensure_ascii=False)
    out.write("\n")


def as_dict(report: Report) -> dict[str, Any]:
    """The report as what JSON is made of."""
    return {
        "schema": SCHEMA,
        "period": {"start": report.period[0], "end": report.period[1]},
        "by": list(report.by),
        "absorption": report.absorption,
        "boundary": list(report.boundary),
        "conservation": [
            {name: getattr(row, name) for name in _BALANCE} | {"name": row.name, "tier": row.tier}
            for row in report.conservation
        ],
        "totals": _totals(report.totals),
        "lines": [{"part": line.part, **_amounts(line.amounts)} for line in report.lines],
        "groups": [_group(group) for group in report.groups],
        "factors": [factor.to_json() for factor in report.factors],
        "assumptions": list(report.assumptions),
        "gaps": [gap.to_json() for gap in report.gaps],
    }


def _q(quantity: Quantity | None) -> dict[str, float] | None:
    return None if quantity is None else quantity.to_json()


def _cost(amounts: Amounts) -> dict[str, Any]:
    return {currency: amount.to_json() for currency, amount in amounts.cost.items()}


def _totals(amounts: Amounts) -> dict[str, Any]:
    energy = amounts.energy_j
    return {
        "energy_kwh": _q(None if energy is None else energy.to("kWh")),
        "carbon_location_g": _q(amounts.carbon_location_g),
        **dict.fromkeys(_NEVER),
        "cost": _cost(amounts),
        "cost_usd": _q(amounts.cost_usd),
    }


def _amounts(amounts: Amounts) -> dict[str, Any]:
    return {
        "energy_j": _q(amounts.energy_j),
        "carbon_location_g": _q(amounts.carbon_location_g),
        **dict.fromkeys(_NEVER),
        "cost": _cost(amounts),
        "cost_usd": _q(amounts.cost_usd),
    }


def _group(group: Group) -> dict[str, Any]:
    latency = group.latency_ms
    each = group.per_item
    return {
        "key": dict(group.key),
        "own_time": group.own_time,
        "spans": group.spans,
        "errors": group.errors,
        "items": None if group.items is None else _number(group.items),
        "items_declared": group.items_declared,
        "tokens_in": _unit(group.units, "tokens_in"),
        "tokens_out": _unit(group.units, "tokens_out"),
        "units": {name: _number(amount) for name, amount in group.units.items()},
        **_amounts(group.amounts),
        "per_item": None
        if each is None
        else {
            "energy_j": _q(each.energy_j),
            "carbon_location_g": _q(each.carbon_location_g),
            "cost_usd": _q(each.cost_usd),
        },
        "latency_ms": None
        if latency is None
        else dict(zip(("p50", "p95", "p99"), latency, strict=True)),
        "tiers_energy": dict(group.tiers_energy),
        "tiers_carbon": None if group.tiers_carbon is None else dict(group.tiers_carbon),
    }


def _unit(units: Mapping[str, float], name: str) -> float | None:
    return _number(units[name]) if name in units else None


def _number(value: float) -> float:
    """Whole numbers without a fraction."""
    return int(value) if value == int(value) and abs(value) < 2**53 else value
