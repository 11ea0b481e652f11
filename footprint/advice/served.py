"""How calls to a language model were served, as far as a prediction of another way needs it."""

from __future__ import annotations

from typing import NamedTuple

from footprint.advice.cells import Cell
from footprint.advice.sizes import Sized, sized
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.hardware.accelerators import Accelerator, accelerator
from footprint.estimators.predict.assumptions import BATCH
from footprint.estimators.predict.inference import predict
from footprint.estimators.predict.ratios import Request, Way, ratios
from footprint.estimators.quantity import Quantity, exact, total

NO_PRECISION = "the precision was not declared (tag precision): {precision} is taken"
NO_BATCH = (
    "how many requests ran at once was not declared (tag batch): {low:g} to {high:g}, the same "
    "on both sides"
)

_TAG = "tag the spans with params, precision and batch as they are"


class Served(NamedTuple):
    """How calls were served.

    Attributes:
        cell: the calls.
        gpu: that they ran on.
        gpus_j: what they used of them, J.
        request: a mean one of them.
        way: how they were served; `gpus`: of them seen.
        notes: what was taken for granted of them.
    """

    cell: Cell
    gpu: Accelerator
    gpus_j: Quantity
    request: Request
    way: Way
    notes: tuple[str, ...]


def served(cell: Cell) -> Served | Gap:
    """How calls with output tokens were served; a gap where that is not known, or not believed.

    Their energy has to agree with what the model of inference says of them: where the two
    intervals have nothing in common, the model does not describe this work.
    """
    names = {each.name for each in cell.gpus}
    try:
        (gpu,) = (accelerator(each) for each in names)
    except (ValueError, EstimatorError):
        told = ", ".join(sorted(names)) or "no GPU"
        return Gap(
            "predicted",
            f"{cell.name} ran on {told}, and the model of inference needs GPUs of one sort that "
            "its table has",
            "run it there, and compare what was measured (footprint compare)",
        )
    model = sized(cell)
    if model is None:
        return Gap(
            "predicted",
            f"how many parameters the model of {cell.name} has is not known",
            "tag its spans (tags={'params': '8e9'}), or name the model as the registry does",
        )
    found = _served(cell, gpu, model)
    return _disagreement(found) or found


def _requests(cell: Cell) -> float:
    """Items that were declared are the requests; else each call is one."""
    group = cell.made.group
    return group.items if group.items_declared and group.items else float(group.spans)


def _served(cell: Cell, gpu: Accelerator, model: Sized) -> Served:
    units, requests = cell.made.group.units, _requests(cell)
    precision = cell.precision or model.precision or "bf16"
    batch = exact(cell.batch, "1") if cell.batch else BATCH.quantity
    notes = [*model.notes, *((gpu.assumption,) if gpu.assumption else ())]
    if cell.precision is None:
        notes.append(NO_PRECISION.format(precision=precision))
    if cell.batch is None:
        notes.append(NO_BATCH.format(low=batch.low, high=batch.high))
    request = Request(
        model.params,
        model.active_params,
        units.get("tokens_in", 0.0) / requests,
        units["tokens_out"] / requests,
    )
    seen = len({each.device for each in cell.gpus})
    joules = total((each.energy_j for each in cell.gpus), "J")
    return Served(cell, gpu, joules, request, Way(gpu.name, precision, batch, seen), tuple(notes))


def _disagreement(found: Served) -> Gap | None:
    way, request, name = found.way, found.request, found.cell.name
    try:
        told = predict(
            params=request.params,
            active_params=request.active_params,
            precision=way.precision,
            gpu=way.gpu,
            gpus=ratios(way, way, request).gpus[0],
            batch=way.batch,
            tokens_in=request.tokens_in,
            tokens_out=request.tokens_out,
        ).energy_per_output_token_j
    except EstimatorError as error:
        return Gap("predicted", f"of {name} nothing can be predicted: {error}", _TAG)
    each_j = found.gpus_j / found.cell.made.group.units["tokens_out"]
    if each_j.low <= told.high and told.low <= each_j.high:
        return None
    return Gap(
        "predicted",
        f"{name} took {each_j.mid:.3g} J for an output token, and the model of inference says "
        f"{told.low:.3g} to {told.high:.3g} J: it does not describe this work",
        _TAG,
    )
