from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.costs.exchange import Rate
from footprint.estimators.costs.total import ELECTRICITY, RENTAL, tco
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import MoneyRange

EUR_USD = Rate("EUR", "USD", Decimal("1.08"), date(2026, 9, 30), "ECB")


def amount(value, currency="USD"):
    return MoneyRange(*([Decimal(value)] * 3), currency)


def test_each_part_is_listed():
    cost = tco(
        [
            ("electricity", amount("1.5", "EUR")),
            ("licences", amount(2)),
            ("licences", amount(3)),
            ("licences", amount(1, "EUR")),
        ]
    )
    assert cost.parts == {
        "electricity": {"EUR": amount("1.5", "EUR")},
        "licences": {"USD": amount(5), "EUR": amount(1, "EUR")},
    }
    assert cost.total == {"EUR": amount("2.5", "EUR"), "USD": amount(5)}
    assert cost.usd is None
    assert [gap.what for gap in cost.gaps] == ["cost_usd"]
    assert cost.to_json() == {
        "cost": {
            "EUR": {"low": 2.5, "mid": 2.5, "high": 2.5},
            "USD": {"low": 5.0, "mid": 5.0, "high": 5.0},
        },
        "cost_parts": {
            "electricity": {"EUR": {"low": 1.5, "mid": 1.5, "high": 1.5}},
            "licences": {
                "USD": {"low": 5.0, "mid": 5.0, "high": 5.0},
                "EUR": {"low": 1.0, "mid": 1.0, "high": 1.0},
            },
        },
        "cost_usd": None,
    }


def test_a_dated_rate_gives_dollars():
    parts = [("electricity", amount(100, "EUR")), ("x", amount(2))]
    cost = tco(parts, rates=[EUR_USD], on=date(2026, 12, 31))
    assert cost.usd == amount(110)
    assert cost.to_json()["cost_usd"]["mid"] == 110.0
    assert list(cost.total) == ["EUR", "USD"]
    assert [factor.unit for factor in cost.factors] == ["EUR/USD"]
    assert "92 days from the end of the period" in cost.notes[0]
    assert cost.gaps == ()


def test_all_in_dollars_needs_no_rate():
    assert tco([("x", amount(1)), ("y", amount(2))]).usd == amount(3)


def test_nothing_is_no_cost():
    assert tco([]) == ({}, {}, None, (), (), ())


def test_power_is_not_paid_twice():
    parts = [(ELECTRICITY, amount(1)), (RENTAL, amount(2))]
    with pytest.raises(EstimatorError, match="a rental price includes electricity: leave"):
        tco(parts)
    assert tco(parts, is_power_apart=True).usd == amount(3)


def test_a_part_has_a_name():
    with pytest.raises(EstimatorError, match="has no name"):
        tco([("", amount(1))])


values = st.decimals(0, 10**30, allow_nan=False, allow_infinity=False) | st.decimals(
    0, 1, places=40, allow_nan=False
)
ranges = st.builds(
    lambda ends, currency: MoneyRange(*sorted(ends), currency),
    st.lists(values, min_size=3, max_size=3),
    st.sampled_from(["USD", "EUR", "JPY"]),
)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), ranges), max_size=9), st.randoms())
def test_parts_sum_to_the_total_exactly_in_any_order(parts, random):
    cost = tco(parts)
    for bound in ("low", "mid", "high"):
        for currency, whole in cost.total.items():
            given_sum = sum(
                Fraction(getattr(each, bound)) for _, each in parts if each.currency == currency
            )
            of_parts = sum(
                Fraction(getattr(amounts[currency], bound))
                for amounts in cost.parts.values()
                if currency in amounts
            )
            assert Fraction(getattr(whole, bound)) == of_parts == given_sum
    random.shuffle(parts)
    assert tco(parts).total == cost.total
