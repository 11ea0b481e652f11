from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.costs.exchange import Rate, checked_rates, converted, rate_of
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor, restored, stored
from footprint.estimators.money import MoneyRange

ROW = {"pair": "EUR/USD", "rate": "1.08", "date": "2026-09-30", "source": "ECB reference rates"}
(RATE,) = checked_rates([ROW])


def amount(value, currency):
    return MoneyRange(*([Decimal(value)] * 3), currency)


def test_a_dated_rate_converts_and_is_in_the_output():
    amounts = {"EUR": amount(100, "EUR"), "USD": amount(5, "USD")}
    found = converted(amounts, "USD", [RATE], date(2026, 9, 30))
    assert found.amount == amount(113, "USD")
    assert (found.notes, found.gaps) == ((), ())
    (factor,) = found.factors
    assert (factor.name, factor.value, factor.unit) == ("exchange rate", Decimal("1.08"), "EUR/USD")
    assert (factor.source, factor.retrieved) == ("ECB reference rates", "2026-09-30")
    assert factor.used_for == "cost_usd"
    assert rate_of(restored(stored(factor))) == RATE


def test_the_inverse_of_a_rate():
    found = converted({"USD": amount(108, "USD")}, "eur", [RATE])
    assert found.amount == amount(100, "EUR")
    assert found.factors[0].why == "given: its inverse converts USD into EUR"


def test_without_a_rate_amounts_stay_apart():
    amounts = {"EUR": amount(1, "EUR"), "GBP": amount(1, "GBP")}
    found = converted(amounts, "USD", [RATE])
    assert found.amount is None
    (gap,) = found.gaps
    assert gap.what == "cost_usd"
    assert "no dated exchange rate of GBP/USD" in gap.why
    assert 'pair = "GBP/USD"' in gap.remedy


def test_rates_are_not_chained():
    gbp = Rate("GBP", "EUR", Decimal("1.15"), date(2026, 9, 30))
    assert converted({"GBP": amount(1, "GBP")}, "USD", [RATE, gbp]).amount is None


def test_nothing_to_convert():
    assert converted({}, "USD", [RATE]) == (None, (), (), ())
    assert converted({"USD": amount(1, "USD")}, "USD", []).amount == amount(1, "USD")


@pytest.mark.parametrize(
    ("on", "rate", "notes"),
    [
        (date(2026, 9, 30), "1.08", 0),
        (date(2026, 10, 31), "1.08", 0),
        (date(2026, 11, 1), "1.08", 1),
        (date(2026, 2, 1), "1.02", 1),
        (date(2026, 5, 16), "1.08", 1),  # 137 days to either: the later one
        (None, "1.08", 0),
    ],
)
def test_the_nearest_rate_is_taken_and_an_old_one_noted(on, rate, notes):
    old = Rate("EUR", "USD", Decimal("1.02"), date(2025, 12, 30))
    found = converted({"EUR": amount(1, "EUR")}, "USD", [old, RATE], on)
    assert found.amount == amount(rate, "USD")
    assert len(found.notes) == notes
    assert all("days from the end of the period" in note for note in found.notes)


@given(st.decimals(0, 10**9, places=6), st.decimals("0.0001", 10**4, places=4))
def test_there_and_back(value, rate):
    rates = [Rate("EUR", "USD", rate, date(2026, 1, 1))]
    there = converted({"EUR": amount(value, "EUR")}, "USD", rates).amount
    back = converted({"USD": there}, "EUR", rates).amount
    assert abs(back.mid - value) <= value * Decimal("1e-30")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pair": "EURUSD"}, "exchange 1: pair is 'EURUSD': give one such as EUR/USD"),
        ({"pair": "EUR/EUR"}, "give two currencies"),
        ({"pair": "EUR/ZZZ"}, "currency is 'ZZZ', which is not a currency"),
        ({"rate": 0}, "rate is 0: give USD for one EUR"),
        ({"rate": -1}, "rate is -1: give an amount"),
        ({"rate": float("nan")}, "rate is nan"),
        ({"date": ""}, "exchange 1 has no date"),
        ({"date": "September"}, "date is 'September': give a date such as"),
        ({"day": "2026-09-30"}, "'day' that is not known"),
    ],
)
def test_what_is_wrong_is_named(change, message):
    with pytest.raises(EstimatorError, match=message):
        checked_rates([{**ROW, **change}])


def test_two_rates_on_one_day():
    with pytest.raises(EstimatorError, match="two rates of EUR/USD on 2026-09-30"):
        checked_rates([{**ROW, "pair": "USD/EUR", "rate": "0.9"}, ROW])


def test_a_factor_without_a_date_is_no_rate():
    with pytest.raises(EstimatorError, match="exchange rate EUR/USD has no date"):
        rate_of(Factor("exchange rate", Decimal("1.08"), "EUR/USD"))
