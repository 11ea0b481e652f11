"""The other ways of serving that are tried: those that were asked for, else the usual ones.

precision   fewer bits: fp8 where the GPU computes in it, else int8; and int4 weights
batch       the batches that the model of inference was tried on, as far as they are larger
hardware    accelerators with a list price by the hour: those can be had
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from footprint.advice.cells import Cell
from footprint.advice.served import Served
from footprint.estimators.costs.rental_table import shipped_rentals
from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.predict.assumptions import BATCH
from footprint.estimators.predict.precisions import precision
from footprint.estimators.predict.ratios import Way
from footprint.estimators.quantity import exact
from footprint.reports import figures as fig

QUALITY = "how good outputs in {precision} are is not looked at"
OTHER_STACK = (
    "the model is served there as well as stacks were seen to do; whether the hardware can be had "
    "is not looked at"
)
SLOWER = "so many requests come at once; each of them may take longer"


class Other(NamedTuple):
    """Another way of serving: what differs, in a sentence, and what that takes to be so."""

    choice: str
    way: Way
    what: str
    notes: tuple[str, ...]

    def is_shown_by(self, cell: Cell) -> bool:
        """Whether a cell ran that way, as far as the choice goes."""
        if self.choice == "hardware":
            return self.way.gpu in _tables(cell)
        return cell.way(self.choice) in (self.way.precision, self.way.batch.mid)


def precisions(served: Served, named: Sequence[str]) -> Iterator[Other]:
    """Other precisions; none where nobody said what it ran in, unless they are named."""
    own = served.way.precision
    if served.cell.precision is None and not named:
        return
    for each in named or _fewer_bits(served):
        if each != own:
            yield Other(
                "precision",
                served.way._replace(precision=each),
                f"run in {each} what ran in {own}",
                (QUALITY.format(precision=each),),
            )


def batches(served: Served, named: Sequence[float]) -> Iterator[Other]:
    """Other batches; none where nobody said how many requests ran at once."""
    own = served.cell.batch
    if own is None:
        return
    usual = (BATCH.quantity.low, BATCH.quantity.mid, BATCH.quantity.high)
    for each in named or [one for one in usual if one > own]:
        if each != own:
            yield Other(
                "batch",
                served.way._replace(batch=exact(each, "1")),
                f"run in batches of {fig.count(each)} what ran in batches of {fig.count(own)}",
                (SLOWER,),
            )


def hardware(served: Served, named: Sequence[str]) -> Iterator[Other]:
    """Other accelerators, as few as hold the model."""
    own = served.gpu.name
    for each in named or rented():
        if each != own:
            yield Other(
                "hardware",
                served.way._replace(gpu=each, gpus=None),
                f"run on {each} what ran on {own}",
                (OTHER_STACK,),
            )


def rented() -> tuple[str, ...]:
    """Accelerators with a list price in the table of rentals, by their own table's names."""
    rows = (row for row in shipped_rentals() if row.device and row.terms == "list")
    return tuple(dict.fromkeys(accelerator(row.device).name for row in rows))


def _fewer_bits(served: Served) -> Iterator[str]:
    held = precision(served.way.precision).weight_bytes
    eight = "fp8" if "fp8" in served.gpu.peaks_tflops else "int8"
    for each in (eight, "int4"):
        if precision(each).weight_bytes < held:
            yield each


def _tables(cell: Cell) -> Iterator[str]:
    """The table's names of the GPUs that a cell ran on."""
    for each in cell.gpus:
        try:
            yield accelerator(each.name).name
        except EstimatorError:
            continue
