"""Figures that a document states, against a view's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eu_views import activity, joules, model
from footprint.emitters.stated import PER, Stated, current, figures_of
from footprint.emitters.view import UNITS, Figures
from footprint.estimators.quantity import Quantity, exact

amounts = st.floats(1e-6, 1e15)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    low, mid, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    return Quantity(low, mid, high, "J")


@given(quantities(), st.floats(0, 1e3))
def test_a_figure_agrees_with_itself(quantity: Quantity, step: float) -> None:
    for value in (quantity.low, quantity.mid, quantity.high):
        assert Stated("training", "energy_j", "total", value, step).agrees(quantity)


@given(quantities(), st.integers(1, 6))
def test_rounding_alone_never_makes_it_disagree(quantity: Quantity, digits: int) -> None:
    printed = f"{quantity.mid:.{digits - 1}e}"
    step = 10.0 ** (int(printed.split("e")[1]) - digits + 1) * (1 + 1e-9)
    assert Stated("training", "energy_j", "total", float(printed), step).agrees(quantity)


@given(quantities(), st.floats(1e-6, 1e6))
def test_it_disagrees_from_half_a_step_outside(quantity: Quantity, step: float) -> None:
    width = max(step, quantity.high * 1e-9)
    beyond = Stated("training", "energy_j", "total", quantity.high + width, step)
    below = Stated("training", "energy_j", "total", quantity.low - width, step)
    assert not beyond.agrees(quantity)
    assert not below.agrees(quantity)


VIEW = model(
    activity(
        "inference", joules(3000.0, 0.0), calls=10, items=20.0, tokens_in=1500.0, tokens_out=500.0
    )._replace(
        total=Figures(
            energy_j=exact(3000.0, "J"),
            carbon_location_g=exact(30.0, "g"),
            cost={"EUR": exact(6.0, "EUR")},
        )
    ),
    activity("inference", joules(1000.0, 0.0), own_time=True),
)


@pytest.mark.parametrize(
    ("per", "energy_j"),
    [
        ("total", 4000.0),  # with the runs' own time
        ("call", 300.0),
        ("item", 150.0),
        ("1000 calls", 300_000.0),
        ("1000 tokens", 1500.0),
    ],
)
def test_each_per_is_found_in_the_view(per: str, energy_j: float) -> None:
    assert per in PER
    found = current(VIEW, Stated("inference", "energy_j", per, 0.0, 0.0))
    assert found is not None
    assert math.isclose(found.mid, energy_j)


def test_costs_go_by_their_currency() -> None:
    found = current(VIEW, Stated("inference", "cost_eur", "call", 0.0, 0.0))
    assert found == exact(0.6, "EUR")
    assert current(VIEW, Stated("inference", "cost_usd", "call", 0.0, 0.0)) is None


def test_what_is_not_known_is_none() -> None:
    assert current(VIEW, Stated("training", "energy_j", "total", 1.0, 0.1)) is None
    assert current(VIEW, Stated("inference", "water_l", "total", 1.0, 0.1)) is None
    for figure in ("speed", "cost", "per", "count"):  # the last three are names of the tuple's
        assert current(VIEW, Stated("inference", figure, "total", 1.0, 0.1)) is None
    runs = model(activity("training", joules(1.0), own_time=True))
    for per in PER[1:]:
        assert figures_of(runs, "training", per) is None


@pytest.mark.parametrize("per", PER)
def test_below_the_floor_nothing_is_known(per: str) -> None:
    view = model(activity("inference", joules(1.0), calls=10, floor="too short"))
    for figure in UNITS:
        assert current(view, Stated("inference", figure, per, 1.0, 0.1)) is None


@pytest.mark.parametrize("per", PER[1:])
def test_nothing_is_said_of_one_where_not_all_were_metered(per: str) -> None:
    view = model(activity("inference", joules(1.0), calls=10, items=10.0, complete=False))
    assert figures_of(view, "inference", per) is None
    assert figures_of(view, "inference", "total") is not None


def test_what_no_view_knows_is_not_taken_for_something_else() -> None:
    assert current(VIEW, Stated("inference", "energy_j", "1000 miles", 0.0, 0.0)) is None
