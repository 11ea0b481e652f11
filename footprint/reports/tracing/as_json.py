"""JSON of a trace, `footprint.trace/1` (docs/reference/trace.md)."""

from __future__ import annotations

import json
from typing import Any

from footprint.reports.tracing.view import SpanOf, SpanTrace, Trace

SCHEMA = "footprint.trace/1"


def render(found: Trace | SpanTrace) -> str:
    """The trace as one JSON object."""
    made = _span(found) if isinstance(found, SpanTrace) else _figure(found)
    text = json.dumps({"schema": SCHEMA, **made}, indent=2, allow_nan=False, ensure_ascii=False)
    return text + "\n"


def _figure(found: Trace) -> dict[str, Any]:
    per = found.per
    return {
        "figure": found.path,
        "unit": found.value.unit,
        "value": found.value.to_json(),
        "per": None if per is None else {"what": per[0], "count": per[1]},
        "steps": [
            {
                "what": each.what,
                "energy_j": None if each.energy_j is None else each.energy_j.to_json(),
                "factors": [factor.to_json() for factor in each.factors],
                "result": each.result.to_json(),
            }
            for each in found.steps
        ],
        "days": [each._asdict() for each in found.days],
        "spans": [_of(each) for each in found.spans],
        "more_spans": {"count": found.more_spans, "energy_j": found.more_j},
        "closed_days": list(found.closed_days),
        "readings": [
            {**each._asdict(), "files": [file._asdict() for file in each.files]}
            for each in found.readings
        ],
        "notes": list(found.notes),
    }


def _span(found: SpanTrace) -> dict[str, Any]:
    return {
        "span": _of(found.span),
        "declared": dict(found.declared),
        "cells": [each._asdict() for each in found.cells],
        "more_cells": found.cut,
        "notes": list(found.notes),
    }


def _of(span: SpanOf) -> dict[str, Any]:
    return {**span._asdict(), "energy_j": span.energy_j.to_json()}
