"""The footprint of uses: what adds up, what is said, what is missing, and how long it takes."""

from __future__ import annotations

import math
import random
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.systems.api import ApiUse, api_footprint
from footprint.estimators.systems.registry import systems

AT = int(datetime(2025, 6, 1, 12, tzinfo=UTC).timestamp()) * 10**9


def use(model: str, provider: str | None = None, **fields: float) -> ApiUse:
    tokens = {"tokens_in": 1000.0, "tokens_out": 400.0} | fields
    return ApiUse(model, provider, **tokens, at_ns=AT)


@pytest.mark.parametrize("model", [system.name for system in systems().values()])
def test_every_system_has_an_energy_range_and_a_price_or_a_gap(model: str) -> None:
    found = api_footprint([use(model)])
    assert found.energy_j is not None
    assert 0 < found.energy_j.low < found.energy_j.mid < found.energy_j.high
    assert found.embodied_g is not None
    assert any("parameters from" in line for line in found.assumptions)
    assert any("requests at once" in line for line in found.assumptions)
    priced = found.cost is not None and found.cost.mid > 0
    assert priced != any(gap.what == "cost_usd" for gap in found.gaps)


def test_input_tokens_count() -> None:
    short, long = (api_footprint([use("gpt-4o", tokens_in=n)]).energy_j for n in (100, 4000))
    assert short is not None
    assert long is not None
    assert long.mid > 1.2 * short.mid


def test_a_cached_token_takes_from_nothing_to_half_of_a_fresh_one() -> None:
    def energy(**fields: float) -> tuple[float, float, float]:
        found = api_footprint([use("gpt-4o", None, tokens_out=0, **fields)]).accelerator_energy_j
        assert found is not None
        return found.low, found.mid, found.high

    fresh = energy(tokens_in=1e6)
    cached = energy(tokens_in=1e6, cached_tokens_in=1e6)
    assert cached[0] == 0
    assert cached[1] == pytest.approx(0.1 * fresh[1])
    assert cached[2] == pytest.approx(0.5 * fresh[2])


def test_boundaries_widen_in_order() -> None:
    found = api_footprint([use("gemini-2.5-pro")])
    assert found.accelerator_energy_j is not None
    assert found.it_energy_j is not None
    assert found.energy_j is not None
    ratio = found.it_energy_j.mid / found.accelerator_energy_j.mid
    assert ratio == pytest.approx(0.22 / 0.14, rel=1e-3)  # Google's breakdown
    assert found.energy_j.mid / found.it_energy_j.mid == pytest.approx(1.09)


def test_a_zone_takes_the_place_of_the_provider_s() -> None:
    assumed, french = api_footprint([use("gpt-4o")]), api_footprint([use("gpt-4o")], zone="FRA")
    assert assumed.carbon_location_g is not None
    assert french.carbon_location_g is not None
    assert french.carbon_location_g.mid < 0.3 * assumed.carbon_location_g.mid
    assert any(factor.zone == "FRA" for factor in french.factors)
    with pytest.raises(EstimatorError, match="Did you mean"):
        api_footprint([use("gpt-4o")], zone="Frnace")


def test_own_hardware_has_no_place_until_one_is_given() -> None:
    nowhere = api_footprint([use("Phi-3")])
    assert nowhere.carbon_location_g is None
    assert {"carbon_location_g", "water_l", "cost_usd"} <= {gap.what for gap in nowhere.gaps}
    assert api_footprint([use("Phi-3")], zone="FRA").carbon_location_g is not None


def test_a_model_that_nobody_knows_is_a_gap_and_does_not_hide_the_rest() -> None:
    found = api_footprint([use("gpt-4o"), use("no-such-model", "nobody")])
    alone = api_footprint([use("gpt-4o")])
    assert found.energy_j == alone.energy_j
    assert found.cost == alone.cost
    assert [gap.what for gap in found.gaps] == ["energy_j", "cost_usd"]
    assert all("nobody/no-such-model" in gap.why for gap in found.gaps)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"tokens_in": -1}, "give numbers, 0 or more"),
        ({"tokens_out": math.nan}, "give numbers, 0 or more"),
        ({"tokens_out": math.inf}, "give numbers, 0 or more"),
        ({"cached_tokens_in": 1001}, "they are a part of them"),
        ({"reasoning_tokens": 401}, "count them into the output"),
        ({"calls": 0}, "give a number above 0"),
    ],
)
def test_counts_that_make_no_sense_are_left_out_and_said(
    fields: dict[str, float], says: str
) -> None:
    found = api_footprint([use("gpt-4o"), use("gpt-4o", None, **fields)])
    assert found.cost == api_footprint([use("gpt-4o")]).cost
    assert any("1 API entry is left out" in gap.why and says in gap.why for gap in found.gaps)


def test_nothing_is_nothing() -> None:
    found = api_footprint([])
    assert (found.energy_j, found.cost, found.factors, found.gaps) == (None, None, (), ())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["gpt-4o", "gpt4o", "claude-sonnet-4", "llama-3.1-8b"]),
            st.integers(0, 10**6),
            st.integers(0, 10**5),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_order_and_splitting_change_nothing(
    calls: list[tuple[str, int, int]], order: random.Random
) -> None:
    uses = [use(model, tokens_in=read, tokens_out=said) for model, read, said in calls]
    shuffled = order.sample(uses, len(uses))
    one, other = api_footprint(uses), api_footprint(shuffled)
    assert one.cost == other.cost
    assert one.energy_j is not None
    assert other.energy_j is not None
    assert one.energy_j.mid == pytest.approx(other.energy_j.mid, rel=1e-12)
    assert one.energy_j.high == pytest.approx(other.energy_j.high, rel=1e-12)


@given(st.integers(1, 10**6), st.integers(1, 10**5), st.integers(2, 100))
@settings(max_examples=30, deadline=None)
def test_energy_and_cost_are_proportional_to_calls(read: int, said: int, calls: int) -> None:
    one = api_footprint([use("gpt-4o", tokens_in=read, tokens_out=said)])
    many = api_footprint([use("gpt-4o", tokens_in=read, tokens_out=said)] * calls)
    assert one.energy_j is not None
    assert many.energy_j is not None
    assert one.cost is not None
    assert many.cost is not None
    assert many.energy_j.high == pytest.approx(calls * one.energy_j.high, rel=1e-12)
    assert many.cost.mid == calls * one.cost.mid


def test_a_hundred_thousand_uses_take_about_a_second() -> None:
    random.seed(7)
    models = ("gpt-4o", "claude-sonnet-4", "deepseek-r1", "gemini-2.5-pro", "o3", "unknown")
    uses = [
        ApiUse(random.choice(models), None, random.randint(1, 300_000), random.randint(1, 2000),
               at_ns=AT + random.randint(0, 300 * 86_400) * 10**9)
        for _ in range(100_000)
    ]  # fmt: skip
    started = time.process_time()
    found = api_footprint(uses)
    assert time.process_time() - started < 4  # 0.8 s on an idle machine
    assert found.cost is not None
    assert found.cost.mid > Decimal(1000)


def test_long_prompts_are_said_to_take_more() -> None:
    found = api_footprint([use("gpt-4o", tokens_in=100_000)])
    assert any("attention over so long a context" in line for line in found.assumptions)


def test_an_open_model_that_only_the_price_list_has_gets_the_size_in_its_name() -> None:
    found = api_footprint([use("Qwen/Qwen3-235B-A22B-Instruct-2507", "huggingface_hyperbolic")])
    assert found.energy_j is not None
    assert any("the size in its name" in line for line in found.assumptions)
    values = {factor.name: factor.quantity.mid for factor in found.factors}
    assert values["API parameters"] == 235
    assert values["API active parameters"] == 22


@pytest.mark.parametrize("model", ["lama-3.1-70b", "mixtral-9x7b", "nobody-8b"])
def test_a_size_is_not_read_from_a_name_that_nobody_sells(model: str) -> None:
    assert api_footprint([use(model)]).energy_j is None
