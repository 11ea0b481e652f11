"""Own or reserved hardware against an API: from how many tokens a month it is cheaper.

    V      tokens in a month (730 h = 8,760 h / 12)
    F      fixed cost of one machine in a month, whatever it does
    K      tokens that one machine can serve in a month
    m, p   own cost beside F, and the API's price, per token; d = p - m

    own(V) = ceil(V / K) F + m V                    machines step up with the volume
    api(V) = p V

One machine is cheaper from V1 = F / d on, up to K. It never is where d <= 0 (each token costs more
than the API's), nor where F / d >= K (not even a full machine pays). Just above n K, machine n + 1
is paid and hardly used, so that the API may be cheaper again until (n + 1) F / d. Own hardware is
cheaper for good from

    V2 = (n - 1) F / d     with n = ceil(K / (K - F / d))

which is V1 where one machine is at most half full at V1. Low takes the fixed and the marginal cost
at their lowest, the API's price and the capacity at their highest; high the other way round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import CONTEXT, MoneyRange
from footprint.estimators.quantity import Quantity

H_PER_MONTH = 730

NEVER_BY_TOKEN = "each token costs more on own hardware, beside its fixed cost, than from the API"
NEVER_BY_CAPACITY = "even a machine at full capacity costs more per token than the API"
ALWAYS = "own hardware has no fixed cost, and each token costs less than from the API"


class Volume(NamedTuple):
    """Tokens per month; None where own hardware is never cheaper under that end's inputs."""

    low: float | None
    mid: float | None
    high: float | None

    def to_json(self) -> dict[str, float | None]:
        """`{"low", "mid", "high"}`."""
        return self._asdict()


class BreakEven(NamedTuple):
    """From what volume own hardware is cheaper.

    Attributes:
        tokens_per_month: V1: from here on one machine is, up to its capacity; None where it never
            or always is under the middle inputs.
        for_good_per_month: V2: from here on it is at every volume; None likewise.
        reason: why there is no volume, or none at the unfavourable end; empty where there is.
    """

    tokens_per_month: Volume | None
    for_good_per_month: Volume | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The three fields; volumes as `{"low", "mid", "high"}` or null."""
        volumes = (self.tokens_per_month, self.for_good_per_month)
        first, good = (volume.to_json() if volume else None for volume in volumes)
        return {
            "tokens_per_month": first,
            "for_good_per_month": good,
            "reason": self.reason or None,
        }


class _Case(NamedTuple):
    """One end's inputs, per month, as exact fractions."""

    fixed: Fraction
    capacity: Fraction
    margin: Fraction

    def first(self) -> Fraction | None:
        """V1."""
        if self.margin <= 0:
            return None
        volume = self.fixed / self.margin
        return volume if volume < self.capacity else None

    def for_good(self) -> Fraction | None:
        """V2."""
        first = self.first()
        if first is None:
            return None
        machines = math.ceil(self.capacity / (self.capacity - first))
        return (machines - 1) * first


def break_even(
    fixed_per_hour: MoneyRange,
    capacity_tokens_per_hour: Quantity,
    own_marginal_per_token: MoneyRange,
    api_price_per_token: MoneyRange,
) -> BreakEven:
    """The volume from which own hardware is cheaper than an API; see the head of this file.

    Args:
        fixed_per_hour: of one machine (all its devices), paid day and night.
        capacity_tokens_per_hour: that one machine serves; above 0.
        own_marginal_per_token: what a token costs beside that: electricity where it is apart.
        api_price_per_token: of the same mix of tokens.

    Raises:
        EstimatorError: amounts of several currencies, a capacity of 0 or less.
    """
    cases = _cases(
        fixed_per_hour, capacity_tokens_per_hour, own_marginal_per_token, api_price_per_token
    )
    low, mid, high = cases
    if mid.first() is None:
        reason = NEVER_BY_TOKEN if mid.margin <= 0 else NEVER_BY_CAPACITY
        if low.first() is not None:
            reason += "; at the favourable end of the inputs it pays"
        return BreakEven(None, None, reason)
    if high.first() == 0:
        return BreakEven(None, None, ALWAYS)
    reason = ""
    if high.first() is None:
        why = NEVER_BY_TOKEN if high.margin <= 0 else NEVER_BY_CAPACITY
        reason = f"at the unfavourable end of the inputs never: {why}"
    return BreakEven(
        _volume([case.first() for case in cases]),
        _volume([case.for_good() for case in cases]),
        reason,
    )


def own_per_month(
    tokens_per_month: float,
    fixed_per_hour: MoneyRange,
    capacity_tokens_per_hour: Quantity,
    own_marginal_per_token: MoneyRange,
) -> tuple[MoneyRange, tuple[int, int, int]]:
    """own(V), and how many machines that takes, at the low, mid and high end.

    Raises:
        EstimatorError: as `break_even`; a volume below zero.
    """
    if not 0 <= tokens_per_month < math.inf:
        raise EstimatorError(f"volume is {tokens_per_month:g} tokens a month: give 0 or more")
    free = MoneyRange(Decimal(0), Decimal(0), Decimal(0), fixed_per_hour.currency)
    volume = Fraction(tokens_per_month)
    amounts: list[Decimal] = []
    machines: list[int] = []
    cases = _cases(fixed_per_hour, capacity_tokens_per_hour, own_marginal_per_token, free)
    for case in cases:
        count = math.ceil(volume / case.capacity)
        cost = count * case.fixed - volume * case.margin  # the margin over a free API is -m
        machines.append(count)
        amounts.append(CONTEXT.divide(Decimal(cost.numerator), Decimal(cost.denominator)))
    low, mid, high = amounts
    return MoneyRange(low, mid, high, free.currency), (machines[0], machines[1], machines[2])


def _cases(
    fixed: MoneyRange, capacity: Quantity, marginal: MoneyRange, api: MoneyRange
) -> tuple[_Case, _Case, _Case]:
    """Inputs at the end that favours own hardware, in the middle, at the other end."""
    currencies = {each.currency for each in (fixed, marginal, api)}
    if len(currencies) > 1:
        raise EstimatorError(
            f"costs in {' and '.join(sorted(currencies))} cannot be compared: "
            "give all in one currency, or a dated exchange rate"
        )
    if capacity.low <= 0:
        raise EstimatorError(
            f"capacity of {capacity.low:g} tokens per hour: give more than 0, also at the low end"
        )

    def case(paid: Decimal, tokens: float, own: Decimal, price: Decimal) -> _Case:
        return _Case(
            Fraction(paid) * H_PER_MONTH,
            Fraction(tokens) * H_PER_MONTH,
            Fraction(price) - Fraction(own),
        )

    return (
        case(fixed.low, capacity.high, marginal.low, api.high),
        case(fixed.mid, capacity.mid, marginal.mid, api.mid),
        case(fixed.high, capacity.low, marginal.high, api.low),
    )


def _volume(volumes: Sequence[Fraction | None]) -> Volume:
    low, mid, high = (None if each is None else float(each) for each in volumes)
    return Volume(low, mid, high)
