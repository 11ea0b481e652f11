"""Figures for one functional unit: 1,000 tokens, 1,000 calls, and SCI's rate of carbon.

All are of a group's calls: where some of them were not metered nothing is said of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from footprint.estimators.errors import Gap
from footprint.estimators.quantity import Quantity
from footprint.estimators.sci import scored
from footprint.reports.view import Amounts, Group

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


def with_provider(
    own: tuple[Quantity | None, Quantity | None], api: Amounts | None
) -> tuple[Quantity | None, Quantity | None]:
    """(O, M) with what the provider of API calls used; None: there are none.

    The provider's side is nearly all of it: where it is not known nothing is, and where this
    host's is not known the provider's stands alone, as in the figures of the group.
    """
    if api is None:
        return own
    theirs = api.carbon_location_g, api.embodied_g
    whole = [b if a is None or b is None else a + b for a, b in zip(own, theirs, strict=True)]
    return whole[0], whole[1]


def per_thousand(amounts: Amounts, count: float | None) -> Amounts | None:
    """Amounts for 1,000 of what was counted; None where nothing was."""
    return amounts.per(count / 1000) if count else None


def tokens(units: Mapping[str, float]) -> float:
    """Tokens in and out; 0 where none were counted."""
    return units.get("tokens_in", 0.0) + units.get("tokens_out", 0.0)


def gaps(groups: Sequence[Group]) -> Iterator[Gap]:
    """Figures for one unit that are not known."""
    of = f" of {len(groups)} groups"
    bare = sum(group.per_1000_tokens_out is None for group in groups)
    if bare:
        yield Gap(
            "groups.per_1000_tokens, groups.per_1000_tokens_out",
            f"{bare}{of} counted no tokens, or not all of their calls were metered",
            "add(tokens_in=..., tokens_out=...) where they matter",
        )
    bare = sum(group.per_1000_calls is None for group in groups)
    if bare:
        yield Gap(
            "groups.per_1000_calls",
            f"{bare}{of} have no calls that were all metered: a run's own time has none",
            "track the calls (@footprint.track)",
        )
    bare = sum(group.sci is None for group in groups)
    if bare:
        yield Gap(
            "groups.sci",
            f"{bare}{of} have none: it needs the carbon of all of their electricity and of their"
            " hardware's manufacture, and something that was counted",
            "see the gaps of carbon_location_g, embodied_g and items",
        )


#: What the scores hold, and what not.
NOTES = (
    "SCI (ISO/IEC 21031) is (O + M) per R: O is energy by PUE and the grid's location-based"
    " intensity, M manufacture by the time for which hardware was held.",
    "SCI holds each group's share of the time in which its devices were idle, as of reserved"
    " hardware, whatever absorption says.",
    "R is an item that was declared, else a call; of runs' own time it is a whole run, with its"
    " calls.",
    "Certificates, contracts and offsets do not count in SCI. It leaves out what the exclusions"
    " name, and what other programs used.",
)


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
