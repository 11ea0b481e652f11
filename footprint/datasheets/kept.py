"""What a report that was kept has to look like: a file that somebody may have edited.

A report of our own always does. What is not named here no view reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

#: What a value may be; a mapping has a shape for each key that it may have, `*` for any.
Shape = str | list[Any] | Mapping[str, Any]

#: No figure of a report is as large.
_MOST = 1e30

_WORDS = {
    "text": "a text",
    "text?": "a text or null",
    "instant?": "an instant in ISO 8601, or null",
    "flag": "true or false",
    "count": "a whole number, 0 or more",
    "number": "a number from 0 to 1e30",
    "number?": "a number from 0 to 1e30, or null",
}
_FIGURE = {"low": "number", "mid": "number", "high": "number"}
_DEVICE = {
    "host": "text?",
    "device": "text",
    "device_kind": "text",
    "name": "text?",
    "tier": "text?",
}
_PERIOD = {"start": "instant?", "end": "instant?"}

REPORT: Shape = {
    "by": ["text"],
    "period": _PERIOD,
    "boundary": ["text"],
    "assumptions": ["text"],
    "conservation": [_DEVICE],
    "factors": [
        {
            "name": "text",
            "value": "number",
            "unit": "text",
            "zone": "text?",
            "source": "text?",
            "version": "text?",
            "subject": "text?",
        }
    ],
    "gaps": [{"what": "text", "why": "text", "remedy": "text?"}],
    "groups": [
        {
            "key": {"model": "text?", "version": "text?", "kind": "text"},
            "own_time": "flag",
            "items_declared": "flag",
            "spans": "count",
            "errors": "count",
            "items": "number?",
            "tokens_in": "number?",
            "tokens_out": "number?",
            "units": {"*": "number"},
            "latency_ms": {"*": "number?"},
            "tiers_energy": {"*": "number"},
            "busy_s": "number?",
            "active_s": "number?",
            "peak_memory_bytes": {"host": "number?", "gpu": "number?"},
            "period": _PERIOD,
            "devices": [_DEVICE],
            "zones": ["text"],
            "floor": "text?",
            "cost": {"*": _FIGURE},
            "cost_usd": _FIGURE,
            **dict.fromkeys(
                ("energy_j", "carbon_location_g", "carbon_market_g", "embodied_g", "water_l"),
                _FIGURE,
            ),
        }
    ],
}


def wrong(found: Any, shape: Shape = REPORT, where: str = "") -> Iterator[str]:
    """What is not as it has to be: `groups[0].spans is None, not a whole number, 0 or more`.

    A key that is absent is not told, nor a list or an object that is null: older reports have
    neither.
    """
    if isinstance(shape, str):
        if not _fits(found, shape):
            yield f"{where} is {str(found)[:40]!r}, not {_WORDS[shape]}"
    elif found is None and where:
        return
    elif isinstance(shape, list):
        if isinstance(found, list):
            for index, each in enumerate(found):
                yield from wrong(each, shape[0], f"{where}[{index}]")
        else:
            yield f"{where} is no list"
    elif isinstance(found, dict):
        for key, value in found.items():
            inner = shape.get(key, shape.get("*"))
            if inner is not None:
                yield from wrong(value, inner, f"{where}.{key}" if where else str(key))
    else:
        yield f"{where} is no object"


def _fits(found: object, shape: str) -> bool:
    kind = shape.removesuffix("?")
    if found is None:
        return kind != shape
    if kind == "instant":
        return _is_instant(found)
    if isinstance(found, bool | str):
        return isinstance(found, str if kind == "text" else bool) and kind in ("text", "flag")
    if not isinstance(found, int | float):
        return False
    is_right = isinstance(found, int) if kind == "count" else kind == "number"
    return is_right and 0 <= found <= _MOST


def _is_instant(found: object) -> bool:
    try:
        datetime.fromisoformat(str(found))
    except ValueError:
        return False
    return isinstance(found, str)
