"""The same request served in two ways: the ratio of what it takes, with what both share left out.

    ratio = E(other) / E(base),   time alike: GPU-seconds for one output token

Each assumption of `inference` is moved to its ends, and the logarithms of what that does to the
ratio add in quadrature, as for one estimate (`spread.py`). What both ways share is moved in both at
once, so that it cancels as far as it should:

- another batch on the same GPU: all but the time that the model leaves out;
- another precision on the same GPU has other kernels: its power, and the model's cache and experts;
- another GPU: the model's cache and experts alone.

All else is moved in each way alone. What was given as a range (parameters, batch) is tried at all
its ends, in both at once. How often measured ratios are inside: tests/benchmarks/ratios.py,
docs/explanation/inference.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.accelerators import Accelerator, accelerator
from footprint.estimators.predict.assumptions import (
    BYTE_J,
    COMPUTE_SHARE_OF_TDP,
    FLOOR_SHARE,
    TIME_SCALE,
)
from footprint.estimators.predict.deployment import Size, fewest_gpus
from footprint.estimators.predict.explained import hardware
from footprint.estimators.predict.inference import sizes_of
from footprint.estimators.predict.precisions import precision
from footprint.estimators.predict.request import DENSE_SHARE, KV_SCALE, Figures, Serving, figures
from footprint.estimators.predict.spread import bounds
from footprint.estimators.quantity import Quantity

#: Unknowns of the model, whatever it runs on.
_OF_MODEL = {KV_SCALE, DENSE_SHARE}
#: Unknowns of a GPU's power, whatever it runs.
_OF_POWER = {each.name for each in (FLOOR_SHARE, BYTE_J, COMPUTE_SHARE_OF_TDP)}


class Way(NamedTuple):
    """How a model is served.

    Attributes:
        gpu: a name that `accelerator` knows.
        precision: of the weights.
        batch: sequences at once, the server's limit.
        gpus: that are there for it; None: the fewest that hold it.
    """

    gpu: str
    precision: str
    batch: Quantity
    gpus: int | None = None


class Request(NamedTuple):
    """A model, and one request to it: parameters, those of one token, tokens in and out."""

    params: float | Quantity
    active_params: float | Quantity | None
    tokens_in: float
    tokens_out: float


class Ratios(NamedTuple):
    """`other` over `base`.

    Attributes:
        energy: of the GPUs, for a request.
        gpu_time: GPU-seconds for a request.
        gpus: that serve a copy of the model, in `base` and in `other`.
        running: sequences at once, in both: the limit, or what the memory holds.
        factors: what both rest on.
    """

    energy: Quantity
    gpu_time: Quantity
    gpus: tuple[int, int]
    running: tuple[float, float]
    factors: tuple[Factor, ...]


class _Side(NamedTuple):
    """One way, placed for each size of the model."""

    gpu: Accelerator
    batch: Quantity
    placed: dict[Size, Serving]

    def at(self, size: Size, limit: float, other: dict[str, float]) -> tuple[float, float]:
        """(J, GPU-seconds) of a request with some unknowns replaced."""
        serving = self.placed[size]
        found: Figures = figures(serving, size, limit, other)
        return found.energy_j, serving.gpus * serving.tokens_out / found.output_tokens_per_s

    def unknowns(self, size: Size) -> dict[str, tuple[float, float]]:
        return {name: (low, high) for name, low, high in self.placed[size].unknowns(size)}


def ratios(base: Way, other: Way, request: Request) -> Ratios:
    """What a request takes in one way over what it takes in another.

    The same way gives exactly 1, without an interval.

    Raises:
        EstimatorError: a GPU or precision that is not known, or without the figures that this
            needs; a model that the GPUs cannot hold.
    """
    sizes = sizes_of(request.params, request.active_params)
    sides = _side(base, request, sizes), _side(other, request, sizes)
    limits = tuple(_ends(side.batch) for side in sides)
    size = sizes[1]

    def at(
        size: Size, end: int, mine: dict[str, float], theirs: dict[str, float]
    ) -> tuple[float, float]:
        first = sides[0].at(size, limits[0][end], mine)
        second = sides[1].at(size, limits[1][end], theirs)
        return second[0] / first[0], second[1] / first[1]

    middle = at(size, 1, {}, {})
    changes: list[tuple[tuple[float, float], tuple[float, float]]] = []
    own = [side.unknowns(size) for side in sides]
    shared = _shared(sides, size, own)
    for name in dict.fromkeys((*own[0], *own[1])):
        if name in shared:
            moved = [({name: value}, {name: value}) for value in own[0][name]]
            changes.append((at(size, 1, *moved[0]), at(size, 1, *moved[1])))
            continue
        for number, those in enumerate(own):
            if name in those:
                low, high = ({name: value} for value in those[name])
                ends = ((low, {}), (high, {})) if number == 0 else (({}, low), ({}, high))
                changes.append((at(size, 1, *ends[0]), at(size, 1, *ends[1])))
    corners = [at(each, end, {}, {}) for each, end in product(dict.fromkeys(sizes), range(3))]
    energy, gpu_time = (
        Quantity(low, middle[index], high, "1")
        for index in range(2)
        for low, high in [
            bounds(
                middle[index],
                [(one[index], two[index]) for one, two in changes],
                [corner[index] for corner in corners],
            )
        ]
    )
    servings = [side.placed[size] for side in sides]
    every = (factor for each in servings for factor in (*each.factors(size), *hardware(each)))
    return Ratios(
        energy,
        gpu_time,
        (servings[0].gpus, servings[1].gpus),
        (
            servings[0].running(size, sides[0].batch.mid),
            servings[1].running(size, sides[1].batch.mid),
        ),
        tuple(dict.fromkeys(every)),
    )


def _shared(sides: Sequence[_Side], size: Size, own: Sequence[Collection[str]]) -> set[str]:
    """Unknowns that are the same in both."""
    both = set(own[0]) & set(own[1])
    base, other = (each.placed[size] for each in sides)
    if base.gpu.name != other.gpu.name:
        return both & _OF_MODEL
    if base.weights != other.weights:
        return both & (_OF_MODEL | _OF_POWER)
    is_same = (base, sides[0].batch) == (other, sides[1].batch)
    return both if is_same else both - {TIME_SCALE.name}


def _side(way: Way, request: Request, sizes: tuple[Size, ...]) -> _Side:
    gpu = accelerator(way.gpu)
    serving = Serving(gpu, 1, precision(way.precision), request.tokens_in, request.tokens_out, None)
    placed = {}
    for size in sizes:
        count = None
        if way.gpus is not None:  # more of them than are needed serve copies of it
            need = fewest_gpus(serving.model(size), gpu, way.batch.mid, serving.context)
            count = min(way.gpus, need)
        placed[size] = serving.placed(size, way.batch.mid, count)
    if request.tokens_out < 1 or request.tokens_in < 0:
        raise EstimatorError(
            f"a request of {request.tokens_in:g} tokens in and {request.tokens_out:g} out: "
            "give 1 output token or more"
        )
    return _Side(gpu, way.batch, placed)


def _ends(quantity: Quantity) -> tuple[float, float, float]:
    return quantity.low, quantity.mid, quantity.high
