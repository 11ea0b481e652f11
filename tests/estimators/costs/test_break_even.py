from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.costs.break_even import (
    ALWAYS,
    H_PER_MONTH,
    NEVER_BY_CAPACITY,
    NEVER_BY_TOKEN,
    break_even,
    own_per_month,
)
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity, exact


def usd(low, mid=None, high=None, currency="USD"):
    ends = (low, low if mid is None else mid, low if high is None else high)
    return MoneyRange(*(Decimal(str(end)) for end in ends), currency)


FREE = usd(0)
MILLION = exact(1e6, "token/h")


def test_the_formula():
    # F = 2 x 730 = 1460 USD, d = 4e-6 USD: V1 = 365e6; K = 730e6: half full, so V2 = V1
    found = break_even(usd(2), MILLION, usd("1e-6"), usd("5e-6"))
    assert found.tokens_per_month == found.for_good_per_month == (365e6, 365e6, 365e6)
    assert found.reason == ""
    assert found.to_json() == {
        "tokens_per_month": {"low": 365e6, "mid": 365e6, "high": 365e6},
        "for_good_per_month": {"low": 365e6, "mid": 365e6, "high": 365e6},
        "reason": None,
    }


def test_a_second_machine_is_paid_before_it_is_used():
    # V1 = 1460 / 2.5e-6 = 584e6 of K = 730e6: n = ceil(730 / 146) = 5, V2 = 4 x 584e6
    found = break_even(usd(2), MILLION, FREE, usd("2.5e-6"))
    assert found.tokens_per_month.mid == 584e6
    assert found.for_good_per_month.mid == 4 * 584e6


def test_the_interval_takes_the_ends_together():
    found = break_even(
        usd(1, 2, 3),
        Quantity(1e6, 2e6, 4e6, "token/h"),
        usd("0.5e-6", "1e-6", "2e-6"),
        usd("4.5e-6", "5e-6", "6e-6"),
    )
    first = found.tokens_per_month
    assert first.low == pytest.approx(730 / 5.5e-6)
    assert first.mid == pytest.approx(1460 / 4e-6)
    assert first.high is None  # 2190 / 2.5e-6 is above 730e6
    assert found.reason.startswith("at the unfavourable end of the inputs never: even a machine")
    assert found.to_json()["tokens_per_month"]["high"] is None


@pytest.mark.parametrize(
    ("fixed", "own", "api", "reason"),
    [
        (usd(2), usd("5e-6"), usd("5e-6"), NEVER_BY_TOKEN),
        (usd(2), usd("6e-6"), usd("5e-6"), NEVER_BY_TOKEN),
        (usd(5), FREE, usd("5e-6"), NEVER_BY_CAPACITY),  # equal at full capacity
        (usd(0), usd("1e-6"), usd("5e-6"), ALWAYS),
        (usd(0), usd("5e-6"), usd("5e-6"), NEVER_BY_TOKEN),
    ],
)
def test_never_and_always_have_a_reason(fixed, own, api, reason):
    found = break_even(fixed, MILLION, own, api)
    assert found == (None, None, reason)
    assert found.to_json()["tokens_per_month"] is None


def test_never_in_the_middle_though_the_favourable_end_pays():
    found = break_even(usd(1, 6, 9), MILLION, FREE, usd("5e-6"))
    assert found.tokens_per_month is None
    assert found.reason == f"{NEVER_BY_CAPACITY}; at the favourable end of the inputs it pays"


def test_machines_step_up_with_the_volume():
    args = (usd(1, 2, 3), exact(1e6, "token/h"), usd("1e-6"))
    assert own_per_month(0, *args) == (usd(0), (0, 0, 0))
    cost, machines = own_per_month(730e6, *args)
    assert (cost, machines) == (usd(1460, 2190, 2920), (1, 1, 1))
    cost, machines = own_per_month(730e6 + 1, *args)
    assert machines == (2, 2, 2)
    assert cost.mid == Decimal("3650.000001")


@pytest.mark.parametrize("volume", [-1, float("nan"), float("inf")])
def test_a_volume_is_a_number(volume):
    with pytest.raises(EstimatorError, match="give 0 or more"):
        own_per_month(volume, usd(1), MILLION, FREE)


@pytest.mark.parametrize("capacity", [exact(0, "token/h"), Quantity(-1, 1, 2, "token/h")])
def test_no_capacity(capacity):
    with pytest.raises(EstimatorError, match="give more than 0, also at the low end"):
        break_even(usd(1), capacity, FREE, usd(1))


def test_currencies_are_not_compared():
    with pytest.raises(EstimatorError, match="costs in EUR and USD cannot be compared"):
        break_even(usd(1, currency="EUR"), MILLION, FREE, usd(1))


micro = st.decimals(0, 10, places=2, allow_nan=False).map(lambda d: d / 10**6)


@given(
    st.decimals("0.01", 20, places=2, allow_nan=False),
    st.integers(1, 10**7),
    micro,
    micro,
    st.floats(0, 12),
)
def test_holds_against_the_two_bills_at_any_volume(fixed, capacity, own, api, machines):
    found = break_even(usd(fixed), exact(capacity, "token/h"), usd(own), usd(api))
    month = Fraction(capacity) * H_PER_MONTH
    volume = float(month) * machines
    bill, (_, count, _) = own_per_month(volume, usd(fixed), exact(capacity, "token/h"), usd(own))
    api_bill = Fraction(api) * Fraction(volume)
    cheaper = Fraction(bill.mid) < api_bill
    if found.tokens_per_month is None:
        assert not cheaper
        return
    first, good = found.tokens_per_month.mid, found.for_good_per_month.mid
    assert first <= good * (1 + 1e-12)
    margin = 1e-9 * volume  # volumes are floats, bills are exact
    if volume > good + margin:
        assert cheaper
    elif volume < first - margin:
        assert not cheaper
    if count == 1 and volume > first + margin:
        assert cheaper
    # V2 is the last volume at which the API is not dearer
    at_good, _ = own_per_month(good * (1 - 1e-9), usd(fixed), exact(capacity, "token/h"), usd(own))
    assert Fraction(at_good.mid) >= Fraction(api) * Fraction(good * (1 - 1e-9))
