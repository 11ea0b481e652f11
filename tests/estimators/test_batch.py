import math
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators._pieces import energy_by_cell
from footprint.estimators.batch import price_frame, price_spans, total_cost
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, PUE, TARIFF, Factor
from footprint.estimators.money import Money
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series, series

H = 3_600 * 10**9
START = 1_774_742_400 * 10**9  # 2026-03-29T00:00:00Z
NJ_PER_KWH = 3_600_000 * 10**9


@st.composite
def hourly(draw: st.DrawFn, *, holes: bool, prices: bool) -> Series:
    """Up to six hours, some of them missing."""
    amount = st.decimals(0, 1, places=5) if prices else st.floats(0, 900)
    hours = sorted(draw(st.sets(st.integers(0, 5), min_size=1))) if holes else range(6)
    rows = [(START + hour * H, START + (hour + 1) * H, draw(amount)) for hour in hours]
    return series("test", rows, "EUR/kWh" if prices else "g/kWh")


@st.composite
def some_spans(draw: st.DrawFn, *, within: bool = False, outside: bool = True):
    """(start, end, whole nJ) of up to eight spans around or inside the six hours."""
    found = []
    for _ in range(draw(st.integers(0, 8))):
        if within:
            hour, offset = draw(st.integers(0, 5)), draw(st.integers(0, H - 1))
            start = START + hour * H + offset
            end = start + draw(st.integers(0, H - offset))
        else:
            margin = H if outside else 0
            two = [draw(st.integers(START - margin, START + 6 * H + margin)) for _ in range(2)]
            start, end = min(two), max(two)
        found.append((start, end, draw(st.integers(0, 10**15))))
    return found


def arrays(spans):
    start = np.array([span[0] for span in spans], np.int64)
    end = np.array([span[1] for span in spans], np.int64)
    return start, end, np.array([span[2] / 1e9 for span in spans])


@given(hourly(holes=False, prices=True), some_spans(within=True), st.sampled_from(["1", "1.2"]))
def test_spans_within_a_step_agree_with_exact_accounting_by_the_hour(tariff, spans, pue):
    expected = Fraction(0)
    for start, _, nj in spans:
        expected += nj * Fraction(tariff.at(start)) * Fraction(pue) / NJ_PER_KWH
    found = total_cost(*arrays(spans), tariff, float(pue))
    assert found.currency == "EUR"
    assert (found.priced_nj, found.unpriced_nj) == (sum(span[2] for span in spans), 0)
    assert abs(Fraction(found.amount) - expected) <= expected / 10**33
    rows = price_spans(*arrays(spans), tariff=tariff, pue=float(pue))["cost_eur"]
    assert math.fsum(rows) == pytest.approx(float(expected), rel=1e-12)


@given(hourly(holes=True, prices=True), some_spans())
def test_no_energy_is_lost_in_holes_or_over_edges(tariff, spans):
    found = total_cost(*arrays(spans), tariff)
    assert found.priced_nj + found.unpriced_nj == sum(span[2] for span in spans)
    outside = Fraction(0)
    for start, end, nj in spans:
        missing = sum(b - a for a, b in tariff.holes(start, end))
        if start == end:
            outside += nj if tariff.at(start) is None else 0
        else:
            outside += Fraction(nj * missing, end - start)
    assert abs(found.unpriced_nj - outside) <= 8 * 8  # at most a nJ a part


@given(hourly(holes=True, prices=True), some_spans(), st.randoms(use_true_random=False))
def test_the_exact_sum_does_not_depend_on_order(tariff, spans, rng):
    shuffled = spans[:]
    rng.shuffle(shuffled)
    assert total_cost(*arrays(shuffled), tariff) == total_cost(*arrays(spans), tariff)


@given(hourly(holes=False, prices=True), some_spans(outside=False))
def test_rows_add_up_to_the_exact_sum(tariff, spans):
    rows = price_spans(*arrays(spans), tariff=tariff)["cost_eur"]
    found = total_cost(*arrays(spans), tariff)
    assert math.fsum(rows) == pytest.approx(float(found.amount), rel=1e-9, abs=1e-12)


@given(hourly(holes=True, prices=False), some_spans())
def test_a_row_is_energy_times_the_mean_over_it(intensity, spans):
    found = price_spans(*arrays(spans), intensity=intensity, pue=1.5)
    assert found.keys() == {"facility_kwh", "carbon_location_g"}
    for (start, end, nj), kwh, grams in zip(
        spans, found["facility_kwh"], found["carbon_location_g"], strict=True
    ):
        assert kwh == pytest.approx(nj * 1.5 / NJ_PER_KWH)
        mean = intensity.mean(start, end)
        if mean is None:
            assert math.isnan(grams)
        else:
            assert grams == pytest.approx(kwh * mean, rel=1e-9, abs=1e-15)


@given(some_spans(), st.lists(st.integers(START - H, START + 7 * H), unique=True, max_size=6))
def test_cells_hold_the_spans(spans, edges):
    edges = sorted(edges)
    found = energy_by_cell(*arrays(spans), np.array(edges, np.int64))
    assert len(found) == len(edges) + 1
    assert sum(found) == sum(span[2] for span in spans)
    assert min(found) >= 0
    bounds = [-(2**62), *edges, 2**62]
    for cell, (left, right) in enumerate(pairwise(bounds)):
        held = sum(
            Fraction(nj * max(0, min(end, right) - max(start, left)), end - start)
            if end > start
            else nj * (left <= start < right)
            for start, end, nj in spans
        )
        assert abs(found[cell] - held) <= len(spans)


def test_a_span_over_an_hour_that_local_clocks_skip():
    """At 01:00Z on 2026-03-29 Europe's clocks change: two hours of even power, two prices."""
    tariff = series(
        "tariff",
        [(START, START + H, Decimal("0.10")), (START + H, START + 2 * H, Decimal("0.30"))],
        "EUR/kWh",
    )
    one = np.array([START]), np.array([START + 2 * H]), np.array([7.2e6])
    assert total_cost(*one, tariff).amount == Decimal("0.40")
    assert price_spans(*one, tariff=tariff)["cost_eur"][0] == pytest.approx(0.40)


def test_constant_factors_of_every_form():
    spans = np.array([0, 5]), np.array([9, 5]), np.array([3.6e6, np.nan])
    grid = Factor(GRID_INTENSITY, exact(123.0, "lb/MWh"), "lb/MWh")
    found = price_spans(
        *spans,
        intensity=grid,
        pue=Factor(PUE, Quantity(1.1, 1.2, 1.4, "1"), "1"),
        tariff=Money("0.18", "USD"),
        per_kwh={"water_l": exact(2.0, "L/kWh"), "carbon_market_g": exact(10.0, "g/kWh")},
    )
    assert {key: values[0] for key, values in found.items()} == pytest.approx(
        {
            "facility_kwh": 1.2,
            "carbon_location_g": 1.2 * 123 * 0.45359237,
            "water_l": 2.4,
            "carbon_market_g": 12.0,
            "cost_usd": 0.216,
        }
    )
    assert all(math.isnan(values[1]) for values in found.values())
    total = total_cost(*spans, Factor(TARIFF, Decimal("0.18"), "USD/kWh"), 1.2)
    assert (total.amount, total.currency, total.unknown) == (Decimal("0.216"), "USD", 1)


def test_negative_prices_and_a_large_energy():
    tariff = series("day ahead", [(0, H, Decimal("-0.02"))], "EUR/kWh", low=-1)
    spans = np.array([0]), np.array([H]), np.array([3.6e13])  # 10 GWh: more nJ than 64 bits hold
    assert total_cost(*spans, tariff).amount == Decimal("-200000")
    assert total_cost(*spans, tariff).priced_nj == 36 * 10**21


def test_no_spans():
    none = np.array([], np.int64), np.array([], np.int64), np.array([])
    assert price_spans(*none, intensity=exact(1.0, "g/kWh"))["carbon_location_g"].size == 0
    assert total_cost(*none, Money("0.18", "USD")).amount == 0


@pytest.mark.parametrize(
    ("spans", "factors", "message"),
    [
        (([0], [1], [-1.0]), {}, "span 0 (0 to 1 ns, -1.0 J) has an energy that is no amount"),
        (([0], [1], [math.inf]), {}, "has an energy that is no amount"),
        (([0, 5], [1, 3], [1.0, 1.0]), {}, "span 1 (5 to 3 ns, 1.0 J) ends before it starts"),
        (([0, 5], [1], [1.0]), {}, "give three arrays of one length"),
        (([0], [1], [1.0]), {"intensity": exact(1.0, "EUR/kWh")}, "unit 'EUR/kWh' cannot be"),
        (([0], [1], [1.0]), {"intensity": exact(1.0, "kWh")}, "cannot convert kWh (energy)"),
        (([0], [1], [1.0]), {"intensity": Factor("x", Decimal(1), "g/kWh")}, "is a price"),
        (([0], [1], [1.0]), {"pue": 0.9}, "PUE is 0.9: give a number"),
        (([0], [1], [1.0]), {"pue": Quantity(0.5, 1, 2, "1")}, "PUE is 0.5"),
        (
            ([0], [1], [1.0]),
            {"pue": Factor(PUE, series("pue", [(0, 9, 1.2)], "1"), "1")},
            "PUE is a series: give its annual mean",
        ),
        (([0], [1], [1.0]), {"tariff": Factor(TARIFF, Decimal(1), "EUR/h")}, "give it per kWh"),
        (([0], [1], [1.0]), {"tariff": Factor(TARIFF, exact(1.0, "x"), "x")}, "give a Decimal"),
        (([0], [1], [1.0]), {"per_kwh": {"water": exact(1.0, "L/kWh")}}, "end its name with"),
    ],
)
def test_what_is_refused(spans, factors, message):
    start, end, energy = (np.array(each) for each in spans)
    with pytest.raises(EstimatorError) as error:
        price_spans(start, end, energy, **factors)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def frame(unit: str = "ns") -> pd.DataFrame:
    start = pd.to_datetime([START, START + H // 2, START], utc=True).as_unit(unit)
    end = pd.to_datetime([START + H, START + 3 * H // 2, pd.NaT], utc=True).as_unit(unit)
    return pd.DataFrame(
        {
            "name": ["a", "b", "c"],
            "start": start,
            "end": end,
            "energy_j": [3.6e6, 7.2e6, 1.0],
            "energy_low_j": [1.8e6, 7.2e6, 1.0],
            "energy_high_j": [7.2e6, 7.2e6, 1.0],
        }
    )


@pytest.mark.parametrize("unit", ["ns", "us", "s"])
def test_a_frame_of_spans(unit):
    intensity = series(
        "grid", [(START, START + H, 100.0), (START + H, START + 2 * H, 20.0)], "g/kWh"
    )
    given = frame(unit)
    before = given.copy()
    priced = price_frame(
        given,
        intensity=intensity,
        pue=Quantity(1.0, 1.25, 1.5, "1"),
        tariff=Money("0.20", "USD"),
        per_kwh={"water_l": Quantity(1, 2, 3, "L/kWh")},
    )
    pd.testing.assert_frame_equal(given, before)
    assert list(priced.columns[: len(given.columns)]) == list(given.columns)
    first, second, third = priced.to_dict("records")
    names = ("carbon_location_low_g", "carbon_location_g", "carbon_location_high_g")
    assert [first[name] for name in names] == pytest.approx([50, 125, 300])
    assert second["carbon_location_g"] == pytest.approx(2 * 1.25 * 60)
    names = ("cost_low_usd", "cost_usd", "cost_high_usd")
    assert [first[name] for name in names] == pytest.approx([0.1, 0.25, 0.6])
    names = ("water_low_l", "water_l", "water_high_l")
    assert [first[name] for name in names] == pytest.approx([0.5, 2.5, 9])
    assert math.isnan(third["carbon_location_g"])  # its end is not known
    assert math.isnan(third["cost_usd"])


def test_a_frame_of_no_spans_and_without_what_is_needed():
    empty = price_frame(frame().iloc[:0], tariff=Money("0.20", "EUR"))
    assert list(empty.columns[-3:]) == ["cost_eur", "cost_low_eur", "cost_high_eur"]
    with pytest.raises(EstimatorError, match="frame has no column 'energy_low_j'"):
        price_frame(frame().drop(columns="energy_low_j"))
    naive = frame().assign(start=frame()["start"].dt.tz_localize(None))
    with pytest.raises(EstimatorError, match=r"'start' is of datetime64.*with a time zone"):
        price_frame(naive)
