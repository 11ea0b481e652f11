"""What is assumed of a serving stack: values with ranges, and where they come from.

Some are read from publications; the rest is fitted on half of the models of the ML.ENERGY
Leaderboard v3 (vLLM, H100 and B200, chat) and rounded: docs/explanation/inference.md says which
half, and how the other half fared. Ranges are judged, not measured: from stacks that are tuned
further than vLLM as it was measured to ones that are not tuned at all, and wide enough together
for nine in ten of the measured rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprint.estimators.factors import Factor
from footprint.estimators.predict.roofline import Rates
from footprint.estimators.quantity import Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIT = (
    "fitted on ML.ENERGY Leaderboard v3 (Chung et al. 2025, arXiv:2505.06371; data of 2026-02, "
    "vLLM on H100 and B200)"
)


def _assumed(name: str, values: tuple[float, float, float], unit: str, source: str) -> Factor:
    return Factor(name, Quantity(*values, unit), unit, source=source, used_for="energy_kwh")


#: Share of the data sheet's memory bandwidth while weights and cache are read.
BANDWIDTH_SHARE = _assumed(
    "memory bandwidth reached",
    (0.60, 0.85, 0.95),
    "1",
    "60 to 85 % of real systems, overheads included (open-source-ai.tech, model bandwidth "
    "utilization, 2026); the middle at its upper end, since overheads are separate here",
)
#: The same for weights that are multiplied in 8 bits, with conversion on both sides.
WEIGHTS_8BIT_SHARE = _assumed("memory bandwidth reached in 8 bits", (0.45, 0.57, 0.85), "1", _FIT)
#: Share of the dense peak in 16 bits: large matrices at the clocks that the power limit allows.
COMPUTE_SHARE = _assumed(
    "compute reached in 16 bits",
    (0.40, 0.60, 0.76),
    "1",
    "0.76 for prefill at a large batch (Pope et al. 2022, arXiv:2211.05102, abstract); lower end "
    "and middle: " + _FIT,
)
#: The same in 8 bits, with scaling and conversion around each matrix.
COMPUTE_SHARE_8BIT = _assumed("compute reached in 8 bits", (0.30, 0.45, 0.65), "1", _FIT)

#: Of that share, what mixtures of experts reach: many small matrices, unevenly filled.
EXPERTS_COMPUTE = _assumed("compute reached with experts, of dense", (0.06, 0.13, 0.60), "1", _FIT)

#: Seconds per layer and step in which neither memory nor arithmetic is busy.
LAYER_S = _assumed("latency per layer", (20e-6, 50e-6, 90e-6), "s", _FIT)
#: More per layer where a dense model is split over GPUs: two all-reduces.
SPLIT_S = _assumed("latency of splitting a layer", (6e-6, 12e-6, 30e-6), "s", _FIT)
#: More per layer with experts: routing, and many small matrices.
EXPERTS_S = _assumed("latency of experts", (10e-6, 40e-6, 120e-6), "s", _FIT)
#: More per layer where experts lie on several GPUs: two exchanges, and waiting for the slowest.
EXCHANGE_S = _assumed("latency of exchange between experts", (15e-6, 55e-6, 200e-6), "s", _FIT)
#: More per layer with experts in 8 bits: each expert's few tokens are converted apart.
CONVERT_S = _assumed("latency of experts in 8 bits", (10e-6, 75e-6, 250e-6), "s", _FIT)
#: Seconds per sequence and step that the host's scheduler and sampler take.
SEQUENCE_S = _assumed("host's time per sequence", (10e-6, 50e-6, 90e-6), "s", _FIT)

#: Time of a phase, of what is modelled: kernels, stacks and architectures that are left out.
TIME_SCALE = _assumed("time, of that modelled", (0.65, 1.0, 1.6), "1", _FIT)

#: Power of a GPU that waits between kernels at full clocks, as a share of its TDP.
FLOOR_SHARE = _assumed(
    "power while waiting, of TDP",
    (0.28, 0.40, 0.52),
    "1",
    "300 W of 700 W at a batch of one, H100 (vLLM semantic router, power model reference, 2026, "
    "after ML.ENERGY v3) is an upper bound; " + _FIT,
)
#: Energy per byte from memory through the chip, 14 pJ/bit.
BYTE_J = _assumed("energy per byte", (70e-12, 110e-12, 160e-12), "J", _FIT)
#: Power of arithmetic at the peak, as a share of TDP.
COMPUTE_SHARE_OF_TDP = _assumed("power of arithmetic at peak, of TDP", (0.7, 0.9, 1.2), "1", _FIT)

#: The part of a GPU's memory that a server fills with weights and cache.
MEMORY_SHARE = _assumed(
    "memory used", (0.9, 0.9, 0.9), "1", "vLLM documentation, gpu_memory_utilization's default"
)
#: Sequences at once where no batch is given: energy per token falls with it by a factor of ten.
BATCH = _assumed(
    "sequences at once",
    (8.0, 64.0, 512.0),
    "1",
    "batch limits over which ML.ENERGY Leaderboard v3 measures on H100",
)


def assumed(*, moe: bool, gpus: int, eight_bit: bool) -> tuple[Factor, ...]:
    """The factors that hold for such a model on so many GPUs."""
    factors = [
        BANDWIDTH_SHARE,
        COMPUTE_SHARE_8BIT if eight_bit else COMPUTE_SHARE,
        LAYER_S,
        SEQUENCE_S,
        TIME_SCALE,
        FLOOR_SHARE,
        BYTE_J,
        COMPUTE_SHARE_OF_TDP,
    ]
    if moe:
        factors += [EXPERTS_S, EXPERTS_COMPUTE]
    if gpus > 1:
        factors.append(EXCHANGE_S if moe else SPLIT_S)
    if eight_bit:
        factors.append(WEIGHTS_8BIT_SHARE)
    if eight_bit and moe:
        factors.append(CONVERT_S)
    return tuple(factors)


def rates(factors: tuple[Factor, ...], other: Mapping[str, float]) -> Rates:
    """The factors' middle values as rates; `other` replaces some of them by name."""
    values = {each.name: other.get(each.name, each.quantity.mid) for each in factors}
    per_layer = (LAYER_S, SPLIT_S, EXPERTS_S, EXCHANGE_S, CONVERT_S)
    dense = values.get(COMPUTE_SHARE.name) or values[COMPUTE_SHARE_8BIT.name]
    return Rates(
        bandwidth_share=values[BANDWIDTH_SHARE.name],
        weights_share=values.get(WEIGHTS_8BIT_SHARE.name, values[BANDWIDTH_SHARE.name]),
        compute_share=dense * values.get(EXPERTS_COMPUTE.name, 1.0),
        layer_s=sum(values.get(each.name, 0.0) for each in per_layer),
        sequence_s=values[SEQUENCE_S.name],
        time_scale=values[TIME_SCALE.name],
        floor_share=values[FLOOR_SHARE.name],
        byte_j=values[BYTE_J.name],
        compute_share_of_tdp=values[COMPUTE_SHARE_OF_TDP.name],
    )
