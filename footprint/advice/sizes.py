"""How many parameters a model has: as its calls are tagged, else as the registry has its name."""

from __future__ import annotations

import re
from typing import NamedTuple

from footprint.advice.cells import SIZE_TAGS, Cell
from footprint.estimators.predict.inference import LEAST_PARAMS
from footprint.estimators.quantity import Quantity
from footprint.estimators.systems.providers import OWN
from footprint.estimators.systems.registry import find_system

FROM_NAME = "{model} is taken to be {name}, whose size the registry has"

_COUNT = re.compile(r"(\d+(?:\.\d+)?(?:e\d+)?)\s*([kmbt]?)", re.IGNORECASE)
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}


class Sized(NamedTuple):
    """A model's size.

    Attributes:
        params, active_params: all, and those of one token; None: all of them.
        precision: that it is published in, where the registry knows it.
        notes: what was taken for granted.
    """

    params: float | Quantity
    active_params: float | Quantity | None
    precision: str | None
    notes: tuple[str, ...]


def sized(cell: Cell) -> Sized | None:
    """The size of the model of a cell's calls; None where it is not known."""
    params, active = (count(cell.values.get(f"tag.{tag}")) for tag in SIZE_TAGS)
    if params is not None:
        is_part = active is not None and active < params
        return Sized(params, active if is_part else None, None, ())
    model = cell.values.get("model")
    system = None if model is None else find_system(model)
    if system is None or OWN not in system.providers:
        return None
    every, used = (
        Quantity(each.low * 1e9, each.mid * 1e9, each.high * 1e9, "1")
        for each in (system.total_b, system.active_b)
    )
    note = FROM_NAME.format(model=model, name=system.name)
    return Sized(every, None if used == every else used, system.precision, (note,))


def count(text: str | None) -> float | None:
    """A number of parameters as people write it: `8e9`, `8B`, `7.6b`; None where it is none."""
    found = None if text is None else _COUNT.fullmatch(text.strip())
    if found is None:
        return None
    number = float(found[1]) * _TIMES[found[2].casefold()]
    return number if LEAST_PARAMS <= number < 1e16 else None
