"""ecologits' mixes of electricity, read as a data file: its code is never imported.

ecologits is optional (the extra `api`): without it there are no rows, and no error. Where a
country's water use is not known, its file repeats the world's mean and says so in `warnings`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from footprint.estimators import _installed
from footprint.estimators.errors import EstimatorError

LICENSE = "MPL-2.0"
TABLE = "data/electricity_mixes.json"
_WORLD_WATER = "electricity-mix-wue-world"


class Mix(NamedTuple):
    """A country's row.

    Attributes:
        carbon_kg_per_kwh: life cycle, CO2e.
        water_l_per_kwh: consumed in generation, not withdrawn and returned.
        world_water: the water is the world's mean: the country's is not known.
    """

    carbon_kg_per_kwh: float
    water_l_per_kwh: float
    world_water: bool


@cache
def package_root() -> Path | None:
    """The folder of the installed package, found without importing it; None without it."""
    return _installed.folder("ecologits")


@cache
def version() -> str:
    """The installed version; empty without the package."""
    root = package_root()
    return _installed.version("ecologits", root) if root else ""


@cache
def mixes() -> dict[str, Mix]:
    """Country (alpha-3) -> its row; empty without the package.

    Raises:
        EstimatorError: the file is missing from the package, or is not such a table.
    """
    root = package_root()
    if root is None:
        return {}
    file = root / TABLE
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["electricity_mixes"]
        return {
            row["name"]: Mix(
                float(row["gwp"]), float(row["wue"]), _WORLD_WATER in (row["warnings"] or ())
            )
            for row in rows
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EstimatorError(
            f"{file}: cannot be read ({error!r}): reinstall ecologits, or uninstall it"
        ) from error
