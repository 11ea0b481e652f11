"""Names of precisions in every spelling."""

from __future__ import annotations

import pytest

from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.hardware.precisions import PRECISIONS, SPELLINGS, spelled
from footprint.estimators.predict.inference import predict
from footprint.estimators.predict.training import training


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("BF16", "bf16"),
        ("bfloat16", "bf16"),
        ("torch.bfloat16", "bf16"),
        (" Half ", "fp16"),
        ("float16", "fp16"),
        ("FP8_E4M3", "fp8"),
        ("float8_e4m3fn", "fp8"),
        ("fp8-e5m2", "fp8"),
        ("TF32", "tf32"),
        ("MXFP4", "fp4"),
        ("w8a8", "int8"),
        ("bf61", "bf61"),
        (None, ""),
        (16, ""),
    ],
)
def test_spellings(written: object, name: str) -> None:
    assert spelled(written) == name


def test_every_spelling_leads_to_a_precision_and_none_hides_one() -> None:
    assert set(SPELLINGS.values()) <= set(PRECISIONS)
    assert not set(SPELLINGS) & set(PRECISIONS)
    assert all(spelled(name) == name for name in PRECISIONS)


@pytest.mark.parametrize("written", ["BF16", "bfloat16", "Float16", "half", "fp8_e4m3"])
def test_training_and_inference_take_the_same_spellings(written: str) -> None:
    name = spelled(written)
    asked = training(flops=1e22, gpu="H100", precision=written)
    assert asked.it_energy_kwh == training(flops=1e22, gpu="H100", precision=name).it_energy_kwh
    assert f"dense peak at {name}" in {factor.name for factor in asked.factors}
    assert predict(params=8e9, tokens_in=1, tokens_out=1, precision=written).precision == name


@pytest.mark.parametrize(("written", "near"), [("bf61", "bf16"), ("bfloat61", "bfloat16")])
def test_what_is_none_is_refused_with_the_nearest(written: str, near: str) -> None:
    with pytest.raises(EstimatorError, match=f"Did you mean.* {near}"):
        accelerator("H100").peak_flop_per_s(written)
