"""Names of precisions as frameworks and model cards write them."""

from __future__ import annotations

import re

#: Precisions that a device may have a peak for.
PRECISIONS = ("fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4")

#: Spelling, folded -> precision: torch's and JAX's dtypes, ONNX's float8 names, OCP's formats.
SPELLINGS = {
    "f32": "fp32",
    "float": "fp32",
    "float32": "fp32",
    "single": "fp32",
    "tensorfloat32": "tf32",
    "bfloat16": "bf16",
    "f16": "fp16",
    "float16": "fp16",
    "half": "fp16",
    "e4m3": "fp8",
    "e4m3fn": "fp8",
    "e5m2": "fp8",
    "float8": "fp8",
    "float8e4m3": "fp8",
    "float8e4m3fn": "fp8",
    "float8e5m2": "fp8",
    "fp8e4m3": "fp8",
    "fp8e4m3fn": "fp8",
    "fp8e5m2": "fp8",
    "mxfp8": "fp8",
    "8bit": "int8",
    "i8": "int8",
    "w8a8": "int8",
    "float4": "fp4",
    "fp4e2m1": "fp4",
    "mxfp4": "fp4",
    "nvfp4": "fp4",
}


def spelled(name: object) -> str:
    """The precision of a spelling; any other name without case, spaces, `-`, `_` and `torch.`."""
    word = name.casefold().strip().removeprefix("torch.") if isinstance(name, str) else ""
    word = re.sub(r"[-_\s]+", "", word)
    return SPELLINGS.get(word, word)
