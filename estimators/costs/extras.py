"""Named extras: what is paid beside electricity, hardware and tokens.

    by time        price x count x units of time in the period
    by count       price x quantity / number that the price is for
    lump sum       price x (overlap of its time with the period) / its time

The three forms, and how months are counted, are in `extras_table`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from footprint.estimators.costs.calendar import units_between
from footprint.estimators.costs.extras_table import Extra, Period, checked_extras, counted_as
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import CONTEXT, Money, MoneyRange, exact_money, priced
from footprint.estimators.quantity import Quantity

__all__ = ["Extra", "Extras", "checked_extras", "extra_costs"]


class Extras(NamedTuple):
    """Extras of a period: parts of the total, factors, and what is missing."""

    parts: tuple[tuple[str, MoneyRange], ...]
    factors: tuple[Factor, ...]
    gaps: tuple[Gap, ...]


def extra_costs(
    extras: Iterable[Extra],
    period: Period | None = None,
    counts: Mapping[str, Quantity] | None = None,
) -> Extras:
    """What extras come to in a period.

    Args:
        period: UTC ns, [since, until); None where there is none, as before a run: what is paid
            by time is then a gap.
        counts: what the report counted, by name (`item`, `token`); one and many are the same.
    """
    counted = {counted_as(name): amount for name, amount in (counts or {}).items()}
    parts: list[tuple[str, MoneyRange]] = []
    factors: list[Factor] = []
    gaps: list[Gap] = []
    for extra in extras:
        found = _amount(extra, period, counted)
        if isinstance(found, Gap):
            gaps.append(found)
            continue
        amount, why = found
        parts.append((extra.name, amount))
        factors.append(_factor(extra, why))
    return Extras(tuple(parts), tuple(factors), tuple(gaps))


def _amount(
    extra: Extra, period: Period | None, counts: Mapping[str, Quantity]
) -> tuple[MoneyRange, str] | Gap:
    """(amount, how it came about), or what is missing for it."""
    what = f"cost of {extra.name}"
    if period is None and (extra.is_by_time or extra.spread):
        return Gap(
            what, "it is paid by time, and no period is given", "give one (--since, --until)"
        )
    if extra.is_by_time and period is not None:
        start, end = _overlap(period, extra.spread)
        units = units_between(extra.per, start, end)
        many = "" if extra.size == 1 else f"{float(1 / extra.size):g} x "
        why = f"{many}{float(units):.6g} {extra.per}"
        return _scaled(extra.price, units / extra.size), why
    share, why = Fraction(1), "whole"
    if extra.spread and period is not None:
        start, end = _overlap(period, extra.spread)
        share = Fraction(end - start, extra.spread[1] - extra.spread[0])
        why = f"{float(share):.6g} of its time"
    if not extra.per:
        return _scaled(extra.price, share), why
    quantity = extra.quantity if extra.quantity is not None else counts.get(counted_as(extra.per))
    if quantity is None:
        return Gap(
            what, f"it is paid per {extra.per}, which is not counted here", "give its quantity"
        )
    each = _scaled(extra.price, share / extra.size)
    by = f"{quantity.mid:.6g} {extra.per}"
    return priced(quantity, each), by if why == "whole" else f"{by}, {why}"


def _scaled(price: Money, share: Fraction) -> MoneyRange:
    top = CONTEXT.multiply(price.amount, Decimal(share.numerator))
    return exact_money(Money(CONTEXT.divide(top, Decimal(share.denominator)), price.currency))


def _overlap(period: Period, spread: Period | None) -> Period:
    if spread is None:
        return period
    start = max(period[0], spread[0])
    return start, max(start, min(period[1], spread[1]))


def _factor(extra: Extra, why: str) -> Factor:
    currency = extra.price.currency
    unit = currency
    if extra.per:
        size = "" if extra.is_by_time or extra.size == 1 else f"{float(extra.size):g} "
        unit = f"{currency}/{size}{extra.per}"
    return Factor(
        name=extra.name,
        value=extra.price.amount,
        unit=unit,
        source=extra.source,
        vintage=int(extra.date[:4]) if extra.date[:4].isdigit() else None,
        used_for="cost",
        why=why,
        retrieved=extra.date,
    )
