"""Watts of processors and memory where no meter can be read.

`cpu_tdp` looks a model up in codecarbon's table of thermal design powers. TDP is what the
cooling is designed for at base clock, per package: a load can draw less and, for as long as
boost lasts, more. It bounds the order of magnitude, it does not measure.

The constants stand in where the model is not known (a cloud VM often reports only "Intel Xeon
Processor"), with intervals as wide as the published figures lie apart. Change them when a
better source for your machines is at hand, by passing your own Factor.
"""

from __future__ import annotations

import csv
import math
import re

from footprint.estimators import _codecarbon
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity

_TABLE = "hardware/cpu_power.csv"
_CCF = (
    "Cloud Carbon Footprint, methodology, Appendix I (AWS means of SPECpower_ssj2008); "
    "interval: extremes over micro-architectures in ccf-coefficients"
)

#: Watts of one hardware thread (vCPU) at full load: the server's wall power over its threads,
#: so memory and fans are in it. codecarbon's default of 4 W per thread lies inside.
VCPU_FULL_W = Factor(
    name="power per hardware thread, full load",
    value=Quantity(1.6, 3.5, 9.0, "W"),
    unit="W",
    source=_CCF,
    version="2026-03-09",
    vintage=2026,
    license="Apache-2.0",
    used_for="energy_j",
    why="the processor's model is not in the table of design powers",
)

#: Watts of one hardware thread (vCPU) at no load; as `VCPU_FULL_W`.
VCPU_IDLE_W = VCPU_FULL_W._replace(
    name="power per hardware thread, idle", value=Quantity(0.45, 0.74, 3.7, "W")
)

#: Idle power over full-load power. Middle: 0.74 / 3.5. Low: codecarbon's floor of 10 % of TDP.
#: High: the largest ratio in ccf-coefficients (5th generation EPYC, 3.68 / 8.96).
IDLE_SHARE = VCPU_FULL_W._replace(
    name="idle share of full-load power",
    value=Quantity(0.10, 0.21, 0.41, "1"),
    unit="1",
    source=f"{_CCF}; low: codecarbon's floor of 10 % of TDP",
    why="no idle power was measured on this machine",
)

#: Watts per GB of memory installed. A module's "8 GB" are 8 x 2**30 bytes. Middle: mean of
#: Crucial's 3 W per 8 GB and Micron's 0.408 W/GB. Interval: codecarbon's 5 W per module, for
#: modules of 128 GB (low) and of 8 GB (high): power goes with modules more than with bytes.
RAM_W_PER_GB = Factor(
    name="memory power",
    value=Quantity(0.039, 0.392, 0.625, "W/GB"),
    unit="W/GB",
    source=(
        "Cloud Carbon Footprint, methodology, Memory (mean of Crucial and Micron); interval: "
        "codecarbon's 5 W per module of 128 GB and of 8 GB"
    ),
    license="Apache-2.0",
    used_for="energy_j",
    why="no meter of the memory can be read",
)

_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™©\u200b]")
_NOISE = re.compile(
    r"@.*$|\bwith\b.*$|\bradeon\b.*$|\(.*?\)|\b\w+-cores?\b|\b\d+(?:st|nd|rd|th) gen\b"
    r"|\b(?:cpu|apu|processor|coprocessor|genuine)\b"
)
_VENDORS = frozenset({"intel", "amd"})


def _tokens(name: str) -> list[str]:
    """The words that tell one model from another, in lower case: `xeon`, `platinum`, `8375c`."""
    plain = _NOISE.sub(" ", _MARKS.sub(" ", name.casefold()))
    return [word for word in re.split(r"[\s,-]+", plain) if word]


def _rows(token: str) -> list[tuple[str, float]]:
    """(name, watts) of the table's rows that hold `token`; rows without a usable figure drop out.

    The table has some that were joined wrongly when it was built ("27.29.5").
    """
    try:
        text = _codecarbon.path(_TABLE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, EstimatorError):
        return []
    found = []
    for row in csv.reader(line for line in text.splitlines() if token in line.casefold()):
        try:
            name, watts = row[0], float(row[1])
        except (IndexError, ValueError):
            continue
        if 0 < watts < math.inf:
            found.append((name, watts))
    return found


def cpu_tdp(model: str) -> Factor | None:
    """The thermal design power of one package in W, by the model's name as the system gives it.

    `Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz`, `AMD EPYC 7742 64-Core Processor`,
    `Apple M1`. Names are compared as words, without marks, clock, core count and vendor, in any
    order; all of them must be there and no other, so that no name finds its neighbour
    (`7742` is not `7742P`, `Apple M1 Max` is not `Apple M1`). Where rows of one model differ,
    the interval spans them.

    Returns:
        None where the name holds no model number ("Intel Xeon Processor"), the table lacks the
        model, or the table is not there: use `VCPU_FULL_W` per thread.
    """
    words = _tokens(model)
    numbered = [word for word in words if re.search(r"\d", word)]
    if not numbered:
        return None
    wanted = sorted(set(words) - _VENDORS)
    rows = [
        (name, watts)
        for name, watts in _rows(max(numbered, key=len))
        if sorted(set(_tokens(name)) - _VENDORS) == wanted
    ]
    if not rows:
        return None
    watts = [row[1] for row in rows]
    low, high = min(watts), max(watts)
    return Factor(
        name="processor design power (TDP)",
        value=Quantity(low, (low + high) / 2, high, "W"),
        unit="W",
        source=f"codecarbon {_TABLE}",
        version=_codecarbon.version(),
        license=_codecarbon.LICENSE,
        used_for="energy_j",
        why=f"the row {rows[0][0]!r} for {model!r}",
    )
