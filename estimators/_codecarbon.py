"""codecarbon's tables, read as data files: its code is never imported."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

from footprint.estimators import _installed
from footprint.estimators.errors import EstimatorError

LICENSE = "MIT"


@cache
def package_root() -> Path:
    """The folder of the installed package, found without importing it.

    Raises:
        EstimatorError: not installed.
    """
    found = _installed.folder("codecarbon")
    if found is None:
        raise EstimatorError(
            "codecarbon's tables are not installed: run `pip install codecarbon`, "
            "or give the figure itself (--carbon-intensity)"
        )
    return found


def missing() -> str:
    """Why there are no tables at all, one clause; empty where the package is there."""
    try:
        package_root()
    except EstimatorError as error:
        return str(error)
    return ""


@cache
def version() -> str:
    """The installed version."""
    return _installed.version("codecarbon", package_root())


def path(name: str) -> Path:
    """A file under codecarbon's `data/`."""
    return package_root() / "data" / name


@cache
def table(name: str, *, optional: bool = False) -> dict[str, Any]:
    """A JSON table under `data/`; an `optional` one that this version lacks is empty.

    Raises:
        EstimatorError: missing or not readable as a JSON object.
    """
    file = path(name)
    if optional and not file.exists():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EstimatorError(
            f"{file}: cannot be read ({error}): reinstall codecarbon, "
            "or give the figure itself (--carbon-intensity)"
        ) from error
    if not isinstance(content, dict):
        raise EstimatorError(f"{file}: is not a table: reinstall codecarbon")
    return content


@cache
def cloud_regions() -> dict[tuple[str, str], dict[str, str]]:
    """(provider, region) -> row of `cloud/impact.csv`; empty where this version has no such table.

    Raises:
        EstimatorError: there, and not readable as such a table.
    """
    file = path("cloud/impact.csv")
    if not file.exists():
        return {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return {(row["provider"], row["region"]): row for row in csv.DictReader(lines)}
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise EstimatorError(
            f"{file}: cannot be read ({error!r}): reinstall codecarbon, "
            "or give the figure itself (--carbon-intensity)"
        ) from error
