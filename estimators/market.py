"""Operational carbon of electricity, market-based.

    carbon_market_g = sum over instruments of covered_kwh x rate + uncovered_kwh x rest
    rest            = the residual mix; the grid's mean where no residual mix is known

GHG Protocol Scope 2 Guidance (WRI, 2015), chapters 6 and 7: emission rates are taken in the order
certificates, contracts, supplier's rates, residual mix, grid mean. An instrument that does not meet
the quality criteria (instruments.py) is not applied. Reported beside the location-based figure,
never in its place; offsets are not netted.

The interval: bounds of the use, each with the bounds of the rates. An amount in kWh covers what
there is to cover; where the use is smaller than the instruments (at its lower bound), they are
used up in the order above.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import RESIDUAL_MIX, Factor
from footprint.estimators.instruments import KINDS, Instrument, instruments
from footprint.estimators.quantity import Quantity, exact

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Instrument", "Market", "NotApplied", "Part", "instruments", "market_based"]

WHAT = "carbon_market_g"

#: What is below this part of the use is rounding: three shares that add up to all of it.
_NOTHING = 1e-9

NOT_DECLARED = Gap(
    WHAT,
    "it was not declared whether certificates, contracts or a supplier's rate cover the use",
    "list them as [[instrument]] in a file of factors, or declare that there are none "
    "([[instrument]] with none = true)",
)
NO_REST = Gap(
    WHAT,
    "neither a residual mix nor a grid intensity is known for what no instrument covers",
    "declare the zone, or give the residual mix in a file of factors",
)


class Part(NamedTuple):
    """What one instrument covers."""

    name: str
    kind: str
    kwh: Quantity
    carbon_g: Quantity


class NotApplied(NamedTuple):
    """An instrument that does not meet the criteria, and which."""

    name: str
    lacks: tuple[str, ...]


class Market(NamedTuple):
    """Market-based carbon of a use.

    Attributes:
        carbon_g: None where it is not known; a gap says why.
        g_per_kwh: `carbon_g` per facility kWh, to apply to parts of the use as one shared factor.
            Its bounds are the least and the greatest rate at any use inside its interval. None
            where `carbon_g` is None or nothing was used.
        parts: the instruments that were applied, in order.
        uncovered_kwh: what no instrument covers.
        not_applied: the instruments that do not meet the criteria.
        factors, assumptions, gaps: for the report.
    """

    carbon_g: Quantity | None
    g_per_kwh: Quantity | None
    parts: tuple[Part, ...]
    uncovered_kwh: Quantity
    not_applied: tuple[NotApplied, ...]
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]


def market_based(
    facility_kwh: Quantity,
    instruments: Sequence[Instrument] | None,
    residual: Factor | None = None,
    grid: Factor | None = None,
    *,
    zone: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Market:
    """Market-based carbon of a use of electricity.

    Args:
        facility_kwh: the whole use, PUE included, in any unit of energy.
        instruments: None: not declared, so the figure is not known; empty: there are none.
        residual, grid: g/kWh; of a series the least, the mean by time and the greatest are taken,
            so give the mean over the use where there is one.
        zone: code of the place of use; an instrument of another market is named.
        since, until: first and last day of the use; generation outside of them is named.

    Raises:
        EstimatorError: the instruments cover more than was used (at its middle), two suppliers'
            rates are both for the rest, or the use is no energy or negative.
    """
    use = facility_kwh.to("kWh")
    if use.low < 0:
        raise EstimatorError(f"facility energy is {use.low!r} kWh: give 0 or more")
    if instruments is None:
        return Market(None, None, (), use, (), (), (), (NOT_DECLARED,))
    applied = sorted((each for each in instruments if not each.lacks), key=_order)
    refused = tuple(NotApplied(each.name, each.lacks) for each in instruments if each.lacks)
    _check_coverage(applied, use.mid)
    low, mid, high = (_allocated(applied, bound) for bound in (use.low, use.mid, use.high))
    parts = []
    for each, *kwh in zip(applied, low, mid, high, strict=False):  # the last entry is the rest
        covered = _kwh(kwh)
        parts.append(Part(each.name, each.kind, covered, covered.times(each.g_per_kwh, "g")))
    uncovered = _kwh([low[-1], mid[-1], high[-1]])
    rest = residual or grid
    gaps: list[Gap] = []
    factors = [_factor(each, part) for each, part in zip(applied, parts, strict=True)]
    assumptions = _assumptions(applied, refused, instruments, zone, since, until)
    if uncovered.high == 0:
        rest_rate = exact(0.0, "g/kWh")  # of nothing
    elif rest is None:
        return Market(
            None, None, tuple(parts), uncovered, refused, (*factors,), assumptions, (NO_REST,)
        )
    else:
        rest_rate = rest.quantity.to("g/kWh")
        why = "what no instrument covers, at the residual mix"
        if residual is None:
            why = "what no instrument covers, at the grid's mean: no residual mix is known"
            gaps.append(_no_residual(rest, uncovered))
        factors.append(rest._replace(used_for=WHAT, why=why))
    rates = [each.g_per_kwh for each in applied] + [rest_rate]
    carbon = Quantity(
        math.fsum(kwh * rate.low for kwh, rate in zip(low, rates, strict=True)),
        math.fsum(kwh * rate.mid for kwh, rate in zip(mid, rates, strict=True)),
        math.fsum(kwh * rate.high for kwh, rate in zip(high, rates, strict=True)),
        "g",
    )
    return Market(
        carbon,
        _effective(applied, rates, use),
        tuple(parts),
        uncovered,
        refused,
        tuple(factors),
        assumptions,
        tuple(gaps),
    )


def _kwh(bounds: Sequence[float]) -> Quantity:
    """What is covered grows with the use, but for the last digit: hence sorted."""
    low, mid, high = sorted(bounds)
    return Quantity(low, mid, high, "kWh")


def _order(each: Instrument) -> tuple[object, ...]:
    """The Guidance's order; within a kind the rest last, the lower rate first, then the name.

    The name makes the result independent of the order in which the instruments were given.
    """
    rest = each.kwh is None and each.share is None
    rate = each.g_per_kwh
    return KINDS.index(each.kind), rest, rate.mid, rate.low, rate.high, each.name


def _check_coverage(applied: Sequence[Instrument], use_kwh: float) -> None:
    rests = [each.name for each in applied if each.kwh is None and each.share is None]
    if len(rests) > 1:
        raise EstimatorError(
            f"instruments {rests[0]!r} and {rests[1]!r} both cover the rest: give kwh or share"
        )
    claims = [(each.name, _claimed_kwh(each, use_kwh)) for each in applied]
    claimed = math.fsum(kwh for _, kwh in claims)
    if use_kwh > 0 and claimed > use_kwh * (1 + _NOTHING):
        listed = ", ".join(f"{name!r} {kwh:.6g} kWh" for name, kwh in claims if kwh)
        raise EstimatorError(
            f"instruments cover {claimed:.6g} kWh, {100 * claimed / use_kwh:.6g} % of the "
            f"{use_kwh:.6g} kWh used: {listed}: give the part of each that belongs to this use"
        )


def _claimed_kwh(each: Instrument, use_kwh: float) -> float:
    return each.kwh if each.kwh is not None else (each.share or 0.0) * use_kwh


def _allocated(applied: Sequence[Instrument], use_kwh: float) -> list[float]:
    """kWh by instrument, and last what is left of the use."""
    covered = [0.0 if each.share is None else each.share * use_kwh for each in applied]
    left = max(0.0, use_kwh - math.fsum(covered))
    for index, each in enumerate(applied):
        if each.kwh is not None:
            covered[index] = min(each.kwh, left)
            left = max(0.0, left - covered[index])
    if left <= use_kwh * _NOTHING:
        left = 0.0
    for index, each in enumerate(applied):
        if each.kwh is None and each.share is None:
            covered[index], left = left, 0.0
    return [*covered, left]


def _effective(
    applied: Sequence[Instrument], rates: Sequence[Quantity], use: Quantity
) -> Quantity | None:
    """Carbon per kWh at the middle, and its least and greatest inside the interval of the use.

    Between two uses at which an instrument is used up, the rate is a + b / use: its extremes lie
    at those uses or at the interval's ends.
    """
    if use.high == 0:
        return None
    shared = math.fsum(each.share or 0.0 for each in applied)
    amounts, at = [use.low, use.mid, use.high], 0.0
    for each in applied:
        at += each.kwh or 0.0
        if shared < 1 and use.low < at / (1 - shared) < use.high:
            amounts.append(at / (1 - shared))
    # At a use of next to nothing the first amount covers all of it, as it does up to its end.
    amounts = [amount if amount > 0 else min(a for a in amounts if a > 0) for amount in amounts]

    def rate(amount: float, bound: str) -> float:
        kwh = _allocated(applied, amount)
        grams = (each * getattr(q, bound) for each, q in zip(kwh, rates, strict=True))
        return math.fsum(grams) / amount

    mid = rate(amounts[1], "mid")
    low = min(rate(amount, "low") for amount in amounts)
    high = max(rate(amount, "high") for amount in amounts)
    return Quantity(min(low, mid), mid, max(mid, high), "g/kWh")


def _factor(each: Instrument, part: Part) -> Factor:
    return Factor(
        name="contractual instrument",
        value=each.g_per_kwh,
        unit="g/kWh",
        zone=each.market,
        source=each.source,
        vintage=None if each.since is None else each.since.year,
        used_for=WHAT,
        why=f"{each.kind}, covers {part.kwh.mid:.6g} kWh; meets the quality criteria as answered",
        subject=each.name,
    )


def _no_residual(grid: Factor, uncovered: Quantity) -> Gap:
    of = f" for {grid.zone}" if grid.zone else ""
    return Gap(
        RESIDUAL_MIX,
        f"no residual mix is known{of}: {uncovered.mid:.6g} kWh that no instrument covers are "
        "counted at the grid's mean, which holds attributes that others may have claimed",
        f"give it as {RESIDUAL_MIX!r} in a file of factors",
    )


def _assumptions(
    applied: Sequence[Instrument],
    refused: Sequence[NotApplied],
    declared: Sequence[Instrument],
    zone: str,
    since: date | None,
    until: date | None,
) -> tuple[str, ...]:
    if not declared:
        return ("market-based carbon: it was declared that no contractual instruments cover it",)
    said = [
        f"instrument {each.name!r} is not applied: it lacks {', '.join(each.lacks)}"
        for each in sorted(refused)
    ]
    for each in applied:
        if zone and each.market and zone != each.market and not zone.startswith(f"{each.market}-"):
            said.append(
                f"instrument {each.name!r} is of market {each.market}, the use is in {zone}: "
                "that these are one market is taken as answered"
            )
        before = since is not None and each.until is not None and each.until < since
        after = until is not None and each.since is not None and each.since > until
        if before or after:
            said.append(
                f"instrument {each.name!r} was generated from {each.since} to {each.until}, "
                f"{'before' if before else 'after'} the use: that this is close enough is taken "
                "as answered"
            )
    if applied:
        said.append("market-based carbon: the instruments' quality criteria are taken as answered")
    return tuple(said)
