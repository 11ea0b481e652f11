import decimal
import math
import pickle
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators._currencies import currencies
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import (
    Money,
    MoneyRange,
    by_currency,
    checked_amount,
    checked_currency,
    exact_money,
    parse_money,
    priced,
)
from footprint.estimators.quantity import Quantity, exact

amounts = st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=6)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.18 EUR", ("0.18", "EUR")),
        (" 0.18   eur ", ("0.18", "EUR")),
        ("0.18", ("0.18", "USD")),
        (0.18, ("0.18", "USD")),
        (np.float64(0.18), ("0.18", "USD")),
        (2, ("2", "USD")),
        (Decimal("0.1800"), ("0.1800", "USD")),
        (Money("30", "JPY"), ("30", "JPY")),
    ],
)
def test_parsed(value, expected):
    money = parse_money("tariff", value, "USD")
    assert (str(money.amount), money.currency) == expected


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        "",
        "abc",
        "0,18",
        math.nan,
        math.inf,
        -0.1,
        "-0.1",
        "nan",
        Decimal("NaN"),
        [1],
        "1e400",
    ],
)
def test_no_amount(value):
    with pytest.raises(EstimatorError, match=r"tariff is .*: give an amount"):
        parse_money("tariff", value, "USD")


def test_no_currency():
    with pytest.raises(EstimatorError, match=r"tariff is '0.18' without a currency: .*'0.18 EUR'"):
        parse_money("tariff", "0.18")


def test_more_than_an_amount_and_a_currency():
    with pytest.raises(EstimatorError, match="give an amount and a currency"):
        parse_money("tariff", "0.18 EUR per kWh", "USD")
    with pytest.raises(EstimatorError, match="currency of tariff is 'EURO'"):
        parse_money("tariff", "0.18 EURO")


@pytest.mark.parametrize("code", ["", "US", "EURO", "€", "U5D", None, 3])
def test_currency_codes(code):
    with pytest.raises(EstimatorError, match="currency code of three letters such as USD"):
        checked_currency("currency", code)


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("ZZZ", "ISO 4217: give a currency code"),
        ("DEM", "is not a currency of ISO 4217"),
        ("XXX", "is not a currency of ISO 4217"),
        ("UDS", r"Did you mean .*USD \(US Dollar\)"),
        ("euros", r"Did you mean EUR \(Euro\)"),
        ("pounds", r"Did you mean GBP \(Pound Sterling\)"),
    ],
)
def test_three_letters_are_not_enough(code, near):
    with pytest.raises(EstimatorError, match=near):
        checked_currency("currency", code)
    with pytest.raises(EstimatorError, match="currency of tariff is"):
        parse_money("tariff", f"0.18 {code}")


def test_the_list_of_currencies():
    known = currencies()
    assert {"USD", "EUR", "JPY", "CHF", "CNY", "INR", "GBP", "PLN", "SLE", "XOF"} <= set(known)
    assert not {"XXX", "XTS", "XAU", "HRK", "BGN"} & set(known)
    assert all(re.fullmatch("[A-Z]{3}", code) and name for code, name in known.items())
    assert [checked_currency("currency", code.lower()) for code in known] == list(known)


def test_money_is_a_value():
    money = Money("0.10", "USD")
    assert money == Money(Decimal("0.1"), "usd")
    assert pickle.loads(pickle.dumps(money)) == money
    assert str(Money("1e3", "USD")) == "1000 USD"
    with pytest.raises(AttributeError, match="immutable"):
        money.amount = Decimal(1)


def test_currencies_do_not_mix():
    one = MoneyRange(Decimal(1), Decimal(1), Decimal(1), "USD")
    other = MoneyRange(Decimal(1), Decimal(2), Decimal(3), "EUR")
    with pytest.raises(EstimatorError, match="cannot add EUR to USD: keep them apart"):
        one + other
    with pytest.raises(TypeError):
        one + 1
    sums = by_currency([one, other, one])
    assert list(sums) == ["USD", "EUR"]
    assert sums["USD"].mid == 2
    assert sums["EUR"] == other


def test_ranges_are_ordered():
    with pytest.raises(EstimatorError, match="give low <= mid <= high"):
        MoneyRange(Decimal(2), Decimal(1), Decimal(3), "USD")


def test_json_and_quantity():
    cost = MoneyRange(Decimal("0.1"), Decimal("0.2"), Decimal("0.3"), "EUR")
    assert cost.to_json() == {"low": 0.1, "mid": 0.2, "high": 0.3}
    assert cost.to_quantity() == Quantity(0.1, 0.2, 0.3, "EUR")
    assert cost.unit == "EUR"


def test_decimal_products_have_no_float_noise():
    cost = priced(exact(3.0, "kWh"), Money("0.18", "EUR"), exact(1.1, "1"))
    assert cost.mid == Decimal("0.594")


def test_a_price_that_is_a_range():
    price = MoneyRange(Decimal("0.1"), Decimal("0.2"), Decimal("0.4"), "EUR")
    cost = priced(Quantity(1, 2, 3, "kWh"), price)
    assert (cost.low, cost.mid, cost.high) == (Decimal("0.1"), Decimal("0.4"), Decimal("1.2"))
    assert priced(exact(3, "kWh"), exact_money(Money("0.2", "EUR"))).high == Decimal("0.6")


wide = st.decimals(
    Decimal("1e-250"), Decimal("1e250"), allow_nan=False, allow_infinity=False
) | st.just(Decimal(0))


@given(st.lists(amounts | wide, min_size=1, max_size=8), st.randoms())
def test_sums_are_exact_in_any_order(values, random):
    ranges = [MoneyRange(v, v, v, "USD") for v in values]
    found = by_currency(ranges)["USD"]
    assert Fraction(found.mid) == sum(map(Fraction, values))
    random.shuffle(ranges)
    assert by_currency(ranges)["USD"] == found


def test_a_host_that_changed_its_decimal_context_changes_no_figure():
    expected = priced(exact(1 / 3, "kWh"), Money("0.123456789", "USD"))
    doubled = (expected + expected).mid
    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = True
        context.traps[decimal.FloatOperation] = True
        assert priced(exact(1 / 3, "kWh"), Money("0.123456789", "USD")) == expected
        assert (expected + expected).mid == doubled
        assert checked_amount("x", 0.123456789) == Decimal("0.123456789")
        context.traps[decimal.InvalidOperation] = False
        with pytest.raises(EstimatorError):
            checked_amount("x", "abc")


def test_money_for_one_of_many():
    three = MoneyRange(Decimal(1), Decimal(2), Decimal(4), "EUR")
    assert three / 4 == MoneyRange(Decimal("0.25"), Decimal("0.5"), Decimal(1), "EUR")
    assert (three / 0.1).mid == 20
    for wrong in (0, -1, math.nan, True):
        with pytest.raises(EstimatorError, match="divisor"):
            three / wrong
