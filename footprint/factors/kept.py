"""An own file as it is kept with the pins: its tables, so that a report does not need it again.

Factors are pinned as the answers that they were. A tariff by the hours, contracts and certificates,
rented and bought hardware, extras and rates are no answers: a report reads them from the file. They
are kept raw, as they were written, and read again by the estimators that check them.

    {"path": "factors.toml", "given": true, "tables": {"extra": [...]}, "lines": [["extra", 0, 12]],
     "entries": [{"where": "...", "factor": {...}, "valid_from": null, ...}]}

A day or time of TOML is kept as `{"": "date", "is": "2026-01-01"}`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import restored, stored

if TYPE_CHECKING:
    from footprint.factors.own import OwnFile, OwnSource

_TIMES: tuple[tuple[str, type[datetime.date | datetime.time]], ...] = (
    ("datetime", datetime.datetime),  # before `date`, whose kind it is too
    ("date", datetime.date),
    ("time", datetime.time),
)


class Kept(NamedTuple):
    """An own file that was pinned.

    Attributes:
        source: what it says.
        given: it was given for the report (`--factors`), and not by the reader's settings.
    """

    source: OwnSource
    given: bool


def to_json(file: OwnFile, given: bool) -> dict[str, Any]:
    """The file as JSON that `from_json` reads."""
    return {
        "path": str(file.path),
        "given": given,
        "tables": _plain(file.tables),
        "lines": [[table, number, line] for (table, number), line in file.lines.items()],
        "entries": [
            each._asdict() | {"factor": stored(each.factor), "notes": list(each.notes)}
            for each in file.entries
        ],
    }


def from_json(content: Mapping[str, Any]) -> Kept:
    """What `to_json` wrote. Raises EstimatorError where it is not such a file."""
    from footprint.factors.entries import Entry
    from footprint.factors.own import OwnFile, OwnSource

    try:
        entries = tuple(
            Entry(**{**each, "factor": restored(each["factor"]), "notes": tuple(each["notes"])})
            for each in content["entries"]
        )
        lines = {(table, number): line for table, number, line in content["lines"]}
        file = OwnFile(Path(content["path"]), entries, _with_times(content["tables"]), lines)
        return Kept(OwnSource(file), bool(content["given"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EstimatorError(f"its own file cannot be read ({error!r})") from error


def _plain(value: Any) -> Any:
    """A TOML value as JSON."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    for kind, made in _TIMES:
        if isinstance(value, made):
            return {"": kind, "is": value.isoformat()}
    return value


def _with_times(value: Any) -> Any:
    """What `_plain` was given."""
    if isinstance(value, list):
        return [_with_times(inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"", "is"}:
        return dict(_TIMES)[value[""]].fromisoformat(value["is"])
    return {name: _with_times(inner) for name, inner in value.items()}
