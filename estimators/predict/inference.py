"""Energy of serving a language model, before it runs: GPUs only, per request and per token.

    E(request) = tokens_out x E(step) / B + E(prefill of tokens_in)

with the times, bytes and FLOPs of `roofline.py`, the energy of `power.py` and the values of
`assumptions.py`; B sequences run at once. Mean power is what comes out, not TDP.

low and high: each assumption is moved to its ends alone; the logarithms of the changes add in
quadrature (`spread.py`). What the caller gives as a range (parameters, batch) is tried at all its
ends, and the assumptions' error is put on top. Host, network, storage, idle replicas and the
building are not in these figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.predict.assumptions import BATCH, MEMORY_SHARE
from footprint.estimators.predict.deployment import Size
from footprint.estimators.predict.precisions import computes_in
from footprint.estimators.predict.precisions import precision as _precision
from footprint.estimators.predict.request import Serving, figures
from footprint.estimators.predict.shapes import shape
from footprint.estimators.predict.spread import spread
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import checked, checked_count

EXCLUDES = "host, network, storage, idle replicas and the building are not included"

#: Below this, a count of parameters was written in billions or millions.
LEAST_PARAMS = 1e6

_UNITS = ("J", "J", "J", "s", "W", "1/s")


class Inference(NamedTuple):
    """What one request takes; energy, power and time of the GPUs alone.

    Attributes:
        energy_j: of one request: `prefill_j` and `decode_j`.
        energy_per_output_token_j: `energy_j` by output tokens; the prompt's share is in it.
        duration_s: of one request, while `batch` of them run.
        power_w: mean of all `gpus` together.
        output_tokens_per_s: of all sequences together.
        gpu, gpus, precision: what was assumed to serve; `gpus` hold one copy of the model.
        batch: sequences that run at once; below the limit that was given where memory ends first.
        assumptions: what was taken for granted, one line each.
        factors: the values behind it, with sources.
    """

    energy_j: Quantity
    energy_per_output_token_j: Quantity
    prefill_j: Quantity
    decode_j: Quantity
    duration_s: Quantity
    power_w: Quantity
    output_tokens_per_s: Quantity
    gpu: str
    gpus: int
    precision: str
    batch: Quantity
    tokens_in: float
    tokens_out: float
    assumptions: tuple[str, ...]
    factors: tuple[Factor, ...]


def predict(
    *,
    params: float | Quantity,
    active_params: float | Quantity | None = None,
    precision: str = "bf16",
    gpu: str = "H100 SXM",
    gpus: int | None = None,
    batch: float | Quantity | None = None,
    tokens_in: float,
    tokens_out: float,
    kv_bytes_per_token: float | Quantity | None = None,
) -> Inference:
    """Energy, time and power of one request to a model that serves many at once.

    Args:
        params: all parameters (8e9), or a range of them.
        active_params: those that one token uses; None: all of them, a dense model.
        precision: of the weights: fp32, bf16, fp16, fp8, int8, int4, fp4.
        gpu: a name that `accelerator` knows.
        gpus: that hold one copy of the model; None: the least power of two that holds the
            weights and the batch's cache.
        batch: sequences at once, the server's limit; None: 8 to 512, 64 in the middle.
        tokens_in, tokens_out: of one request, means over requests.
        kv_bytes_per_token: of all layers; None: that of an open model of the same size, or a
            rule of thumb (`shapes.py`).

    Raises:
        EstimatorError: a number that is not one; an unknown GPU or precision (the nearest
            names); a model that the GPUs cannot hold.
    """
    sizes = _sizes(params, active_params)
    limit = BATCH.quantity if batch is None else _range("batch", batch, "sequences", low=1.0)
    count = None if gpus is None else checked_count("gpus", gpus, "GPUs", low=1)
    serving = Serving(
        accelerator(gpu),
        count or 1,
        _precision(precision),
        checked("tokens_in", tokens_in, "tokens"),
        checked("tokens_out", tokens_out, "tokens", low=1.0),
        _given(kv_bytes_per_token),
    ).placed(sizes[1], limit.mid, count)
    mid = figures(serving, sizes[1], limit.mid)
    changes = [
        (
            figures(serving, sizes[1], limit.mid, {name: low}),
            figures(serving, sizes[1], limit.mid, {name: high}),
        )
        for name, low, high in serving.unknowns(sizes[1])
    ]
    corners = [
        figures(serving.placed(size, limit.mid, count), size, each)
        for size, each in product(dict.fromkeys(sizes), dict.fromkeys(_ends(limit)))
    ]
    rows = spread(mid, changes, corners)
    energy, prompt, decode, duration, power, speed = (
        Quantity(*row, unit) for row, unit in zip(rows, _UNITS, strict=True)
    )
    return Inference(
        energy_j=energy,
        energy_per_output_token_j=energy / serving.tokens_out,
        prefill_j=prompt,
        decode_j=decode,
        duration_s=duration,
        power_w=power,
        output_tokens_per_s=speed,
        gpu=serving.gpu.name,
        gpus=serving.gpus,
        precision=serving.weights.name,
        batch=Quantity(*(serving.running(sizes[1], each) for each in _ends(limit)), "1"),
        tokens_in=serving.tokens_in,
        tokens_out=serving.tokens_out,
        assumptions=tuple(_said(serving, sizes[1], limit)),
        factors=(
            *serving.factors(sizes[1]),
            MEMORY_SHARE,
            *((BATCH,) if batch is None else ()),
            *_hardware(serving),
        ),
    )


def coefficients(
    *,
    params: float | Quantity,
    active_params: float | Quantity | None = None,
    precision: str = "bf16",
    gpu: str = "H100 SXM",
    gpus: int | None = None,
    batch: float | Quantity | None = None,
    tokens_in: float = 500.0,
    tokens_out: float = 500.0,
    kv_bytes_per_token: float | Quantity | None = None,
) -> tuple[Quantity, Quantity]:
    """(J per input token, J per output token) at the context of such a request.

    Energy of a request of other lengths is about input x first + output x second, as long as its
    context is of that order: attention and the cache grow with it. The errors of both go
    together, so that bounds add.

    Raises:
        EstimatorError: as `predict`; tokens_in below 1.
    """
    got = predict(
        params=params,
        active_params=active_params,
        precision=precision,
        gpu=gpu,
        gpus=gpus,
        batch=batch,
        tokens_in=checked("tokens_in", tokens_in, "tokens", low=1.0),
        tokens_out=tokens_out,
        kv_bytes_per_token=kv_bytes_per_token,
    )
    return got.prefill_j / got.tokens_in, got.decode_j / got.tokens_out


def _ends(quantity: Quantity) -> tuple[float, float, float]:
    return quantity.low, quantity.mid, quantity.high


def _range(name: str, value: float | Quantity, unit: str, *, low: float) -> Quantity:
    """A number or a range, not below `low`."""
    given = value if isinstance(value, Quantity) else exact(checked(name, value, unit), "1")
    for each in _ends(given):
        checked(name, each, unit, low=low)
    return given


def _given(kv_bytes_per_token: float | Quantity | None) -> Quantity | None:
    if kv_bytes_per_token is None:
        return None
    return _range("kv_bytes_per_token", kv_bytes_per_token, "bytes", low=1.0)


def _sizes(
    params: float | Quantity, active_params: float | Quantity | None
) -> tuple[Size, Size, Size]:
    """The model's size at low, mid and high: both counts go together."""
    every = _range("params", params, "parameters", low=LEAST_PARAMS)
    used = every
    if active_params is not None:
        used = _range("active_params", active_params, "parameters", low=LEAST_PARAMS)
    for all_of_them, active in zip(_ends(every), _ends(used), strict=True):
        if active > all_of_them:
            raise EstimatorError(
                f"active_params is {active:g} of {all_of_them:g} params: "
                "give at most as many active parameters as there are"
            )
    low, mid, high = map(Size, _ends(every), _ends(used))
    return low, mid, high


def _said(serving: Serving, size: Size, limit: Quantity) -> Iterator[str]:
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


def _hardware(serving: Serving) -> Iterator[Factor]:
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
            vintage=gpu.year,
            used_for="energy_kwh",
            subject=gpu.name,
        )
