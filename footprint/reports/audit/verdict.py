"""What a replay found, for people (lines) and programs (JSON)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from footprint._version import __version__
from footprint.errors import shown
from footprint.reports.audit.replay import RECORDED_SINCE, Replayed

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
        "outcome": found.outcome,
        "version": {"then": found.version, "now": __version__},
        "ledger": {
            "same": found.ledger.same,
            "grown": list(found.ledger.grown),
            "wrong": list(found.ledger.wrong),
        },
        "period_closed": found.closed,
        "recorded_until": dict(zip(("then", "now"), found.recorded_until, strict=True)),
        "inputs": [each._asdict() for each in found.inputs],
        "factors": [each._asdict() for each in found.factors],
        "differences": [each._asdict() for each in found.found],
    }


def _verdict(found: Replayed) -> str:
    if found.is_byte_for_byte and found.is_same:
        return f"the same, {'its JSON ' if found.form == 'pdf' else ''}byte for byte"
    if found.is_same:
        return "the same: every figure and every sentence came out again"
    if found.outcome == RECORDED_SINCE:
        return (
            "not comparable: its period was open when it was made, and more was recorded since;"
            " nothing else is known to have changed"
        )
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
                f"the report's period was open ({_open(found)}): what was recorded since is in it"
                " now; a report that is to be replayed later needs an --until that is past"
            )
        else:
            yield (
                "the report's period was closed: of what was recorded since only that may change"
                " it which came late, such as another host's journal of then"
            )
    for each in found.inputs:
        yield f"{each.role} file {each.name}: {each.what}"
    for one in found.factors:
        yield f"factor {one.factor}: {one.old or 'not used'} -> {one.new or 'not used'}"


def _open(found: Replayed) -> str:
    """Why a period counts as open."""
    if found.until is None:
        return "no --until"
    then = found.recorded_until[0]
    recorded = "nothing had been recorded" if then is None else f"recorded was up to {then}"
    return f"it ends on {found.until}, and {recorded}"


def _value(value: Any) -> str:
    return "nothing" if value is None else f"{value!r}" if not _long(value) else shown(value)


def _long(value: Any) -> bool:
    return not isinstance(value, int | float | bool)
