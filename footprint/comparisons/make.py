"""From what was written to a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from footprint.comparisons import groups, reported, served, tokens
from footprint.comparisons import metrics as metrics_
from footprint.comparisons.counting import CALL
from footprint.comparisons.measured import Ask, Measured
from footprint.comparisons.operands import Api, InLedger, InReport, Operand, Own, parse
from footprint.comparisons.sides import measure
from footprint.comparisons.terms import terms
from footprint.comparisons.view import Comparison
from footprint.errors import UsageError
from footprint.estimators.units import checked


class ByToken(NamedTuple):
    """How a comparison by the token is asked: what own hardware serves, and how.

    `tokens_in` and `tokens_out` None: as the first measured group had them a call. `api_zone`:
    where APIs run; None: as is assumed of each provider.
    """

    tokens_in: float | None = None
    tokens_out: float | None = None
    batch: float | None = None
    precision: str | None = None
    host_w: float | None = None
    utilisation: float = 1.0
    api_zone: str | None = None


def compare(
    texts: Sequence[str],
    ledgers: Sequence[str | Path] = (),
    ask: Ask | None = None,
    metrics: str | Path | None = None,
    by_token: ByToken | None = None,
) -> Comparison:
    """Compares what texts name; the first is what the others are held against.

    Args:
        texts: as `operands` says.
        ledgers: for those that name none; read as one. None: the one that the settings name.
        ask: period, place, and what figures are for one of.
        metrics: file of what was measured elsewhere.
        by_token: of own hardware and APIs.

    Raises UsageError, LedgerError, EstimatorError.
    """
    asked = ask or Ask()
    found = [parse(text) for text in texts]
    twice = [text for at, text in enumerate(texts) if text in texts[:at]]
    if twice:
        raise UsageError(f"{twice[0]} is compared with itself: name two that differ")
    if len(found) < 2:
        raise UsageError("one thing has nothing to be compared with: name two or more")
    if any(isinstance(each, Own | Api) for each in found):
        if metrics is not None:
            raise UsageError("--metrics is for measured groups, not for own: and api:")
        return _tokens(found, ledgers, asked, by_token or ByToken())
    if by_token is not None and (by_token.tokens_in, by_token.tokens_out) != (None, None):
        raise UsageError("--tokens-in and --tokens-out are for own: and api:: name one of each")
    read = None if metrics is None else metrics_.read(metrics, texts)
    return groups.compared(sides(found, ledgers, asked), read)


def _tokens(
    found: Sequence[Operand], ledgers: Sequence[str | Path], ask: Ask, by_token: ByToken
) -> Comparison:
    measured = {one.label: one for one in sides(found, ledgers, ask._replace(per=CALL))}
    tokens_in, tokens_out = by_token.tokens_in, by_token.tokens_out
    if measured and tokens_in is None and tokens_out is None:
        first = next(iter(measured.values()))
        tokens_in, tokens_out = (each / first.amount for each in served.tokens_of(first))
    if tokens_in is None or tokens_out is None:
        raise UsageError(
            "own: and api: are compared by the token: give --tokens-in and --tokens-out of one "
            "request"
        )
    asked = served.Asked(
        checked("--tokens-in", tokens_in, "tokens"),
        checked("--tokens-out", tokens_out, "tokens", low=1.0),
        by_token.batch,
        by_token.precision,
        by_token.host_w,
        checked("--utilisation", by_token.utilisation, low=0.001, high=1.0),
    )
    place = terms(ask.place)
    made = []
    for each in found:
        if isinstance(each, Own):
            made.append(served.own(each, asked, place))
        elif isinstance(each, Api):
            made.append(served.api(each, asked, place, by_token.api_zone))
        else:
            made.append(served.measured(measured[each.label], asked, place))
    return tokens.compared(made, asked)


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
