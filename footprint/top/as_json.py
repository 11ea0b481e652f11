"""One tick as one line of JSON, `footprint.top/1` (docs/reference/top.md)."""

from __future__ import annotations

import json
from typing import Any

from footprint.estimators.quantity import Quantity
from footprint.top.view import Spent, View

SCHEMA = "footprint.top/1"


def line(view: View) -> str:
    """The tick, with its line's end."""
    return json.dumps(as_dict(view), allow_nan=False, ensure_ascii=False) + "\n"


def as_dict(view: View) -> dict[str, Any]:
    """The tick as what JSON is made of."""
    return {
        "schema": SCHEMA,
        "utc": view.utc,
        "elapsed_s": view.elapsed_s,
        "power_w": _quantity(view.power_w),
        **_spent(view.spent),
        "hourly": _spent(view.hourly),
        "devices": [
            {
                "host": each.host,
                "device": each.device.id,
                "device_kind": each.device.kind,
                "name": each.device.name,
                "tier": each.device.tier,
                "power_w": each.power_w,
                "energy_j": each.energy_j,
                "problem": each.problem or None,
            }
            for each in view.devices
        ],
        "programs": [
            {
                "host": each.host,
                "pid": each.pid,
                "run": each.run,
                "calls": each.calls,
                "calls_per_s": each.calls_per_s,
                "power_w": each.power_w,
                "since": "view" if each.since_view else "run",
                **_spent(each.spent),
                "in_flight": [span._asdict() for span in each.spans],
                "lately": [calls._asdict() for calls in each.lately],
            }
            for each in view.programs
        ],
        "notes": list(view.notes),
    }


def _spent(spent: Spent) -> dict[str, Any]:
    return {
        "energy_j": _quantity(spent.energy_j),
        "carbon_location_g": _quantity(spent.carbon_g),
        "cost": {name: amount.to_json() for name, amount in spent.cost.items()},
    }


def _quantity(quantity: Quantity | None) -> dict[str, float] | None:
    return None if quantity is None else quantity.to_json()
