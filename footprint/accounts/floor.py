"""The measuring floor: energy so small that the meter cannot tell it.

A figure is below it where what *timing* leaves open is wider than the figure itself. How far a
sensor or a model is off (its gain) is another matter: it widens the interval of any figure, large
or small, and is no reason to say nothing. docs/explanation/method.md, "The measuring floor".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from footprint.accounts.lines import GroupEnergy

#: The kernel counts CPU time in ticks of this length, ns.
TICK_NS = 10_000_000

#: Tiers whose energy follows from CPU time, memory or the clock; their error is the model's.
MODELS = ("utilisation", "nameplate")

UNSEEN = (
    "no energy was seen of it although it ran: its calls were too short for the meter, or ran"
    " other calls all the time"
)
TICKS = (
    "its CPU time was about as short as the ticks in which it is counted (10 ms): longer or more"
    " calls are needed"
)
PERIOD = (
    "its calls were shorter than the counter's period, and too few: what that leaves open is wider"
    " than the figure"
)

#: Work of this length is told by its interval, ns. 5 s is what Yang, Adamek and Armour ask for
#: (SC24, arXiv 2312.02741: at least 32 iterations or 5 s).
ENOUGH_NS = 5_000_000_000


def below_floor(parts: Sequence[GroupEnergy], active_ns: int) -> str | None:
    """Why a group's energy is below what its meters can tell; None where it is not.

    Widths and energies of several devices are added before they are compared, so two groups that
    are both above the floor are above it together. Calls that ran for long enough are not too few,
    however short each of them is: where they took turns with others, their interval says so.

    Args:
        parts: what it used of each device, without the sensors' gain.
        active_ns: for how long at least one of its calls ran.
    """
    energy_nj = sum(part.energy.mid_nj for part in parts)
    if energy_nj == 0:
        return UNSEEN
    widths = [timing_nj(part, active_ns) for part in parts]
    if active_ns >= ENOUGH_NS or sum(widths) <= energy_nj:
        return None
    ticks = (width for width, part in zip(widths, parts, strict=True) if _by_ticks(part))
    return TICKS if 2 * sum(ticks) >= sum(widths) else PERIOD


def timing_nj(part: GroupEnergy, active_ns: int) -> float:
    """How wide timing leaves the energy of one device, nJ.

    Of a sensor: its bounds before the gain. Of a model of a CPU or memory: of the time a tick at
    either end is not known. Where no CPU time was seen at all: up to a tick at full power.
    """
    energy, device = part.energy, part.device
    if device.kind == "cpu" and not energy.mid_nj:
        return max(energy.high_nj - energy.low_nj, (device.max_w or 0.0) * TICK_NS)  # W ns = nJ
    if _by_ticks(part):
        if not energy.mid_nj:
            return 0.0
        return energy.mid_nj * 2 * TICK_NS / active_ns if active_ns else math.inf
    if device.tier in MODELS:  # the model's error is in its bounds: it is taken out again
        low = energy.low_nj / device.gain_low if device.gain_low else energy.mid_nj
        return energy.high_nj / device.gain_high - low
    return energy.high_nj - energy.low_nj


def _by_ticks(part: GroupEnergy) -> bool:
    """Whether the width is that of ticks, not of a sensor's readings."""
    if part.device.kind == "cpu" and not part.energy.mid_nj:
        return True
    return part.device.tier in MODELS and part.device.kind in ("cpu", "dram")
