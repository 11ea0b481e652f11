"""Metrics of a model as CycloneDX has them: text, with the part of the data that they are of."""

from __future__ import annotations

from footprint.emitters.sbom.json_edit import Value
from footprint.emitters.view import Metric, View

#: The model card's property that names a metric of ours, so that a later run may replace it.
METRIC = "footprint:metric"


def metrics(view: View) -> dict[str, Value]:
    """Name (with its slice) -> `performanceMetric`; of two of one name, the later."""
    return {name_of(each.name, _slice(each)): _metric(each) for each in view.metrics}


def name_of(kind: str, part: str) -> str:
    """What one metric is told from the others by: `accuracy`, `accuracy of imdb; sex=female`."""
    return f"{kind} of {part}" if part else kind


def _metric(metric: Metric) -> Value:
    found: dict[str, Value] = {"type": metric.name, "value": f"{metric.value:.15g}"}
    if part := _slice(metric):
        found["slice"] = part
    bounds = {"lowerBound": metric.low, "upperBound": metric.high}
    if any(bound is not None for bound in bounds.values()):
        found["confidenceInterval"] = {
            name: f"{bound:.15g}" for name, bound in bounds.items() if bound is not None
        }
    return found


def _slice(metric: Metric) -> str:
    """The dataset and the subgroup: metrics of two datasets would else read as one."""
    data = " ".join(part for part in (metric.data, metric.config, metric.split) if part)
    subgroup = "=".join(metric.subgroup) if metric.subgroup else ""
    return "; ".join(part for part in (data, subgroup) if part)
