"""Is one mean larger than another, or is it noise? Ratios of means from few, skewed samples.

A group is measured in n blocks; block i used e_i for c_i items. Its mean per item is

    R = sum(e) / sum(c)

and the variance of ln R is the jackknife's, over the means without one block each. It needs no
formula for a ratio whose denominator varies, and the logarithm takes out most of the skew (Miller
1974, Biometrika 61, "The jackknife: a review", section 3):

    v = (n - 1) / n * sum((ln R_-i - mean of ln R_-i)^2)

Two groups are compared by the logarithm of the ratio of their means, with Welch's t: variances may
differ (Welch 1947, Biometrika 34; degrees of freedom after Satterthwaite 1946, Biometrics 2).

    d = ln(R_b / R_a)       t = d / sqrt(v_a + v_b)
    df = (v_a + v_b)^2 / (v_a^2 / (n_a - 1) + v_b^2 / (n_b - 1))

where blocks of unlike size count as n = sum(c)^2 / sum(c^2) equal ones (Kish 1965, Survey
Sampling, 11.7).

Spans that follow each other are alike (temperature, clock, one cell of a counter). They are joined
into at most `MOST_BLOCKS` blocks of consecutive ones: batch means (Schmeiser 1982, Operations
Research 30: more than 30 blocks gain next to nothing, 10 to 30 are enough). Why not a percentile
bootstrap: of 5 to 20 blocks it gives intervals that are too short.

The level is 99 %, so that of equal groups whose samples are skewed as well fewer than 1 in 20 are
called different (tests/estimators/test_compare.py): in simulations with log-normal samples of
sigma 1 about 1 in 100, and 1 in 26 where 5 blocks of one group met 40 samples of the other.

That is noise. What a sensor gets wrong each time alike is not in it: `systematic`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity

#: Fewer say nothing of their spread.
LEAST_BLOCKS = 5
MOST_BLOCKS = 20
LEVEL = 0.99
#: Relative differences below are those of floating-point sums.
_ROUNDING = 1e-9


class Mean(NamedTuple):
    """A mean per item.

    Attributes:
        value: amount per item.
        variance: of its logarithm.
        blocks: how many equal blocks those behind it count as.
        alike: the correlation of neighbouring blocks: near 0 where they are independent.
    """

    value: float
    variance: float
    blocks: float
    alike: float


class Noise(NamedTuple):
    """The ratio of two means, what noise leaves open of it, and the p-value of there being none."""

    ratio: Quantity
    p_value: float

    @property
    def beyond(self) -> bool:
        """Whether the interval leaves out 1."""
        return not self.ratio.low <= 1.0 <= self.ratio.high


class Part(NamedTuple):
    """What two groups used of one device, as (low, high), and the range of its sensor's gain."""

    base: tuple[float, float]
    other: tuple[float, float]
    gain: tuple[float, float] = (1.0, 1.0)


def joined(
    samples: Sequence[tuple[float, float]], at_most: int = MOST_BLOCKS
) -> list[tuple[float, float]]:
    """Consecutive (amount, items) samples, added up to at most so many blocks of like numbers."""
    count = min(at_most, len(samples))
    edges = [len(samples) * at // count for at in range(count + 1)] if count else []
    parts = (samples[a:b] for a, b in pairwise(edges))
    return [(math.fsum(e for e, _ in part), math.fsum(c for _, c in part)) for part in parts]


def mean(blocks: Sequence[tuple[float, float]]) -> Mean:
    """The mean amount per item over (amount, items) blocks; see the head of this file.

    Raises:
        EstimatorError: fewer than two blocks with items, amounts below 0, or all of it in one.
    """
    amounts, items = [each for each, _ in blocks], [each for _, each in blocks]
    whole, counted = math.fsum(amounts), math.fsum(items)
    rest = [(whole - amount, counted - count) for amount, count in blocks]
    if len(blocks) < 2 or min(*amounts, *items) < 0 or min(map(min, rest)) <= 0:
        raise EstimatorError(
            f"{len(blocks)} blocks of {whole:g} for {counted:g} items have no mean with a spread: "
            "give two or more with items, and amounts above 0"
        )
    value, n = whole / counted, len(blocks)
    logs = [math.log(amount / count) for amount, count in rest]
    middle = math.fsum(logs) / n
    square = math.fsum((each - middle) ** 2 for each in logs)
    follow = math.fsum((a - middle) * (b - middle) for a, b in pairwise(logs))
    return Mean(
        value,
        (n - 1) / n * square,
        counted**2 / math.fsum(count * count for count in items),
        follow / square if square else 0.0,
    )


def against(base: Mean, other: Mean, comparisons: int = 1, level: float = LEVEL) -> Noise:
    """`other` over `base`, with the interval that noise leaves at a level of confidence.

    Args:
        comparisons: how many are made at once: each gets its part of the error (Bonferroni), so
            that all intervals hold together at the level.
    """
    difference = math.log(other.value / base.value)
    variance = base.variance + other.variance
    middle = other.value / base.value
    if math.sqrt(variance) < _ROUNDING:  # every block alike: what is left is rounding
        same = abs(difference) < _ROUNDING
        return Noise(Quantity(middle, middle, middle, "1"), 1.0 if same else 0.0)
    parts = (each.variance**2 / max(each.blocks - 1, 1.0) for each in (base, other))
    freedom = variance**2 / math.fsum(parts)
    error = math.sqrt(variance)
    p_value = min(1.0, comparisons * (1.0 - within_t(abs(difference) / error, freedom)))
    reach = error * t_quantile(1.0 - (1.0 - level) / comparisons, freedom)
    low, high = math.exp(difference - reach), math.exp(difference + reach)
    return Noise(Quantity(min(low, middle), middle, max(high, middle), "1"), p_value)


def within_t(t: float, freedom: float) -> float:
    """P(|T| <= t) of Student's t with so many degrees of freedom (1 or more), which may be a
    fraction.

    With t = sqrt(freedom) tan(theta) it is the integral of cos(theta)^(freedom - 1), by Simpson's
    rule, over that to pi/2; right to 1e-7.
    """
    end = math.atan(t / math.sqrt(freedom))
    log_whole = (
        0.5 * math.log(math.pi) + math.lgamma(freedom / 2) - math.lgamma((freedom + 1) / 2)
    )  # = log(2 * integral from 0 to pi/2)
    steps = 120
    width = end / steps
    terms = math.fsum(
        (1 if at in (0, steps) else 4 if at % 2 else 2) * math.cos(at * width) ** (freedom - 1)
        for at in range(steps + 1)
    )
    return min(1.0, 2.0 * terms * width / 3 * math.exp(-log_whole))


def t_quantile(share: float, freedom: float) -> float:
    """The t that holds a share of Student's distribution between -t and t; share below 1."""
    low, high = 0.0, 1.0
    while within_t(high, freedom) < share:
        high *= 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if within_t(middle, freedom) < share else (low, middle)
    return high


def systematic(parts: Iterable[Part]) -> tuple[float, float | None]:
    """The least and the greatest ratio of `other` to `base` that the devices leave open.

    A device's gain is the same for both groups: of one device alone it cancels; of several, it
    matters as far as the groups used them in different proportions. A device that only one group
    used has 0 in the other.

        ratio = sum(gain * other) / sum(gain * base)

    grows with the gains of those devices whose own ratio is above it, so that at its ends every
    gain is at one of its ends, in the order of the devices' own ratios. The greatest is None where
    `base` may be 0.

    Raises:
        EstimatorError: `base` is 0 at its high end, too.
    """
    known = list(parts)
    least = _extreme([(p.base[1], p.other[0], *p.gain) for p in known])
    greatest = _extreme([(p.base[0], p.other[1], p.gain[1], p.gain[0]) for p in known])
    if least is None:
        raise EstimatorError("the base of a ratio is 0: compare with what used something")
    return min(least), None if greatest is None else max(greatest)


def _extreme(rows: list[tuple[float, float, float, float]]) -> list[float] | None:
    """Ratios with each device's first gain above a place in the order, the second below."""
    rows.sort(key=lambda row: row[1] / row[0] if row[0] else math.inf)
    found = []
    for cut in range(len(rows) + 1):
        above = [(base, other, gain) for base, other, gain, _ in rows[cut:]]
        below = [(base, other, gain) for base, other, _, gain in rows[:cut]]
        whole = math.fsum(base * gain for base, _, gain in (*above, *below))
        if whole <= 0:
            return None
        found.append(math.fsum(other * gain for _, other, gain in (*above, *below)) / whole)
    return found
