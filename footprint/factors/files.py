"""A user's files as plain data: TOML, and tables in CSV or Parquet.

What cannot be read is one line (UsageError) that names the file, and the line where there is one.
Nothing is guessed: no delimiter, no encoding but UTF-8 (a byte order mark may lead), no decimal
comma.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import UsageError, nearest

SUFFIXES = (".csv", ".parquet")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Row(NamedTuple):
    """One row of a table: its number (a CSV's line; a Parquet's row, from 1) and its cells.

    What is empty (a CSV's empty cell, a Parquet's NULL) is not among the cells.
    """

    number: int
    cells: dict[str, Any]


class Table(NamedTuple):
    """A table that was read.

    Attributes:
        path: the file.
        columns: their names, in the file's order.
        rows: in the file's order.
        counted: what a row's number counts: `line` or `row`.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    counted: str

    def where(self, row: Row) -> str:
        """`fr.csv, line 7`: opens a message about a row."""
        return f"{self.path}, {self.counted} {row.number}"

    def need(self, column: str) -> None:
        """Raises UsageError where there is no such column; names the nearest."""
        if column not in self.columns:
            raise UsageError(
                f"{self.path} has no column {column!r}: it has {', '.join(self.columns) or 'none'}."
                + nearest(column, self.columns)
            )


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """A TOML file's content, and its text. Raises UsageError with the line of a mistake."""
    import tomllib

    text = _text(path)
    try:
        return tomllib.loads(text), text
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error or 'nested too deeply'}") from error


def read_table(path: Path) -> Table:
    """A CSV or Parquet file, by its suffix.

    A CSV's cells are text. A Parquet's instants with a time zone are datetimes in UTC, other
    times are ISO 8601 text, numbers are numbers.

    Raises UsageError: no such file, another format, damaged, no header, a column twice, a row
    with too few or too many cells.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{path} is no table: give a file that ends in {' or '.join(SUFFIXES)}")
    if suffix == ".csv":
        return _csv(path)
    return _parquet(path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}: check its path") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a directory: name a file in it") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{path} cannot be read: {reason}: check its permissions") from error


def _text(path: Path) -> str:
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not text in UTF-8 ({error.reason}): save it as UTF-8"
        ) from None
    if "\0" in text:
        raise UsageError(f"{path} is a binary file: give text in UTF-8")
    return text


def _csv(path: Path) -> Table:
    import csv
    import io

    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _header(path, cells)
                continue
            if len(cells) != len(columns):
                raise UsageError(
                    f"{path}, line {reader.line_num}: {len(cells)} cells under {len(columns)} "
                    "columns: separate cells by one comma, write numbers with a decimal point"
                )
            found = zip(columns, (cell.strip() for cell in cells), strict=True)
            rows.append(Row(reader.line_num, {name: cell for name, cell in found if cell}))
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: is not CSV: {error}") from error
    if not columns:
        raise UsageError(f"{path} is empty: give a line of column names, then rows")
    return Table(path, columns, tuple(rows), "line")


def _header(path: Path, cells: Sequence[str]) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    if len(columns) == 1 and ";" in columns[0]:
        raise UsageError(
            f"{path}: its columns are separated by semicolons: separate them by commas, and write "
            "numbers with a decimal point"
        )
    return _distinct(path, columns)


def _distinct(path: Path, columns: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise UsageError(f"{path} has two columns {twice[0]!r}: rename one of them")
    return columns


def _parquet(path: Path) -> Table:
    import duckdb

    if not path.is_file():
        _bytes(path)  # says what is wrong with it
    # The name of one file, not a pattern of many.
    source = [glob.escape(str(path))]
    try:
        with duckdb.connect() as connection:
            described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", source)
            kinds = {str(name): str(kind) for name, kind, *_ in described.fetchall()}
            wanted = ", ".join(_wanted(name, kind) for name, kind in kinds.items())
            query = f"SELECT {wanted} FROM read_parquet(?)"
            found = connection.execute(query, source).fetchall()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise UsageError(f"{path} cannot be read as Parquet: {first}") from error
    columns = _distinct(path, tuple(kinds))
    instants = frozenset(name for name, kind in kinds.items() if _is_instant(kind))
    rows: list[Row] = []
    for number, values in enumerate(found, 1):
        try:
            rows.append(Row(number, dict(_cells(columns, values, instants))))
        except OverflowError as error:
            raise UsageError(
                f"{path}, row {number}: holds a time that is infinite or far off: leave it out"
            ) from error
    return Table(path, columns, tuple(rows), "row")


def _is_instant(kind: str) -> bool:
    return kind == "TIMESTAMP WITH TIME ZONE"


def _wanted(name: str, kind: str) -> str:
    """A column's expression; duckdb needs a package of its own to hand out instants as such."""
    quoted = '"' + name.replace('"', '""') + '"'
    if _is_instant(kind):
        return f"epoch_us({quoted})"
    return f"CAST({quoted} AS VARCHAR)" if kind.startswith(("TIMESTAMP", "DATE")) else quoted


def _cells(
    columns: Sequence[str], values: Sequence[Any], instants: frozenset[str]
) -> Iterator[tuple[str, Any]]:
    for name, value in zip(columns, values, strict=True):
        if value is not None:
            yield name, _EPOCH + timedelta(microseconds=value) if name in instants else value
