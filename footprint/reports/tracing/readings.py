"""What was read of the devices, by whom, and in which files it lies."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from footprint.ledger import columns
from footprint.ledger.reader import Facts
from footprint.pages.rows import around
from footprint.reports.times import stamp
from footprint.reports.tracing.days import Opened
from footprint.reports.tracing.view import FileOf, ReadingsOf

_UJ_PER_J = 1_000_000
#: Tables of readings; when a row of one was read, and what a counter said then.
_TABLES = {"point": ("t", "raw_uj"), "window": ("end", None)}


def readings(opened: Opened, devices: Collection[str]) -> Iterator[ReadingsOf]:
    """The readings of some devices that a day's books rest on, with those around it."""
    for one in opened.facts:
        numbers = {number: each for number, each in one.devices.items() if each.id in devices}
        for name, (when, raw) in _TABLES.items():
            if not numbers or not one.rows.count(name):
                continue
            rows = columns.of(one.rows, name)
            files = tuple(_files(opened, one, name))
            for number, device in numbers.items():
                own = rows[rows["device"] == number]
                if len(own):
                    yield _of(one, device.id, own[when], own[raw] if raw else None, files)


def _of(one: Facts, device: str, times: Any, raw: Any, files: tuple[FileOf, ...]) -> ReadingsOf:
    first, last = int(times.argmin()), int(times.argmax())
    return ReadingsOf(
        one.host,
        device,
        one.writer,
        one.where,
        len(times),
        stamp(one.utc_ns(int(times[first]))),
        stamp(one.utc_ns(int(times[last]))),
        None if raw is None else int(raw[first]) / _UJ_PER_J,
        None if raw is None else int(raw[last]) / _UJ_PER_J,
        files,
    )


def _files(opened: Opened, one: Facts, table: str) -> Iterator[FileOf]:
    """Where sealed rows of a writer's boot and day lie; nowhere while it is not sealed."""
    task = opened.day.task
    asked = around(task, 0)
    for place in task.places:
        for source in place.sources:
            if not any(journal.writer == one.writer for journal in source.journals.values()):
                continue
            for file in source.files:
                own = [
                    group
                    for group in file.groups
                    if asked.wants(group.boots, group.first_utc_ns, group.last_utc_ns)
                ]
                if file.table == table and own:
                    stop = max(group.first + group.rows for group in own)
                    yield FileOf(file.path, file.sha256, min(each.first for each in own), stop)
