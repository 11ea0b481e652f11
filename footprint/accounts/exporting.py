"""A ledger's tables as files: CSV, JSON lines, Parquet.

Times are UTC, what is not known is empty (CSV) or null, and maps (tags, units, tiers) are JSON
objects: as such in JSON lines, as text in the other two.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprint.accounts.opened import open_ledger
from footprint.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def export(
    places: Sequence[str | Path],
    table: str,
    form: str | None = None,
    output: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> None:
    """Writes a table of some ledgers.

    Args:
        places: the ledgers, read as one.
        table: `spans` or `readings`.
        form: csv, jsonl or parquet; by default the output's suffix says, else csv.
        output: a file; stdout by default.
        since, until: instants (ISO 8601) between which something must lie.

    Raises UsageError, LedgerError, and OSError where the file cannot be written.
    """
    suffix = Path(output or "").suffix.lower()
    if form is None and suffix and suffix not in SUFFIXES:
        raise UsageError(
            f"{output}: no format has the suffix {suffix}:"
            f" use {', '.join(SUFFIXES)}, or say --format"
        )
    form = form or SUFFIXES.get(suffix, "csv")
    if form == "parquet" and output is None:
        raise UsageError("Parquet goes into a file: name one with -o")
    ledger = open_ledger(*places)
    frame = ledger.spans(since, until) if table == "spans" else ledger.readings(since, until)
    write: Callable[[pd.DataFrame, Path], None] = {
        "csv": _csv,
        "jsonl": _json_lines,
        "parquet": _parquet,
    }[form]
    if output is None:
        write(frame, Path("/dev/stdout"))
        return
    with _whole(Path(output)) as path:
        write(frame, path)


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when it is complete; `path` for what is no file."""
    if path.exists() and not path.is_file():
        yield path
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.touch()
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _csv(frame: pd.DataFrame, path: Path) -> None:
    flat = _flat(frame)
    for column in _times(flat):
        flat[column] = flat[column].map(_instant)
    with _open(path) as file:
        flat.to_csv(file, index=False)


def _json_lines(frame: pd.DataFrame, path: Path) -> None:
    times = set(_times(frame))
    with _open(path) as file:
        for row in frame.to_dict("records"):
            plain = {
                str(key): _instant(value) if key in times else _known(value)
                for key, value in row.items()
            }
            file.write(json.dumps(plain, ensure_ascii=False, allow_nan=False) + "\n")


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    import duckdb

    flat = _flat(frame)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("flat", flat)
        columns = ", ".join(_typed(str(name), str(kind)) for name, kind in flat.dtypes.items())
        target = str(path).replace("'", "''")
        connection.execute(f"COPY (SELECT {columns} FROM flat) TO '{target}' (FORMAT parquet)")


def _typed(name: str, kind: str) -> str:
    """A column with the type that it has in every export, and NULL for what is not known."""
    if kind.startswith("float"):
        return f'CASE WHEN isnan("{name}") THEN NULL ELSE "{name}" END AS "{name}"'
    if kind in ("object", "str", "string"):
        return f'CAST("{name}" AS VARCHAR) AS "{name}"'
    return f'"{name}"'


@contextlib.contextmanager
def _open(path: Path) -> Iterator[Any]:
    if str(path) == "/dev/stdout":
        yield sys.stdout
        return
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:  # a full disk is told without the file's name
        raise OSError(error.errno, error.strerror, str(path)) from error


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Maps as JSON text."""
    flat = frame.copy()
    for column in flat.columns:
        if any(isinstance(value, dict) for value in flat[column]):
            flat[column] = [
                json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else None
                for value in flat[column]
            ]
    return flat


def _times(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name, kind in frame.dtypes.items() if str(kind).startswith("datetime")]


def _instant(value: Any) -> str | None:
    """`2026-11-22T11:03:04.123456789Z`."""
    return None if _known(value) is None else value.isoformat().replace("+00:00", "Z")


def _known(value: Any) -> Any:
    """A value as JSON has it: None for NaN and NaT, plain numbers for numpy's."""
    if hasattr(value, "item"):
        value = value.item()
    return None if value != value else value  # noqa: PLR0124 - only NaN and NaT differ from itself
