"""Time, bytes and arithmetic of serving a language model on GPUs: the roofline of each phase.

One request is a prefill of its prompt and one decode step for each output token. Steps are
shared by all sequences that run at once (continuous batching).

Decode, one step for a batch of B sequences with a mean context of c tokens:
    weights  = w (D + (P - D) (1 - (1 - f)^B))     bytes, read once for the whole batch
    cache    = B c kv                               bytes
    FLOPs    = 2 A B
    time     = max(weights / bandwidth, FLOPs / rate) + cache / bandwidth
               + layers x latency per layer + B x latency per sequence
with P parameters, A of them active, D of these used by every token, f = (A - D) / (P - D) the
chance that a token is routed to a given expert (uniform), w bytes per weight. A dense model has
D = A = P. Bandwidth and rate are the GPU's peaks times the share that is reached.

Prefill of n tokens, which ride in steps that read the weights anyway:
    FLOPs    = 2 A n + 2 layers hidden n^2          (causal attention: 4 c hidden a layer, c = n/2)
    time     = FLOPs / rate
The first output token comes from the pass over the prompt, so that the weights are read once per
output token also at a batch of one.

Williams et al. 2009 (roofline, doi:10.1145/1498765.1498785); Pope et al. 2022 (transformer
inference, arXiv:2211.05102).
"""

from __future__ import annotations

from typing import NamedTuple


class Model(NamedTuple):
    """A model as it is served: parameters, weights' bytes, shape."""

    params: float
    active_params: float
    dense_params: float
    weight_bytes: float
    kv_bytes_per_token: float
    layers: float
    hidden: float


class Machine(NamedTuple):
    """GPUs that serve one copy of a model: sums over all of them."""

    gpus: int
    tdp_w: float
    bandwidth_bytes_per_s: float
    peak_flop_per_s: float


class Rates(NamedTuple):
    """What a serving stack makes of a machine; `assumptions.py` has values and sources."""

    bandwidth_share: float
    weights_share: float
    compute_share: float
    layer_s: float
    sequence_s: float
    time_scale: float
    floor_share: float
    byte_j: float
    compute_share_of_tdp: float


class Phase(NamedTuple):
    """What a phase takes: seconds at full clocks, bytes to and from memory, FLOPs."""

    seconds: float
    bytes: float
    flop: float


def weights_touched(model: Model, batch: float) -> float:
    """Parameters that a step reads: those of every expert that one of `batch` tokens is sent to."""
    routed = model.params - model.dense_params
    if routed <= 0:
        return model.params
    chance = (model.active_params - model.dense_params) / routed
    return float(model.dense_params + routed * (1 - (1 - chance) ** batch))


def decode_step(
    model: Model, machine: Machine, rates: Rates, batch: float, context: float
) -> Phase:
    """One step: a token for each of `batch` sequences with a mean context of `context` tokens."""
    weights = weights_touched(model, batch) * model.weight_bytes
    cache = batch * context * model.kv_bytes_per_token
    flop = 2 * model.active_params * batch
    matrices = max(
        weights / (machine.bandwidth_bytes_per_s * rates.weights_share),
        flop / (machine.peak_flop_per_s * rates.compute_share),
    )
    attention = cache / (machine.bandwidth_bytes_per_s * rates.bandwidth_share)
    waits = model.layers * rates.layer_s + batch * rates.sequence_s
    seconds = (matrices + attention + waits) * rates.time_scale
    return Phase(seconds, weights + cache, flop)


def prefill(model: Model, machine: Machine, rates: Rates, tokens: float) -> Phase:
    """The pass over a prompt of `tokens` tokens."""
    flop = 2 * model.active_params * tokens + 2 * model.layers * model.hidden * tokens**2
    seconds = flop / (machine.peak_flop_per_s * rates.compute_share) * rates.time_scale
    return Phase(seconds, 0.0, flop)
