"""From `budget.toml` to budgets.

    [[budget]]
    model = "net"
    period = "2026-Q4"
    max_g = 1200

Every mistake is one line: the file, which budget, what to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from footprint.budgets import doubles, figures, values
from footprint.budgets.entries import JUDGES, MID, Budget, File, Limit
from footprint.budgets.figures import KEYS, LOCATION, MARKET, USUAL
from footprint.errors import UsageError, nearest, shown
from footprint.reports.keys import FIELDS

#: What a budget says beside selectors and limits.
_OTHERS = ("title", "period", "judge", "carbon", "baseline", "max_increase", "figures", "tag")
_KNOWN = (*FIELDS, *_OTHERS, *KEYS)

_TABLE = re.compile(r"""\s*\[\[\s*(?:budget|"budget"|'budget')\s*\]\]""")
_KEY = re.compile(r"""\s*["']?([\w.-]+)["']?\s*=""")


def read(path: Path, now: datetime) -> File:
    """The budgets of a file.

    Args:
        now: in which month `period = "month"` is.

    Raises UsageError for a file that is none, and for whatever in it is not right.
    """
    text = _text(path)
    tables = _tables(path, text)
    lines = _lines(text, len(tables))
    found = []
    for number, table in enumerate(tables, start=1):
        at = lines[number - 1]
        try:
            found.append(_budget(table, number, at, path.parent, now))
        except UsageError as error:
            where = f" (line {at['']})" if at else ""
            raise UsageError(f"{path}: budget {number}{where}: {error}") from error
    return File(path, tuple(found), tuple(doubles.told(path, found)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or error) if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{path}: {why}: name a budget file with --budget") from error


def _tables(path: Path, text: str) -> list[dict[str, Any]]:
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    for key in document:
        if key != "budget":
            near = nearest(key, ("budget", *_KNOWN))
            raise UsageError(f"{path}: {key} stands outside of a budget: write [[budget]].{near}")
    found = document.get("budget", [])
    if isinstance(found, Mapping):
        raise UsageError(f"{path}: [budget] is one table: write [[budget]], which can be repeated")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise UsageError(f"{path}: budget is no list of tables: write [[budget]]")
    if not found:
        raise UsageError(f"{path} has no budget: write [[budget]], a selector, and a limit")
    return found


def _lines(text: str, tables: int) -> list[dict[str, int]]:
    """Of each table the lines of its keys, and of its head (""); empty where that is not sure."""
    found: list[dict[str, int]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if _TABLE.match(line):
            found.append({"": number})
        elif found and (key := _KEY.match(line)):
            found[-1].setdefault(key[1], number)
    # Text over several lines, or tables written in one line: no line is better than a wrong one.
    return found if len(found) == tables else [{} for _ in range(tables)]


def _budget(
    table: Mapping[str, Any], number: int, lines: Mapping[str, int], folder: Path, now: datetime
) -> Budget:
    for key in table:
        if key not in _KNOWN and not (key.startswith("tag.") and len(key) > 4):
            raise UsageError(_unknown(key))
    select = _selectors(table)
    period = values.period(table["period"], now) if "period" in table else None
    carbon = values.one_of(table, "carbon", (LOCATION, MARKET), LOCATION)
    at = lines.get("", 1)
    limits = [
        values.limit(key, table[key], figure, lines.get(key, at))
        for key, figure in KEYS.items()
        if key in table
    ]
    limits += _against(table, lines.get("baseline", at))
    if not limits:
        raise UsageError("it limits nothing: write max_kwh, max_g, max_usd, ..., or a baseline")
    return Budget(
        number=number,
        line=at,
        title=values.text_of("title", table["title"]) if "title" in table else "",
        select=select,
        period=period,
        limits=tuple(
            each._replace(figure=figures.with_carbon(each.figure, carbon)) for each in limits
        ),
        judge=values.one_of(table, "judge", JUDGES, MID),
        carbon=carbon,
        baseline=folder / values.text_of("baseline", table["baseline"])
        if "baseline" in table
        else None,
    )


def _unknown(key: str) -> str:
    """What is said of a key that is not known."""
    near = nearest(key, _KNOWN)
    some = (
        "" if near else f" Use a selector ({', '.join(FIELDS)}, tag.KEY) or a limit (max_kwh, ...)"
    )
    return f"{key} is not known.{near}{some}"


def _selectors(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found = {field: values.names(field, table[field]) for field in FIELDS if field in table}
    tags = table.get("tag", {})
    if not isinstance(tags, Mapping):
        raise UsageError(f'tag = {shown(tags)} names no tag: write tag.team = "search"')
    every = {f"tag.{key}": value for key, value in tags.items()}
    every |= {key: value for key, value in table.items() if key.startswith("tag.")}
    return found | {field: values.names(field, value) for field, value in sorted(every.items())}


def _against(table: Mapping[str, Any], line: int) -> list[Limit]:
    """The limits that a baseline gives."""
    if "baseline" not in table:
        for key in ("max_increase", "figures"):
            if key in table:
                raise UsageError(f'{key} is about a baseline: write baseline = "report.json" too')
        return []
    if "max_increase" not in table:
        raise UsageError("baseline needs max_increase: 0.1 allows 10 % more than there")
    increase = values.number("max_increase", table["max_increase"], "")
    if increase > 1:
        raise UsageError(
            f"max_increase = {increase:g} allows {100 * increase:,.0f} % more: write 0.1 for 10 %"
        )
    names = table.get("figures")
    if names is None:
        return [Limit(figures.named(name), None, increase, True, line) for name in USUAL]
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise UsageError(f'figures = {shown(names)} must be a list: ["j_per_item", "g_per_item"]')
    found = [figures.named(name.removeprefix("max_")) for name in dict.fromkeys(names)]
    for each in found:
        if each.base == "cost":
            raise UsageError(f"{each.name} has no currency in a baseline: use usd, or max_cost")
    return [Limit(each, None, increase, False, line) for each in found]
