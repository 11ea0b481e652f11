"""The view that every emitter renders: one version of a model, with the figures of its activities.

It is made from a report's JSON (`footprint.report/1`) grouped by model, version and kind, so that
a document can also be made later, elsewhere, from a report that was kept. Figures are taken over
as they are; the only arithmetic is a division by how many there were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from footprint._version import __version__
from footprint.errors import UsageError, nearest
from footprint.estimators.quantity import Quantity
from footprint.model import TIERS

#: What a report has to be grouped by to be made into a view.
GROUPED_BY = ("model", "version", "kind")

#: Kinds in the order of a model's life; others follow.
ORDER = ("data", "training", "fine-tuning", "evaluation", "inference", "api", "other")

#: A report's gaps in figures that no document shows.
NOT_SHOWN = ("groups.tokens_in", "groups.tokens_out")

#: Tiers whose figures come from a model or an assumption, not from a sensor.
NOT_MEASURED = ("utilisation", "nameplate", "predicted", "api")


class Figures(NamedTuple):
    """Energy and what follows from it; None or absent where it is not known.

    Attributes:
        energy_j: J.
        carbon_location_g, carbon_market_g: g CO2e.
        cost: by currency.
    """

    energy_j: Quantity | None
    carbon_location_g: Quantity | None
    carbon_market_g: Quantity | None
    cost: Mapping[str, Quantity]

    def per(self, count: float) -> Figures:
        """The same for one of `count`, which is not zero."""

        def share(quantity: Quantity | None) -> Quantity | None:
            return None if quantity is None else quantity / count

        return Figures(
            share(self.energy_j),
            share(self.carbon_location_g),
            share(self.carbon_market_g),
            {currency: amount / count for currency, amount in self.cost.items()},
        )


class Activity(NamedTuple):
    """What a model was used for, and what that took.

    Attributes:
        kind: training, inference, ...
        calls: how often: training runs, inference calls.
        errors: how many of those failed.
        items: what they worked through (images, texts, ...); 0 where nothing was counted.
        own_time: these are whole runs, and the figures are what their tracked calls left.
        complete: every call was metered; where not, nothing can be said of one call or item.
        total: over the period.
        latency_ms: percentile (`p50`) -> ms of a call; empty where not known.
        tiers: method tier -> share of the energy, best tier first.
    """

    kind: str
    calls: int
    errors: int
    items: float
    own_time: bool
    complete: bool
    total: Figures
    latency_ms: Mapping[str, float]
    tiers: Mapping[str, float]

    @property
    def per_call(self) -> Figures | None:
        """For one call; None where there was none, or not all were metered."""
        return self.total.per(self.calls) if self.calls and self.complete else None

    @property
    def per_item(self) -> Figures | None:
        """For one item; None where none were counted, or not all calls were metered."""
        return self.total.per(self.items) if self.items and self.complete else None

    @property
    def measured(self) -> bool:
        """Whether all of the energy comes from a sensor."""
        return bool(self.tiers) and not any(self.tiers.get(tier) for tier in NOT_MEASURED)

    @property
    def indicative(self) -> bool:
        """Whether the interval of the energy is wider than the energy: below the measuring floor.

        Such a figure is an order of magnitude. It must not be printed as if measured.
        """
        energy = self.total.energy_j
        return energy is not None and energy.high - energy.low > energy.mid


class Hardware(NamedTuple):
    """One device that was metered."""

    host: str
    kind: str
    name: str
    tier: str


class Metric(NamedTuple):
    """How well a model does its task: given, not measured here.

    Attributes:
        name: `accuracy`, `f1`, ...
        value: in the metric's own unit.
        data: what it was found on.
    """

    name: str
    value: float
    data: str = ""


class Missing(NamedTuple):
    """A figure that is absent: which, why, and what to do."""

    what: str
    why: str
    remedy: str


class View(NamedTuple):
    """One version of a model.

    Attributes:
        model, version: None for the version where none was declared.
        activities: by kind, in the order of a model's life.
        metrics: as they were given.
        start, end: the report's period, ISO 8601; empty where nothing was recorded.
        boundary: what is inside the figures and what is not.
        hardware: what was metered.
        zone: place of the electricity; empty where not declared.
        factors: the report's entries.
        assumptions: one line each.
        missing: what is not known.
        tool: what made it.
    """

    model: str
    version: str | None
    activities: tuple[Activity, ...]
    metrics: tuple[Metric, ...]
    start: str
    end: str
    boundary: tuple[str, ...]
    hardware: tuple[Hardware, ...]
    zone: str
    factors: tuple[Mapping[str, Any], ...]
    assumptions: tuple[str, ...]
    missing: tuple[Missing, ...]
    tool: str = f"footprint {__version__}"


def views(report: Mapping[str, Any]) -> list[View]:
    """A view of every model and version in a report, without metrics.

    Args:
        report: `footprint.report/1`, grouped by `GROUPED_BY`.
    """
    found: dict[tuple[str, str | None], list[Activity]] = {}
    for group in report["groups"]:
        key = group["key"]
        if key.get("model") is not None:
            found.setdefault((key["model"], key.get("version")), []).append(_activity(group))
    return [
        _view(report, model, version, activities)
        for (model, version), activities in sorted(
            found.items(), key=lambda each: (each[0][0], each[0][1] or "")
        )
    ]


def view(
    report: Mapping[str, Any],
    model: str,
    version: str | None = None,
    metrics: Iterable[Metric] = (),
) -> View:
    """The view of one model.

    Args:
        report: as for `views`.
        model: its name.
        version: which one; not needed where there is only one.
        metrics: how well it does.

    Raises UsageError for a model or version that the report does not know; names the nearest.
    """
    everything = views(report)
    of_model = [each for each in everything if each.model == model]
    if not of_model:
        names = sorted({each.model for each in everything})
        hint = nearest(model, names) or (f" It has {', '.join(names)}." if names else "")
        raise UsageError(f"model {model!r} is not in the ledger.{hint}")
    chosen = [each for each in of_model if version is None or each.version == version]
    if len(chosen) != 1:
        versions = ", ".join(each.version or "none declared" for each in of_model)
        raise UsageError(
            f"model {model!r} has the versions {versions} in the ledger: give one of them"
            if version is None
            else f"model {model!r} has no version {version!r} in the ledger: it has {versions}"
        )
    return chosen[0]._replace(metrics=tuple(metrics))


def _view(
    report: Mapping[str, Any], model: str, version: str | None, activities: list[Activity]
) -> View:
    places = [factor.get("zone") for factor in report["factors"]]
    return View(
        model=model,
        version=version,
        activities=tuple(
            sorted(activities, key=lambda each: (_place(ORDER, each.kind), each.own_time))
        ),
        metrics=(),
        start=report["period"]["start"] or "",
        end=report["period"]["end"] or "",
        boundary=tuple(report["boundary"]),
        hardware=tuple(_hardware(row) for row in report["conservation"]),
        zone=", ".join(sorted({place for place in places if place})),
        factors=tuple(report["factors"]),
        assumptions=tuple(report["assumptions"]),
        missing=tuple(
            Missing(gap["what"], gap["why"], gap.get("remedy") or "")
            for gap in report["gaps"]
            if gap["what"] not in NOT_SHOWN
        ),
    )


def _activity(group: Mapping[str, Any]) -> Activity:
    costs = group.get("cost")
    if costs is None:
        costs = {"USD": group["cost_usd"]} if group.get("cost_usd") else {}
    tiers = group.get("tiers_energy") or {}
    return Activity(
        kind=group["key"]["kind"],
        calls=group["spans"],
        errors=group["errors"],
        items=(group["items"] or 0) if group.get("items_declared", True) else 0,
        own_time=bool(group.get("own_time")),
        complete=bool(group.get("own_time")) or group.get("per_item") is not None,
        total=Figures(
            _quantity(group.get("energy_j"), "J"),
            _quantity(group.get("carbon_location_g"), "g"),
            _quantity(group.get("carbon_market_g"), "g"),
            {
                currency: amount
                for currency, cost in costs.items()
                if (amount := _quantity(cost, currency)) is not None
            },
        ),
        latency_ms={
            name: value
            for name, value in (group.get("latency_ms") or {}).items()
            if value is not None
        },
        tiers=dict(sorted(tiers.items(), key=lambda each: _place(TIERS, each[0]))),
    )


def _quantity(value: Mapping[str, float] | None, unit: str) -> Quantity | None:
    return None if value is None else Quantity(value["low"], value["mid"], value["high"], unit)


def _hardware(row: Mapping[str, Any]) -> Hardware:
    return Hardware(
        row.get("host") or "",
        row["device_kind"],
        row.get("name") or row["device"],
        row.get("tier") or "",
    )


def _place(order: tuple[str, ...], name: str) -> int:
    return order.index(name) if name in order else len(order)
