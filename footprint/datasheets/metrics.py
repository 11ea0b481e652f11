"""How well a model does its task, from a file (`--metrics FILE`).

    {"metrics": [{"name": "accuracy", "value": 0.91, "data": "glue", "config": "sst2"}],
     "baseline": {"accuracy": 0.92, "latency_p95_ms": 110}}
    {"accuracy": 0.91, "f1": 0.90}

    name,value,data,split,subgroup
    accuracy,0.91,digits,test,
    accuracy,0.88,digits,test,sex=female

Also read as they are: what Hugging Face `evaluate` and `Trainer` write, and lm-evaluation-harness
(`metric_forms`). A metric is kept in the scale in which it was given; one that comes as a fraction
here and in percent there is refused. docs/reference/datasheet.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint import metric_files
from footprint.datasheets import metric_forms
from footprint.datasheets.metric_forms import better
from footprint.emitters.view import Metric
from footprint.errors import UsageError, nearest, shown

#: Texts of a metric; numbers; the rest of what it can say of itself.
_TEXTS = ("data", "task", "config", "split", "revision")
_NUMBERS = ("low", "high", "samples")
COLUMNS = ("name", "value", *_TEXTS, *_NUMBERS, "subgroup", "higher_is_better")

#: Metrics that are shares: at most 1, or at most 100 in percent.
SHARES = (
    "accuracy", "balanced_accuracy", "f1", "precision", "recall", "exact_match", "rouge1",
    "rouge2", "rougel", "rougelsum", "auc", "roc_auc", "acc", "acc_norm", "map", "iou",
    "overall_accuracy", "overall_f1", "overall_precision", "overall_recall",
)  # fmt: skip


#: No shares, but given from 0 to 1 by some tools and from 0 to 100 by others.
_TWO_SCALES = ("bleu", "sacrebleu", "meteor", "chrf")


class Metrics(NamedTuple):
    """A metrics file.

    Attributes:
        metrics: in the order in which they were given.
        baseline: metric's name, or `latency_p95_ms` -> what it is held against.
        path: of the file.
    """

    metrics: tuple[Metric, ...]
    baseline: Mapping[str, float]
    path: str = ""


def read_metrics(path: str | Path) -> Metrics:
    """The metrics of a file.

    Raises UsageError: it cannot be read, a value is no finite number (with its key or line), one
    metric comes in two scales, or twice for the same data.
    """
    text = metric_files.read_text(path)
    baseline: Mapping[str, float] = {}
    if metric_files.is_json(text):
        found, baseline = _json(path, metric_files.json_object(path, text))
    else:
        found = _csv(path, text)
    if not found and not baseline:
        raise UsageError(f'{path} has no metrics: write {{"accuracy": 0.91}}, or as the docs say')
    _one_scale(path, [*((each.name, each.value) for each in found), *baseline.items()])
    _once(path, found)
    return Metrics(tuple(found), baseline, str(path))


def is_share(name: str) -> bool:
    """Whether a metric is a share, so that a percentage point of it means something."""
    return name.lower().replace(" ", "_") in SHARES


def _json(path: str | Path, content: dict[str, Any]) -> tuple[list[Metric], Mapping[str, float]]:
    told = content.pop("baseline", None) or {}
    if not isinstance(told, dict):
        raise UsageError(f'{path}: baseline is {shown(told)}: write {{"accuracy": 0.92}}')
    baseline = {
        name: metric_files.number(f"{path}: baseline.{name}", value) for name, value in told.items()
    }
    rows = content.get("metrics")
    if isinstance(rows, list):
        if len(content) > 1:
            extra = next(name for name in content if name != "metrics")
            raise UsageError(f"{path}: {extra} is not known beside metrics: use baseline")
        return [_metric(f"{path}: metrics[{at}]", row) for at, row in enumerate(rows)], baseline
    return metric_forms.read(path, content), baseline


def _csv(path: str | Path, text: str) -> list[Metric]:
    head = metric_files.csv_head(text)
    if "name" not in head or "value" not in head:
        raise UsageError(f"{path}: the first line is {shown(','.join(head))}: write name,value,...")
    if len(set(head)) < len(head):
        twice = next(name for name in head if head.count(name) > 1)
        raise UsageError(f"{path}, line 1: {twice!r} is there twice: leave one")
    found = []
    for line, row in metric_files.csv_rows(path, text):
        cells: dict[str, Any] = {name: cell for name, cell in row.items() if cell}
        where = f"{path}, line {line}"
        if "subgroup" in cells:
            attribute, is_told, value = cells["subgroup"].partition("=")
            if not is_told:
                raise UsageError(f"{where}: subgroup is {shown(cells['subgroup'])}: write sex=male")
            cells["subgroup"] = {attribute.strip(): value.strip()}
        told = cells.get("higher_is_better", "true").lower()
        if told not in ("true", "false"):
            raise UsageError(f"{where}: higher_is_better is {shown(told)}: write true or false")
        if "higher_is_better" in cells:
            cells["higher_is_better"] = told == "true"
        found.append(_metric(where, cells, words=True))
    return found


def _metric(where: str, row: Any, *, words: bool = False) -> Metric:
    """One metric of our own form. `words`: its numbers are texts, as in CSV."""
    if not isinstance(row, dict):
        raise UsageError(f'{where} is {shown(row)}: write {{"name": "accuracy", "value": 0.91}}')
    for key in row:
        if key not in COLUMNS:
            raise UsageError(
                f"{where}: {key} is not known: use {', '.join(COLUMNS)}." + nearest(key, COLUMNS)
            )
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"{where}: name is {shown(name)}: name the metric")
    texts: dict[str, Any] = {key: row[key] for key in _TEXTS if row.get(key) is not None}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise UsageError(f"{where}: {key} is {shown(text)}: write a text")
    higher = row.get("higher_is_better")
    if higher is not None and not isinstance(higher, bool):
        raise UsageError(f"{where}: higher_is_better is {shown(higher)}: write true or false")
    numbers: dict[str, Any] = {
        key: metric_files.number(f"{where}: {key} of {name}", row[key], words=words)
        for key in _NUMBERS
        if row.get(key) is not None
    }
    value = metric_files.number(f"{where}: {name}", row.get("value"), words=words)
    low, high = numbers.get("low", value), numbers.get("high", value)
    if not low <= value <= high:
        raise UsageError(f"{where}: {name} is {value:g}, outside its interval {low:g} to {high:g}")
    return Metric(
        name=name.strip(),
        value=value,
        subgroup=_subgroup(where, row.get("subgroup")),
        higher_is_better=better(name) if higher is None else higher,
        **texts,
        **numbers,
    )


def _subgroup(where: str, told: Any) -> tuple[str, str] | None:
    if told is None:
        return None
    if isinstance(told, dict) and len(told) == 1:
        attribute, value = next(iter(told.items()))
        if isinstance(value, str | int) and not isinstance(value, bool) and attribute:
            return attribute, str(value)
    raise UsageError(f'{where}: subgroup is {shown(told)}: write {{"sex": "female"}}')


def _one_scale(path: str | Path, values: Iterable[tuple[str, float]]) -> None:
    """An accuracy of 0.91 here and of 91.2 there is one of the two by mistake."""
    seen: dict[str, list[float]] = {}
    for name, value in values:
        if is_share(name) or name.lower() in _TWO_SCALES:
            seen.setdefault(name, []).append(value)
    for name, found in seen.items():
        low, high = min(found), max(found)
        if low < 0 or high > 100:
            wrong = low if low < 0 else high
            raise UsageError(f"{path}: {name} is {wrong:g}: give it from 0 to 1, or from 0 to 100")
        fraction = max((each for each in found if each <= 1), default=0.0)
        if fraction and high > 1:
            raise UsageError(
                f"{path}: {name} is {fraction:g} in one place and {high:g} in another: give both"
                " as a fraction or both in percent"
            )


def _once(path: str | Path, metrics: Iterable[Metric]) -> None:
    seen: set[tuple[object, ...]] = set()
    for one in metrics:
        key = (one.name, one.data, one.task, one.config, one.split, one.revision, one.subgroup)
        if key in seen:
            of = "" if one.subgroup is None else f" of {'='.join(one.subgroup)}"
            raise UsageError(f"{path}: {one.name}{of} is there twice for the same data: leave one")
        seen.add(key)
