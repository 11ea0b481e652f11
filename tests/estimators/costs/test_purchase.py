from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.costs.purchase import checked_purchases, per_used_hour, purchase_of
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import Money, MoneyRange, exact_money
from footprint.estimators.quantity import Quantity, exact

ROW = {"device": "H100 SXM", "price": "26280 USD", "lifetime_years": 4, "utilisation": 0.5}


def test_the_formula():
    (bought,) = checked_purchases([ROW])
    assert bought.per_hour() == exact_money(Money("1.5", "USD"))  # 26280 / (4 x 8760 x 0.5)
    more = {**ROW, "residual": "8760 USD", "maintenance_per_year": "876 USD"}
    (bought,) = checked_purchases([more])
    assert bought.per_hour() == exact_money(Money("1.2", "USD"))  # (0.5 + 0.1) / 0.5


def test_a_range_of_lifetimes():
    row = {**ROW, "price": "26280 EUR", "lifetime_years": [3, 4, 6], "utilisation": [0.25, 0.5, 1]}
    cost = checked_purchases([row])[0].per_hour()
    assert cost == MoneyRange(Decimal("0.5"), Decimal("1.5"), Decimal(4), "EUR")


def test_its_factors_are_in_the_output():
    (bought,) = checked_purchases([{**ROW, "source": "invoice", "date": "2025-03-01"}])
    factors = bought.factors()
    assert [(f.name, f.unit) for f in factors] == [
        ("purchase price", "USD"),
        ("lifetime", "h"),
        ("utilisation", "1"),
    ]
    assert {(f.subject, f.source, f.vintage) for f in factors} == {("H100 SXM", "invoice", 2025)}
    assert factors[1].quantity == exact(35_040, "h")


money = st.decimals(1, 10**6, places=2, allow_nan=False, allow_infinity=False)


@given(
    money,
    st.lists(st.floats(0.5, 30), min_size=3, max_size=3).map(sorted),
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(sorted),
    st.decimals(0, 1, places=3),
    money,
)
def test_all_used_hours_together_pay_for_it(price, years, shares, left, upkeep):
    life = Quantity(*(8760 * year for year in years), "h")
    used = Quantity(*shares, "1")
    residual = price * left
    cost = per_used_hour(
        exact_money(Money(price, "USD")), life, used, Money(residual, "USD"), Money(upkeep, "USD")
    )
    paid = float(price - residual + upkeep * Decimal(years[1]))
    assert float(cost.mid) * life.mid * used.mid == pytest.approx(paid, rel=1e-9)
    assert cost.low <= cost.mid <= cost.high


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lifetime_years": 0}, "purchase 1: lifetime is 0 or less"),
        ({"lifetime_years": [0, 1, 2]}, "lifetime is 0 or less"),
        ({"lifetime_years": -1}, "lifetime_years is -1: give a number of years from 0 to 30"),
        ({"lifetime_years": 40}, "lifetime_years is 40"),
        ({"lifetime_years": [3, 4]}, r"lifetime_years is \[3, 4\]: give one number, or \[low"),
        ({"lifetime_years": [4, 3, 6]}, "give low <= mid <= high"),
        ({"lifetime_years": float("nan")}, "lifetime_years is nan"),
        ({"utilisation": 0}, "utilisation is 0 to 0: give a share of the lifetime"),
        ({"utilisation": 1.1}, "utilisation is 1.1: give a number from 0 to 1"),
        ({"utilisation": True}, "utilisation is True"),
        ({"price": "x USD"}, "price is 'x': give an amount"),
        ({"price": 26280}, "without a currency"),
        ({"residual": "30000 USD"}, "residual of 30000 USD is above the price"),
        ({"residual": "1 EUR"}, "residual is in EUR, its table in USD"),
        ({"device": ""}, "purchase 1 has no device"),
        ({"date": "last year"}, "date is 'last year': give a day, month or year"),
        ({"date": "2026-13"}, "date is '2026-13'"),
        ({"date": "20260930"}, "date is '20260930'"),
        ({"date": True}, "date is True"),
        ({"life_years": 3}, "Did you mean lifetime_years"),
    ],
)
def test_what_is_wrong_is_named(change, message):
    with pytest.raises(EstimatorError, match=message):
        checked_purchases([{**ROW, **change}])


@pytest.mark.parametrize("device", ["h100 sxm", "NVIDIA H100 80GB HBM3", "H100"])
def test_a_device_has_many_names(device):
    bought = checked_purchases([ROW, {**ROW, "device": "Our own ASIC"}])
    assert purchase_of(device, bought) is bought[0]
    assert purchase_of("our own asic", bought) is bought[1]
    assert purchase_of("L4", bought) is None
    with pytest.raises(EstimatorError, match=r"purchase has .* twice: keep one"):
        checked_purchases([ROW, {**ROW, "device": device}])


def test_amounts_are_of_one_currency():
    price = exact_money(Money(1, "USD"))
    with pytest.raises(EstimatorError, match="maintenance is in EUR, the price in USD"):
        per_used_hour(price, exact(1, "h"), exact(1, "1"), None, Money(1, "EUR"))
