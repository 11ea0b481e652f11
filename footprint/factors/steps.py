"""A factor that changes with time, from a table: columns `start`, perhaps `end`, and the value.

Instants are ISO 8601 with their offset, or local times of a named time zone. An hour that the
clocks skip or repeat is refused by name, since a local time alone cannot say which it is. An empty
value is a hole: it stays one, and is told.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.series import Row as Step
from footprint.estimators.series import Series, iso, parse_utc_ns, series
from footprint.factors.files import read_table
from footprint.factors.kinds import Kind, Unit, noted


class Steps(NamedTuple):
    """A series as it was read, and what to say about it."""

    series: Series
    notes: tuple[str, ...]


def read_steps(
    path: Path,
    kind: Kind,
    unit: Unit,
    *,
    column: str | None = None,
    timezone: str | None = None,
) -> Steps:
    """The series in a CSV or Parquet file.

    Args:
        path: the file.
        kind: what the values are.
        unit: what they are written in; they are converted to the kind's.
        column: the name of the values' column; `value` where it is not said.
        timezone: IANA name; of times without an offset.

    Raises UsageError: the file, a missing column, a time or value that is wrong, overlaps; names
    the line or the instant.
    """
    table = read_table(path)
    table.need("start")
    values = column or "value"
    if column is None and values not in table.columns:
        raise UsageError(
            f"{path} has no column 'value': name the one that has the values with column= "
            f"(there are {', '.join(table.columns)})"
        )
    table.need(values)
    steps: list[Step] = []
    notes: list[str] = []
    empty: list[int] = []
    for row in table.rows:
        try:
            start = parse_utc_ns("start", row.cells.get("start", ""), timezone)
            given = row.cells.get("end")
            end = None if given is None else parse_utc_ns("end", given, timezone)
        except EstimatorError as error:
            raise UsageError(f"{table.where(row)}: {error}") from error
        if values not in row.cells:
            empty.append(start)
            continue
        try:
            value = _value(values, row.cells[values], kind, unit)
        except EstimatorError as error:
            raise UsageError(f"{table.where(row)} ({iso(start)}): {error}") from error
        if not notes and (note := noted(values, float(value), kind)):
            notes.append(f"{table.where(row)} ({iso(start)}): {note}")
        steps.append((start, end, value))
    try:
        found = series(str(path), _ended(steps, empty), unit.kept, low=kind.low, high=kind.high)
    except EstimatorError as error:
        raise UsageError(str(error)) from error
    return Steps(found, (*notes, *_holes(path, found)))


def _value(column: str, given: object, kind: Kind, unit: Unit) -> float | Decimal:
    return unit.amount(column, given) if kind.is_money else unit.number(column, given, kind)


def _ended(steps: list[Step], empty: list[int]) -> list[Step]:
    """The steps, none reaching into one that is empty."""
    if not empty:
        return steps
    from bisect import bisect_right

    instants = sorted({*empty, *(step[0] for step in steps)})
    gone = set(empty)
    found: list[Step] = []
    for start, end, value in steps:
        after = bisect_right(instants, start)
        cut = end is None and after < len(instants) and instants[after] in gone
        found.append((start, instants[after] if cut else end, value))
    return found


def _holes(path: Path, found: Series) -> list[str]:
    holes = found.holes(found.starts[0], found.ends[-1])
    if not holes:
        return []
    start, end = holes[0]
    many = "1 hole" if len(holes) == 1 else f"{len(holes)} holes, the first"
    return [f"{path}: {many} from {iso(start)} to {iso(end)}: the next source stands in there"]
