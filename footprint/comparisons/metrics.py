"""Metrics that are measured elsewhere (accuracy, memory, ...), from a JSON or CSV file.

    {"minilm@fp32": {"accuracy": 0.91}, "minilm@int8": {"accuracy": 0.90}}

    group,accuracy,peak_memory_mb
    minilm@fp32,0.91,412
    minilm@int8,0.90,128

A group is named as on the command line. Values are numbers; an empty cell or null is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from footprint import metric_files
from footprint.errors import UsageError, nearest, shown
from footprint.estimators.errors import Gap


class Metrics(NamedTuple):
    """Values by group and metric, and the file they are from."""

    path: str
    values: Mapping[str, Mapping[str, float | None]]

    @property
    def names(self) -> list[str]:
        """All metrics, in the order in which they appear."""
        return list(dict.fromkeys(name for group in self.values.values() for name in group))

    def value(self, group: str, metric: str) -> float | None:
        """A group's metric; None where it is not known."""
        return self.values.get(group, {}).get(metric)

    def gaps(self, groups: Sequence[str]) -> Iterator[Gap]:
        """Metrics that some of the groups lack."""
        for group in groups:
            for name in self.names:
                if self.value(group, name) is None:
                    yield Gap(f"metric.{name}", f"{self.path} has none of {group}", "add it")


def read(path: str | Path, groups: Sequence[str]) -> Metrics:
    """The metrics of a file.

    Raises UsageError: it cannot be read, a value is no number, a group that is not compared.
    """
    text = metric_files.read_text(path)
    rows = _json(path, text) if metric_files.is_json(text) else _csv(path, text)
    for group in rows:
        if group not in groups:
            raise UsageError(
                f"{path}: {group!r} is not compared: use {', '.join(groups)}."
                + nearest(group, groups)
            )
    values = {
        group: {name: _number(path, group, name, value) for name, value in row.items()}
        for group, row in rows.items()
    }
    return Metrics(str(path), values)


def _json(path: str | Path, text: str) -> dict[str, dict[str, Any]]:
    found = metric_files.json_object(path, text)
    for group, row in found.items():
        if not isinstance(row, dict):
            raise UsageError(
                f'{path}: {group!r} is {shown(row)}: write {{"GROUP": {{"METRIC": NUMBER}}}}'
            )
    return found


def _csv(path: str | Path, text: str) -> dict[str, dict[str, Any]]:
    head = metric_files.csv_head(text)
    if len(head) < 2 or head[0] != "group":
        raise UsageError(
            f"{path}: the first line is {shown(','.join(head))}: write group,METRIC,..."
        )
    found: dict[str, dict[str, Any]] = {}
    for _, row in metric_files.csv_rows(path, text):
        group = row.pop("group")
        found[group] = {name: cell or None for name, cell in row.items()}
    return found


def _number(path: str | Path, group: str, name: str, value: Any) -> float | None:
    if value is None:
        return None
    return metric_files.number(f"{path}: {name} of {group}", value, words=True)
