"""Files that people fill in: TOML of which every table and key is known, and what explains them.

A form is one literal list of tables, keys and what belongs in each (`Field`). What is read is held
against it: a key that is misspelt would otherwise be missing later without a word. The template,
in which nothing is filled in, takes its comments from a catalogue in the reader's language.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import UsageError, nearest, shown
from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import checked, checked_count
from footprint.words import words


class Field(NamedTuple):
    """One key of a form.

    Attributes:
        kind: `text` (may have paragraphs), `texts` (one or a list), `url` (of the web), `number`,
            `count`, `date` (`2026-11-22`), `flag` (true or false), `amount` (a number and one of
            `unit`'s), `numbers` (a table of numbers), `file`, `files` (one or a list), `choice`
            (one of `choices`).
        unit: of a number; of an amount, those that are allowed, comma between.
        example: as the template shows it, in TOML.
        choices: of a choice.
    """

    kind: str
    unit: str = ""
    example: str = '""'
    choices: tuple[str, ...] = ()


#: Table -> key -> what can be written there.
Tables = Mapping[str, Mapping[str, Field]]


class Form(NamedTuple):
    """What a file may hold, and how messages speak of it.

    Attributes:
        tables: its tables.
        lists: those of them that may be there several times: `[[exclusions]]`.
        what: what such a file is called: `a sheet file`.
        written_by: the command that writes an empty one.
        domain: the catalogue that explains it: keys `head`, `table.<table>`, `<table>.<key>`.
    """

    tables: Tables
    what: str
    written_by: str
    domain: str
    lists: Collection[str] = ()


#: What a text of each kind looks like, for messages.
_KINDS = {
    "text": 'a text in quotes: "..."',
    "texts": 'a list of texts: ["...", "..."]',
    "url": 'an address in quotes: "https://example.org/model"',
    "date": "a date: 2026-11-22",
    "flag": "true or false",
    "numbers": "a table of numbers: { f1 = 0.9 }",
    "file": 'the name of a file in quotes: "datasheet.json"',
    "files": 'names of files in quotes: ["2025.json", "2026.json"]',
}

#: An address of the web, or none; what else there is in a text is no URI for other formats.
_URL = re.compile(r"(https?://[^\s<>\"{}|\\^`]+)?")


def read(file: Path, form: Form) -> dict[str, Any]:
    """What a file states, by table, then by key; what was left empty is left out.

    A table of `form.lists` comes as a list of them. Dates come as ISO 8601 texts.

    Raises UsageError: it cannot be read, is no TOML (with the line), or has a table, a key or a
    value that has no place in it.
    """
    return parsed(_bytes(file, form), file, form)


def parsed(data: bytes, file: Path, form: Form) -> dict[str, Any]:
    """The same of bytes that were read; `file` is what messages call them."""
    found: dict[str, Any] = {}
    for table, content in _toml(data, file, form).items():
        keys = form.tables.get(table)
        if keys is None:
            raise UsageError(
                f"{file}: table [{table}] is not known: use {', '.join(form.tables)}."
                + nearest(table, form.tables)
            )
        if table in form.lists:
            if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
                raise UsageError(
                    f"{file}: {table} is {shown(content)}: write tables, [[{table}]] for each"
                )
            several = [_table(file, table, one, keys) for one in content]
            if any(several):
                found[table] = [one for one in several if one]
            continue
        if not isinstance(content, dict):
            raise UsageError(f"{file}: {table} is {shown(content)}: write a table, [{table}]")
        if values := _table(file, table, content, keys):
            found[table] = values
    return found


def template(lang: str, form: Form) -> str:
    """A file in which nothing is filled in, and every key says what belongs there."""
    w = words(lang, form.domain)
    lines = [f"# {line}".rstrip() for line in w("head").splitlines()]
    for table, keys in form.tables.items():
        heading = f"[[{table}]]" if table in form.lists else f"[{table}]"
        lines += ["", *(f"# {line}" for line in w(f"table.{table}").splitlines()), heading]
        for key, field in keys.items():
            lines += [f"# {line}" for line in w(f"{table}.{key}").splitlines()]
            lines.append(f"#{key} = {field.example}")
    return "\n".join(lines) + "\n"


def amount(text: str) -> tuple[float, str]:
    """`"2 %"` as (2.0, "%"). Raises ValueError for what is no number and a unit."""
    digits = text.strip().rstrip("%abcdefghijklmnopqrstuvwxyz ")
    number = float(digits)
    if not 0 <= number < float("inf"):
        raise ValueError(text)
    return number, text.strip()[len(digits) :].strip()


def _bytes(file: Path, form: Form) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file}: {error.strerror or error}: name {form.what}; `{form.written_by}` writes one"
        ) from error


def _toml(data: bytes, file: Path, form: Form) -> dict[str, Any]:
    import tomllib

    text = ""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        return tomllib.loads(text)
    except RecursionError as error:
        kind = form.what.removesuffix(" file")
        raise UsageError(f"{file}: nested too deeply: {kind} has tables and keys") from error
    except ValueError as error:  # TOML, with line and column, or not UTF-8
        last = f"at the end, line {len(text.splitlines())}"
        why = str(error).replace("at end of document", last)
        raise UsageError(f"{file} is no TOML: {why}: correct it") from error


def _table(
    file: Path, table: str, content: Mapping[str, Any], keys: Mapping[str, Field]
) -> dict[str, Any]:
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
    return values


def _value(file: Path, name: str, value: Any, field: Field) -> Any:
    where = f"{file}: {name}"
    if field.kind in ("number", "count"):
        return _number(where, value, field)
    if field.kind == "amount":
        return _amount(where, value, field)
    if field.kind == "choice":
        return _choice(where, value, field.choices)
    if field.kind == "flag" and isinstance(value, bool):
        return value
    if field.kind in ("text", "file") and isinstance(value, str):
        return value.strip()
    if field.kind == "url" and isinstance(value, str) and _URL.fullmatch(value.strip()):
        return value.strip()
    if field.kind in ("texts", "files") and isinstance(value, str | list):
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


def _choice(where: str, value: Any, choices: tuple[str, ...]) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or value.strip() not in choices:
        hint = nearest(value, choices) if isinstance(value, str) else ""
        known = ", ".join(f'"{each}"' for each in choices)
        raise UsageError(f"{where} is {shown(value)}: write one of {known}.{hint}")
    return value.strip()


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
