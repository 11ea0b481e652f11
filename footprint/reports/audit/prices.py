"""The prices behind a report's cost: of what, from where, of which day, list or agreed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from footprint.estimators.factors import EXCHANGE, GIVEN, Factor
from footprint.estimators.quantity import Quantity
from footprint.factors.opened import Opened

#: How a price is known: declared with the work; from the user's own file; a published list.
DECLARED, AGREED, LIST, RATE = "declared", "own_file", "list", "exchange_rate"


class Price(NamedTuple):
    """A price that was applied.

    Attributes:
        name, subject: of what: `electricity tariff`; the device, instance or model.
        amount: in `currency` for one `per`; None where it changes with time (see `factors`).
        currency, per: `EUR`, `kWh`.
        basis: `declared` with the work or for the report, `own_file` (what was agreed), `list` (a
            published price), `exchange_rate`.
        source, version: who published it.
        date: the day that it was read from there, or its year; empty where not known.
        zone: where it holds; empty where everywhere.
        why: why this one was taken, with a rental's terms.
    """

    name: str
    subject: str
    amount: Decimal | None
    currency: str
    per: str
    basis: str
    source: str
    version: str
    date: str
    zone: str
    why: str

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            **self._asdict(),
            "amount": None if self.amount is None else float(self.amount),
            **{key: getattr(self, key) or None for key in ("subject", "version", "date", "zone")},
        }


def prices(factors: Iterable[Factor], sources: Opened) -> tuple[Price, ...]:
    """The prices among a report's factors, each once.

    Args:
        sources: where factors come from; it knows what stands in the user's own file.
    """
    agreed = {each.digest for each in _own(sources)}
    named = {each.name for each in sources.contracts.extras}
    found = (_price(each, agreed=each.digest in agreed or each.name in named) for each in factors)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _own(sources: Opened) -> Iterator[Factor]:
    """The prices of the user's own file."""
    own, contracts = sources.registry.own, sources.contracts
    if own is not None:
        yield from own.everything()
    for bought in contracts.purchases:
        yield from bought.factors()


def _price(factor: Factor, *, agreed: bool) -> Price | None:
    from footprint.estimators._currencies import currencies

    currency, _, per = factor.unit.partition("/")
    if currency not in currencies():
        return None
    value = factor.value
    if isinstance(value, Quantity):
        amount: Decimal | None = Decimal(repr(value.mid))
    else:
        amount = value if isinstance(value, Decimal) else None
    return Price(
        factor.name,
        factor.subject,
        amount,
        currency,
        per,
        _basis(factor, agreed=agreed),
        factor.source,
        factor.version,
        factor.retrieved or ("" if factor.vintage is None else str(factor.vintage)),
        factor.zone,
        factor.why,
    )


def _basis(factor: Factor, *, agreed: bool) -> str:
    if factor.name == EXCHANGE:
        return RATE
    if agreed:
        return AGREED
    if factor.why.startswith(GIVEN):
        return DECLARED
    # What was given and not declared is a tariff by hours, which only the user's file can have.
    return AGREED if factor.source == GIVEN else LIST
