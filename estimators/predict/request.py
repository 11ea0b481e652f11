"""One request to a served model: its energy, time and power at one set of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from footprint.estimators.factors import Factor
from footprint.estimators.hardware.accelerators import Accelerator
from footprint.estimators.predict.assumptions import assumed, rates
from footprint.estimators.predict.deployment import (
    Size,
    check_held,
    fewest_gpus,
    machine,
    model,
    sequences_held,
)
from footprint.estimators.predict.power import spent
from footprint.estimators.predict.precisions import Precision, computes_in
from footprint.estimators.predict.roofline import Model, decode_step, prefill
from footprint.estimators.predict.shapes import shape
from footprint.estimators.quantity import Quantity

KV_SCALE = "cache, of that of a model of this size"
DENSE_SHARE = "active parameters outside experts"


class Figures(NamedTuple):
    """What one request takes: joules, seconds, mean watts of all GPUs, tokens of all sequences."""

    energy_j: float
    prefill_j: float
    decode_j: float
    duration_s: float
    power_w: float
    output_tokens_per_s: float


class Serving(NamedTuple):
    """What serves, and a request: all but the model's size and the batch."""

    gpu: Accelerator
    gpus: int
    weights: Precision
    tokens_in: float
    tokens_out: float
    kv_bytes_per_token: Quantity | None

    @property
    def context(self) -> float:
        """Mean tokens in a sequence's cache while it decodes."""
        return self.tokens_in + self.tokens_out / 2

    @property
    def eight_bit(self) -> bool:
        """Whether arithmetic is in 8 bits."""
        return computes_in(self.weights, self.gpu) in {"fp8", "int8"}

    def model(self, size: Size, other: Mapping[str, float] | None = None) -> Model:
        """The model of a size as it is served here."""
        other = other or {}
        kv = self.kv_bytes_per_token
        return model(
            size,
            self.weights,
            None if kv is None else kv.mid,
            kv_scale=other.get(KV_SCALE, 1.0),
            dense_share=other.get(DENSE_SHARE),
        )

    def placed(self, size: Size, batch: float, gpus: int | None) -> Serving:
        """On `gpus`, or on the fewest that hold the model and the batch's cache.

        Raises:
            EstimatorError: they cannot hold the weights and the cache of one sequence.
        """
        served = self.model(size)
        count = gpus or fewest_gpus(served, self.gpu, batch, self.context)
        check_held(served, self.gpu, count, self.context)
        return self._replace(gpus=count)

    def running(self, size: Size, limit: float) -> float:
        """Sequences that run at once: the limit, or as many as the memory holds."""
        return min(limit, sequences_held(self.model(size), self.gpu, self.gpus, self.context))

    def factors(self, size: Size) -> tuple[Factor, ...]:
        """The assumptions that hold for a model of a size."""
        return assumed(moe=size.moe, gpus=self.gpus, eight_bit=self.eight_bit)

    def unknowns(self, size: Size) -> Iterator[tuple[str, float, float]]:
        """(name, low, high) of each value that is not known, for `figures`' `other`."""
        for each in self.factors(size):
            yield each.name, each.quantity.low, each.quantity.high
        form = shape(size.params, size.active_params)
        cache = self.kv_bytes_per_token or form.kv_values_per_layer
        if cache.low < cache.high:
            yield KV_SCALE, cache.low / cache.mid, cache.high / cache.mid
        if form.dense_share.low < form.dense_share.high:
            yield DENSE_SHARE, form.dense_share.low, form.dense_share.high


def figures(
    serving: Serving, size: Size, limit: float, other: Mapping[str, float] | None = None
) -> Figures:
    """What a request takes with `limit` sequences at once; `other` replaces values by name.

    While a request decodes, each of the B sequences has one prompt of its own read: a request
    lasts tokens_out steps and B prefills.
    """
    batch = serving.running(size, limit)
    served = serving.model(size, other)
    gpus = machine(serving.gpu, serving.gpus, serving.weights)
    reached = rates(serving.factors(size), other or {})
    step_j, step_s = spent(
        decode_step(served, gpus, reached, batch, serving.context), gpus, reached
    )
    prompt_j, prompt_s = spent(prefill(served, gpus, reached, serving.tokens_in), gpus, reached)
    decode_j = step_j / batch * serving.tokens_out
    duration_s = serving.tokens_out * step_s + batch * prompt_s
    energy_j = decode_j + prompt_j
    return Figures(
        energy_j,
        prompt_j,
        decode_j,
        duration_s,
        batch * energy_j / duration_s,
        batch * serving.tokens_out / duration_s,
    )
