"""What a view says to each item of the form: the entry, how it is known, and where it is from.

Figures of energy and time come from the ledger; all else is what the owner states in the sheet
file. Floating-point operations are never estimated from device time: no ledger counts them.
"""

from __future__ import annotations

from collections.abc import Iterator

from footprint.emitters.eu_ai_act import energies, stated, times
from footprint.emitters.eu_ai_act.entry import Filled
from footprint.emitters.eu_ai_act.form import FIELDS, Field
from footprint.emitters.view import View
from footprint.words import Words


def filled(view: View, w: Words) -> list[Filled]:
    """Every item of the form, and those lines beside it that the view has something for.

    Args:
        w: words of the domain `eu`.
    """
    return list(_filled(view, w))


def _filled(view: View, w: Words) -> Iterator[Filled]:
    for field in FIELDS:
        if not field.in_form and not _applies(view, field):
            continue
        if field.id.endswith("_energy_method"):
            yield energies.energy_method(view, field, w)
        elif field.unit == "MWh" and field.kind:
            yield energies.energy(view, field, w)
        elif field.id == "base_energy":
            yield energies.base(view, field, w)
        elif field.id == "training_time_range":
            yield times.time_range(view, field, w)
        elif field.unit == "d":
            yield times.days(view, field, w)
        elif field.unit in ("FLOP", "1"):
            yield stated.count(view, field, w)
        else:
            yield stated.in_words(view, field, w)


def _applies(view: View, field: Field) -> bool:
    if field.kind:
        return view.of_kind(field.kind) is not None
    return view.base is not None
