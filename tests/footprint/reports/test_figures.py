"""Figures for people: three significant digits, one unit for a figure and its interval."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity
from footprint.reports import figures
from footprint.reports.speech import Speech


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "J", "0 J"),
        (0.01234, "J", "12.3 mJ"),
        (12.34, "J", "12.3 J"),
        (1234.0, "J", "1.23 kJ"),
        (36_000.0, "J", "10 Wh"),
        (36e6, "J", "10 kWh"),
        (36e9, "J", "10,000 kWh"),
        (0.0005, "g", "500 µg"),
        (1500.0, "g", "1.5 kg"),
        (2.5e6, "g", "2.5 t"),
        (0.0000002, "L", "0.2 µL"),
        (0.0147, "L", "14.7 mL"),
        (14.7, "L", "14.7 L"),
        (14_700.0, "L", "14.7 m3"),
        (0.718, "Wh", "0.718 Wh"),
        (0.00012, "Wh", "0.00012 Wh"),
        (1_470.0, "Wh", "1.47 kWh"),
        (0.25, "ms", "250 µs"),
        (61_000.0, "ms", "61 s"),
        (7.0, "USD", "7 USD"),
        (0.0000123456, "USD", "1.23×10⁻⁵ USD"),
        (0.000000125, "USD", "1.25×10⁻⁷ USD"),
        (1234.5, "EUR", "1,234 EUR"),
    ],
)
def test_figures_for_people(value: float, unit: str, text: str) -> None:
    assert figures.amount(value, unit) == text


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Quantity(0.0872e-3, 386e-6, 1.67e-3, "g"), "386 µg (87.2 to 1,670)"),
        (Quantity(312.0, 876.0, 2190.0, "g"), "876 g (312 to 2,190)"),
        (Quantity(0.256, 0.834, 7.4, "J"), "834 mJ (256 to 7,400)"),
        # One unit still where the middle's would be long: the next in which all are readable.
        (Quantity(5.0, 900.0, 20_000.0, "g"), "0.9 kg (0.005 to 20)"),
        (Quantity(50.0, 900.0, 20_000.0, "g"), "0.9 kg (0.05 to 20)"),
        (Quantity(0.00644, 0.0139, 0.087, "Wh"), "0.0139 Wh (0.00644 to 0.087)"),
        (Quantity(0.0, 0.5, 100.0, "J"), "0.5 J (0 to 100)"),
        (Quantity(0.0, 0.0, 20_000.0, "J"), "0 Wh (0 to 5.56)"),
        (Quantity(2e-11, 8.9e-11, 2e-10, "L"), "8.9×10⁻⁵ µL (2×10⁻⁵ to 0.0002)"),
    ],
)
def test_a_figure_and_its_interval_are_in_one_unit(quantity: Quantity, text: str) -> None:
    assert figures.both(quantity) == text


def test_where_no_unit_is_short_enough_for_all_the_interval_names_its_own() -> None:
    assert figures.both(Quantity(11.1, 12.3, 14.0, "J")) == "12.3 J (11.1 to 14)"
    assert figures.both(Quantity(0.0, 0.004, 24.858, "J")) == "0.004 J (0 to 24.9)"
    assert figures.both(Quantity(0.0, 0.004, 98_580.0, "J")) == "4 mJ (0 to 27.4 Wh)"
    assert figures.both(Quantity(2.0, 2.0, 2.0, "g")) == "2 g"
    assert figures.both(None) == "-"


@given(
    ends=st.tuples(*[st.floats(1e-9, 1e9)] * 3).map(sorted),
    unit=st.sampled_from(["J", "Wh", "g", "L", "ms", "s"]),
)
def test_an_interval_names_a_unit_only_where_none_would_do_for_all(
    ends: list[float], unit: str
) -> None:
    low, mid, high = ends
    quantity = Quantity(low, mid, high, unit)
    name, size = figures.shared(quantity)
    assert figures.middle(quantity).endswith(f" {name}")
    named = figures.interval(quantity).count(" ") > 2
    if named:  # then no unit that is shown for the middle holds the high end
        assert quantity.high / size >= 9_999
    if ends[2] / ends[0] < 1000 and ends[0] >= 1e-3 and ends[2] < 1e6:
        assert not named


def test_an_interval_wider_than_its_figure_is_marked_and_explained() -> None:
    sure, unsure = Quantity(5.1, 10.0, 15.0, "g"), Quantity(4.9, 10.0, 15.0, "g")
    assert (sure.is_rough, unsure.is_rough) == (False, True)
    assert Quantity(0.0, 0.0, 1.0, "g").is_rough
    say = Speech("fr")
    assert [say.middle(each) for each in (sure, unsure, None)] == ["10 g", "≈10 g", figures.NOTHING]
    assert say.both(unsure) == "≈10 g (4,9 à 15)"
    cost = MoneyRange(Decimal(1), Decimal(2), Decimal(9), "EUR")
    assert say.money({"EUR": cost}) == "≈2 EUR"
