"""A look-up on its way: what was declared, whom to ask, and what is said along."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from footprint.estimators import sources
from footprint.estimators.contracts import Contracts
from footprint.estimators.declared import Declared
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.instants import day_of_utc
from footprint.estimators.sources import Query, Registry
from footprint.estimators.zones import Zone


class Notes:
    """What is collected on the way: factors, assumptions and gaps, each once, in order."""

    def __init__(self) -> None:
        self.factors: list[Factor] = []
        self.assumptions: list[str] = []
        self.gaps: list[Gap] = []

    def use(self, *factors: Factor) -> None:
        self.factors.extend(factors)

    def assume(self, *texts: str) -> None:
        self.assumptions.extend(texts)


class Asked(NamedTuple):
    """What all look-ups share."""

    declared: Declared
    registry: Registry
    zone: Zone | None
    since_ns: int | None
    until_ns: int | None
    notes: Notes
    contracts: Contracts

    @property
    def until(self) -> date | None:
        """The last day of the period, UTC; None where there is none."""
        if self.until_ns is None:
            return None
        return day_of_utc(self.until_ns - 1)

    def candidates(self, name: str, subject: str = "") -> tuple[Factor, ...]:
        """The candidates that cover the period, in order; a failed source is noted.

        Without a zone an own file's entries that hold everywhere answer, and no table does.
        """
        period = (None, None) if subject else (self.since_ns, self.until_ns)
        found = self.registry.find(Query(name, None if subject else self.zone, subject, *period))
        self.notes.assume(*found.notes)
        if not found.candidates:
            return ()
        if period[0] is None or period[1] is None:
            return found.candidates[:1]
        needed = sources.covering(found.candidates, period[0], period[1])
        return tuple(needed) or found.candidates[:1]


def why(reason: str, origin: str) -> str:
    """A factor's reason, with where it was said."""
    return f"{reason}: {origin}" if origin else reason
