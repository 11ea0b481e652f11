"""What a model of inference says the same requests would have taken in another way.

    saved_g = carbon_g of the GPUs x (1 - r)      r = predicted there / predicted here

Their energy is the measured one. Only the ratio is predicted, and what both ways share is left out
of its interval (`estimators.predict.ratios`). What the ledger itself shows is not predicted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.advice import others
from footprint.advice.cells import Cell
from footprint.advice.looked import Looked, Wanted
from footprint.advice.moved import moved
from footprint.advice.others import Other
from footprint.advice.served import Served, served
from footprint.advice.sizes import sized
from footprint.advice.view import CARBON, Suggestion
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.predict.ratios import Ratios, ratios
from footprint.estimators.quantity import Quantity
from footprint.reports import figures as fig
from footprint.reports.workings import Workings

METHOD = (
    "the energy of the GPUs as it was measured, times the ratio that the model of inference "
    "predicts; what both ways share is not in its interval"
)
GPUS_ALONE = (
    "of a prediction the GPUs alone are in the figures: the rest of the machine, and what idles, "
    "are not"
)
COPY = "a copy of the model is held by {there} x {gpu}, in place of {here} x {own}"
MEMORY = "the memory of {gpus} x {gpu} holds {running} requests at once, below {limit}"

NO_TOKENS = Gap(
    "predicted",
    "no inference has output tokens to predict another way by",
    "count them (add(tokens_in=..., tokens_out=...)) in spans of kind inference",
)
NO_BATCH = Gap(
    "batch",
    "how many requests ran at once was not declared",
    "tag the spans (tags={'batch': '8'})",
)

NO_PRECISION = Gap(
    "precision",
    "in which precision inference ran was not declared",
    "tag the spans (tags={'precision': 'bf16'})",
)

#: Of the hardware that nobody named so many are kept, the best.
MOST = 3


def predicted(
    looked: Looked, of: Workings, cells: Sequence[Cell], shown: Sequence[tuple[str, Cell, Cell]]
) -> Iterator[Suggestion | Gap]:
    """Suggestions that a model bears out, and why there are none.

    Args:
        of: the workings by the fields of cells.
        shown: (choice, here, there) of what the ledger itself shows.
    """
    wanted = looked.wanted
    is_asked = bool(wanted.hardware or wanted.precisions or wanted.batches)
    those = [each for each in cells if each.values.get("kind") == "inference"]
    told = [each for each in those if each.made.group.units.get("tokens_out")]
    if not told and (is_asked or any(each.gpus and sized(each) for each in those)):
        yield NO_TOKENS
    for cell in told:
        found = served(cell)
        if isinstance(found, Served):
            known = [(choice, there) for choice, here, there in shown if here is cell]
            yield from _of_cell(of, found, wanted, known)
        elif is_asked or cell.gpus:  # on a CPU nobody expects it unasked
            yield found


def _of_cell(
    of: Workings, own: Served, wanted: Wanted, known: Sequence[tuple[str, Cell]]
) -> Iterator[Suggestion | Gap]:
    if own.cell.batch is None:
        yield NO_BATCH
    if own.cell.precision is None and not wanted.precisions:
        yield NO_PRECISION

    def told(tried: Iterator[Other], *, is_named: bool) -> Iterator[Suggestion | Gap]:
        for other in tried:
            if any(choice == other.choice and other.is_shown_by(cell) for choice, cell in known):
                continue
            made = _suggestion(of, own, other)
            if is_named or isinstance(made, Suggestion):
                yield made

    named = bool(wanted.precisions)
    yield from told(others.precisions(own, wanted.precisions), is_named=named)
    yield from told(others.batches(own, wanted.batches), is_named=bool(wanted.batches))
    named = bool(wanted.hardware)
    found = list(told(others.hardware(own, wanted.hardware), is_named=named))
    if named:
        yield from found
        return
    better = [each for each in found if isinstance(each, Suggestion) and each.exceeds(CARBON)]
    yield from sorted(better, key=_then)[:MOST]


def _then(one: Suggestion) -> float:
    found = one.figure(CARBON)
    return found.then.mid if found else 0.0


def _suggestion(of: Workings, own: Served, other: Other) -> Suggestion | Gap:
    try:
        found = ratios(own.way, other.way, own.request)
    except EstimatorError as error:
        return Gap(other.choice, f"{other.what}: nothing can be predicted: {error}", "name another")
    figures = moved(of, own, other.way.gpu, found)
    return Suggestion(
        kind=other.choice,
        what=other.what,
        groups=(own.cell.key,),
        carbon_g=figures.carbon_g,
        cost=figures.cost,
        at_most=False,
        method=METHOD,
        tier="predicted",
        assumptions=(
            GPUS_ALONE,
            *own.notes,
            *other.notes,
            *_machines(own, other, found),
            *figures.notes,
        ),
        factors=tuple(dict.fromkeys((*figures.factors, *found.factors))),
        embodied_g=figures.embodied_g,
    )


def _machines(own: Served, other: Other, found: Ratios) -> Iterator[str]:
    here, there = found.gpus
    if (here, own.way.gpu) != (there, other.way.gpu):
        yield COPY.format(there=there, gpu=other.way.gpu, here=here, own=own.way.gpu)
    limits: tuple[Quantity, Quantity] = own.way.batch, other.way.batch
    names = own.way.gpu, other.way.gpu
    for gpus, gpu, limit, running in zip(found.gpus, names, limits, found.running, strict=True):
        if running < limit.mid:
            held, most = fig.digits(running), fig.count(limit.mid)
            yield MEMORY.format(gpus=gpus, gpu=gpu, running=held, limit=most)
