"""A report to make views from."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest


def q(low: float, mid: float, high: float) -> dict[str, float]:
    return {"low": low, "mid": mid, "high": high}


def group(model: str | None, kind: str, version: str | None = "1", **given: Any) -> dict[str, Any]:
    return {
        "key": {"model": model, "version": version, "kind": kind},
        "own_time": False,
        "spans": 100,
        "errors": 2,
        "items": 400,
        "items_declared": True,
        "energy_j": q(9.0, 10.0, 11.0),
        "carbon_location_g": q(0.9, 1.0, 1.1),
        "carbon_market_g": None,
        "cost": {"EUR": q(0.018, 0.02, 0.022)},
        "cost_usd": None,
        "per_item": {"energy_j": q(0.0225, 0.025, 0.0275)},
        "latency_ms": {"p50": 1.5, "p95": 2.0, "p99": 20.0},
        "tiers_energy": {"utilisation": 0.25, "counter": 0.75},
        **given,
    }


REPORT: dict[str, Any] = {
    "schema": "footprint.report/1",
    "period": {"start": "2026-11-22T11:00:00.5Z", "end": "2026-11-22T12:00:00Z"},
    "boundary": ["Energy of 1 x GPU."],
    "conservation": [
        {
            "host": "n1",
            "device": "GPU-1",
            "device_kind": "gpu",
            "name": "NVIDIA H100",
            "tier": "counter",
        }
    ],
    "groups": [
        group("net", "inference"),
        group("net", "training", spans=1),
        group("net", "inference", "2"),
        group("other", "inference", None),
        group(None, "data"),
    ],
    "factors": [
        {
            "name": "grid intensity",
            "value": 56.0,
            "unit": "g/kWh",
            "zone": "FRA",
            "source": "a table",
            "version": "3.2",
            "vintage": 2023,
        }
    ],
    "assumptions": ["an annual mean"],
    "gaps": [
        {"what": "cost_usd", "why": "the tariff is in EUR", "remedy": "read cost"},
        {"what": "groups.tokens_in", "why": "none declared", "remedy": "add"},
    ],
}


@pytest.fixture
def report() -> dict[str, Any]:
    """Models `net` (versions 1 and 2) and `other`."""
    return copy.deepcopy(REPORT)


@pytest.fixture
def changed() -> Callable[..., dict[str, Any]]:
    """The report with its first group, inference of `net` 1, changed."""

    def change(**given: Any) -> dict[str, Any]:
        report = copy.deepcopy(REPORT)
        report["groups"][0].update(given)
        return report

    return change
