"""From a report to views: one for each version of a model.

A view is made from a report's JSON (`footprint.report/1`) grouped by model, version and kind, so
that a document can also be made later, elsewhere, from a report that was kept. What an older
report did not say yet is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from footprint.emitters.view import (
    ORDER,
    UNITS,
    Activity,
    Figures,
    Hardware,
    Metric,
    Missing,
    View,
)
from footprint.errors import UsageError, nearest
from footprint.estimators.quantity import Quantity
from footprint.model import TIERS

#: What a report has to be grouped by to be made into a view.
GROUPED_BY = ("model", "version", "kind")

#: What a report's gaps begin with that are in figures that no document shows.
NOT_SHOWN = ("groups.tokens_in", "groups.tokens_out", "totals.")

#: What a report's factors and assumptions begin with that are of calls through an API.
_OF_API = ("API ", "an API's ")

#: What sentences hold that are of some groups alone -> which.
_OF_SOME: Mapping[str, Callable[[Activity], bool]] = {
    "is below what the meters can tell": lambda each: each.floor is not None,
    "were not metered at all": lambda each: not each.complete,
    "there an item is a call": lambda each: not each.own_time and not each.items,
    "a run's own time ": lambda each: each.own_time,
    "a group has no call that ended": lambda each: not each.latency_ms,
    "a group has only API calls": lambda each: each.active_s is None,
    "host memory was not sampled": lambda each: each.peak_host_memory_bytes is None,
    "GPU memory was not sampled": lambda each: (
        each.peak_gpu_memory_bytes is None and any(one.kind == "gpu" for one in each.hardware)
    ),
}


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
        version: which one, "" for the one that declared none; not needed where there is only one.
        metrics: how well it does.

    Raises UsageError for a model or version that the report does not know; names the nearest.
    """
    everything = views(report)
    of_model = [each for each in everything if each.model == model]
    if not of_model:
        names = sorted({each.model for each in everything})
        hint = nearest(model, names) or (f" It has {', '.join(names)}." if names else "")
        raise UsageError(f"model {model!r} is not in the ledger.{hint}")
    chosen = [each for each in of_model if version is None or (each.version or "") == version]
    if len(chosen) != 1:
        versions = ", ".join(each.version or "none declared ('')" for each in of_model)
        raise UsageError(
            f"model {model!r} has the versions {versions} in the ledger: give one of them"
            " (--model-version)"
            if version is None
            else f"model {model!r} has no version {version!r} in the ledger: it has {versions}"
        )
    return chosen[0]._replace(metrics=tuple(metrics))


def _view(
    report: Mapping[str, Any], model: str, version: str | None, activities: list[Activity]
) -> View:
    is_api = any(each.kind == "api" or each.tiers.get("api") for each in activities)
    factors, assumptions = report["factors"], report["assumptions"]
    if not is_api:  # the ledger's other models may be behind an API: theirs are not this one's
        others = [each for each in factors if each["name"].startswith(_OF_API[0])]
        subjects = {each.get("subject") for each in others} - {None, ""}
        told = (*_OF_API, *(f"{subject}: " for subject in subjects))
        factors = [each for each in factors if each not in others]
        assumptions = [each for each in assumptions if not each.startswith(told)]
    assumptions = [each for each in assumptions if _concerns(each, activities)]
    if all(each.zones for each in activities):
        zones = {zone for each in activities for zone in each.zones}
        elsewhere = {
            zone for group in report["groups"] for zone in group.get("zones") or ()
        } - zones
        factors = [each for each in factors if _is_for(each, zones) or not _is_for(each, elsewhere)]
    else:  # it is not known of all of them
        zones = {factor["zone"] for factor in factors if factor.get("zone")}
    periods = [(each.start, each.end) for each in activities]
    if not all(map(all, periods)):  # a report of before groups had one
        periods.append((report["period"]["start"] or "", report["period"]["end"] or ""))
    devices = dict.fromkeys(device for each in activities for device in each.hardware)
    if not all(each.hardware for each in activities):
        devices = dict.fromkeys(_hardware(row) for row in report["conservation"])
    return View(
        model=model,
        version=version,
        activities=tuple(
            sorted(activities, key=lambda each: (_place(ORDER, each.kind), each.own_time))
        ),
        metrics=(),
        start=min((start for start, _ in periods if start), default=""),
        end=max((end for _, end in periods if end), default=""),
        boundary=tuple(report["boundary"]),
        hardware=tuple(devices),
        zone=", ".join(sorted(zones)),
        factors=tuple(factors),
        assumptions=tuple(assumptions),
        missing=(
            *(
                Missing(gap["what"], gap["why"], gap.get("remedy") or "")
                for gap in report["gaps"]
                if not gap["what"].startswith(NOT_SHOWN) and _concerns(gap["why"], activities)
            ),
            *_nobodys(report),
        ),
    )


def _is_for(factor: Mapping[str, Any], zones: Iterable[str]) -> bool:
    """Whether a factor is of one of some zones: of the zone itself, or of its country."""
    of = factor.get("zone") or ""
    return any(zone == of or zone.startswith(f"{of}-") for zone in zones if of)


def _nobodys(report: Mapping[str, Any]) -> Iterator[Missing]:
    """Calls that name no model: a run's own model is not theirs, though they may be its work."""
    calls = sum(
        group["spans"]
        for group in report["groups"]
        if group["key"].get("model") is None and not group.get("own_time")
    )
    if calls:
        those = f"{calls} calls in the ledger name no model: what they used is in no figure here"
        one = "1 call in the ledger names no model: what it used is in no figure here"
        remedy = "give model=... to track and measure"
        yield Missing("energy of calls without a model", one if calls == 1 else those, remedy)


def _concerns(text: str, activities: Iterable[Activity]) -> bool:
    """Whether a sentence is of these activities: reports count those of all models together."""
    tests = [test for part, test in _OF_SOME.items() if part in text]
    return not tests or any(test(each) for each in activities for test in tests)


def _activity(group: Mapping[str, Any]) -> Activity:
    costs = group.get("cost")
    if costs is None:
        costs = {"USD": group["cost_usd"]} if group.get("cost_usd") else {}
    tiers = group.get("tiers_energy") or {}
    period, peaks = group.get("period") or {}, group.get("peak_memory_bytes") or {}
    counted = ("items", "tokens_in", "tokens_out")
    return Activity(
        kind=group["key"]["kind"],
        calls=group["spans"],
        errors=group["errors"],
        items=(group["items"] or 0) if group.get("items_declared", True) else 0,
        own_time=bool(group.get("own_time")),
        complete=bool(group.get("own_time")) or group.get("per_item") is not None,
        total=Figures(
            **{name: _quantity(group.get(name), unit) for name, unit in UNITS.items()},
            cost={
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
        tokens_in=group.get("tokens_in"),
        tokens_out=group.get("tokens_out"),
        units={
            name: amount
            for name, amount in (group.get("units") or {}).items()
            if name not in counted
        },
        start=period.get("start") or "",
        end=period.get("end") or "",
        busy_s=group.get("busy_s"),
        active_s=group.get("active_s"),
        peak_host_memory_bytes=peaks.get("host") or None,  # 0: not known then
        peak_gpu_memory_bytes=peaks.get("gpu"),
        hardware=tuple(_hardware(row) for row in group.get("devices") or ()),
        zones=tuple(group.get("zones") or ()),
        floor=group.get("floor"),
    )


def _quantity(value: Mapping[str, float] | None, unit: str) -> Quantity | None:
    return None if value is None else Quantity(value["low"], value["mid"], value["high"], unit)


def _hardware(row: Mapping[str, Any]) -> Hardware:
    return Hardware(
        row.get("host") or "",
        row["device_kind"],
        row.get("name") or row["device"],
        row.get("tier") or "",
        row["device"],
    )


def _place(order: tuple[str, ...], name: str) -> int:
    return order.index(name) if name in order else len(order)
