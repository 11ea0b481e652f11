"""One entry of an own file as a factor: every key checked, every message with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import UsageError, nearest
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import Series, iso, parse_utc_ns
from footprint.estimators.units import shown
from footprint.estimators.zones import resolve_zone
from footprint.factors.kinds import KINDS, Kind, Unit, kind_of, noted, unit_of
from footprint.factors.steps import read_steps

#: The keys of a `[[factor]]`, and the columns of a CSV of factors.
KEYS = (
    "name",
    "zone",
    "subject",
    "value",
    "low",
    "mid",
    "high",
    "series",
    "column",
    "timezone",
    "unit",
    "vintage",
    "version",
    "source",
    "license",
    "retrieved",
    "valid_from",
    "valid_until",
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Entry(NamedTuple):
    """A factor and when it holds.

    Attributes:
        where: `factors.toml, line 3`: opens messages about it.
        factor: what it says.
        valid_from, valid_until: UTC ns; None: without an end on that side.
        notes: what is odd about it, though it is taken.
    """

    where: str
    factor: Factor
    valid_from: int | None = None
    valid_until: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is of; two entries with one key must hold at different times."""
        one = self.factor
        rate = one.unit if KINDS[one.name].of == "currencies" else ""
        return one.name, one.zone, one.subject.casefold(), rate


def entry(where: str, given: Mapping[str, Any], file: Path) -> Entry:
    """The entry that these keys state. Raises UsageError that opens with `where`.

    Args:
        file: the own file; a series' path is relative to its folder.
    """
    known_keys(where, given, KEYS)
    if "name" not in given:
        raise UsageError(f"{where}: it has no name: give one of {', '.join(KINDS)}")
    name, kind = kind_of(where, given["name"])
    try:
        zone, subject = _of(where, given, name, kind)
        unit = unit_of(f"{where} ({name})", given.get("unit"), kind)
        value, notes = _value(f"{where} ({name})", given, kind, unit, file)
        start, end = _validity(where, given)
    except EstimatorError as error:
        text = str(error)
        raise UsageError(text if text.startswith(where) else f"{where}: {text}") from error
    if isinstance(value, Series) and (start is not None or end is not None):
        raise UsageError(f"{where}: a series says itself when it holds: leave out valid_from/until")
    if kind.table:
        notes += (f"{where} ({name}): reports do not ask for it: give it as [[{kind.table}]]",)
    if "source" not in given:
        notes += (f"{where} ({name}): it states no source",)
    factor = Factor(
        name=name,
        value=value,
        unit=unit.kept,
        zone=zone,
        source=_text(where, given, "source") or f"own file {file.name}",
        version=_text(where, given, "version"),
        vintage=_vintage(where, given.get("vintage")),
        license=_text(where, given, "license"),
        why=f"the user's own: {where.replace(str(file), file.name, 1)}",
        subject=subject,
        retrieved=_day(where, given.get("retrieved")),
    )
    return Entry(where, factor, start, end, notes)


def known_keys(where: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raises UsageError for a key that is not known, with the nearest one."""
    known = tuple(known)
    for key in given:
        if key not in known:
            hint = nearest(key, known) or f" Use {', '.join(known)}"
            raise UsageError(f"{where}: {shown(key)} is not known here.{hint}")


def _of(where: str, given: Mapping[str, Any], name: str, kind: Kind) -> tuple[str, str]:
    """(zone's code, subject)."""
    subject = _text(where, given, "subject")
    if subject and kind.of != "thing":
        raise UsageError(f"{where}: {name} is not of a device: leave out subject")
    if not subject and kind.of == "thing":
        raise UsageError(f'{where}: {name} of what? Give subject="NVIDIA H100"')
    if "zone" not in given:
        return "", subject
    if kind.of == "currencies":
        raise UsageError(f"{where}: {name} holds everywhere: leave out zone")
    return resolve_zone(given["zone"]).code, subject


def _value(
    where: str, given: Mapping[str, Any], kind: Kind, unit: Unit, file: Path
) -> tuple[Quantity | Decimal | Series, tuple[str, ...]]:
    """(value, notes)."""
    forms = [form for form in ("value", "mid", "series") if form in given]
    bounds = [bound for bound in ("low", "high") if bound in given]
    if len(forms) != 1 or (bounds and forms != ["mid"]) or (forms == ["mid"] and len(bounds) < 2):
        raise UsageError(f"{where}: give one of: value; low, mid and high; series")
    if forms == ["series"]:
        path = _text(where, given, "series")
        column, timezone = (_text(where, given, key) or None for key in ("column", "timezone"))
        try:
            steps = read_steps(file.parent / path, kind, unit, column=column, timezone=timezone)
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from error
        return steps.series, tuple(f"{where}: {note}" for note in steps.notes)
    if "column" in given:
        raise UsageError(f"{where}: column names a series' column: leave it out, or give series")
    if not kind.is_money:
        keys = ("value",) if forms == ["value"] else ("low", "mid", "high")
        numbers = [unit.number(f"{where}: {key}", given[key], kind) for key in keys]
        note = noted(where, numbers[len(numbers) // 2], kind)
        made = Quantity(numbers[0], numbers[len(numbers) // 2], numbers[-1], unit.kept)
        return made, (note,) if note else ()
    if forms == ["mid"]:
        raise UsageError(f"{where}: a price is one amount: give value")
    amount = unit.amount(f"{where}: value", given["value"])
    if kind.of == "currencies" and not amount:
        raise UsageError(
            f"{where}: a rate of 0 exchanges nothing: give how many of the second "
            "currency one of the first is"
        )
    return amount, ()


def _validity(where: str, given: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """(from, until) in UTC ns. A day begins at midnight of `timezone`, of UTC without one."""
    zone = _text(where, given, "timezone") or None
    found: list[int | None] = []
    for key in ("valid_from", "valid_until"):
        value = given.get(key)
        day = isinstance(value, date) and not isinstance(value, datetime)
        day = day or (isinstance(value, str) and _DAY.fullmatch(value.strip()) is not None)
        local = zone or ("UTC" if day else None)
        found.append(None if value is None else parse_utc_ns(f"{where}: {key}", value, local))
    start, end = found
    if start is not None and end is not None and start >= end:
        raise UsageError(f"{where}: valid_from {iso(start)} is not before valid_until {iso(end)}")
    return start, end


def _text(where: str, given: Mapping[str, Any], key: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str) or (key in given and not value.strip()):
        raise UsageError(f"{where}: {key} is {shown(value)}: give text, or leave it out")
    return " ".join(value.split())


def _vintage(where: str, value: object) -> int | None:
    if value is None:
        return None
    year = int(value) if isinstance(value, str) and re.fullmatch(r"\s*\d{4}\s*", value) else value
    if not isinstance(year, int) or isinstance(year, bool) or not 1900 <= year <= 2200:
        raise UsageError(f"{where}: vintage is {shown(value)}: give the year that the value is of")
    return year


def _day(where: str, value: object) -> str:
    """A day in ISO 8601; empty where none was said."""
    if value is None:
        return ""
    try:
        if isinstance(value, str):
            return date.fromisoformat(value.strip()).isoformat()
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
    except ValueError:
        pass
    raise UsageError(f"{where}: retrieved is {shown(value)}: give a day such as 2026-01-02")
