"""Figures against their baseline: has the model drifted?

    accuracy below baseline - 2 %        2 % of the baseline: 0.92 may fall to 0.9016
    latency p95 above baseline + 30 %    110 ms may rise to 143 ms

Both are relative to the baseline, so that they mean the same for a metric in percent, as a
fraction, or with no upper end. `accuracy_drop = "2 points"` in the sheet file means percentage
points instead. A metric of which less is better (a loss) drifts upwards, by the same part.

The baseline comes from the sheet file's `[drift]`, else from the metrics file's `baseline`. The
current accuracy is what the ledger counted in use (`add(correct=...)` over items), else what it
counted in an evaluation, else that of the metrics file; other metrics are those of the metrics
file; the latency is that of the ledger's calls.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.datasheets.baseline import IN_USE, LATENCY
from footprint.datasheets.metric_forms import better
from footprint.datasheets.metrics import Metrics, is_share
from footprint.emitters.view import Drift, View
from footprint.words.forms import amount

#: What a metric may lose, and latency p95 may gain, where the sheet file says nothing.
ACCURACY_DROP = "2 %"
LATENCY_RISE = "30 %"

#: Kinds of activity whose calls may have counted how many of their items were right.
_COUNTED = (*IN_USE, "evaluation")

_NO_BASELINE = "no baseline was given"


def drift(
    view: View,
    metrics: Metrics | None = None,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Drift, ...]:
    """Accuracy and latency p95, and every other metric that has a baseline.

    Args:
        view: of the ledger.
        metrics: the metrics file.
        given: the sheet file; None: the view's.
    """
    told = (view.given if given is None else given).get("drift", {})
    baseline = _baseline(metrics, told)
    names = dict.fromkeys(["accuracy", *(name for name in baseline if name != LATENCY)])
    drop, rise = told.get("accuracy_drop", ACCURACY_DROP), told.get("latency_rise", LATENCY_RISE)
    return (
        *(_metric(view, metrics, name, baseline.get(name), drop) for name in names),
        _latency(view, baseline.get(LATENCY), rise),
    )


def _baseline(metrics: Metrics | None, told: Mapping[str, Any]) -> dict[str, float]:
    own = {key: told[key] for key in ("accuracy", LATENCY) if key in told}
    return {**(metrics.baseline if metrics else {}), **told.get("metrics", {}), **own}


def _metric(
    view: View, metrics: Metrics | None, name: str, baseline: float | None, drop: str
) -> Drift:
    current, is_higher_better, why = _current(view, metrics, name)
    rises = is_higher_better is False
    rule = f"{name} above baseline + {drop}" if rises else f"{name} below baseline - {drop}"
    limit = None
    if baseline is None:
        why = _NO_BASELINE
    elif drop.endswith("points") and not is_share(name):
        why = f"{name} is no share: percentage points of it mean nothing"
    elif current is not None and is_share(name) and (baseline > 1) != (current > 1):
        why = "one is a fraction, the other in percent"
    else:
        limit = _limit(baseline, drop, 1 if rises else -1)
    return _held(Drift(name, "", baseline, current, limit, rule, "unknown", why), rises=rises)


def _latency(view: View, baseline: float | None, rise: str) -> Drift:
    stages = [stage for kind in IN_USE if (stage := view.of_kind(kind)) is not None]
    calls = next((stage.calls for stage in stages if stage.calls is not None), None)
    current = None if calls is None else calls.latency_ms.get("p95")
    why = "" if current is not None else "the ledger has no call in use that ended"
    limit = None
    if baseline is None:
        why = _NO_BASELINE
    else:
        limit = _limit(baseline, rise, 1)
    rule = f"latency p95 above baseline + {rise}"
    found = Drift("latency p95", "ms", baseline, current, limit, rule, "unknown", why)
    return _held(found, rises=True)


def _current(
    view: View, metrics: Metrics | None, name: str
) -> tuple[float | None, bool | None, str]:
    """A metric's value now, whether more of it is better, and why it is not known."""
    if name == "accuracy":
        for counted in _counted(view):
            return counted, True, ""
    whole = [one for one in (metrics.metrics if metrics else ()) if one.subgroup is None]
    found = [one for one in whole if one.name == name]
    if len(found) == 1:
        return found[0].value, found[0].higher_is_better, ""
    if found:
        return None, better(name), f"the metrics file has {len(found)} of it, for different data"
    counts = ", and no call counted its correct items" if name == "accuracy" else ""
    return None, better(name), f"no metrics file has it{counts}"


def _counted(view: View) -> Iterator[float]:
    """Shares of items that were right, of each kind of activity that counted them."""
    for kind in _COUNTED:
        stage = view.of_kind(kind)
        calls = stage.calls if stage is not None else None
        if calls is not None and "correct" in calls.units:
            of = calls.items or calls.calls
            if of and 0 <= calls.units["correct"] <= of:
                yield calls.units["correct"] / of


def _limit(baseline: float, allowed: str, sign: int) -> float:
    """The baseline and what is allowed beyond it."""
    number, unit = amount(allowed)
    if unit == "%":
        return baseline + sign * abs(baseline) * number / 100
    if unit == "points":
        return baseline + sign * (number if baseline > 1 else number / 100)
    return baseline + sign * number


def _held(found: Drift, *, rises: bool) -> Drift:
    """With its state: what is exactly on the limit has not drifted."""
    if found.current is None or found.limit is None:
        return found
    beyond = found.current > found.limit if rises else found.current < found.limit
    on_limit = math.isclose(found.current, found.limit, rel_tol=1e-9)
    return found._replace(state="drifted" if beyond and not on_limit else "ok", why="")
