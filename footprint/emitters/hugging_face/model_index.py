"""The key `model-index` of a card: how well a model does, in huggingface_hub's form of it.

Results that are there stay byte for byte: ours are added to the results of the entry of the same
name, or in an entry of their own before the others (huggingface_hub takes the last entry's name for
the model's). A value is updated in place where the same metric of the same data is there already,
except where the Hub verified it. Where the text cannot be extended (a list in brackets, an alias),
the card is refused; with `force` that key alone is written anew.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from footprint.emitters.hugging_face.card import Card
from footprint.emitters.hugging_face.front_matter import Edit, key_of, load, put, splice
from footprint.emitters.hugging_face.yaml_text import Node, dump, line_end, line_start
from footprint.emitters.view import Metric, View
from footprint.errors import OccupiedError, UsageError

KEY = "model-index"


class Change(NamedTuple):
    """A value to update: which of the entry's results, which of its metrics."""

    entry: int
    result: int
    metric: int
    value: float


class Plan(NamedTuple):
    """What there is to do to an index.

    Attributes:
        changes: values to update.
        entry: which entry the new results go into; None for one of their own.
        results: new ones, in the Hub's form.
    """

    changes: tuple[Change, ...]
    entry: int | None
    results: tuple[dict[str, Any], ...]


def fits(metric: Metric) -> bool:
    """Whether a metric can be a result: it names its task and data, and is of all of the data."""
    return bool(metric.task and metric.data) and metric.subgroup is None


def merge(card: Card, view: View, force: bool = False) -> Card:
    """The card with the view's metrics in it; the same where they are there already.

    Raises OccupiedError where the index cannot be extended as text and `force` is not given;
    UsageError for an index that is none.
    """
    last = {_key(each): each for each in view.metrics if fits(each)}  # where it is given twice
    metrics = list(last.values())
    if not metrics:
        return card
    index = load(card).get(KEY) or []
    _check(card, index)
    plan = _plan(index, view.model, metrics)
    if not plan.changes and not plan.results:
        return card
    meant = _applied(index, view.model, plan)
    place = key_of(card, KEY)
    if not index or place is None:
        return put(card, KEY, meant)
    edits = _edits(card, place[1], plan, view.model)
    if edits is not None:
        with contextlib.suppress(UsageError):  # a form of text that was not foreseen
            return splice(card, KEY, meant, edits)
    if not force:
        line = card.line(place[0].start)
        raise OccupiedError(
            f"line {line}: {KEY} is written such that nothing can be added to its text: write it in"
            " block style, or have it written anew with --force"
        )
    return put(card, KEY, meant)


def _check(card: Card, index: object) -> None:
    """Raises UsageError for an index that huggingface_hub could not read either."""
    problem = ""
    if not isinstance(index, list):
        problem = "no list"
    else:
        try:
            for entry in index:
                _ = entry["name"], [_identity(each) for each in entry["results"]]
                for result in entry["results"]:
                    _ = [(each["type"], each["value"]) for each in result["metrics"]]
        except (KeyError, TypeError, AttributeError) as error:
            problem = f"{type(error).__name__}: {error}"
    if problem:
        place = key_of(card, KEY)
        where = f"line {card.line(place[0].start)}: " if place else ""
        raise UsageError(f"{where}{KEY} is not in the Hub's form ({problem}): correct it")


def _plan(index: Sequence[Any], name: str, metrics: Sequence[Metric]) -> Plan:
    entries = [each for each, entry in enumerate(index) if str(entry["name"]) == name]
    changes: list[Change] = []
    new: dict[tuple[str, ...], dict[str, Any]] = {}
    for metric in metrics:
        same = [
            (entry, result, position, found)
            for entry in entries
            for result, one in enumerate(index[entry]["results"])
            if _is_of(_identity(one), metric)
            for position, found in enumerate(one["metrics"])
            if str(found["type"]) == metric.name
        ]
        if not same:
            result = new.setdefault(_key(metric)[1:], _result(metric))
            result["metrics"].append({"type": metric.name, "value": metric.value})
            continue
        for entry, result_at, position, found in same:
            verified = found.get("verified") or found.get("verifyToken")
            if not verified and repr(found["value"]) != repr(metric.value):
                changes.append(Change(entry, result_at, position, metric.value))
    return Plan(tuple(changes), entries[0] if entries else None, tuple(new.values()))


def _key(metric: Metric) -> tuple[str, ...]:
    """What makes a metric one of its own: its name, then what a result is of."""
    data = (metric.data, metric.config, metric.split, metric.revision)
    return (metric.name, metric.task, *data)


def _identity(result: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    """Task, type and name of the data, config, split, revision."""
    data = result["dataset"]
    extra = (str(data.get(key) or "") for key in ("config", "split", "revision"))
    return (str(result["task"]["type"]), str(data["type"]), str(data["name"]), *extra)  # type: ignore[return-value]


def _is_of(identity: tuple[str, ...], metric: Metric) -> bool:
    task, type_, name, config, split, revision = identity
    return (
        task == metric.task
        and metric.data in (type_, name)
        and (config, split, revision) == (metric.config, metric.split, metric.revision)
    )


def _result(metric: Metric) -> dict[str, Any]:
    data = {
        "name": metric.data,
        "type": metric.data,
        "config": metric.config,
        "split": metric.split,
        "revision": metric.revision,
    }
    return {
        "task": {"type": metric.task},
        "dataset": {key: value for key, value in data.items() if value},
        "metrics": [],
    }


def _applied(index: Sequence[Any], name: str, plan: Plan) -> list[Any]:
    meant = copy.deepcopy(list(index))
    for change in plan.changes:
        metric = meant[change.entry]["results"][change.result]["metrics"][change.metric]
        metric["value"] = change.value
    if plan.results and plan.entry is not None:
        meant[plan.entry]["results"] += copy.deepcopy(list(plan.results))
    elif plan.results:
        meant.insert(0, {"name": name, "results": copy.deepcopy(list(plan.results))})
    return meant


def _edits(card: Card, index: Node, plan: Plan, name: str) -> list[Edit] | None:
    """The plan as edits of the text; None where it is not written such that it can be."""
    edits: list[Edit] = []
    for change in plan.changes:
        metric = _at(_at(_at(index, change.entry, "results"), change.result, "metrics"),
                     change.metric, "value")  # fmt: skip
        if metric is None or metric.kind != "scalar" or metric.style in ("|", ">"):
            return None
        edits.append(Edit(metric.start, metric.end, dump(change.value).split("\n")[0]))
    if plan.results:
        results = index if plan.entry is None else _at(index, plan.entry, "results")
        new: list[Any] = list(plan.results)
        if plan.entry is None:
            new = [{"name": name, "results": new}]
        edit = None if results is None else _added(card, results, new, first=plan.entry is None)
        if edit is None:
            return None
        edits.append(edit)
    return edits


def _at(seq: Node | None, position: int, key: str) -> Node | None:
    """The value of a key of one of a list's items."""
    if seq is None or seq.kind != "seq" or position >= len(seq.items):
        return None
    item = seq.items[position]
    return item.get(key) if item.kind == "map" else None


def _added(card: Card, seq: Node, items: list[Any], *, first: bool) -> Edit | None:
    """New items of a block list, indented as it is, at its beginning or end."""
    text = card.yaml
    if seq.kind != "seq" or seq.flow or not seq.items:
        return None
    dash = text.rfind("-", 0, seq.items[0].start)
    start = line_start(text, dash)
    if dash < 0 or text[start:dash].strip():
        return None
    block = dump(items, card.newline, dash - start)
    if first:
        return Edit(start, start, block)
    end = line_end(text, seq.end)
    if end == len(text) and not text.endswith(("\n", "\r")):
        return Edit(end, end, card.newline + block.removesuffix(card.newline))
    return Edit(end, end, block)
