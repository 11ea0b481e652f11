"""JSON in the schema `footprint.report/1` (docs/reference/report.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol, TextIO

from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity
from footprint.ledger.proofs.head import IN_REPORTS
from footprint.reports.view import QUANTITIES, SCHEMA, Amounts, Balance, Corrected, Group, Report

_BALANCE = tuple(field for field in Balance._fields if field not in ("name", "tier"))


def render(report: Report, out: TextIO, lang: str = "en") -> None:
    """Writes the report as one JSON object; it is the same in every language."""
    json.dump(as_dict(report), out, indent=2, allow_nan=False, ensure_ascii=False)
    out.write("\n")


def as_dict(report: Report) -> dict[str, Any]:
    """The report as what JSON is made of."""
    return {
        "schema": SCHEMA,
        "period": {"start": report.period[0], "end": report.period[1]},
        "partial": report.partial,
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
        "corrections": [corrected(each) for each in report.corrections],
        IN_REPORTS: [dict(each) for each in report.heads],
        "organisation": _stated(report.organisation),
        "exclusions": [each._asdict() for each in report.exclusions],
        "restatement": _stated(report.restatement),
        "made": _stated(report.made),
        "scopes": _stated(report.scopes),
        "tier_mix": _stated(report.tier_mix),
        "esrs": [each.to_json() for each in report.esrs],
        "prices": [each.to_json() for each in report.prices],
        "sci_notes": list(report.sci_notes),
        "cuts": [each.to_json() for each in report.cuts],
        "series": _stated(report.series),
        "hours": _stated(report.hours),
        "coverage": _stated(report.coverage),
    }


class _Stated(Protocol):
    """What says itself how it is put in JSON."""

    def to_json(self) -> dict[str, Any]: ...


def _stated(value: _Stated | None) -> dict[str, Any] | None:
    return None if value is None else value.to_json()


def corrected(each: Corrected) -> dict[str, Any]:
    """A correction as what JSON is made of."""
    names = ("id", "action", "what", "who", "why", "utc", "holds")
    effect = ("spans", "calls", "readings", "writers")
    return {
        **{name: getattr(each, name) for name in names},
        "effect": {name: getattr(each, name) for name in effect},
        "remarks": list(each.remarks),
    }


def _q(quantity: Quantity | None) -> dict[str, float] | None:
    return None if quantity is None else quantity.to_json()


def _cost(cost: Mapping[str, MoneyRange]) -> dict[str, Any]:
    return {currency: amount.to_json() for currency, amount in cost.items()}


def _totals(amounts: Amounts) -> dict[str, Any]:
    energy = amounts.energy_j
    kwh = _q(None if energy is None else energy.to("kWh"))
    return {"energy_kwh": kwh, **_derived(amounts)}


def _amounts(amounts: Amounts) -> dict[str, Any]:
    return {"energy_j": _q(amounts.energy_j), **_derived(amounts)}


def _derived(amounts: Amounts) -> dict[str, Any]:
    return {
        **{name: _q(getattr(amounts, name)) for name in QUANTITIES if name != "energy_j"},
        "cost": _cost(amounts.cost),
        "cost_usd": _q(amounts.cost_usd),
        "cost_parts": {part: _cost(each) for part, each in amounts.cost_parts.items()},
    }


def _group(group: Group) -> dict[str, Any]:
    latency = group.latency_ms
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
        "per_item": _each(group.per_item),
        "per_1000_tokens": _each(group.per_1000_tokens),
        "per_1000_tokens_out": _each(group.per_1000_tokens_out),
        "per_1000_calls": _each(group.per_1000_calls),
        "per_run": _stated(group.per_run),
        "sci": _stated(group.sci),
        "latency_ms": None
        if latency is None
        else dict(zip(("p50", "p95", "p99"), latency, strict=True)),
        "tiers_energy": dict(group.tiers_energy),
        "tiers_carbon": None if group.tiers_carbon is None else dict(group.tiers_carbon),
        "period": {"start": group.period[0], "end": group.period[1]},
        "busy_s": group.busy_s,
        "active_s": group.active_s,
        "peak_memory_bytes": {
            "host": group.peak_host_memory_bytes,
            "gpu": group.peak_gpu_memory_bytes,
        },
        "devices": [{**each._asdict(), "energy_j": _q(each.energy_j)} for each in group.devices],
        "zones": list(group.zones),
        "floor": group.floor,
    }


def _each(amounts: Amounts | None) -> dict[str, Any] | None:
    """Amounts for one of something."""
    if amounts is None:
        return None
    return {
        **{name: _q(getattr(amounts, name)) for name in QUANTITIES},
        "cost": _cost(amounts.cost),
        "cost_usd": _q(amounts.cost_usd),
    }


def _unit(units: Mapping[str, float], name: str) -> float | None:
    return _number(units[name]) if name in units else None


def _number(value: float) -> float:
    """Whole numbers without a fraction."""
    return int(value) if value == int(value) and abs(value) < 2**53 else value
