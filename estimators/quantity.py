"""Quantity: a figure with its interval and unit, and the arithmetic of intervals.

Which rule to use depends on why the figures are uncertain:

- `+`, `total`: bounds add. Right for errors that go together (the same sensor's gain, one model
  of a CPU), and never too narrow. The default for sums.
- `times`: bounds multiply. For a factor that is shared by all parts (grid intensity, PUE): sum
  first, apply the factor once, since its error is the same for every part.
- `independent_sum`, `independent_product`: errors that have nothing to do with each other
  partly cancel. Only where independence can be argued.

Laws (tests/estimators/test_quantity.py, with Monte Carlo): sums do not depend on order; `times`
after `total` equals `total` of `times` up to rounding; a value drawn inside each input's interval
gives a result inside the output's interval (`+`, `times`, scaling); independent intervals lie
inside the plain ones, contain the middle, and keep the coverage of their inputs; an error that all
parts share does not average out. docs/explanation/quantities.md says which rule is for what.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from footprint.estimators._frozen import Frozen
from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import checked, ratio


class Quantity(Frozen):
    """`low <= mid <= high` in `unit`; finite, immutable, hashable.

    `mid` is the best estimate, not the middle of the interval. A bound that misses `mid` by one
    rounding (1 ulp) is moved onto it; anything more is refused.

    Raises:
        EstimatorError: bool, NaN, infinite or not a number; bounds in the wrong order; no unit.
    """

    __slots__ = ("low", "mid", "high", "unit")  # noqa: RUF023 - the constructor's order
    low: float
    mid: float
    high: float
    unit: str

    def __init__(self, low: float, mid: float, high: float, unit: str) -> None:
        if not (type(low) is type(mid) is type(high) is float and -math.inf < low):
            low, mid, high = (
                checked(f"{name} of a quantity", value, unit, low=-math.inf)
                for name, value in (("low", low), ("mid", mid), ("high", high))
            )
        if not isinstance(unit, str) or not unit:
            raise EstimatorError(f"unit of a quantity is {unit!r}: name it, '1' where it has none")
        if not low <= mid <= high < math.inf:
            low = mid if mid < low <= math.nextafter(mid, math.inf) else low
            high = mid if math.nextafter(mid, -math.inf) <= high < mid else high
            if not low <= mid <= high < math.inf:
                raise EstimatorError(
                    f"quantity of {low!r}, {mid!r}, {high!r} {unit}: "
                    "give finite numbers with low <= mid <= high"
                )
        self._fill(low, mid, high, unit)

    def __add__(self, other: Quantity) -> Quantity:
        """Bounds add; both in the same unit (convert with `to` first)."""
        if not isinstance(other, Quantity):
            return NotImplemented
        self._same_unit(other)
        return Quantity(
            self.low + other.low, self.mid + other.mid, self.high + other.high, self.unit
        )

    def __mul__(self, number: float) -> Quantity:
        """Scaled by an exact number; a negative one swaps the bounds."""
        if isinstance(number, Quantity):
            raise EstimatorError(
                f"cannot multiply {self.unit} by {number.unit} with '*': "
                "use times(factor, unit), which names the unit of the result"
            )
        k = checked("multiplier", number, low=-math.inf)
        ends = self.low * k, self.high * k
        return Quantity(min(ends), self.mid * k, max(ends), self.unit)

    __rmul__ = __mul__

    def __truediv__(self, number: float) -> Quantity:
        """Divided by an exact number, not zero (items, tokens)."""
        k = checked("divisor", number, low=-math.inf)
        if k == 0:
            raise EstimatorError("divisor is 0: leave the figure out where nothing was counted")
        ends = self.low / k, self.high / k
        return Quantity(min(ends), self.mid / k, max(ends), self.unit)

    def times(self, factor: Quantity, unit: str) -> Quantity:
        """The product with a shared factor, in `unit`: kWh times g/kWh in g.

        The interval holds every product of a value here and a value of the factor. Summing
        first and multiplying once is the same up to rounding, and is how factors are applied.
        """
        corners = (
            self.low * factor.low,
            self.low * factor.high,
            self.high * factor.low,
            self.high * factor.high,
        )
        return Quantity(min(corners), self.mid * factor.mid, max(corners), unit)

    def to(self, unit: str) -> Quantity:
        """The same quantity in another unit of its dimension."""
        if unit == self.unit:
            return self
        n, d = ratio(self.unit, unit)
        return Quantity(self.low * n / d, self.mid * n / d, self.high * n / d, unit)

    @property
    def is_rough(self) -> bool:
        """Whether the interval is wider than the best estimate: that is an order of magnitude.

        As from half of it to one and a half times it: by a factor of three.
        """
        return self.high - self.low > abs(self.mid)

    def to_json(self) -> dict[str, float]:
        """`{"low", "mid", "high"}`; the unit belongs into the key that holds it."""
        return {"low": self.low, "mid": self.mid, "high": self.high}

    def _same_unit(self, other: Quantity) -> None:
        if self.unit != other.unit:
            raise EstimatorError(
                f"cannot add {other.unit} to {self.unit}: convert one with to({self.unit!r})"
            )


def exact(value: float, unit: str) -> Quantity:
    """A figure without an interval: low = mid = high."""
    number = float(value) if type(value) is int else value
    return Quantity(number, number, number, unit)


def total(quantities: Iterable[Quantity], unit: str) -> Quantity:
    """The sum of plain ranges in `unit`, exactly rounded: does not depend on the order."""
    parts = [q.to(unit) for q in quantities]
    return Quantity(
        math.fsum(q.low for q in parts),
        math.fsum(q.mid for q in parts),
        math.fsum(q.high for q in parts),
        unit,
    )


def independent_sum(quantities: Iterable[Quantity], unit: str) -> Quantity:
    """The sum where the parts' errors are independent: distances from mid in quadrature.

    `high = mid + sqrt(sum((high_i - mid_i)^2))`, and `low` alike (propagation of uncertainty,
    JCGM 100:2008, 5.1.2). Never wider than `total`.
    """
    parts = [q.to(unit) for q in quantities]
    mid = math.fsum(q.mid for q in parts)
    down = math.hypot(*(q.mid - q.low for q in parts))
    up = math.hypot(*(q.high - q.mid for q in parts))
    plain = total(parts, unit)
    return Quantity(max(mid - down, plain.low), mid, min(mid + up, plain.high), unit)


def independent_product(factors: Iterable[Quantity], unit: str) -> Quantity:
    """The product where relative errors are independent: quadrature in log space.

    `high = mid * exp(sqrt(sum(ln(high_i / mid_i)^2)))`, and `low` alike, so that a factor of 2
    up and a factor of 2 down are the same distance. Never wider than `times` in a row.

    Raises:
        EstimatorError: a factor whose low is not above zero has no logarithm.
    """
    mid, down, up = 1.0, [], []
    for q in factors:
        if q.low <= 0:
            raise EstimatorError(
                f"factor of {q.low!r} to {q.high!r} {q.unit} reaches zero: "
                "use times() where a factor can be zero or negative"
            )
        mid *= q.mid
        down.append(math.log(q.mid) - math.log(q.low))
        up.append(math.log(q.high) - math.log(q.mid))
    try:
        high = mid * math.exp(math.hypot(*up))
    except OverflowError:
        high = math.inf  # refused by Quantity, which says so
    return Quantity(mid * math.exp(-math.hypot(*down)), mid, high, unit)
