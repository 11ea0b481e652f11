"""Two ways of serving the same requests: what their ratio keeps of what is not known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.predict.inference import predict
from footprint.estimators.predict.ratios import Request, Way, ratios
from footprint.estimators.quantity import Quantity, exact

OPEN = Quantity(8.0, 64.0, 512.0, "1")
LLAMA = Request(8.03e9, None, 500.0, 400.0)

ways = st.builds(
    Way,
    st.sampled_from(["H100 SXM", "A100 SXM 80GB", "L40S", "MI300X"]),
    st.sampled_from(["bf16", "fp8", "int8", "int4"]),
    st.one_of(st.just(OPEN), st.sampled_from([1.0, 8.0, 200.0]).map(lambda b: exact(b, "1"))),
    st.sampled_from([None, 4]),
)
requests = st.builds(
    Request,
    st.sampled_from([1.24e9, 8.03e9, 20e9, Quantity(7e9, 8e9, 9e9, "1")]),
    st.none(),
    st.sampled_from([0.0, 100.0, 1000.0]),
    st.sampled_from([1.0, 50.0, 700.0]),
)


@given(way=ways, request=requests)
@settings(max_examples=40, deadline=None)
def test_the_same_way_takes_exactly_as_much(way: Way, request: Request) -> None:
    found = ratios(way, way, request)
    assert found.energy == found.gpu_time == exact(1.0, "1")
    assert found.gpus[0] == found.gpus[1]


@given(one=ways, other=ways, request=requests)
@settings(max_examples=40, deadline=None)
def test_its_middle_is_that_of_two_predictions(one: Way, other: Way, request: Request) -> None:
    found = ratios(one, other, request)
    told = [
        predict(
            params=request.params,
            precision=way.precision,
            gpu=way.gpu,
            gpus=count,
            batch=way.batch,
            tokens_in=request.tokens_in,
            tokens_out=request.tokens_out,
        )
        for way, count in zip((one, other), found.gpus, strict=True)
    ]
    assert found.energy.mid == pytest.approx(told[1].energy_j.mid / told[0].energy_j.mid)
    seconds = [each.gpus / each.output_tokens_per_s.mid for each in told]
    assert found.gpu_time.mid == pytest.approx(seconds[1] / seconds[0])
    assert found.energy.low <= found.energy.mid <= found.energy.high
    if isinstance(request.params, float) and one.batch == other.batch != OPEN:
        # Never wider than two estimates that share nothing.
        assert found.energy.low >= told[1].energy_j.low / told[0].energy_j.high * (1 - 1e-9)
        assert found.energy.high <= told[1].energy_j.high / told[0].energy_j.low * (1 + 1e-9)


def test_a_batch_that_is_not_known_cancels_as_far_as_it_is_the_same() -> None:
    known = ratios(
        Way("A100", "bf16", exact(64.0, "1")), Way("H100", "bf16", exact(64.0, "1")), LLAMA
    )
    open_ = ratios(Way("A100", "bf16", OPEN), Way("H100", "bf16", OPEN), LLAMA)
    alone = predict(params=LLAMA.params, gpu="A100", tokens_in=500, tokens_out=400).energy_j
    assert open_.energy.high / open_.energy.low < 2 * known.energy.high / known.energy.low
    assert open_.energy.high / open_.energy.low < alone.high / alone.low


def test_one_gpu_keeps_less_open_than_two() -> None:
    at_8 = exact(8.0, "1")
    own = ratios(Way("H100", "bf16", at_8), Way("H100", "int4", at_8), LLAMA).energy
    other = ratios(Way("A100", "bf16", at_8), Way("H100", "bf16", at_8), LLAMA).energy
    assert own.high / own.low < other.high / other.low
    assert own.high < 1  # four bits at a batch of eight, on one and the same GPU
    assert (
        ratios(Way("H100", "bf16", at_8), Way("H100", "bf16", exact(64.0, "1")), LLAMA).energy.high
        < 1
    )


def test_a_batch_that_the_memory_does_not_hold_is_said() -> None:
    wide = Way("L4", "bf16", exact(512.0, "1"), 1)
    found = ratios(Way("L4", "bf16", exact(8.0, "1"), 1), wide, LLAMA)
    assert found.running[0] == 8.0
    assert 8.0 < found.running[1] < 512.0


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (Way("H1000", "bf16", OPEN), "H1000"),
        (Way("H100", "bf61", OPEN), "bf61"),
        (Way("L4", "fp32", OPEN, 1), "L4 hold"),
    ],
)
def test_what_cannot_be_had_is_one_line(way: Way, said: str) -> None:
    with pytest.raises(EstimatorError, match=said):
        ratios(Way("H100", "bf16", OPEN), way, LLAMA)
