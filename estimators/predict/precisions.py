"""Precisions of weights: bytes that a weight takes, and the peak that its arithmetic runs at.

Weights in 4 bits come with scales. 4.25 bits are taken for all: mxfp4 has 8 bits of scale for 32
weights (OCP Microscaling Formats v1.0: 4.25), int4 in groups of 128 a scale of 16 bits and a zero
point of 4 (AWQ, GPTQ: 4.16), nvfp4 8 bits for 16 (4.5). They are widened to 16 bits before use
(weight-only), so that arithmetic is no faster than in 16 bits. int8 and fp8 run at the 8-bit peak
where a GPU has one, else they are widened too.
"""

from __future__ import annotations

from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.accelerators import Accelerator
from footprint.estimators.hardware.precisions import SPELLINGS, spelled
from footprint.estimators.units import shown
from footprint.estimators.zones import nearest


class Precision(NamedTuple):
    """How weights are held, and in what precisions a GPU may compute with them, best first."""

    name: str
    weight_bytes: float
    computes_in: tuple[str, ...]


_PRECISIONS = (
    Precision("fp32", 4.0, ("fp32",)),
    Precision("bf16", 2.0, ("bf16", "fp16")),
    Precision("fp16", 2.0, ("fp16", "bf16")),
    Precision("fp8", 1.0, ("fp8", "bf16", "fp16")),
    Precision("int8", 1.0, ("int8", "bf16", "fp16")),
    Precision("int4", 4.25 / 8, ("bf16", "fp16")),
    Precision("fp4", 4.25 / 8, ("bf16", "fp16")),
)
#: Of weights alone: no device computes in it.
_INT4 = {"4bit": "int4", "awq": "int4", "gptq": "int4", "i4": "int4", "w4a16": "int4"}
PRECISIONS = tuple(each.name for each in _PRECISIONS)


def precision(name: object) -> Precision:
    """The precision that a name stands for.

    Raises:
        EstimatorError: not known; names the nearest ones.
    """
    word = spelled(name)
    word = _INT4.get(word, word)
    for each in _PRECISIONS:
        if each.name == word:
            return each
    hint = nearest(word, {each: each for each in (*PRECISIONS, *SPELLINGS, *_INT4)})
    raise EstimatorError(
        f"precision {shown(name)} is not known:{hint} Use one of {', '.join(PRECISIONS)}"
    )


def computes_in(weights: Precision, gpu: Accelerator) -> str:
    """The precision of `gpu`'s peak that such weights are used at.

    Raises:
        EstimatorError: the GPU has no published peak for any that would do.
    """
    for each in weights.computes_in:
        if each in gpu.peaks_tflops:
            return each
    raise EstimatorError(
        f"{gpu.name} has no published peak for {weights.name}: "
        f"use a precision with one of {', '.join(gpu.peaks_tflops)}"
    )
