"""What latency is held against."""

from __future__ import annotations

from collections.abc import Mapping

from footprint.emitters.view import Activity, View

#: ms, where the sheet file names none.
LATENCY_MS = 500.0

#: Kinds of activity whose calls somebody waits for; a training run has no such target.
AWAITED = ("inference", "api")


def latency_ms(view: View) -> float:
    """The target of a call's latency, ms."""
    return float(view.given.get("targets", {}).get("latency_ms", LATENCY_MS))


def percentiles(activity: Activity) -> Mapping[str, float]:
    """Percentile -> ms of the calls that the target is for; empty for other activities."""
    return activity.latency_ms if activity.kind in AWAITED and not activity.own_time else {}
