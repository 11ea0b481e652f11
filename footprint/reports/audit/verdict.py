"""What a replay found, for people (lines) and programs (JSON)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from footprint._version import __version__
from footprint.errors import shown
from footprint.reports.audit.differences import Difference, is_quantity
from footprint.reports.audit.pages import DIFFER, NOT_HELD, SAME
from footprint.reports.audit.replay import RECORDED_SINCE, Replayed

SCHEMA = "footprint.replay/1"

#: So many differences of one kind are listed; JSON has them all.
SHOWN = 20
#: So much is said of an entry that is new or gone.
OF_ENTRY = 3


def lines(found: Replayed) -> Iterator[str]:
    """The verdict first, then why, then where."""
    yield f"{found.report}: {_verdict(found)}"
    yield from (f"  {line}" for line in _causes(found))
    figures = _best([each for each in found.found if each.is_figure])
    others = [each for each in found.found if not each.is_figure]
    for title, several in (("figures", figures), ("others", others)):
        if not several:
            continue
        yield f"  {title} that differ: {len(several):,}" + (
            ", the largest first" * (several is figures)
        )
        yield from (f"    {_line(each)}" for each in several[:SHOWN])
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
        "pages": found.pages or None,
        "another_salt": found.is_other_salt,
        "corrections": [dict(each) for each in found.corrected],
        "inputs": [each._asdict() for each in found.inputs],
        "factors": [each._asdict() for each in found.factors],
        "differences": [each._asdict() for each in found.found],
    }


def _verdict(found: Replayed) -> str:
    if found.is_byte_for_byte and found.is_same:
        whole = found.form != "pdf" or found.pages == SAME
        return f"the same, {'' if whole else 'its JSON '}byte for byte"
    if found.is_same:
        of = " of its JSON" if found.pages == NOT_HELD else ""
        return f"the same: every figure and every sentence{of} came out again"
    if found.pages == DIFFER:
        return "not the same: its JSON came out again, and its page says something else"
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
    if found.is_same and found.pages == NOT_HELD:
        yield (
            "its pages were not held against that: they are other than those laid out here, by"
            " another version or other fonts, or were edited; make it again for one to read"
        )
    if found.is_other_salt:
        yield "no name has the hash that it had: the salt is not the one of then (--privacy salt=)"
    for each in found.corrected:
        yield (f"corrected since: {each['action']} {each['what']}, by {each['who']}: {each['why']}")
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
                " it which came late, such as another host's journal of then, and corrections"
            )
    for file in found.inputs:
        yield f"{file.role} file {file.name}: {file.what}"
    for one in found.factors:
        yield f"factor {one.factor}: {one.old or 'not used'} -> {one.new or 'not used'}"


def _open(found: Replayed) -> str:
    """Why a period counts as open."""
    if found.until is None:
        return "no --until"
    then = found.recorded_until[0]
    recorded = "nothing had been recorded" if then is None else f"recorded was up to {then}"
    return f"it ends on {found.until}, and {recorded}"


def _line(each: Difference) -> str:
    """One difference: where, what it was, what it is."""
    if each.path.endswith("]") and isinstance(each.old or each.new, Mapping | str):
        there = f"there{_of(each.old or each.new)}"
        was, is_ = (there, "gone") if each.new is None else ("not there", there)
    else:
        was, is_ = _value(each.old), _value(each.new)
    apart = "" if each.share is None else f" ({each.share * 100:.3g} %)"
    return f"{each.path}: was {was}, is {is_}{apart}"


def _value(value: Any) -> str:
    """A value on one line, whatever it is."""
    if value is None:
        return "not known"
    if is_quantity(value):
        low, mid, high = value["low"], value["mid"], value["high"]
        return f"{mid!r}" if low == mid == high else f"{mid!r} ({low!r} to {high!r})"
    return repr(value) if isinstance(value, int | float) else shown(value)


def _of(entry: Any) -> str:
    """The first figures of an entry that is new or gone; its path says what it is of."""
    if not isinstance(entry, Mapping):
        return ""
    told = [
        f"{name} {_value(each)}"
        for name, each in entry.items()
        if is_quantity(each) or (isinstance(each, int | float) and not isinstance(each, bool))
    ]
    more = ", ..." if len(told) > OF_ENTRY else ""
    return f" ({', '.join(told[:OF_ENTRY])}{more})" if told else ""


def _best(several: Sequence[Difference]) -> list[Difference]:
    """Of each quantity whose best estimate differs that alone: its bounds are in JSON."""
    mids = {each.path.removesuffix(".mid") for each in several if each.path.endswith(".mid")}
    return [
        each
        for each in several
        if not each.path.endswith((".low", ".high")) or each.path.rpartition(".")[0] not in mids
    ]
