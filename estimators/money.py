"""Money: Decimal amounts in their own currency. Nothing here converts between currencies.

Arithmetic runs in contexts of its own, so that a host program that changed the thread's decimal
context changes no figure: products and quotients to 34 digits, sums without rounding, so that parts
add up to their total exactly, in whatever order.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from numbers import Real

from footprint.estimators._frozen import Frozen
from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity
from footprint.estimators.units import checked, shown

#: For products and quotients: how amounts are multiplied, whatever the thread's own context says.
CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
#: For sums: amounts are products of 34 digits below 1e300, so that no sum of them is rounded.
SUMS = CONTEXT.copy()
SUMS.prec = 2_000


def checked_currency(name: str, value: object) -> str:
    """A currency's code of three letters, in capitals; one of ISO 4217's active ones.

    Raises:
        EstimatorError: not a currency; names the nearest ones.
    """
    from footprint.estimators._currencies import currencies, nearest_currency

    text = value.strip() if isinstance(value, str) else ""
    code = text.upper()
    if code not in currencies():
        near = nearest_currency(text)
        raise EstimatorError(
            f"{name} is {shown(value)}, which is not a currency of ISO 4217:{near} "
            f"{'Give' if near else 'give'} a currency code of three letters such as USD or EUR"
        )
    return code


def checked_amount(name: str, value: object, unit: str = "") -> Decimal:
    """A finite Decimal, 0 or more, from Decimal, int, str or float (by its shortest digits).

    Raises:
        EstimatorError: bool, NaN, infinite, negative or not a number; says which setting.
    """
    amount = None
    if isinstance(value, (Decimal, Real, str)) and not isinstance(value, bool):
        written = value if isinstance(value, (Decimal, int, str)) else repr(float(value))
        try:
            amount = Decimal(written)
        except InvalidOperation:
            amount = None
    if amount is None or not amount.is_finite() or amount < 0 or amount.adjusted() > 300:
        of = f" of {unit}" if unit else ""
        raise EstimatorError(
            f"{name} is {shown(value)}: give an amount{of}, 0 or more, such as 0.18"
        )
    return amount.copy_abs()  # -0 becomes 0; abs() would round to the thread's precision


class Money(Frozen):
    """An amount of one currency: `Money("0.18", "EUR")`."""

    __slots__ = ("amount", "currency")
    amount: Decimal
    currency: str

    def __init__(self, amount: Decimal | str | float, currency: str) -> None:
        code = checked_currency("currency", currency)
        self._fill(checked_amount("amount", amount, code), code)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


def parse_money(name: str, value: object, currency: str | None = None) -> Money:
    """Money from `"0.18 EUR"`, `"0.18"`, a number or Money.

    Args:
        name: the setting, for messages.
        currency: of a bare number; None: a bare number is refused. A text that names another
            currency than this keeps its own: nothing is converted.

    Raises:
        EstimatorError: no amount, no currency, or more than the two.
    """
    if isinstance(value, Money):
        return value
    words = value.split() if isinstance(value, str) else [value]
    if len(words) == 2:
        code = checked_currency(f"currency of {name}", words[1])
        return Money(checked_amount(name, words[0], code), code)
    if currency is None and len(words) == 1:
        checked_amount(name, words[0])
        raise EstimatorError(f"{name} is {shown(value)} without a currency: write it as '0.18 EUR'")
    if len(words) != 1:
        raise EstimatorError(
            f"{name} is {shown(value)}: give an amount and a currency, as '0.18 EUR'"
        )
    return Money(checked_amount(name, words[0], currency or ""), currency or "")


class MoneyRange(Frozen):
    """`low <= mid <= high`, Decimals of one currency."""

    __slots__ = ("low", "mid", "high", "currency")  # noqa: RUF023 - the constructor's order
    low: Decimal
    mid: Decimal
    high: Decimal
    currency: str

    def __init__(self, low: Decimal, mid: Decimal, high: Decimal, currency: str) -> None:
        code = checked_currency("currency", currency)
        bounds = [checked_amount("amount", value, code) for value in (low, mid, high)]
        if not bounds[0] <= bounds[1] <= bounds[2]:
            raise EstimatorError(f"amounts {low}, {mid}, {high} {code}: give low <= mid <= high")
        self._fill(*bounds, code)

    def __add__(self, other: MoneyRange) -> MoneyRange:
        """Bounds add, without rounding; both in the same currency."""
        if not isinstance(other, MoneyRange):
            return NotImplemented
        if other.currency != self.currency:
            raise EstimatorError(
                f"cannot add {other.currency} to {self.currency}: keep them apart, by currency"
            )
        add = SUMS.add
        return MoneyRange(
            add(self.low, other.low),
            add(self.mid, other.mid),
            add(self.high, other.high),
            self.currency,
        )

    def __truediv__(self, number: float) -> MoneyRange:
        """Divided by an exact number above zero (items, tokens), to 34 digits."""
        count = Decimal(repr(checked("divisor", number)))
        if not count:
            raise EstimatorError("divisor is 0: leave the amount out where nothing was counted")
        low, mid, high = (CONTEXT.divide(each, count) for each in (self.low, self.mid, self.high))
        return MoneyRange(low, mid, high, self.currency)

    @property
    def unit(self) -> str:
        """The currency, under the name that Quantity uses."""
        return self.currency

    def to_quantity(self) -> Quantity:
        """The same range in floats, its unit the currency."""
        return Quantity(float(self.low), float(self.mid), float(self.high), self.currency)

    def to_json(self) -> dict[str, float]:
        """`{"low", "mid", "high"}` as JSON numbers."""
        return self.to_quantity().to_json()


def exact_money(money: Money) -> MoneyRange:
    """An amount without an interval: low = mid = high."""
    return MoneyRange(money.amount, money.amount, money.amount, money.currency)


def priced(
    amount: Quantity, price: Money | MoneyRange, overhead: Quantity | None = None
) -> MoneyRange:
    """`amount` times `overhead` (such as a PUE) times a price per one of the amount's unit.

    Floats enter by their shortest digits and are multiplied as decimals, so that 3 kWh at a PUE
    of 1.1 and 0.18 cost 0.594 exactly. Where the price is a range, bounds multiply.

    Raises:
        EstimatorError: the amount is negative.
    """
    multiply = CONTEXT.multiply
    bounds = [Decimal(repr(x)) for x in (amount.low, amount.mid, amount.high)]
    if overhead is not None:
        factors = (overhead.low, overhead.mid, overhead.high)
        bounds = [multiply(a, Decimal(repr(b))) for a, b in zip(bounds, factors, strict=True)]
    each = exact_money(price) if isinstance(price, Money) else price
    prices = (each.low, each.mid, each.high)
    low, mid, high = (multiply(bound, one) for bound, one in zip(bounds, prices, strict=True))
    return MoneyRange(low, mid, high, each.currency)


def by_currency(ranges: Iterable[MoneyRange]) -> dict[str, MoneyRange]:
    """The sum per currency, in the order of first appearance."""
    sums: dict[str, MoneyRange] = {}
    for item in ranges:
        known = sums.get(item.currency)
        sums[item.currency] = item if known is None else known + item
    return sums
