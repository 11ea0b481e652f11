"""Figures as a document states them, and whether they are those of a view.

Every emitter whose document can be read back gives what it states as `Stated`. That is how a card
is checked against a ledger (`footprint datasheet --check`), and how a test knows that a document
says the joules and grams that it was made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from footprint.emitters.view import UNITS, Figures, Stage, View
from footprint.estimators.quantity import Quantity

#: What a figure can be of: all of an activity, one call, one item, 1,000 calls, 1,000 tokens.
PER = ("total", "call", "item", "1000 calls", "1000 tokens")


class Stated(NamedTuple):
    """One figure of a document.

    Attributes:
        kind: of the activity: training, inference, ...
        figure: `energy_j`, `carbon_location_g`, ..., or `cost_` and a currency in small letters.
        per: one of `PER`.
        value: in the figure's unit (J, g, L, the currency).
        step: one of its last printed digit, in the same unit.
        where: in the document, for messages.
        model, version: that it is of, as the ledger has them, where the document says so: one bill
            of materials can have the figures of several. A model without a version declared none.
    """

    kind: str
    figure: str
    per: str
    value: float
    step: float
    where: str = ""
    model: str | None = None
    version: str | None = None

    def agrees(self, found: Quantity) -> bool:
        """Whether it lies within an interval, to the precision in which it was printed."""
        return found.low - self.step / 2 <= self.value <= found.high + self.step / 2


def of_model(figures: Iterable[Stated], model: object, version: object) -> Iterator[Stated]:
    """The figures with the model and version that their document names; no text is no name."""
    name = model if isinstance(model, str) else None
    told = version if isinstance(version, str) else None
    return (each._replace(model=name, version=told) for each in figures)


def figures_of(view: View, kind: str, per: str) -> Figures | None:
    """What a view says of a kind of activity, in one of `PER`; None where it says nothing."""
    stage = view.of_kind(kind)
    if stage is None:
        return None
    return stage.total if per == "total" else _per(stage, per)


def _per(stage: Stage, per: str) -> Figures | None:
    calls = stage.calls
    if calls is None or calls.floor is not None:
        return None
    if per == "call":
        return calls.per_call
    if per == "item":
        return calls.per_item
    if per == "1000 tokens":
        return calls.per_1000_tokens
    if per == "1000 calls":
        return calls.per_call and calls.per_call.per(1 / 1000)
    return None  # of something that no view knows


def current(view: View, stated: Stated) -> Quantity | None:
    """The same figure as a view has it; None where it is not known or below the floor."""
    figures = figures_of(view, stated.kind, stated.per)
    if figures is None:
        return None
    if stated.figure.startswith("cost_"):
        return figures.cost.get(stated.figure.removeprefix("cost_").upper())
    if stated.figure not in UNITS:
        return None
    found: Quantity | None = getattr(figures, stated.figure)
    return found
