"""How a model is deployed: which GPUs hold it, and how many sequences fit beside its weights."""

from __future__ import annotations

from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.accelerators import Accelerator
from footprint.estimators.predict.assumptions import MEMORY_SHARE
from footprint.estimators.predict.precisions import Precision, computes_in
from footprint.estimators.predict.roofline import Machine, Model
from footprint.estimators.predict.shapes import shape

_MOST_GPUS = 4096
_KV_VALUE_BYTES = 2  # the cache stays in 16 bits, as vLLM keeps it unless told otherwise


class Size(NamedTuple):
    """Parameters of a model: all, and those that one token uses."""

    params: float
    active_params: float

    @property
    def moe(self) -> bool:
        """Whether it has experts that a token may pass by."""
        return self.active_params < self.params


def model(
    size: Size,
    weights: Precision,
    kv_bytes_per_token: float | None,
    *,
    kv_scale: float = 1.0,
    dense_share: float | None = None,
) -> Model:
    """The model as it is served; shape by size, with its cache scaled and its share replaced."""
    form = shape(size.params, size.active_params)
    kv = kv_bytes_per_token
    if kv is None:
        kv = form.layers * form.kv_values_per_layer.mid * _KV_VALUE_BYTES
    share = form.dense_share.mid if dense_share is None else dense_share
    return Model(
        params=size.params,
        active_params=size.active_params,
        dense_params=share * size.active_params,
        weight_bytes=weights.weight_bytes,
        kv_bytes_per_token=kv * kv_scale,
        layers=form.layers,
        hidden=form.hidden,
    )


def machine(gpu: Accelerator, gpus: int, weights: Precision) -> Machine:
    """`gpus` of a kind as one machine.

    Raises:
        EstimatorError: no published TDP, or no peak for such weights.
    """
    if gpu.tdp_w is None:
        raise EstimatorError(
            f"{gpu.name} has no published TDP, which this model needs: choose another accelerator"
        )
    return Machine(
        gpus,
        gpu.tdp_w * gpus,
        gpu.memory_bandwidth_gb_s * 1e9 * gpus,
        gpu.peak_flop_per_s(computes_in(weights, gpu)) * gpus,
    )


def sequences_held(served: Model, gpu: Accelerator, gpus: int, context: float) -> float:
    """Sequences of a mean context whose cache fits beside the weights; below 1 for none."""
    usable = gpus * gpu.memory_gb * 1e9 * MEMORY_SHARE.quantity.mid
    free = usable - served.params * served.weight_bytes
    each = context * served.kv_bytes_per_token
    return free / each if each > 0 else (float("inf") if free > 0 else 0.0)


def fewest_gpus(served: Model, gpu: Accelerator, batch: float, context: float) -> int:
    """The least power of two of GPUs that holds the weights and the batch's cache.

    Powers of two, since a model is split along its attention heads.

    Raises:
        EstimatorError: more than 4096 would be needed.
    """
    gpus = 1
    while sequences_held(served, gpu, gpus, context) < batch:
        gpus *= 2
        if gpus > _MOST_GPUS:
            raise EstimatorError(
                f"{served.params / 1e9:g}B parameters with {batch:g} sequences do not fit on "
                f"{_MOST_GPUS} {gpu.name}: lower batch or parameters"
            )
    return gpus


def check_held(served: Model, gpu: Accelerator, gpus: int, context: float) -> None:
    """Refuse GPUs that cannot hold the weights and the cache of one sequence.

    Raises:
        EstimatorError: says what is needed, what there is, and how many GPUs would do.
    """
    if sequences_held(served, gpu, gpus, context) >= 1:
        return
    needed = served.params * served.weight_bytes + context * served.kv_bytes_per_token
    usable = gpus * gpu.memory_gb * MEMORY_SHARE.quantity.mid
    raise EstimatorError(
        f"{served.params / 1e9:g}B parameters need {needed / 1e9:.0f} GB with the cache of one "
        f"sequence; {gpus} x {gpu.name} hold {usable:.0f} GB: "
        f"give --gpus {fewest_gpus(served, gpu, 1.0, context)} or a precision with fewer bits"
    )
