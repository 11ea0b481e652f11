"""The parts of the model of inference, each against what can be reckoned by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.predict.deployment import Size, fewest_gpus, model, sequences_held
from footprint.estimators.predict.power import spent
from footprint.estimators.predict.precisions import PRECISIONS, computes_in, precision
from footprint.estimators.predict.roofline import (
    Machine,
    Model,
    Phase,
    Rates,
    decode_step,
    prefill,
    weights_touched,
)
from footprint.estimators.predict.shapes import DENSE_SHARE, KV_VALUES_PER_LAYER, shape
from footprint.estimators.predict.spread import bounds

DENSE = Model(8e9, 8e9, 8e9, 2.0, 100_000, 32, 4096)
MOE = Model(100e9, 10e9, 4e9, 2.0, 100_000, 48, 4096)
MACHINE = Machine(1, 700.0, 4e12, 1e15)
RATES = Rates(
    bandwidth_share=0.5,
    weights_share=0.8,
    compute_share=0.5,
    layer_s=1e-5,
    sequence_s=1e-6,
    time_scale=1.0,
    floor_share=0.4,
    byte_j=1e-10,
    compute_share_of_tdp=1.0,
)


def test_a_step_bound_by_memory() -> None:
    step = decode_step(DENSE, MACHINE, RATES, batch=10, context=1000)
    assert step.bytes == 16e9 + 1e9
    assert step.flop == 2 * 8e9 * 10
    assert step.seconds == pytest.approx(16e9 / 3.2e12 + 1e9 / 2e12 + 32e-5 + 1e-5)


def test_a_step_bound_by_compute() -> None:
    step = decode_step(DENSE, MACHINE, RATES, batch=1000, context=0)
    assert step.seconds == pytest.approx(1.6e13 / 5e14 + 32e-5 + 1e-3)


def test_a_prompt_counts_attention_over_what_went_before() -> None:
    got = prefill(DENSE, MACHINE, RATES, 1000)
    assert got.flop == pytest.approx(2 * 8e9 * 1000 + 2 * 32 * 4096 * 1e6)
    assert got.seconds == pytest.approx(got.flop / 5e14)
    assert got.bytes == 0


def test_a_token_touches_its_experts_and_a_crowd_all() -> None:
    assert weights_touched(MOE, 1) == pytest.approx(MOE.active_params)
    assert weights_touched(MOE, 1e6) == pytest.approx(MOE.params)
    assert weights_touched(DENSE, 1) == weights_touched(DENSE, 100) == DENSE.params


@given(st.floats(1, 1000), st.floats(1, 1000))
def test_more_sequences_touch_more_experts(a: float, b: float) -> None:
    low, high = sorted((a, b))
    touched = weights_touched(MOE, low), weights_touched(MOE, high)
    assert MOE.active_params * (1 - 1e-12) <= touched[0] <= touched[1] <= MOE.params


def test_energy_is_a_floor_and_what_moves() -> None:
    joules, seconds = spent(Phase(1.0, 1e12, 1e14), MACHINE, RATES)
    assert seconds == 1.0
    assert joules == pytest.approx(0.4 * 700 + 100 + 0.1 * 700)


def test_power_stops_at_tdp_and_time_grows() -> None:
    joules, seconds = spent(Phase(1.0, 1e12, 1e15), MACHINE, RATES)
    assert joules / seconds == pytest.approx(700)
    assert seconds == pytest.approx((100 + 700) / (700 * 0.6))


def test_an_open_model_of_the_same_size_gives_its_shape() -> None:
    got = shape(8e9, 8e9)
    assert (got.layers, got.hidden, got.kv_values_per_layer.mid) == (32, 4096, 2048)
    assert got.dense_share.mid == 1
    assert got.like == "Llama 3.1 8B"


def test_experts_are_told_from_the_rest() -> None:
    # 8 of 128 experts: dense + (30.5 - dense) / 16 = 3.3, so dense = 1.487 of 3.3.
    assert shape(30.5e9, 3.3e9).dense_share.mid == pytest.approx(1.4867 / 3.3, rel=1e-4)


def test_other_models_follow_rules_of_thumb() -> None:
    got = shape(50e9, 50e9)
    assert got.like == ""
    assert got.layers == pytest.approx(32 * (50 / 8) ** 0.35)
    assert 12 * got.layers * got.hidden**2 == pytest.approx(50e9)
    assert got.kv_values_per_layer == KV_VALUES_PER_LAYER
    assert got.dense_share.mid == 1
    assert shape(1e12, 60e9).dense_share == DENSE_SHARE


@pytest.mark.parametrize("name", PRECISIONS)
def test_precisions_are_known_by_name(name: str) -> None:
    assert precision(name).name == precision(name.upper()).name == name


def test_precisions_have_other_spellings() -> None:
    assert precision("bfloat16").name == "bf16"
    assert precision("MXFP4").name == "fp4"
    assert precision("int4").weight_bytes == pytest.approx(0.53125)


def test_weights_are_widened_where_the_gpu_has_no_such_arithmetic() -> None:
    assert computes_in(precision("fp8"), accelerator("H100 SXM")) == "fp8"
    assert computes_in(precision("fp8"), accelerator("A100 SXM 80GB")) == "bf16"
    assert computes_in(precision("int4"), accelerator("H100 SXM")) == "bf16"
    assert computes_in(precision("bf16"), accelerator("V100")) == "fp16"


def test_memory_holds_weights_and_cache() -> None:
    gpu = accelerator("H100 SXM")
    served = model(Size(8e9, 8e9), precision("bf16"), 1e5)
    assert sequences_held(served, gpu, 1, 1000) == pytest.approx((72e9 - 16e9) / 1e8)
    assert sequences_held(served, gpu, 1, 0) == math.inf
    assert fewest_gpus(served, gpu, 560, 1000) == 1
    assert fewest_gpus(served, gpu, 561, 1000) == 2
    assert fewest_gpus(served, gpu, 4000, 1000) == 8


def test_independent_changes_add_in_quadrature_and_corners_do_not() -> None:
    changes = [(math.exp(-0.3), math.exp(0.3)), (math.exp(0.4), math.exp(-0.4))]
    assert bounds(1.0, changes, []) == pytest.approx((math.exp(-0.5), math.exp(0.5)))
    assert bounds(1.0, changes, [0.5, 1.0, 3.0]) == pytest.approx(
        (0.5 * math.exp(-0.5), 3 * math.exp(0.5))
    )
    assert bounds(0.0, [(0.0, 0.0)], [0.0]) == (0.0, 0.0)
