"""One side of a comparison that is a group of a report (`footprint report --format json`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from footprint.comparisons.counting import CALL, ITEM
from footprint.comparisons.measured import Measured
from footprint.comparisons.selection import Selector, written
from footprint.errors import UsageError, nearest
from footprint.estimators.errors import EstimatorError, Gap
from footprint.files import read_document
from footprint.reports.from_json import amounts
from footprint.reports.view import SCHEMA, Amounts

_NO_SPANS = Gap(
    "noise",
    "a report has no single spans, so that noise cannot be tested",
    "compare the ledger itself",
)


def side(path: Path, text: str, label: str, per: str) -> Measured:
    """The group of a report that a selector names; the only one where it is empty.

    Raises UsageError: no report, no group or several of that name, no items.
    """
    found = read_document(path, SCHEMA, "footprint report --format json")
    try:
        groups = [group for group in found["groups"] if not group["own_time"]]
        group = _one(path, text, groups)
        return _measured(path, label, text, group, found, per)
    except (KeyError, TypeError, AttributeError, ValueError, EstimatorError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(
            f"{path} is damaged ({type(error).__name__}: {error}): write it again with "
            "footprint report --format json"
        ) from error


def _one(path: Path, text: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    selector = written(text)
    if selector is None:
        model, at, version = text.rpartition("@")
        fields = {"model": model, "version": version} if at else {}
        found = [
            group
            for group in groups
            if text in (group["key"].get("model"), group["key"].get("name"))
            or (fields and fields.items() <= group["key"].items())
        ]
    else:
        wanted = dict(selector.pairs)
        found = [group for group in groups if wanted.items() <= group["key"].items()]
    if len(found) == 1:
        return found[0]
    names = [_name(group) for group in groups]
    if not found:
        words = [value for group in groups for value in group["key"].values() if value]
        words += [f"{group['key'].get('model')}@{group['key'].get('version')}" for group in groups]
        hint = nearest(text, words) or f" It has {'; '.join(names[:5]) or 'none'}"
        raise UsageError(f"{path}: no group is {text!r}.{hint}")
    raise UsageError(
        f"{path}: {len(found)} groups are {text or 'in it'}: name one, as {path}:{_name(found[0])}"
    )


def _name(group: Mapping[str, Any]) -> str:
    return ",".join(f"{field}={value}" for field, value in group["key"].items() if value)


def _measured(
    path: Path,
    label: str,
    text: str,
    group: Mapping[str, Any],
    found: Mapping[str, Any],
    per: str,
) -> Measured:
    units = dict(group["units"])
    counts = {
        ITEM: (group["items"], "items" if group["items_declared"] else "calls"),
        CALL: (group["spans"], "calls"),
    }
    count, counted = counts.get(per, (units.get(per), per))
    if not count:
        raise UsageError(
            f"{label} has no {counted}: nothing can be said for one; it has "
            f"{', '.join(units) or 'no units'}, and calls (--per call)"
        )
    whole = amounts(group)
    known = group["per_item"] is not None
    return Measured(
        label=label,
        where=str(path),
        selector=Selector(text, tuple((f, v) for f, v in group["key"].items() if v is not None)),
        spans=group["spans"],
        runs=0,
        kinds=(),
        per=per,
        counted=counted,
        amount=float(count),
        units=units,
        whole=whole,
        each=whole.per(count)._replace(cost=dict(whole.cost)) if known else Amounts(),
        latency_ms=None
        if group["latency_ms"] is None
        else (group["latency_ms"]["p50"], group["latency_ms"]["p95"], group["latency_ms"]["p99"]),
        active_s=None,
        elapsed_s=None,
        throughput_per_s=None,
        peak_host_bytes=None,
        peak_gpu_bytes=None,
        samples=None,
        devices=None,
        estimated="api" in group["tiers_energy"],
        assumptions=tuple(found["assumptions"]),
        gaps=(_NO_SPANS, *(Gap(**each) for each in found["gaps"])),
    )
