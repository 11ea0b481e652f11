"""Which assumptions hold for what, and that each one says where it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from footprint.estimators.factors import Factor
from footprint.estimators.predict import assumptions
from footprint.estimators.predict.assumptions import assumed, rates
from footprint.estimators.predict.inference import predict

EVERY = [each for each in vars(assumptions).values() if isinstance(each, Factor)]


@pytest.mark.parametrize("factor", EVERY, ids=[each.name for each in EVERY])
def test_each_names_its_source_and_its_energy(factor: Factor) -> None:
    assert factor.source
    assert factor.used_for == "energy_kwh"
    assert factor.quantity.low > 0


def test_names_are_not_used_twice() -> None:
    assert len({each.name for each in EVERY}) == len(EVERY)


@pytest.mark.parametrize("moe", [False, True])
@pytest.mark.parametrize("gpus", [1, 8])
@pytest.mark.parametrize("eight_bit", [False, True])
def test_latencies_add_up_over_what_is_there(moe: bool, gpus: int, eight_bit: bool) -> None:
    factors = assumed(moe=moe, gpus=gpus, eight_bit=eight_bit)
    wanted = assumptions.LAYER_S.quantity.mid
    if moe:
        wanted += assumptions.EXPERTS_S.quantity.mid
    if gpus > 1:
        wanted += (assumptions.EXCHANGE_S if moe else assumptions.SPLIT_S).quantity.mid
    if moe and eight_bit:
        wanted += assumptions.CONVERT_S.quantity.mid
    assert rates(factors, {}).layer_s == pytest.approx(wanted)


def test_eight_bits_and_experts_reach_less() -> None:
    plain = rates(assumed(moe=False, gpus=1, eight_bit=False), {})
    eight = rates(assumed(moe=False, gpus=1, eight_bit=True), {})
    experts = rates(assumed(moe=True, gpus=1, eight_bit=True), {})
    assert plain.weights_share == plain.bandwidth_share == eight.bandwidth_share
    assert eight.weights_share < plain.weights_share
    assert experts.compute_share < eight.compute_share < plain.compute_share


def test_one_value_can_be_replaced_by_name() -> None:
    factors = assumed(moe=False, gpus=1, eight_bit=False)
    changed = rates(factors, {assumptions.FLOOR_SHARE.name: 0.3})
    assert changed == rates(factors, {})._replace(floor_share=0.3)


def _held(**asked: Any) -> str:
    given: dict[str, Any] = {"tokens_in": 500, "tokens_out": 100} | asked
    found = predict(params=8e9, **given)
    (line,) = (each for each in found.assumptions if "hold one copy" in each)
    return line


def test_what_fills_the_memory_is_said() -> None:
    """Llama 3.1 8B: 32 layers x 2,048 values x 2 bytes are 131 kB of cache a token."""
    line = _held(batch=64)
    assert line.startswith("1 x H100 SXM hold one copy: 16 GB of weights in bf16 and 4.61 GB of")
    assert "(64 sequences x 550 tokens x 131 kB)" in line
    assert "would hold" not in line


@pytest.mark.parametrize(
    ("asked", "cache", "alone"),
    [
        ({"batch": 100_000}, "7,209 GB of cache (100,000 sequences x 550 tokens", "; 1 would hold"),
        ({"tokens_in": 1e6}, "8,389 GB of cache (64 sequences x 1,000,050 tokens", "; 4 would"),
    ],
)
def test_gpus_that_the_cache_asks_for_are_said(asked: Any, cache: str, alone: str) -> None:
    line = _held(**asked)
    assert line.startswith("128 x H100 SXM")
    assert cache in line
    assert alone in line
    assert "--batch" in line


def test_more_gpus_than_are_ever_chosen_are_still_described() -> None:
    found = predict(params=400e12, gpus=20_000, tokens_in=1, tokens_out=1)
    assert any(line.startswith("20000 x H100 SXM hold") for line in found.assumptions)
