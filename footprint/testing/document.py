"""Sessions of tests as JSON, in the schema `footprint.tests/1` (docs/how-to/test-budgets.md)."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from footprint._version import __version__
from footprint.estimators.quantity import Quantity
from footprint.files import read_document, write_whole
from footprint.reports.view import QUANTITIES, Amounts
from footprint.testing.figures import UNKNOWN, Figure, Figures

SCHEMA = "footprint.tests/1"
MADE_BY = "pytest --footprint-save"

#: `--footprint-save` keeps so many sessions, the latest.
KEPT = 20


def amounts(each: Amounts) -> dict[str, Any]:
    """Quantities by name; null where not known."""
    return {name: _q(getattr(each, name)) for name in (*QUANTITIES, "cost_usd")}


def figure(found: Figure) -> dict[str, Any]:
    """A test's figures, or those of all."""
    calls = found.calls or 1.0
    energy = found.whole.energy_j
    items = found.units.get("items")
    each = found.each
    cost = {} if each.energy_j is None else found.whole.cost
    return {
        "calls": found.calls,
        "seconds": found.seconds,
        **amounts(each),
        "cost": {name: _q(money.to_quantity() / calls) for name, money in cost.items()},
        "at_most_j": None if energy is None else energy.high / calls,
        "below_floor": found.below,
        "units": dict(found.units),
        "per_item": None if not items or each.energy_j is None else amounts(found.whole.per(items)),
        "tiers": dict(found.tiers),
        "devices": [one._asdict() for one in found.devices],
        "samples": [list(sample) for sample in found.samples],
        "gaps": [gap.to_json() for gap in found.gaps],
    }


def session(
    figures: Figures,
    tests: Iterable[tuple[str, Mapping[str, Any]]],
    about: Mapping[str, Any],
    comparison: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """One session.

    Args:
        tests: (test, what else is told of it: outcome, limits, extra_info, ...).
        about: when and where it ran.
    """
    import pytest

    total, around = figures.total, figures.around
    return {
        **about,
        "footprint": __version__,
        "python": platform.python_version(),
        "pytest": pytest.__version__,
        "tests": [
            {
                "test": name,
                **told,
                **_own(figures, name),
            }
            for name, told in tests
        ],
        "totals": None if total is None else {**amounts(total.whole), "seconds": total.seconds},
        "setup_teardown": None if around is None else amounts(around.whole),
        "factors": [factor.to_json() for factor in figures.factors],
        "assumptions": list(figures.assumptions),
        "gaps": [gap.to_json() for gap in figures.gaps],
        "comparison": None if comparison is None else dict(comparison),
    }


def _own(figures: Figures, test: str) -> dict[str, Any]:
    """A test's figures; gaps that all tests have are the session's."""
    found = figures.tests.get(test, UNKNOWN)
    gaps = tuple(gap for gap in found.gaps if gap not in figures.gaps)
    return figure(found._replace(gaps=gaps))


def write(path: Path, sessions: Sequence[Mapping[str, Any]]) -> None:
    """Writes sessions. Raises UsageError where the file cannot be written."""
    text = json.dumps({"schema": SCHEMA, "sessions": sessions}, indent=1, allow_nan=False)
    write_whole(path, f"{text}\n".encode())


def add(path: Path, made: Mapping[str, Any]) -> None:
    """Adds a session to those in a file, of which the latest are kept.

    Raises UsageError where the file holds something else.
    """
    before = load(path) if path.exists() else []
    write(path, [*before, made][-KEPT:])


def load(path: Path) -> list[dict[str, Any]]:
    """The sessions in a file. Raises UsageError for a file that is no such document."""
    found = read_document(path, SCHEMA, MADE_BY).get("sessions")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        from footprint.errors import UsageError

        raise UsageError(f"{path}: `sessions` is no list: name a file that {MADE_BY} wrote")
    return found


def _q(quantity: Quantity | None) -> dict[str, float] | None:
    return None if quantity is None else quantity.to_json()
