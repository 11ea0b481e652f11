"""An earlier datasheet's figures, as the baseline that later ones are held against."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from footprint.errors import UsageError
from footprint.files import read_document

#: What a latency's baseline is called, beside the metrics' names.
LATENCY = "latency_p95_ms"

#: Kinds of activity whose latency is a model's in use, the first that there is.
IN_USE = ("inference", "api")


def read_baseline(path: Path) -> dict[str, float]:
    """Metrics by name, and `latency_p95_ms` of inference, of a datasheet in JSON.

    A metric that the datasheet has of several data sets, or of parts of them, has no one baseline:
    it is left out.

    Raises UsageError where it is no such file.
    """
    from footprint.emitters.datasheet.as_json import SCHEMA  # 10 ms, and few have a baseline

    found = read_document(path, SCHEMA, "`footprint datasheet --format json`")
    try:
        return _figures(found)
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} is no datasheet: {error!r}: name a file that"
            " `footprint datasheet --format json` wrote"
        ) from error


def _figures(found: dict[str, Any]) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for metric in found["metrics"]:
        if metric["subgroup"] is None:
            values.setdefault(metric["name"], []).append(_finite(metric["value"]))
    baseline = {name: each[0] for name, each in values.items() if len(each) == 1}
    for kind in reversed(IN_USE):
        for activity in found["activities"]:
            if activity["kind"] == kind and not activity["own_time"]:
                p95 = activity["latency_ms"].get("p95")
                if p95 is not None:
                    baseline[LATENCY] = _finite(p95)
    return baseline


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return float(value)
