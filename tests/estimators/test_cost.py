from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.cost import electricity_cost, tariff_factor
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import Money
from footprint.estimators.quantity import Quantity, exact


def test_energy_times_pue_times_tariff():
    cost = electricity_cost(exact(3.6e6 * 3, "J"), Money("0.18", "EUR"), exact(1.1, "1"))
    assert (cost.mid, cost.currency) == (Decimal("0.594"), "EUR")


def test_intervals_go_through():
    cost = electricity_cost(Quantity(1, 2, 4, "kWh"), Money("0.5", "USD"))
    assert cost.to_json() == {"low": 0.5, "mid": 1.0, "high": 2.0}


@given(
    st.floats(0, 1e12),
    st.decimals(0, 1000, places=4, allow_nan=False, allow_infinity=False),
    st.floats(1, 5),
)
def test_agrees_with_floats(kwh, tariff, pue):
    cost = electricity_cost(exact(kwh, "kWh"), Money(tariff, "USD"), exact(pue, "1"))
    assert float(cost.mid) == pytest.approx(kwh * pue * float(tariff), rel=1e-12)


def test_an_energy_is_needed():
    with pytest.raises(EstimatorError, match="cannot convert g"):
        electricity_cost(exact(1, "g"), Money("0.18", "USD"))


def test_the_factor_names_its_unit():
    entry = tariff_factor(Money("0.18", "EUR"), "given: the command line").to_json()
    assert (entry["value"], entry["unit"], entry["source"]) == (0.18, "EUR/kWh", "given")
