"""What an estimate of inference rests on, in words and as factors."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.predict.deployment import Size, fewest_gpus
from footprint.estimators.predict.precisions import computes_in
from footprint.estimators.predict.request import Serving
from footprint.estimators.predict.roofline import Model
from footprint.estimators.predict.said import number, ranged
from footprint.estimators.predict.shapes import shape
from footprint.estimators.quantity import Quantity, exact

EXCLUDES = "host, network, storage, idle replicas and the building are not included"


def said(serving: Serving, size: Size, limit: Quantity) -> Iterator[str]:
    """What was taken for granted, one line each."""
    gpu, served = serving.gpu, serving.model(size)
    if gpu.assumption:
        yield gpu.assumption
    running = serving.running(size, limit.mid)
    yield _memory(serving, served, running)
    if running < limit.mid:
        yield (
            f"memory holds {number(running, 3)} sequences at once, below the limit of "
            f"{number(limit.mid, 3)}"
        )
    else:
        yield f"{ranged(limit)} sequences at once"
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


def _memory(serving: Serving, served: Model, running: float) -> str:
    """What fills the GPUs' memory, and how few would hold the model alone."""
    weights_gb = served.params * served.weight_bytes / 1e9
    each_kb, tokens = served.kv_bytes_per_token / 1e3, serving.context
    line = (
        f"{serving.gpus} x {serving.gpu.name} hold one copy: {number(weights_gb, 3)} GB of weights "
        f"in {serving.weights.name} and {number(running * tokens * each_kb / 1e6, 3)} GB of cache "
        f"({number(running, 3)} sequences x {number(tokens)} tokens x {number(each_kb, 3)} kB)"
    )
    try:
        least = fewest_gpus(served, serving.gpu, 1.0, tokens)
    except EstimatorError:  # more were given than are looked at
        return line
    if least < serving.gpus:
        line += f"; {least} would hold the weights and one sequence: see --batch and --gpus"
    return line


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
