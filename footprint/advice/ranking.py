"""Suggestions in their order: those that save most by what was asked for come first.

Grams are one unit. Costs may be in several currencies: they are brought into that of most of them
at dated rates (`[[exchange]]` of a factors file). Those that no rate brings there come after them,
and a gap says so: 20 yen are not more than one dollar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from footprint.advice.view import CARBON, COST, Suggestion
from footprint.estimators.costs.exchange import Rate, converted
from footprint.estimators.errors import Gap
from footprint.estimators.money import MoneyRange

COST_NOT_KNOWN = Gap(
    "cost",
    "the cost of some suggestions is not known: they are judged by their carbon, and come last",
    "give tariffs of the zones, or prices (--factors FILE)",
)


def ranked(
    found: Sequence[Suggestion], by: str, rates: Iterable[Rate], on: date | None
) -> tuple[list[Suggestion], list[Gap]]:
    """Suggestions by what they save, and why some come last.

    Args:
        by: `carbon` or `cost`.
        rates, on: between currencies, and the last day of the period, for the choice of one.
    """
    money = [
        figure.now.unit
        for each in found
        if (figure := each.figure(by)) is not None and figure is each.cost
    ]
    counts = Counter(money)
    target = min(counts, key=lambda currency: (-counts[currency], currency), default="")
    known, gaps = _rates(target, sorted(counts), rates, on)

    def order(one: Suggestion) -> tuple[bool, bool, str, float, str]:
        figure = one.figure(by)
        own = one.carbon_g if by == CARBON else one.cost
        if figure is None:
            return True, True, "", 0.0, one.what
        currency = figure.now.unit if figure is one.cost else ""
        rate = known.get(currency, 1.0)
        is_apart = bool(currency) and currency not in known
        apart = currency if is_apart else ""
        return own is None, is_apart, apart, -figure.saved.mid * rate, one.what

    if by == COST and any(each.cost is None for each in found):
        gaps.append(COST_NOT_KNOWN)
    return sorted(found, key=order), gaps


def _rates(
    target: str, currencies: Iterable[str], rates: Iterable[Rate], on: date | None
) -> tuple[dict[str, float], list[Gap]]:
    """What one of each currency is in the target's, those that are known; and what is missing."""
    given, found, gaps = tuple(rates), {}, []
    for currency in currencies:
        one = MoneyRange(Decimal(1), Decimal(1), Decimal(1), currency)
        made = converted({currency: one}, target, given, on)
        if made.amount is not None:
            found[currency] = float(made.amount.mid)
        gaps += [
            Gap(
                "cost",
                f"savings in {currency} are not ranked against those in {target}: no dated "
                "exchange rate was given",
                f'give [[exchange]] with pair = "{currency}/{target}", rate, date and source '
                "(--factors)",
            )
            for _ in made.gaps
        ]
    return found, gaps
