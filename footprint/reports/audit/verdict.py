"""What a replay found, for people (lines) and programs (JSON)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from footprint._version import __version__
from footprint.errors import shown
from footprint.reports.audit.replay import Replayed

SCHEMA = "footprint.replay/1"

#: So many differences of one kind are listed; JSON has them all.
SHOWN = 20


def lines(found: Replayed) -> Iterator[str]:
    """The verdict first, then why, then where."""
    yield f"{found.report}: {_verdict(found)}"
    yield from (f"  {line}" for line in _causes(found))
    figures = [each for each in found.found if each.is_figure]
    others = [each for each in found.found if not each.is_figure]
    for title, several in (("figures", figures), ("others", others)):
        if not several:
            continue
        yield f"  {title} that differ: {len(several):,}" + (", the largest first" * bool(figures))
        for each in several[:SHOWN]:
            apart = "" if each.share is None else f" ({each.share * 100:.3g} %)"
            yield f"    {each.path}: {_value(each.old)} -> {_value(each.new)}{apart}"
        if len(several) > SHOWN:
            yield f"    and {len(several) - SHOWN:,} more: --format json has all"


def as_json(found: Replayed) -> dict[str, Any]:
    """The same as what JSON is made of, complete."""
    return {
        "schema": SCHEMA,
        "report": found.report,
        "same": found.is_same,
        "byte_for_byte": found.is_byte_for_byte,
        "version": {"then": found.version, "now": __version__},
        "ledger": {
            "same": found.ledger.same,
            "grown": list(found.ledger.grown),
            "wrong": list(found.ledger.wrong),
        },
        "period_closed": found.closed,
        "inputs": [each._asdict() for each in found.inputs],
        "factors": [each._asdict() for each in found.factors],
        "differences": [each._asdict() for each in found.found],
    }


def _verdict(found: Replayed) -> str:
    if found.is_byte_for_byte and found.is_same:
        return f"the same, {'its JSON ' if found.form == 'pdf' else ''}byte for byte"
    if found.is_same:
        return "the same: every figure and every sentence came out again"
    if not any(each.is_figure for each in found.found) and not found.ledger.wrong:
        return "every figure came out again; some of what is said with them did not"
    if not found.found:
        return "every figure came out again, from a ledger that was changed since"
    return "not the same"


def _causes(found: Replayed) -> Iterator[str]:
    """What is not as it was."""
    if found.version != __version__:
        yield f"another version: footprint {found.version} made it, {__version__} made it again"
    for line in found.ledger.wrong:
        yield f"the ledger is not what it was: {line}"
    if found.ledger.grown:
        yield "the ledger has grown or was sealed since; nothing of then is gone or changed:"
        yield from (f"  {line}" for line in found.ledger.grown[:SHOWN])
        if len(found.ledger.grown) > SHOWN:
            yield f"  and {len(found.ledger.grown) - SHOWN:,} more: --format json has all"
        if found.is_same:
            closed = "its period was closed" if found.closed else "nothing of that is in it"
            yield f"the report's figures came out the same, as they have to: {closed}"
        elif not found.closed:
            yield (
                "the report's period was open (no --until): what was recorded since is in it now;"
                " give --until where a report is to be replayed later"
            )
        else:
            yield "the report's period was closed: what was recorded since should not change it"
    for each in found.inputs:
        yield f"{each.role} file {each.name}: {each.what}"
    for one in found.factors:
        yield f"factor {one.factor}: {one.old or 'not used'} -> {one.new or 'not used'}"


def _value(value: Any) -> str:
    return "nothing" if value is None else f"{value!r}" if not _long(value) else shown(value)


def _long(value: Any) -> bool:
    return not isinstance(value, int | float | bool)
