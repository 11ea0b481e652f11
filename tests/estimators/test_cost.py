from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.cost import electricity_cost, mean_price, tariff_factor
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import Money
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import series

HOURLY = series(
    "tariff",
    [(0, 10, Decimal("0.1")), (10, 20, Decimal("0.3")), (30, 40, Decimal("0.2"))],
    "EUR/kWh",
)


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


@pytest.mark.parametrize(
    ("energy", "expected"),
    [
        ([(0, 10, 5)], "0.1"),
        ([(0, 20, 5)], "0.2"),
        ([(0, 10, 3), (10, 20, 1)], "0.15"),
        ([(5, 10, 1), (10, 15, 0), (12, 12, 3)], "0.25"),
        ([(30, 40, 7), (20, 30, 0)], "0.2"),
        ([(15, 25, 1)], None),  # a hole
        ([(20, 20, 1)], None),
        ([(0, 10, 1), (35, 45, 1)], None),
        ([(0, 10, 0)], None),  # no energy: no mean
        ([], None),
    ],
)
def test_the_mean_price_is_over_the_energy(energy, expected):
    assert mean_price(HOURLY, energy) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize("stretch", [(0, 10, -1), (10, 0, 1)])
def test_energy_runs_forward_and_is_not_negative(stretch):
    with pytest.raises(EstimatorError, match="give 0 or more, its start first"):
        mean_price(HOURLY, [stretch])


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(1, 10**15)), min_size=1, max_size=9))
def test_the_mean_price_times_the_energy_is_the_cost_of_its_parts(used):
    energy = [(start, min(start + 1, 20), amount) for start, amount in used]
    parts = sum(HOURLY.at(start) * amount for start, _, amount in energy)
    whole = sum(amount for _, _, amount in energy)
    assert float(mean_price(HOURLY, energy) * whole) == pytest.approx(float(parts), rel=1e-15)
