"""A recorded trace: what some devices drew, as a CSV file.

    t,device,joules                          t,device,watts,device_kind,name,max_w
    0.0,GPU-0,100.0                          0.0,cpu-0,35,cpu,EPYC 9654,400
    0.1,GPU-0,117.5                          0.5,cpu-0,80,cpu,EPYC 9654,400

`t` is in seconds from any zero, rising for each device. `joules` is a counter as it stood at `t`;
`watts` is the power from `t` until the device's next row. `device_kind` is `gpu` where it is not
given, `name` the device's id, `max_w` unknown.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from footprint.errors import UsageError
from footprint.model import DEVICE_KINDS

REQUIRED, FIGURES = ("t", "device"), ("joules", "watts")
OPTIONAL = ("device_kind", "name", "max_w")


class Track(NamedTuple):
    """One device's rows.

    Attributes:
        times_ns: of the rows, from the first row of the trace.
        energy_nj: the counter at each row; for watts their integral from the first row on.
        watts: power from each row on; empty where the trace gives joules.
    """

    device: str
    kind: str
    name: str
    max_w: float | None
    times_ns: list[int]
    energy_nj: list[int]
    watts: list[Decimal]


class _Row(NamedTuple):
    line: int
    t: Decimal
    figure: Decimal
    texts: dict[str, str]


def read_trace(path: str) -> list[Track]:
    """The trace's devices, in the order in which they appear.

    Raises:
        UsageError: one line with file, line and fault.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, restkey="", strict=True)
            figure = _figure(path, list(rows.fieldnames or ()))
            found: dict[str, list[_Row]] = {}
            for device, row in _rows(path, rows, figure):
                found.setdefault(device, []).append(row)
    except OSError as error:
        raise UsageError(f"trace {path}: cannot be read: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"trace {path}: cannot be read: {error}") from error
    if not found:
        raise UsageError(f"trace {path}: no rows below the header")
    origin = min(rows[0].t for rows in found.values())
    return [_track(path, device, rows, figure, origin) for device, rows in found.items()]


def _figure(path: str, columns: list[str]) -> str:
    known = {*REQUIRED, *FIGURES, *OPTIONAL}
    for column in columns:
        if column not in known:
            raise _fault(path, 1, f"unknown column {column!r}; known: {', '.join(sorted(known))}")
        if columns.count(column) > 1:
            raise _fault(path, 1, f"column {column!r} is there twice")
    for column in REQUIRED:
        if column not in columns:
            raise _fault(path, 1, f"no column {column!r}: begin with t,device,watts or joules")
    figures = [column for column in FIGURES if column in columns]
    if len(figures) != 1:
        raise _fault(path, 1, "give one of the columns joules and watts")
    return figures[0]


def _rows(path: str, rows: csv.DictReader[str], figure: str) -> Iterator[tuple[str, _Row]]:
    for texts in rows:
        line = rows.line_num
        if None in texts.values() or "" in texts:
            raise _fault(path, line, "another number of fields than the header")
        device = texts["device"].strip()
        if not device:
            raise _fault(path, line, "the device is empty")
        kind = texts.get("device_kind") or "gpu"
        if kind not in DEVICE_KINDS:
            raise _fault(path, line, f"device_kind {kind!r} is none of {', '.join(DEVICE_KINDS)}")
        t, value = _number(path, line, "t", texts), _number(path, line, figure, texts)
        if value < 0:
            raise _fault(path, line, f"{figure} is negative: {value}")
        yield device, _Row(line, t, value, texts)


def _track(path: str, device: str, rows: list[_Row], figure: str, origin: Decimal) -> Track:
    for before, row in pairwise(rows):
        if row.t <= before.t:
            raise _fault(path, row.line, f"t of {device} does not rise: {row.t} after {before.t}")
        if figure == "joules" and row.figure < before.figure:
            fault = f"joules of {device} fall: {row.figure} after {before.figure}"
            raise _fault(path, row.line, fault)
    first = rows[0]
    energies, sum_j = [], Decimal(0)
    for i, row in enumerate(rows):
        if figure == "watts" and i:
            sum_j += rows[i - 1].figure * (row.t - rows[i - 1].t)
        energies.append(_billionths(row.figure if figure == "joules" else sum_j))
    max_w = _number(path, first.line, "max_w", first.texts) if first.texts.get("max_w") else None
    if max_w is not None and max_w <= 0:
        raise _fault(path, first.line, f"max_w is {max_w}: give more than 0, or leave it empty")
    return Track(
        device=device,
        kind=first.texts.get("device_kind") or "gpu",
        name=first.texts.get("name") or device,
        max_w=None if max_w is None else float(max_w),
        times_ns=[_billionths(row.t - origin) for row in rows],
        energy_nj=energies,
        watts=[row.figure for row in rows] if figure == "watts" else [],
    )


def _number(path: str, line: int, column: str, texts: dict[str, str]) -> Decimal:
    text = texts[column].strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _fault(path, line, f"{column} is no number: {text!r}") from None
    if not value.is_finite():
        raise _fault(path, line, f"{column} is not finite: {text}")
    return value


def _billionths(value: Decimal) -> int:
    return int((value * 1_000_000_000).to_integral_value())


def _fault(path: str, line: int, text: str) -> UsageError:
    return UsageError(f"trace {path}, line {line}: {text}")
