"""Currencies exchanged at rates that the user gave, each with its date.

    amount in USD = amount in EUR x rate of EUR/USD            (dollars for one euro)
    amount in EUR = amount in USD / rate of EUR/USD

From an own file:

    [[exchange]]
    pair = "EUR/USD"
    rate = "1.08"
    date = 2026-09-30
    source = "ECB euro foreign exchange reference rates"

Without a rate of the very pair, amounts stay apart: rates are not chained. Of several rates of a
pair, the one whose date is nearest to the end of the period is taken; one more than 31 days off is
named in the report's notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from footprint.estimators.costs.tables import checked_table, day_of, rows_of, text_of
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import EXCHANGE, GIVEN, Factor
from footprint.estimators.money import (
    CONTEXT,
    MoneyRange,
    by_currency,
    checked_amount,
    checked_currency,
)
from footprint.estimators.units import shown

STALE_DAYS = 31


class Rate(NamedTuple):
    """`rate` of the quoted currency for one of the base currency, on a day."""

    base: str
    quoted: str
    rate: Decimal
    date: date
    source: str = GIVEN

    @property
    def pair(self) -> str:
        """`EUR/USD`."""
        return f"{self.base}/{self.quoted}"

    def factor(self, why: str, used_for: str) -> Factor:
        """As an entry of a report."""
        return Factor(
            name=EXCHANGE,
            value=self.rate,
            unit=self.pair,
            source=self.source,
            vintage=self.date.year,
            used_for=used_for,
            why=why,
            retrieved=self.date.isoformat(),
        )


class Converted(NamedTuple):
    """Amounts of several currencies as one.

    Attributes:
        amount: None where a rate is missing.
        factors: the rates that were applied.
        notes: rates that are of another time than the amounts.
        gaps: rates that are missing.
    """

    amount: MoneyRange | None
    factors: tuple[Factor, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


def checked_rates(tables: object, where: str = "exchange") -> tuple[Rate, ...]:
    """Rates from the `[[exchange]]` tables of an own file.

    Raises:
        EstimatorError: a key or value that is wrong, no date, or two rates of a pair on one day.
    """
    rates = tuple(_row(at, table) for at, table in rows_of(where, tables))
    seen: set[tuple[frozenset[str], date]] = set()
    for rate in rates:
        key = frozenset((rate.base, rate.quoted)), rate.date
        if key in seen:
            raise EstimatorError(f"{where} has two rates of {rate.pair} on {rate.date}: keep one")
        seen.add(key)
    return rates


def rate_of(factor: Factor) -> Rate:
    """The rate that a Factor states, such as a pinned one.

    Raises:
        EstimatorError: it is no rate, or has no date.
    """
    where = f"{EXCHANGE} {factor.unit}"
    table = {
        "pair": factor.unit,
        "rate": factor.value,
        "date": factor.retrieved,
        "source": factor.source,
    }
    return _row(where, table)


def converted(
    amounts: Mapping[str, MoneyRange],
    to: str,
    rates: Iterable[Rate],
    on: date | None = None,
) -> Converted:
    """All amounts in one currency.

    Args:
        amounts: by currency.
        to: the currency of the result.
        on: the last day of the period that the amounts are of; None where there is none: then
            the latest rate is taken.
    """
    known = list(rates)
    target = checked_currency("currency", to)
    key = f"cost_{target.lower()}"
    parts: list[MoneyRange] = []
    factors: list[Factor] = []
    notes: list[str] = []
    gaps: list[Gap] = []
    for currency, amount in amounts.items():
        if currency == target:
            parts.append(amount)
            continue
        rate = _nearest([r for r in known if {r.base, r.quoted} == {currency, target}], on)
        if rate is None:
            pair = f"{currency}/{target}"
            gaps.append(
                Gap(
                    key,
                    f"no dated exchange rate of {pair} was given, and none is assumed",
                    f'give [[exchange]] with pair = "{pair}", rate, date and source (--factors), '
                    f"or read `cost` in {currency}",
                )
            )
            continue
        parts.append(_exchanged(amount, rate, target))
        how = "" if rate.base == currency else "its inverse "
        factors.append(rate.factor(f"given: {how}converts {currency} into {target}", key))
        if on is not None and abs((on - rate.date).days) > STALE_DAYS:
            notes.append(
                f"{EXCHANGE} {rate.pair} is of {rate.date}, {abs((on - rate.date).days)} days "
                f"from the end of the period ({on}): give one of that time"
            )
    sums = by_currency(parts)
    whole = None if gaps or not parts else sums[target]
    return Converted(whole, tuple(factors), tuple(notes), tuple(gaps))


def _exchanged(amount: MoneyRange, rate: Rate, to: str) -> MoneyRange:
    change = CONTEXT.multiply if rate.quoted == to else CONTEXT.divide
    low, mid, high = (change(each, rate.rate) for each in (amount.low, amount.mid, amount.high))
    return MoneyRange(low, mid, high, to)


def _nearest(rates: list[Rate], on: date | None) -> Rate | None:
    if not rates:
        return None
    if on is None:
        return max(rates, key=lambda rate: rate.date)
    # Of two as near, the later one.
    return min(rates, key=lambda rate: (abs((on - rate.date).days), -rate.date.toordinal()))


def _row(where: str, table: object) -> Rate:
    given = checked_table(
        where, table, ("pair", "rate", "date", "source"), ("pair", "rate", "date")
    )
    pair = given["pair"] if isinstance(given["pair"], str) else ""
    base, slash, quoted = pair.partition("/")
    if not slash:
        raise EstimatorError(f"{where}: pair is {shown(given['pair'])}: give one such as EUR/USD")
    codes = [checked_currency(f"{where}: currency", each) for each in (base, quoted)]
    if codes[0] == codes[1]:
        raise EstimatorError(f"{where}: pair is {shown(pair)}: give two currencies")
    rate = checked_amount(f"{where}: rate", given["rate"])
    if not rate:
        raise EstimatorError(f"{where}: rate is 0: give {codes[1]} for one {codes[0]}")
    return Rate(
        codes[0],
        codes[1],
        rate,
        day_of(f"{where}: date", given["date"]),
        text_of(f"{where}: source", given.get("source", GIVEN)),
    )
