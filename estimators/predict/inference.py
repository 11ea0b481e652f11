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

from itertools import product
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.predict.assumptions import BATCH, MEMORY_SHARE
from footprint.estimators.predict.deployment import Size
from footprint.estimators.predict.explained import hardware, said
from footprint.estimators.predict.precisions import precision as _precision
from footprint.estimators.predict.request import Serving, figures
from footprint.estimators.predict.spread import spread
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import checked, checked_count

#: Below this, a count of parameters was written in billions or millions.
LEAST_PARAMS = 1e6

_ANOTHER = (
    "Memory, bandwidth, peak and TDP of another are not known here: name one that comes near it"
)

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
    sizes = sizes_of(params, active_params)
    limit = BATCH.quantity if batch is None else _range("batch", batch, "sequences", low=1.0)
    count = None if gpus is None else checked_count("gpus", gpus, "GPUs", low=1)
    serving = Serving(
        accelerator(gpu, _ANOTHER),
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
    placed = {size: serving.placed(size, limit.mid, count) for size in sizes}
    corners = [
        figures(there, size, each)
        for (size, there), each in product(placed.items(), dict.fromkeys(_ends(limit)))
    ]
    rows = spread(mid, changes, corners)
    energy, prompt, decode, duration, power, speed = (
        Quantity(*row, unit) for row, unit in zip(rows, _UNITS, strict=True)
    )
    tdp_w = (serving.gpu.tdp_w or 0.0) * max(each.gpus for each in placed.values())
    return Inference(
        energy_j=energy,
        energy_per_output_token_j=energy / serving.tokens_out,
        prefill_j=prompt,
        decode_j=decode,
        duration_s=duration,
        power_w=Quantity(power.low, power.mid, max(power.mid, min(power.high, tdp_w)), "W"),
        output_tokens_per_s=speed,
        gpu=serving.gpu.name,
        gpus=serving.gpus,
        precision=serving.weights.name,
        batch=_running(serving, sizes[1], limit),
        tokens_in=serving.tokens_in,
        tokens_out=serving.tokens_out,
        assumptions=tuple(said(serving, sizes[1], limit)),
        factors=(
            *serving.factors(sizes[1]),
            MEMORY_SHARE,
            *((BATCH,) if batch is None else ()),
            *hardware(serving),
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


def _running(serving: Serving, size: Size, limit: Quantity) -> Quantity:
    low, mid, high = (serving.running(size, each) for each in _ends(limit))
    return Quantity(low, mid, high, "1")


def _range(name: str, value: float | Quantity, unit: str, *, low: float) -> Quantity:
    """A number or a range, not below `low`."""
    given = value if isinstance(value, Quantity) else exact(checked(name, value, unit), "1")
    checked(name, given.low, unit, low=low)
    return given


def _given(kv_bytes_per_token: float | Quantity | None) -> Quantity | None:
    if kv_bytes_per_token is None:
        return None
    return _range("kv_bytes_per_token", kv_bytes_per_token, "bytes", low=1.0)


def sizes_of(
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
