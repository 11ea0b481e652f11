"""Metrics of parts of the data, side by side: which values belong together, and their disparity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from footprint.emitters.view import Metric
from footprint.estimators.disparity import Disparity, disparity


class Compared(NamedTuple):
    """One metric over the values of one attribute.

    Attributes:
        attribute: `sex`, `age`, ...
        metrics: one for each value of it, in the order in which they were given.
        disparity: None where there is one value alone.
    """

    attribute: str
    metrics: tuple[Metric, ...]
    disparity: Disparity | None

    @property
    def name(self) -> str:
        """The metric's name."""
        return self.metrics[0].name

    @property
    def data(self) -> str:
        """What it was found on."""
        return on(self.metrics[0])


def compared(metrics: Iterable[Metric]) -> list[Compared]:
    """Metrics with a subgroup, those together that differ in the subgroup's value alone."""
    alike: dict[tuple[str, ...], dict[str, Metric]] = {}
    for one in metrics:
        if one.subgroup is not None:
            attribute, value = one.subgroup
            key = (attribute, one.name, one.data, one.config, one.split, one.revision, one.task)
            alike.setdefault(key, {})[value] = one
    return [
        Compared(
            key[0],
            tuple(parts.values()),
            disparity({name: one.value for name, one in parts.items()}) if len(parts) > 1 else None,
        )
        for key, parts in alike.items()
    ]


def on(metric: Metric) -> str:
    """What a metric was found on: `glue, sst2, validation`; empty where nobody said."""
    return ", ".join(filter(None, (metric.data, metric.config, metric.split)))
