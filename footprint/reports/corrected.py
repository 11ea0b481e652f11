"""Corrections as a report shows them, and what they leave unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from footprint.estimators.errors import Gap
from footprint.ledger.corrections.apply import Applied
from footprint.ledger.corrections.correction import VOID, Correction
from footprint.reports.times import stamp
from footprint.reports.view import Corrected


def shown(applied: Applied) -> Corrected:
    """A correction, and what it did."""
    one = applied.correction
    return Corrected(
        id=one.id,
        action=one.action,
        what=what(one),
        who=one.who,
        why=one.why,
        utc=stamp(one.utc_ns),
        holds=applied.holds,
        spans=applied.spans,
        calls=applied.calls,
        readings=applied.readings,
        writers=applied.writers,
        remarks=applied.remarks,
    )


def what(one: Correction) -> str:
    """What a correction is about, and what it says instead: `calls (model=a): model=b`."""
    said = _equal(one.declared) + _equal(one.amounts)
    said += [f"{name} times {factor:g}" for name, factor in one.scales.items()]
    if one.corrects:
        return f"corrections ({', '.join(one.corrects)})"
    kind = "readings" if one.target.device else "runs" if one.of_runs() else "calls"
    return f"{kind} ({', '.join(_which(one))})" + (f": {', '.join(said)}" if said else "")


def _equal(values: Any) -> list[str]:
    found = []
    for name, value in values.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        found.append(f"{name}={'nothing' if text is None else text}")
    return found


def _which(one: Correction) -> Iterator[str]:
    for name, value in one.target.given().items():
        if name.endswith("_utc_ns"):
            yield f"{name.removesuffix('_utc_ns')}={stamp(value)}"
        else:
            yield f"{name.replace('_', ' ')}={value}"


def gaps(applied: Iterable[Applied]) -> Iterator[Gap]:
    """What is not known since readings are void, and corrections that are not as they look."""
    for each in applied:
        one = each.correction
        for remark in each.remarks if each.holds else ():
            yield Gap(f"correction {one.id}", remark, "see `footprint correct list`")
        device = one.target.device
        if each.holds and one.action == VOID and device is not None and each.writers:
            yield Gap(
                f"energy of {device}",
                f"readings are void (by {one.who}: {one.why}): what was drawn meanwhile is not"
                " known, and in no sum",
                f"void correction {one.id} to take them back",
            )
