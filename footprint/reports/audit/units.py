"""Figures for one functional unit: 1,000 tokens, 1,000 calls, and SCI's rate of carbon.

All are of a group's calls: where some of them were not metered nothing is said of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from footprint.estimators.quantity import Quantity
from footprint.estimators.sci import scored
from footprint.reports.view import Amounts

#: What R is: what `add(items=...)` counted, else calls; of a run's own time whole runs.
ITEM, CALL, RUN = "item", "call", "run"


class Sci(NamedTuple):
    """Software Carbon Intensity of a group: (O + M) per R.

    Attributes:
        g: the score, g CO2e for one of the functional unit.
        operational_g, embodied_g: O and M for one, with the group's share of idle hardware.
        functional_unit: `item`, `call` or `run`.
        units: how many of it the group has.
    """

    g: Quantity
    operational_g: Quantity
    embodied_g: Quantity
    functional_unit: str
    units: float

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "g": self.g.to_json(),
            "operational_g": self.operational_g.to_json(),
            "embodied_g": self.embodied_g.to_json(),
            "functional_unit": self.functional_unit,
            "units": self.units,
        }


class PerThousand(NamedTuple):
    """Amounts for 1,000 of something that was counted; None where nothing was.

    Attributes:
        tokens: in and out together.
        tokens_out: of the output alone, all that the calls took counted.
        calls: that ended in the period.
    """

    tokens: Amounts | None = None
    tokens_out: Amounts | None = None
    calls: Amounts | None = None


def per_thousand(amounts: Amounts, units: Mapping[str, float], calls: int) -> PerThousand:
    """A group's amounts for 1,000 tokens and calls."""
    out = units.get("tokens_out", 0.0)

    def each(count: float) -> Amounts | None:
        return amounts.per(count / 1000) if count else None

    return PerThousand(each(units.get("tokens_in", 0.0) + out), each(out), each(calls))


def sci(
    operational_g: Quantity | None, embodied_g: Quantity | None, unit: str, units: float | None
) -> Sci | None:
    """The score of a group; None where O or M is not known, or nothing was counted.

    Args:
        operational_g, embodied_g: O and M of all units, g CO2e.
    """
    if operational_g is None or embodied_g is None or not units:
        return None
    found = scored(operational_g, embodied_g, unit, units)
    return Sci(found.g_per_unit, operational_g / units, embodied_g / units, unit, float(units))
