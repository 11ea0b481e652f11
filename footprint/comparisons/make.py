"""From what was written to a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from footprint.comparisons import groups, reported
from footprint.comparisons import metrics as metrics_
from footprint.comparisons.measured import Ask, Measured, measure
from footprint.comparisons.operands import Api, InLedger, InReport, Operand, Own, parse
from footprint.comparisons.view import Comparison
from footprint.errors import UsageError


def compare(
    texts: Sequence[str],
    ledgers: Sequence[str | Path] = (),
    ask: Ask | None = None,
    metrics: str | Path | None = None,
) -> Comparison:
    """Compares groups of ledgers or reports; the first is what the others are held against.

    Args:
        texts: as `operands` says.
        ledgers: for those that name none; read as one. None: the one that the settings name.
        ask: period, place, and what figures are for one of.
        metrics: file of what was measured elsewhere.

    Raises UsageError, LedgerError.
    """
    asked = ask or Ask()
    found = [parse(text) for text in texts]
    twice = [text for at, text in enumerate(texts) if text in texts[:at]]
    if twice:
        raise UsageError(f"{twice[0]} is compared with itself: name two that differ")
    if any(isinstance(each, Own | Api) for each in found):
        raise UsageError("own: and api: are compared by the token: give --tokens-in, --tokens-out")
    read = None if metrics is None else metrics_.read(metrics, texts)
    return groups.compared(sides(found, ledgers, asked), read)


def sides(found: Sequence[Operand], ledgers: Sequence[str | Path], ask: Ask) -> list[Measured]:
    """The groups of operands, each ledger read once, in their order."""
    by_ledger: dict[tuple[str | Path, ...], list[InLedger]] = {}
    for each in found:
        if isinstance(each, InLedger):
            where = tuple(ledgers) if each.ledger is None else (each.ledger,)
            by_ledger.setdefault(where, []).append(each)
    known: dict[str, Measured] = {}
    for where, those in by_ledger.items():
        pairs = [(each.label, each.selector) for each in those]
        known |= {one.label: one for one in measure(where, pairs, ask)}
    for each in found:
        if isinstance(each, InReport):
            known[each.label] = reported.side(each.path, each.selector, each.label, ask.per)
    return [known[each.label] for each in found if not isinstance(each, Own | Api)]
