"""The user's own file of factors: `factors.toml`, or a CSV with the same keys as columns.

    [[factor]]
    name = "grid intensity"
    zone = "FRA"
    value = 21.7
    unit = "g/kWh"
    vintage = 2025
    source = "RTE, Bilan électrique 2025"

Other tables (`[tariff]`, `[[instrument]]`, ...) are read here and handed on as plain data: each is
checked by the estimator that it is for. docs/reference/factors.md has all keys.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import UsageError
from footprint.estimators.costs.rental import RentalPrices, checked_rentals
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import RENTAL, Factor
from footprint.estimators.series import iso
from footprint.estimators.sources import Query
from footprint.factors.chosen import fitting
from footprint.factors.entries import KEYS, Entry, entry, known_keys
from footprint.factors.files import read_table, read_toml

#: Tables that are no single factor.
TABLES = ("tariff", "instrument", "rental", "purchase", "extra", "exchange")


class OwnFile(NamedTuple):
    """An own file that was read.

    Attributes:
        path: the file; paths in it are relative to its folder.
        entries: its factors, in the file's order.
        tables: the other tables' raw contents by name, in the file's order; a `[tariff]` is a list
            of one. Every number in them is finite; what else holds is their estimator's to check.
        lines: (table, number from 0) -> line in the file, where it is known.
    """

    path: Path
    entries: tuple[Entry, ...]
    tables: Mapping[str, list[dict[str, Any]]]
    lines: Mapping[tuple[str, int], int]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd in it though it is taken, one line each."""
        return tuple(note for each in self.entries for note in each.notes)

    def where(self, table: str, number: int) -> str:
        """`factors.toml, line 12 (rental 2)`: opens a message about an entry (from 0)."""
        line = self.lines.get((table, number))
        of = f"{table} {number + 1}"
        return f"{self.path}, {of}" if line is None else f"{self.path}, line {line} ({of})"


class OwnSource:
    """The factors of an own file, as a source; the prices of its `[[rental]]` tables are too.

    Attributes:
        file: what was read, with its other tables and notes.

    Raises UsageError: a `[[rental]]` that makes no sense.
    """

    name = "own"

    def __init__(self, file: OwnFile) -> None:
        self.file = file
        tables = file.tables.get("rental")
        try:
            rows = checked_rentals(tables, f"{file.path}: rental") if tables else ()
        except EstimatorError as error:
            raise UsageError(str(error)) from error
        self._rentals = RentalPrices(rows)

    def candidates(self, query: Query) -> Iterator[Factor]:
        """The file's factors for a query: of its zone, then those that hold everywhere."""
        yield from fitting(self.file.entries, query)
        yield from self._rentals.candidates(query)

    def everything(self) -> Iterator[Factor]:
        """All factors of the file."""
        yield from (each.factor for each in self.file.entries)
        for row in self._rentals.rows:
            yield from self._rentals.candidates(Query(RENTAL, subject=row.instance or row.device))


def own_source(path: Path) -> OwnSource:
    """The source `own` over a file. Raises UsageError as `read` does."""
    return OwnSource(read(path))


def read(path: Path) -> OwnFile:
    """An own file, TOML or CSV by its suffix, checked.

    Raises UsageError: it cannot be read, a key or table is not known, a value is wrong, two entries
    are of the same at the same time. Says the file and the line.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _from_csv(path)
    if suffix != ".toml":
        raise UsageError(f"{path}: factors are a file that ends in .toml or .csv")
    content, text = read_toml(path)
    known_keys(str(path), content, ("factor", *TABLES))
    lists = {name: _entries(path, name, value) for name, value in content.items()}
    bare = OwnFile(path, (), {}, _lines(text, lists))
    for name, entries in lists.items():
        for number, values in enumerate(entries):
            _finite(bare.where(name, number), values)
    factors = [
        entry(bare.where("factor", number), values, path)
        for number, values in enumerate(lists.pop("factor", []))
    ]
    _apart(factors)
    return bare._replace(entries=tuple(factors), tables=lists)


def _from_csv(path: Path) -> OwnFile:
    table = read_table(path)
    known_keys(f"{path}, line of column names", table.columns, KEYS)
    factors = [entry(table.where(row), row.cells, path) for row in table.rows]
    _apart(factors)
    return OwnFile(path, tuple(factors), {}, {})


def _entries(path: Path, name: str, value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict) and name != "factor":
        return [value]
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return value
    raise UsageError(f"{path}: {name} is no table: begin it with [[{name}]] on a line of its own")


def _lines(text: str, lists: Mapping[str, list[dict[str, Any]]]) -> dict[tuple[str, int], int]:
    """Where each entry begins; nothing for a table whose headings are not one for each entry."""
    found: dict[tuple[str, int], int] = {}
    lines = text.splitlines()
    for name, entries in lists.items():
        heading = re.compile(rf"\s*\[{{1,2}}\s*[\"']?{name}[\"']?\s*\]{{1,2}}")
        at = [number for number, line in enumerate(lines, 1) if heading.match(line)]
        if len(at) == len(entries):
            found |= {(name, number): line for number, line in enumerate(at)}
    return found


def _finite(where: str, value: object, key: str = "") -> None:
    """Raises UsageError for a number that is infinite or NaN, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _finite(where, inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for inner in value:
            _finite(where, inner, key)
    elif isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{where}: {key} is {value}: give a finite number, or leave it out")


def _apart(entries: Iterable[Entry]) -> None:
    """Raises UsageError where two entries are of the same at the same time."""
    known: dict[tuple[str, str, str, str], list[Entry]] = {}
    for each in entries:
        for other in known.setdefault(each.key, []):
            start, end = (
                max(each.valid_from or 0, other.valid_from or 0),
                min(each.valid_until or _NEVER, other.valid_until or _NEVER),
            )
            if start < end:
                since = f" from {iso(start)} on" if start else ""
                raise UsageError(
                    f"{each.where}: {other.where} says the {each.factor.name} of "
                    f"{each.factor.subject or each.factor.zone or 'everywhere'} already{since}: "
                    "keep one, or give valid_from and valid_until that do not overlap"
                )
        known[each.key].append(each)


_NEVER = 2**63 - 1
