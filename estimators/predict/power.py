"""Energy of a phase: a floor while the GPUs wait, plus what bytes and arithmetic take.

    E = floor x TDP x t + e_byte x bytes + e_flop x FLOPs,   e_flop = k x TDP / peak

A chip whose mean power would pass its TDP lowers its clocks; then t is what keeps it at TDP:
    t = (e_byte x bytes + e_flop x FLOPs) / (TDP (1 - floor))
"""

from __future__ import annotations

from footprint.estimators.predict.roofline import Machine, Phase, Rates


def spent(phase: Phase, machine: Machine, rates: Rates) -> tuple[float, float]:
    """(joules, seconds) of a phase on all GPUs; mean power is at most their TDP."""
    flop_j = rates.compute_share_of_tdp * machine.tdp_w / machine.peak_flop_per_s
    moved_j = rates.byte_j * phase.bytes + flop_j * phase.flop
    throttled_s = moved_j / (machine.tdp_w * (1 - rates.floor_share))
    seconds = max(phase.seconds, throttled_s)
    return rates.floor_share * machine.tdp_w * seconds + moved_j, seconds
