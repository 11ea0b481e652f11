"""The sheet file: what a model's owner states of it, since no meter can (`--sheet FILE`).

TOML; its tables and keys are those of `footprint.emitters.given`, and nothing else is taken: a key
that is misspelt would otherwise be missing from the datasheet without a word. docs:
docs/reference/datasheet.md.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from footprint.datasheets.baseline import read_baseline
from footprint.emitters.given import TABLES, Field
from footprint.emitters.view import Base, Figures
from footprint.errors import UsageError, nearest, shown
from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import checked, checked_count, convert
from footprint.words import words

#: How a base model's figures can have come about.
METHODS = ("measured", "partly measured", "estimated")

#: What a text of each kind looks like, for messages.
_KINDS = {
    "text": 'a text in quotes: "..."',
    "texts": 'a list of texts: ["...", "..."]',
    "url": 'an address in quotes: "https://example.org/model"',
    "date": "a date: 2026-11-22",
    "flag": "true or false",
    "numbers": "a table of numbers: { f1 = 0.9 }",
    "file": 'the name of a file in quotes: "datasheet.json"',
}

#: An address of the web, or none; what else there is in a text is no URI for other formats.
_URL = re.compile(r"(https?://[^\s<>\"{}|\\^`]+)?")


def read_sheet(path: str | Path) -> dict[str, dict[str, Any]]:
    """What a sheet file states, by table, then by key; what was left empty is left out.

    Dates come as ISO 8601 texts. Where `[drift]` names an earlier datasheet, its figures come with
    it, below those that are written beside the name.

    Raises UsageError: it cannot be read, is no TOML (with the line), or has a table, a key or a
    value that has no place in it.
    """
    file = Path(path)
    found: dict[str, dict[str, Any]] = {}
    for table, content in _parsed(file).items():
        keys = TABLES.get(table)
        if keys is None:
            raise UsageError(
                f"{file}: table [{table}] is not known: use {', '.join(TABLES)}."
                + nearest(table, TABLES)
            )
        if not isinstance(content, dict):
            raise UsageError(f"{file}: {table} is {shown(content)}: write a table, [{table}]")
        values: dict[str, Any] = {}
        for key, value in content.items():
            if key not in keys:
                raise UsageError(
                    f"{file}: {table}.{key} is not known: use {', '.join(keys) or 'nothing'}."
                    + nearest(key, keys)
                )
            taken = _value(file, f"{table}.{key}", value, keys[key])
            if taken not in ("", [], {}):
                values[key] = taken
        if values:
            found[table] = values
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
    w = words(lang, "sheet")
    lines = [f"# {line}".rstrip() for line in w("head").splitlines()]
    for table, keys in TABLES.items():
        lines += ["", *(f"# {line}" for line in w(f"table.{table}").splitlines()), f"[{table}]"]
        for key, field in keys.items():
            lines += [f"# {line}" for line in w(f"{table}.{key}").splitlines()]
            lines.append(f"#{key} = {field.example}")
    return "\n".join(lines) + "\n"


def _parsed(file: Path) -> dict[str, Any]:
    text = ""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except OSError as error:
        raise UsageError(
            f"{file}: {error.strerror or error}: name a sheet file; `footprint datasheet --init`"
            " writes one"
        ) from error
    except RecursionError as error:
        raise UsageError(f"{file}: nested too deeply: a sheet has tables and keys") from error
    except ValueError as error:  # TOML, with line and column, or not UTF-8
        last = f"at the end, line {len(text.splitlines())}"
        why = str(error).replace("at end of document", last)
        raise UsageError(f"{file} is no TOML: {why}: correct it") from error


def _value(file: Path, name: str, value: Any, field: Field) -> Any:
    where = f"{file}: {name}"
    if field.kind in ("number", "count"):
        return _number(where, value, field)
    if field.kind == "amount":
        return _amount(where, value, field)
    if field.kind == "flag" and isinstance(value, bool):
        return value
    if field.kind in ("text", "file") and isinstance(value, str):
        return value.strip()
    if field.kind == "url" and isinstance(value, str) and _URL.fullmatch(value.strip()):
        return value.strip()
    if field.kind == "texts" and isinstance(value, str | list):
        texts = [value] if isinstance(value, str) else value
        if all(isinstance(each, str) for each in texts):
            return [each.strip() for each in texts if each.strip()]
    if field.kind == "numbers" and isinstance(value, dict):
        return {key: _number(f"{where}.{key}", one, field) for key, one in value.items()}
    if field.kind == "date":
        date = _date(value)
        if date is not None:
            return date
    raise UsageError(f"{where} is {shown(value)}: write {_KINDS[field.kind]}")


def _number(where: str, value: Any, field: Field) -> float | int:
    if isinstance(value, str):
        raise UsageError(f"{where} is {shown(value)}: write a number, without quotes")
    try:
        if field.kind == "count":
            return checked_count(where, value, field.unit)
        if field.kind == "numbers":  # metrics can be negative (a log-likelihood, a correlation)
            return checked(where, value, low=float("-inf"))
        return checked(where, value, field.unit)
    except EstimatorError as error:
        raise UsageError(str(error)) from error


def amount(text: str) -> tuple[float, str]:
    """`"2 %"` as (2.0, "%"). Raises ValueError for what is no number and a unit."""
    digits = text.strip().rstrip("%abcdefghijklmnopqrstuvwxyz ")
    number = float(digits)
    if not 0 <= number < float("inf"):
        raise ValueError(text)
    return number, text.strip()[len(digits) :].strip()


def _amount(where: str, value: Any, field: Field) -> str:
    units = field.unit.split(",")
    wanted = " or ".join(f'"2 {unit}"' for unit in units)
    try:
        number, unit = amount(value)
    except (AttributeError, ValueError):
        raise UsageError(f"{where} is {shown(value)}: write {wanted}") from None
    if unit not in units:
        raise UsageError(f"{where} is {shown(value)}: write {wanted}")
    return f"{number:g} {unit}"


def _date(value: Any) -> str | None:
    if isinstance(value, dt.date):  # a datetime is one
        return value.isoformat()
    if value == "":
        return ""
    if isinstance(value, str):
        try:
            dt.datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        return value.strip()
    return None


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
