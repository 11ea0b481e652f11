"""The sheet file: what a model's owner states of it, since no meter can (`--sheet FILE`).

TOML; its tables and keys are those of `footprint.emitters.given`, and nothing else is taken: a key
that is misspelt would otherwise be missing from the datasheet without a word. docs:
docs/reference/datasheet.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from footprint.datasheets.baseline import read_baseline
from footprint.emitters.given import TABLES
from footprint.emitters.view import Base, Figures
from footprint.errors import UsageError, shown
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import convert
from footprint.words import forms

#: How a base model's figures can have come about.
METHODS = ("measured", "partly measured", "estimated")

FORM = forms.Form(TABLES, "a sheet file", "footprint datasheet --init", "sheet")


def read_sheet(path: str | Path) -> dict[str, dict[str, Any]]:
    """What a sheet file states, by table, then by key; what was left empty is left out.

    Dates come as ISO 8601 texts. Where `[drift]` names an earlier datasheet, its figures come with
    it, below those that are written beside the name.

    Raises UsageError: it cannot be read, is no TOML (with the line), or has a table, a key or a
    value that has no place in it.
    """
    file = Path(path)
    found: dict[str, dict[str, Any]] = forms.read(file, FORM)
    name = found.get("drift", {}).get("baseline")
    if name is not None:
        drift = found["drift"]
        drift["metrics"] = {**read_baseline(file.parent / name), **drift.get("metrics", {})}
    _whole_base(file, found.get("base"))
    return found


def base(given: Mapping[str, Mapping[str, Any]]) -> Base | None:
    """The model that this one was fine-tuned from, as a sheet states it; None where it does not."""
    told = given.get("base")
    if not told:
        return None

    def known(key: str, unit: str, to: str) -> Quantity | None:
        return None if key not in told else exact(convert(told[key], unit, to), to)

    cost = told.get("cost_usd")
    return Base(
        model=told["model"],
        figures=Figures(
            energy_j=known("energy_kwh", "kWh", "J"),
            carbon_location_g=known("carbon_kg", "kg", "g"),
            water_l=known("water_l", "L", "L"),
            cost={} if cost is None else {"USD": exact(cost, "USD")},
        ),
        source=told.get("source", ""),
        method=told.get("method", ""),
        period=told.get("period", ""),
    )


def template(lang: str = "en") -> str:
    """A sheet file in which nothing is filled in, and every key says what belongs there."""
    return forms.template(lang, FORM)


def _whole_base(file: Path, told: Mapping[str, Any] | None) -> None:
    """No figure without its source and method: a base model's are stated, never measured here."""
    if told is None:
        return
    needed = ("model", "source", "method") if len(told.keys() - {"model"}) else ("model",)
    for key in needed:
        if key not in told:
            raise UsageError(f"{file}: [base] has no {key}: add it: no figure goes without it")
    if told.get("method", METHODS[0]) not in METHODS:
        raise UsageError(
            f"{file}: base.method is {shown(told['method'])}: write {', '.join(METHODS)}"
        )
