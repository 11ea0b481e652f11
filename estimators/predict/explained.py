"""What an estimate of inference rests on, in words and as factors."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.estimators.factors import Factor
from footprint.estimators.predict.deployment import Size
from footprint.estimators.predict.precisions import computes_in
from footprint.estimators.predict.request import Serving
from footprint.estimators.predict.shapes import shape
from footprint.estimators.quantity import Quantity, exact

EXCLUDES = "host, network, storage, idle replicas and the building are not included"


def said(serving: Serving, size: Size, limit: Quantity) -> Iterator[str]:
    """What was taken for granted, one line each."""
    gpu, served = serving.gpu, serving.model(size)
    if gpu.assumption:
        yield gpu.assumption
    weights_gb = served.params * served.weight_bytes / 1e9
    yield (
        f"{serving.gpus} x {gpu.name} hold one copy: {weights_gb:.3g} GB of weights "
        f"in {serving.weights.name}"
    )
    running = serving.running(size, limit.mid)
    if running < limit.mid:
        yield f"memory holds {running:.0f} sequences at once, below the limit of {limit.mid:g}"
    else:
        span = f" ({limit.low:g} to {limit.high:g})" if limit.low < limit.high else ""
        yield f"{running:g} sequences at once{span}"
    like = shape(size.params, size.active_params).like
    yield (
        f"layers, cache and experts as in {like}, an open model of this size"
        if like
        else "layers, cache and experts by rules of thumb: no open model of this size is listed"
    )
    used = computes_in(serving.weights, gpu)
    if used != serving.weights.name:
        yield f"weights in {serving.weights.name} are used in arithmetic of {used}"
    yield EXCLUDES


def hardware(serving: Serving) -> Iterator[Factor]:
    """The GPU's data-sheet values, as factors."""
    gpu = serving.gpu
    values = {
        "TDP": (gpu.tdp_w or 0.0, "W"),
        "memory bandwidth": (gpu.memory_bandwidth_gb_s, "GB/s"),
        "memory": (gpu.memory_gb, "GB"),
        f"peak compute in {computes_in(serving.weights, gpu)}": (
            gpu.peaks_tflops[computes_in(serving.weights, gpu)],
            "TFLOP/s",
        ),
    }
    for name, (value, unit) in values.items():
        yield Factor(
            name,
            exact(value, unit),
            unit,
            source=gpu.source,
            used_for="energy_kwh",
            subject=gpu.name,
        )
