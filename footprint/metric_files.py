"""Files of metrics, JSON or CSV: what comparisons and datasheets read alike.

Each has its own form; how a file is opened and parsed, what a number is, and how all that is
wrong is said, is the same.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from footprint.errors import UsageError, shown


def read_text(path: str | Path) -> str:
    """The file's text. Raises UsageError where it cannot be read, or is no text."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: {why}: name a JSON or CSV file of metrics") from error


def is_json(text: str) -> bool:
    """Whether this is meant as JSON; CSV otherwise."""
    return text.lstrip()[:1] in ("{", "[")


def json_object(path: str | Path, text: str) -> dict[str, Any]:
    """A JSON object. Raises UsageError for anything else, with line and column, and for keys that
    stand twice, of which one would be lost without a word."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise UsageError(f"{path}: {twice!r} is there twice: leave one")
        return found

    try:
        found = json.loads(text, object_pairs_hook=once)
    except UsageError:
        raise
    except RecursionError as error:
        raise UsageError(f"{path} is nested too deeply: write metrics and numbers") from error
    except ValueError as error:
        raise UsageError(f"{path} is no JSON: {error}: correct it") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path} holds {shown(found)}: write an object, {{...}}")
    return found


def csv_rows(path: str | Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells by heading, stripped, of every row; empty ones are left out.

    Raises UsageError for a row that has more or fewer cells than there are headings.
    """
    reader = csv.reader(io.StringIO(text))
    try:
        head = [name.strip() for name in next(reader, [])]
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(head):
                raise UsageError(
                    f"{path}, line {reader.line_num}: {len(row)} cells under {len(head)} headings"
                )
            yield reader.line_num, dict(zip(head, (cell.strip() for cell in row), strict=True))
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: {error}: correct it") from error


def csv_head(text: str) -> list[str]:
    """The headings of a CSV text, stripped."""
    try:
        return [name.strip() for name in next(csv.reader(io.StringIO(text)), [])]
    except csv.Error:
        return []


def number(where: str, value: Any, *, words: bool = False) -> float:
    """A finite number.

    Args:
        where: file, key or line; opens the message.
        words: take a text that is a number too, as cells of CSV are.

    Raises UsageError for anything else: bool, NaN, infinities, lists, texts.
    """
    found = math.nan
    kinds = (int, float, str) if words else (int, float)
    if isinstance(value, kinds) and not isinstance(value, bool):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            found = math.nan
    if not math.isfinite(found):
        raise UsageError(f"{where} is {shown(value)}: give a finite number")
    return found
