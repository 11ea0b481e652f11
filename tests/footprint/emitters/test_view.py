"""The view's only arithmetic: sums over activities of one kind, and divisions by how many."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eu_views import GPU, activity, joules, model
from footprint.emitters.view import (
    NOT_MEASURED,
    UNITS,
    Activity,
    Figures,
    Hardware,
    Stage,
    summed,
)
from footprint.estimators.quantity import Quantity
from footprint.model import TIERS

amounts = st.floats(1e-3, 1e12)


@st.composite
def quantities(draw: st.DrawFn, unit: str = "J") -> Quantity:
    low, mid, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    return Quantity(low, mid, high, unit)


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    known = {name: draw(st.none() | quantities(unit)) for name, unit in UNITS.items()}
    currencies = draw(st.sets(st.sampled_from(["EUR", "USD"])))
    return Figures(**known, cost={each: draw(quantities(each)) for each in sorted(currencies)})


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    shares = draw(st.dictionaries(st.sampled_from(TIERS), st.floats(0.01, 1), min_size=1))
    whole = sum(shares.values())
    return activity(
        draw(st.sampled_from(["training", "inference"])),
        calls=draw(st.integers(0, 10**9)),
        items=float(draw(st.integers(0, 10**9))),
        tokens_in=draw(st.none() | amounts),
        complete=draw(st.booleans()),
        own_time=draw(st.booleans()),
        tiers={tier: share / whole for tier, share in shares.items()},
        floor=draw(st.none() | st.just("too short")),
    )._replace(total=draw(figures()))


stages = st.lists(activities(), min_size=1, max_size=4)


def close(one: Quantity | None, other: Quantity | None) -> bool:
    if one is None or other is None:
        return one is other
    pairs = ((one.low, other.low), (one.mid, other.mid), (one.high, other.high))
    return one.unit == other.unit and all(math.isclose(a, b, rel_tol=1e-12) for a, b in pairs)


@given(stages)
def test_a_stage_is_the_sum_of_what_is_above_the_floor(several: list[Activity]) -> None:
    stage = Stage("training", tuple(several))
    above = [each.total for each in several if each.floor is None]
    for name in UNITS:
        parts = [getattr(each, name) for each in above]
        total = getattr(stage.total, name)
        if not parts or None in parts:
            assert total is None
        else:
            for bound in ("low", "mid", "high"):
                expected = math.fsum(getattr(part, bound) for part in parts)
                assert getattr(total, bound) == expected
    assert len(stage.left_out) + len(above) == len(several)


@given(stages, st.randoms())
def test_a_sum_does_not_depend_on_the_order(several: list[Activity], random: Any) -> None:
    parts = [each.total for each in several]
    found = summed(parts)
    random.shuffle(parts)
    assert summed(parts) == found
    if len(parts) == 1:
        assert found == parts[0]


def test_nothing_sums_up_to_nothing_known() -> None:
    assert summed(()) == Figures()
    assert Stage("training", ()).total == Figures()
    assert Stage("training", ()).tiers == {}
    assert Stage("training", ()).period == ("", "")


@given(stages)
def test_the_shares_of_the_methods_add_up_to_one(several: list[Activity]) -> None:
    stage = Stage("training", tuple(several))
    known = [each for each in several if each.floor is None and each.total.energy_j is not None]
    assert stage.tiers.keys() == {tier for each in known for tier in each.tiers}
    assert math.isclose(sum(stage.tiers.values()), 1.0) is bool(known)
    assert all(0 < share <= 1 for share in stage.tiers.values())


@given(activities())
def test_one_times_how_many_is_the_total(one: Activity) -> None:
    for per, count in (
        (one.per_call, one.calls),
        (one.per_item, one.items),
        (one.per_1000_tokens, one.tokens / 1000),
    ):
        assert (per is None) == (not count or not one.complete)
        if per is None:
            continue
        back = per.per(1 / count)
        for name in UNITS:
            assert close(getattr(back, name), getattr(one.total, name))
        assert back.cost.keys() == one.total.cost.keys()
        assert all(close(back.cost[each], one.total.cost[each]) for each in back.cost)


@given(activities())
def test_what_is_below_the_floor_is_not_stated(one: Activity) -> None:
    assert one.stated == (one.total if one.floor is None else Figures())


@given(activities())
def test_measured_is_said_only_of_sensors(one: Activity) -> None:
    modelled = {tier for tier in one.tiers if tier in NOT_MEASURED}
    expected = (
        "measured" if not modelled else "estimated" if modelled == set(one.tiers) else
        "partly measured"
    )  # fmt: skip
    assert one.method == (expected if one.total.energy_j is not None else "")
    alone = Stage(one.kind, (one,))
    assert alone.method == (one.method if one.floor is None else "")


@pytest.mark.parametrize(
    ("tiers", "method"),
    [
        (({"counter": 1.0}, {"power": 1.0}), "measured"),
        (({"counter": 1.0}, {"nameplate": 1.0}), "partly measured"),
        (({"predicted": 1.0}, {"api": 1.0}), "estimated"),
    ],
)
def test_a_stages_method_is_that_of_all_its_parts(
    tiers: tuple[dict[str, float], ...], method: str
) -> None:
    parts = tuple(activity(energy_j=joules(1.0), tiers=each) for each in tiers)
    assert Stage("training", parts).method == method


def test_an_interval_wider_than_its_middle_is_an_indication() -> None:
    assert activity(energy_j=Quantity(0.0, 1.0, 1.01, "J")).indicative
    assert not activity(energy_j=Quantity(0.5, 1.0, 1.5, "J")).indicative
    assert not activity().indicative


def test_kinds_are_told_apart_in_the_order_of_the_view() -> None:
    view = model(
        activity("training", joules(1.0)),
        activity("inference", joules(2.0), own_time=True),
        activity("inference", joules(3.0)),
    )
    assert [each.kind for each in view.stages] == ["training", "inference"]
    assert view.of_kind("evaluation") is None
    stage = view.of_kind("inference")
    assert stage is not None
    assert stage.calls is view.activities[2]
    assert stage.runs is view.activities[1]
    assert stage.total.energy_j == Quantity(4.5, 5.0, 5.5, "J")


def test_a_stage_names_each_device_and_place_once_and_spans_its_parts() -> None:
    cpu = Hardware("n1", "cpu", "CPU", "counter", "c")
    early = activity(hardware=(GPU, cpu), zones=("FRA",), start="2026-01-01", end="2026-01-02")
    late = activity(hardware=(GPU,), zones=("FRA", "DEU"), start="2026-01-03", end="")
    stage = Stage("training", (late, early))
    assert stage.hardware == (GPU, cpu)
    assert stage.zones == ("FRA", "DEU")
    assert stage.period == ("2026-01-01", "2026-01-02")


def test_a_stages_period_is_the_reports_where_it_does_not_say() -> None:
    view = model(activity("training"))._replace(start="2026-11-01T00:00:00Z", end="2026-11-09")
    known = activity("training")._replace(start="2026-11-02T00:00:00Z", end="2026-11-03T00:00:00Z")
    for one, wanted in (
        (known, (known.start, known.end)),
        (known._replace(start="", end=""), (view.start, view.end)),
        (known._replace(end=""), (view.start, view.end)),  # never half of each
    ):
        assert view.period_of(Stage("training", (one,))) == wanted


def test_a_cost_is_an_amount_in_each_of_its_currencies() -> None:
    def paid(**cost: float) -> Figures:
        return Figures(cost={unit: Quantity(each, each, each, unit) for unit, each in cost.items()})

    both = summed([paid(USD=1.0, EUR=2.0), paid(USD=4.0)]).cost
    assert {unit: each.mid for unit, each in both.items()} == {"USD": 5.0, "EUR": 2.0}
    assert summed([paid(USD=1.0), paid()]).cost == {}


def test_throughput_is_of_items_else_of_calls_while_something_ran() -> None:
    assert activity(items=100.0, active_s=4.0).items_per_s == 25.0
    assert activity(calls=8, active_s=4.0).items_per_s == 2.0
    assert activity(active_s=None).items_per_s is None
