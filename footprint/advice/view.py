"""What advice says: suggestions with what they would save, and what nothing can be said of."""

from __future__ import annotations

from typing import NamedTuple

from footprint.estimators.costs.break_even import BreakEven
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity

SCHEMA = "footprint.advice/1"

CARBON, COST = "carbon", "cost"
#: What suggestions can be ranked by.
RANKINGS = (CARBON, COST)

#: A figure and its parts, as a group's key has them.
Key = tuple[tuple[str, str | None], ...]


class Figure(NamedTuple):
    """One figure of a suggestion: g CO2e, or a currency, which is the quantities' unit.

    Attributes:
        now: as it was.
        then: as it would have been.
        saved: now less then, with the joint interval: what both share cancels, so that it is not
            the difference of their intervals. Below zero where it would be more.
    """

    now: Quantity
    then: Quantity
    saved: Quantity

    @property
    def exceeds(self) -> bool:
        """Whether all of the joint interval is a saving."""
        return self.saved.low > 0.0


class Start(NamedTuple):
    """When work could have started instead.

    Attributes:
        hour_utc: of the day, 0 to 23.
        later_h: hours later than it did, the mean over the runs.
        runs, moved: how many there are, and of how many the start is another.
        within_h: how many hours later was asked for at most.
        own_best_saved: g CO2e or money that each run at its own best hour would have saved: what a
            perfect forecast comes to.
    """

    hour_utc: int
    later_h: float
    runs: int
    moved: int
    within_h: int
    own_best_saved: Quantity


class Suggestion(NamedTuple):
    """What could be done, and what it would have come to.

    Attributes:
        kind: `zone`, `idle`, `precision`, `batch`, `hardware`, `hour`, `api`.
        what: it, in one sentence.
        groups: the keys of the groups that it is about; empty: of none, as idle energy.
        carbon_g: location-based, g CO2e; None where not known.
        cost: of electricity, of idle devices of rent too, and of `api` all that is known, in one
            currency; None where not known.
        at_most: it saves this or less: it is a bound, not an estimate.
        method: how it is worked out.
        tier: `observed`: both ways were measured; `predicted`: a model says what the other way
            takes; `estimated`: so does one of an API; `counterfactual`: measured energy with other
            factors; `bound`: measured energy.
        assumptions, factors: what it rests on.
        embodied_g: of the hardware's manufacture, g CO2e, beside carbon_g; None where nothing else
            is used, or it is not known.
        start: of `hour`: when; None of others.
    """

    kind: str
    what: str
    groups: tuple[Key, ...]
    carbon_g: Figure | None
    cost: Figure | None
    at_most: bool
    method: str
    tier: str
    assumptions: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()
    embodied_g: Figure | None = None
    start: Start | None = None

    def figure(self, by: str) -> Figure | None:
        """The figure that it is judged by: the one asked for, else the one that is known."""
        first, second = self.carbon_g, self.cost
        if by == COST:
            first, second = second, first
        return first if first is not None else second

    def exceeds(self, by: str) -> bool:
        """Whether it saves more than is uncertain."""
        found = self.figure(by)
        return found is not None and found.exceeds


class OwnOrApi(NamedTuple):
    """From what volume own hardware is cheaper than an API, as it served one group.

    Attributes:
        group: its key.
        api: the model, as it was named.
        found: tokens a month, in and out together.
        assumptions, factors: what it rests on.
    """

    group: Key
    api: str
    found: BreakEven
    assumptions: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()


class Advice(NamedTuple):
    """Advice on ledgers.

    Attributes:
        ledgers: as they were given.
        period: first and last instant (UTC, ISO 8601); None where nothing was recorded.
        by: what it is ranked by.
        suggestions: those shown, the one that saves most first.
        left_out: how many save less than is uncertain, or nothing, and are not shown.
        gaps: what nothing can be said of, and why.
        own_or_api: volumes from which own hardware is cheaper than APIs that were named.
    """

    ledgers: tuple[str, ...]
    period: tuple[str | None, str | None]
    by: str
    suggestions: tuple[Suggestion, ...]
    left_out: int
    gaps: tuple[Gap, ...]
    own_or_api: tuple[OwnOrApi, ...] = ()

    def render(self, format: str = "text", lang: str = "en") -> str:  # noqa: A002 - option's name
        """It as `text`, `md` or `json`, in English or French. UsageError for another of either."""
        from footprint.advice.formats import rendered

        return rendered(self, format, lang)
