"""A use priced: every figure, its interval, and what makes it unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.applied import Rate, Use
from footprint.estimators.factors import (
    EMBODIED,
    GRID_INTENSITY,
    LIFETIME,
    PUE,
    TARIFF,
    WATER_INTENSITY,
    WUE,
    Factor,
)
from footprint.estimators.money import Money, MoneyRange, by_currency, exact_money
from footprint.estimators.pricing import NOT_HELD, FactorSet, apply
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series

KWH = exact(1.0, "kWh")


def factor(name: str, low: float, mid: float, high: float, unit: str) -> Factor:
    return Factor(name, Quantity(low, mid, high, unit), unit)


def made(kg: Quantity, hours: Quantity) -> tuple[Factor, Factor]:
    return Factor(EMBODIED, kg, "kg"), Factor(LIFETIME, hours, "h")


ALL = FactorSet(
    intensity=(factor(GRID_INTENSITY, 40, 50, 70, "g/kWh"),),
    pue=factor(PUE, 1.1, 1.2, 1.4, "1"),
    tariff=(Factor(TARIFF, Decimal("0.18"), "EUR/kWh"),),
    wue=factor(WUE, 0.1, 0.2, 0.3, "L/kWh"),
    generation=factor(WATER_INTENSITY, 2, 3, 4, "L/kWh"),
    market=factor("market-based intensity", 0, 10, 20, "g/kWh"),
    embodied={"A": made(Quantity(100, 200, 400, "kg"), Quantity(1000, 2000, 4000, "h"))},
    rates=(Rate("purchase", "A", MoneyRange(Decimal(1), Decimal(2), Decimal(3), "USD")),),
)


def test_every_figure_by_hand() -> None:
    priced = apply(ALL, Use(Quantity(1, 2, 3, "kWh"), {}, {"A": 3600.0}))
    assert priced.carbon_location_g == Quantity(1 * 1.1 * 40, 2 * 1.2 * 50, 3 * 1.4 * 70, "g")
    assert priced.carbon_market_g == Quantity(0, 2 * 1.2 * 10, 3 * 1.4 * 20, "g")
    assert priced.water_l is not None
    assert priced.water_l.mid == pytest.approx(2 * (0.2 + 1.2 * 3))
    assert priced.embodied_g is not None
    # 200 kg over 2000 h: 100 g for the hour; 100 kg over 4000 h at least, 400 over 1000 at most.
    assert priced.embodied_g.low == pytest.approx(25)
    assert priced.embodied_g.mid == pytest.approx(100)
    assert priced.embodied_g.high == pytest.approx(400)
    assert priced.cost["EUR"].mid == Decimal("0.432")
    assert priced.cost["USD"].mid == 2
    assert list(priced.cost_parts) == ["purchase", "electricity"]
    assert priced.cost_usd is None  # no rate was given


def test_a_hole_in_one_factor_takes_its_own_figures_only() -> None:
    hour = 3600 * 10**9
    gappy = Factor(GRID_INTENSITY, Series([0], [hour], [50.0], "g/kWh"), "g/kWh", source="s")
    priced = apply(ALL._replace(intensity=(gappy,)), Use(KWH, {0: 1, hour: 1}, {"A": 1.0}))
    assert priced.carbon_location_g is None
    assert priced.carbon_market_g is not None
    assert priced.cost["EUR"].mid == Decimal("0.216")
    (gap,) = priced.gaps
    assert gap.what == "carbon_location_g"


def test_a_hole_in_the_tariff_leaves_no_cost_at_all() -> None:
    hour = 3600 * 10**9
    steps = Series([0], [hour], [Decimal("0.1")], "EUR/kWh")
    gappy = Factor(TARIFF, steps, "EUR/kWh", source="s")
    priced = apply(ALL._replace(tariff=(gappy,)), Use(KWH, {hour: 1}, {"A": 1.0}))
    assert priced.cost == {}
    assert priced.cost_parts == {}
    assert priced.cost_usd is None
    assert [gap.what for gap in priced.gaps] == ["cost"]


def test_time_that_is_not_known_is_not_free() -> None:
    priced = apply(ALL, Use(KWH))
    assert priced.cost == {}
    assert NOT_HELD in priced.gaps
    assert priced.embodied_g is None


def test_what_held_nothing_has_no_hardware_and_no_rent() -> None:
    priced = apply(ALL, Use(exact(0.0, "kWh"), {}, {}))
    assert priced.cost["EUR"].mid == 0
    assert priced.embodied_g == exact(0.0, "g")


def test_a_device_whose_manufacture_is_unknown_makes_the_sum_unknown() -> None:
    assert apply(ALL, Use(KWH, {}, {"A": 1.0, "B": 1.0})).embodied_g is None
    assert apply(FactorSet(), Use(KWH, {}, {})).embodied_g is None


def test_no_energy_is_zero_where_the_factors_are_known() -> None:
    priced = apply(ALL, Use(exact(0.0, "J"), {}, {"A": 0.0}))
    assert priced.carbon_location_g == exact(0.0, "g")
    assert priced.water_l == exact(0.0, "L")
    assert priced.cost["EUR"].mid == priced.cost["USD"].mid == 0


def test_no_factor_is_no_figure() -> None:
    priced = apply(FactorSet(), 0.0)
    assert priced.carbon_location_g is priced.carbon_market_g is priced.water_l is None
    assert priced.cost == {}
    assert priced.cost_usd is None


def test_money_has_no_digits_of_floats() -> None:
    tariff = Factor(TARIFF, Decimal("0.1"), "EUR/kWh")
    total = [apply(FactorSet(tariff=(tariff,)), exact(0.1, "kWh")).cost["EUR"] for _ in range(10)]
    assert by_currency(total) == {"EUR": exact_money(Money("0.1", "EUR"))}


parts = st.floats(0, 1)


@given(parts, parts, parts, parts, parts, parts)
def test_intervals_hold_what_any_values_inside_the_bounds_give(
    energy: float, intensity: float, pue: float, kg: float, life: float, water: float
) -> None:
    use = Use(Quantity(1, 2, 3, "kWh"), {}, {"A": 3600.0})
    priced = apply(ALL, use)

    def drawn(q: Quantity, at: float) -> float:
        return q.low + (q.high - q.low) * at

    kwh = drawn(use.energy, energy)
    assert ALL.pue is not None
    assert ALL.wue is not None
    assert ALL.generation is not None
    over = drawn(ALL.pue.quantity, pue)
    grid = drawn(ALL.intensity[0].quantity, intensity)
    mass, hours = (each.quantity for each in ALL.embodied["A"])
    generation = drawn(ALL.generation.quantity, intensity)
    litres = drawn(ALL.wue.quantity, water) + over * generation
    for quantity, real in (
        (priced.carbon_location_g, kwh * over * grid),
        (priced.water_l, kwh * litres),
        (priced.embodied_g, 1000 * drawn(mass, kg) / drawn(hours, life)),
        (priced.cost["EUR"].to_quantity(), kwh * over * 0.18),
    ):
        assert quantity is not None
        assert quantity.low <= real * (1 + 1e-12)
        assert real <= quantity.high * (1 + 1e-12)
