"""The readings of several writers, by device, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from footprint.accounts.timelines.columns.build import build
from footprint.accounts.timelines.columns.points import read_points, read_windows
from footprint.accounts.timelines.columns.timeline import TimelineColumns
from footprint.ledger import columns
from footprint.ledger.reader import Facts
from footprint.model import Device


class ReadingColumns:
    """Makes each device's timeline from what some writers, of one boot, read of it."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        self._points, self._windows = (
            _by_device(facts, "point"),
            _by_device(facts, "window"),
        )

    def build(self, device: Device, since: int | None, until: int | None) -> TimelineColumns:
        """A device's timeline; its first and last moments are filled in from `since` to `until`.

        Raises TooLarge where 64 bits do not hold a number.
        """
        points = read_points(self._points.get(device.id, []))
        windows = [read_windows(rows) for rows in self._windows.get(device.id, [])]
        windows = [rows for rows in windows if rows.size]
        return build(device, points, windows, since, until)


def _by_device(facts: Sequence[Facts], name: str) -> dict[str, list[Any]]:
    """Each writer's rows of a kind, as structured arrays, by the device's id."""
    found: dict[str, list[Any]] = {}
    for one in facts:
        own: dict[str, list[Any]] = {}
        for number, rows in _by_number(columns.of(one.rows, name)):
            if number in one.devices:
                own.setdefault(one.devices[number].id, []).append(rows)
        for device, parts in own.items():
            whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
            found.setdefault(device, []).append(whole)
    return found


def _by_number(rows: Any) -> Iterator[tuple[int, Any]]:
    """Rows by the number that their writer gave the device, those of a device in their order."""
    number = rows["device"]
    order = np.argsort(number, kind="stable")
    counts = np.bincount(number)
    ends = np.cumsum(counts)
    for each in np.flatnonzero(counts).tolist():
        yield each, rows[order[ends[each] - counts[each] : ends[each]]]
