"""GPUs, TPUs and other accelerators: peak arithmetic, memory, design power.

The table is data/accelerators.csv; each row names the vendor's document that it is from. It says
`[unverified]` where neither that document nor a copy of its figures was read for the row.

- Peaks are dense: vendors often print the double, for 2:4 sparsity. TFLOP/s, for int8 TOP/s.
  fp32 is that of the ordinary units (AMD: of the matrix units); tf32 to fp4 of the tensor units.
- Memory is as the vendor sells it (GB); interconnect is the sum of both directions in GB/s.
- TDP is the whole board's or module's design power. Google and AWS publish none for most chips;
  `measured_w` is there where a mean power under training was published.

A name that fits several boards ("A100") is taken for the one in the column `default_for`, and
`Accelerator.assumption` says so.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.precisions import PRECISIONS, SPELLINGS, spelled
from footprint.estimators.quantity import Quantity
from footprint.estimators.units import shown
from footprint.estimators.zones import nearest

#: What training runs in, best first: the precision of a peak where none is asked for.
TRAINING_PRECISIONS = ("bf16", "fp16", "fp32")

_TABLE = Path(__file__).parent.parent / "data" / "accelerators.csv"
_NOISE = re.compile(
    r"nvidia|\bamd\b|\bintel\b|\bgoogle\b|\baws\b|habana|tesla|instinct|geforce|\bgpus?\b"
    r"|generation|tensor core"
)


class Accelerator(NamedTuple):
    """One row of the table.

    Attributes:
        name: the table's own.
        aliases: other spellings, among them NVML's.
        default_for: short names that fit several rows and are taken for this one.
        year: of its introduction.
        peaks_tflops: dense peak by precision, in TFLOP/s; precisions without a figure are absent.
        memory_gb, memory_bandwidth_gb_s: of the whole device.
        tdp_w: design power; None where the vendor publishes none.
        measured_w: published mean power under training; None where none is known.
        interconnect_gb_s: to its peers, both directions; None where there is none or not known.
        source: of the row.
        measured_source: of `measured_w`.
        assumption: one line where the name that was asked for fits several rows.
    """

    name: str
    aliases: tuple[str, ...]
    default_for: tuple[str, ...]
    year: int
    peaks_tflops: dict[str, float]
    memory_gb: float
    memory_bandwidth_gb_s: float
    tdp_w: float | None
    measured_w: Quantity | None
    interconnect_gb_s: float | None
    source: str
    measured_source: str
    assumption: str = ""

    def peak_flop_per_s(self, precision: str | None = None) -> float:
        """Dense peak in FLOP/s.

        Args:
            precision: one of `PRECISIONS` in any spelling (`BF16`, `bfloat16`, `fp8_e4m3`); None:
                the first of `TRAINING_PRECISIONS` it has.

        Raises:
            EstimatorError: a precision that is not known, or that this device has no figure for.
        """
        if precision is None:
            return self.peak_flop_per_s(self.training_precision())
        name = spelled(precision)
        if name not in PRECISIONS:
            raise EstimatorError(
                f"precision {shown(precision)} is not known:"
                f"{nearest(name, {each: each for each in (*PRECISIONS, *SPELLINGS)})} "
                f"Use one of {', '.join(PRECISIONS)}"
            )
        if name not in self.peaks_tflops:
            raise EstimatorError(
                f"{self.name} has no published peak for {name}: "
                f"use one of {', '.join(self.peaks_tflops)}"
            )
        return self.peaks_tflops[name] * 1e12

    def training_precision(self) -> str:
        """The precision that training on it is taken to run in."""
        return next(each for each in TRAINING_PRECISIONS if each in self.peaks_tflops)


def accelerators() -> tuple[Accelerator, ...]:
    """All rows, in the table's order."""
    return _rows()


def accelerator(name: object, otherwise: str = "") -> Accelerator:
    """The accelerator that a name stands for: the table's, an alias, or as NVML prints it.

    Case, vendor, marketing names, hyphens and spaces make no difference: `H100 SXM`,
    `NVIDIA H100 80GB HBM3` and `h100-sxm` are the same.

    Args:
        otherwise: what to do about a device that is not in the table, for the message.

    Raises:
        EstimatorError: not in the table; names the nearest ones.
    """
    text = name.strip() if isinstance(name, str) else ""
    exact, default = _index()
    key = _folded(text)
    if key in exact:
        return exact[key]
    if key in default:
        row = default[key]
        return row._replace(assumption=_choice(text, row))
    known = {_folded(each): row.name for row in _rows() for each in _spellings(row)}
    hint = nearest(key, known) or " Names are as in A100 PCIe 40GB, H100 SXM, MI300X, TPU v4."
    raise EstimatorError(
        f"accelerator {shown(name)} is not known:{hint}" + (f" {otherwise}" if otherwise else "")
    )


def _folded(name: str) -> str:
    """A name without vendor, case, spaces and marks."""
    plain = _NOISE.sub(" ", name.casefold())
    return re.sub(r"[^0-9a-z]+", "", plain)


def _spellings(row: Accelerator) -> tuple[str, ...]:
    return (row.name, *row.aliases, *row.default_for)


def _choice(text: str, row: Accelerator) -> str:
    """What is said of a short name that was taken for one row of a family."""
    family = _folded(row.name.split()[0])
    others = [each.name for each in _rows() if each.name != row.name]
    kin = [each for each in others if _folded(each).startswith(family)]
    rest = f"; name it where it is another: {', '.join(kin)}" if kin else ""
    return f"{text} is taken to be {row.name}{rest}"


@cache
def _index() -> tuple[dict[str, Accelerator], dict[str, Accelerator]]:
    """(by name and alias, by short name), folded."""
    exact: dict[str, Accelerator] = {}
    default: dict[str, Accelerator] = {}
    for row in _rows():
        exact |= {_folded(each): row for each in (row.name, *row.aliases)}
        default |= {_folded(each): row for each in row.default_for}
    return exact, default


@cache
def _rows() -> tuple[Accelerator, ...]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_row(cells) for cells in csv.DictReader(file))


def _row(cells: dict[str, str]) -> Accelerator:
    def number(column: str) -> float | None:
        return float(cells[column]) if cells[column] else None

    watts = [float(each) for each in cells["measured_w"].split()]
    return Accelerator(
        name=cells["name"],
        aliases=_split(cells["aliases"]),
        default_for=_split(cells["default_for"]),
        year=int(cells["year"]),
        peaks_tflops={each: float(cells[each]) for each in PRECISIONS if cells[each]},
        memory_gb=float(cells["memory_gb"]),
        memory_bandwidth_gb_s=float(cells["memory_bandwidth_gb_s"]),
        tdp_w=number("tdp_w"),
        measured_w=Quantity(watts[0], watts[len(watts) // 2], watts[-1], "W") if watts else None,
        interconnect_gb_s=number("interconnect_gb_s"),
        source=cells["source"],
        measured_source=cells["measured_source"],
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(";") if each.strip())
