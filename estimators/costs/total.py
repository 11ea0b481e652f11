"""Total cost of ownership: every part by name and currency, and their sum.

    total[currency] = sum over parts of part[currency]         exactly, without rounding

Bounds add: the parts' errors are taken to go together, so that the interval is never too narrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from footprint.estimators.costs.exchange import Rate, converted
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange, by_currency

#: Names of parts that are not extras.
ELECTRICITY = "electricity"
RENTAL = "rental"
PURCHASE = "purchase"
TOKENS = "tokens"
RESERVED = (ELECTRICITY, RENTAL, PURCHASE, TOKENS)


class Cost(NamedTuple):
    """What a use comes to; made by `tco`.

    Attributes:
        parts: name -> currency -> amount, in the order in which they came.
        total: currency -> amount.
        usd: all of it in dollars; None where a rate is missing, or where there is no part.
        factors: the rates that were applied.
        notes: what is to be said about them.
        gaps: why `usd` is None.
    """

    parts: dict[str, dict[str, MoneyRange]]
    total: dict[str, MoneyRange]
    usd: MoneyRange | None
    factors: tuple[Factor, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"cost": {currency: Q}, "cost_parts": {name: {currency: Q}}, "cost_usd": Q or null}`."""
        return {
            "cost": _json(self.total),
            "cost_parts": {name: _json(amounts) for name, amounts in self.parts.items()},
            "cost_usd": None if self.usd is None else self.usd.to_json(),
        }


def tco(
    parts: Iterable[tuple[str, MoneyRange]],
    *,
    rates: Iterable[Rate] = (),
    on: date | None = None,
    is_power_apart: bool = False,
) -> Cost:
    """The parts by name, their total by currency, and in dollars where that can be said.

    Args:
        parts: (name, amount); parts of one name add up.
        rates: exchange rates, for `usd`.
        on: the last day of the period, for the choice of a rate.
        is_power_apart: electricity was added beside a rental on purpose: the rental excludes it
            (`rental.with_electricity`), or it is that of other machines.

    Raises:
        EstimatorError: electricity and rental are both parts without `is_power_apart`; a part has
            no name.
    """
    named: dict[str, list[MoneyRange]] = {}
    for name, amount in parts:
        if not name:
            raise EstimatorError("a part of the cost has no name: give it one")
        named.setdefault(name, []).append(amount)
    if ELECTRICITY in named and RENTAL in named and not is_power_apart:
        raise EstimatorError(
            "electricity and rental are both in the cost, and a rental price includes electricity: "
            "leave the tariff out, or say includes_electricity = false"
        )
    by_name = {name: by_currency(amounts) for name, amounts in named.items()}
    total = by_currency(each for amounts in by_name.values() for each in amounts.values())
    usd = converted(total, "USD", rates, on)
    return Cost(by_name, total, usd.amount, usd.factors, usd.notes, usd.gaps)


def _json(amounts: dict[str, MoneyRange]) -> dict[str, dict[str, float]]:
    return {currency: amount.to_json() for currency, amount in amounts.items()}
