"""What a report says: immutable values, made once by `build`, rendered often.

Energy is in joules (J), carbon in g CO2e, durations in ms; every figure is a Quantity (low, mid,
high) or None, and where it is None `gaps` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "footprint.report/1"


class Amounts(NamedTuple):
    """What something used, and what follows from it.

    Attributes:
        energy_j: electricity of the metered devices, J.
        carbon_location_g: g CO2e of it, location-based.
        cost: of it by currency, exact decimals; empty where not known.
        cost_usd: in US dollars; None unless all of the cost is in dollars.
    """

    energy_j: Quantity | None = None
    carbon_location_g: Quantity | None = None
    cost: Mapping[str, MoneyRange] = {}
    cost_usd: Quantity | None = None

    def per(self, count: float) -> Amounts:
        """The same for one of `count`."""
        return Amounts(
            None if self.energy_j is None else self.energy_j / count,
            None if self.carbon_location_g is None else self.carbon_location_g / count,
            {},
            None if self.cost_usd is None else self.cost_usd / count,
        )


class Balance(NamedTuple):
    """One device's books, J: metered = attributed + idle + unattributed.

    `covered_s` and `missing_s`: seconds in which its energy is known, and in which it is not.
    """

    host: str
    device: str
    device_kind: str
    name: str
    tier: str
    metered_j: float
    attributed_j: float
    idle_j: float
    unattributed_j: float
    covered_s: float
    missing_s: float


class Line(NamedTuple):
    """A part of the totals: `calls`, `own time`, `idle` or `unattributed`."""

    part: str
    amounts: Amounts


class Group(NamedTuple):
    """Spans that share a key.

    Attributes:
        key: (field, value) pairs in the order of `by`.
        own_time: these are whole runs, and the figures are what their calls left.
        spans: calls (a fold of short calls counts as many).
        errors: calls that ended with an error.
        items: declared items, else calls; None for a run's own time.
        items_declared: whether `items` were declared.
        units: declared amounts by name.
        amounts: self energy, which sums to attributed.
        per_item: for one item; None for a run's own time, and where some calls were not metered.
        latency_ms: p50, p95, p99 in ms; None where no call ended in the period.
        tiers_energy, tiers_carbon: share by how the energy came about; carbon's None without it.
    """

    key: tuple[tuple[str, str | None], ...]
    own_time: bool
    spans: int
    errors: int
    items: float | None
    items_declared: bool
    units: Mapping[str, float]
    amounts: Amounts
    per_item: Amounts | None
    latency_ms: tuple[float, float, float] | None
    tiers_energy: Mapping[str, float]
    tiers_carbon: Mapping[str, float] | None


class Report(NamedTuple):
    """A report on ledgers. Made by `footprint.report`; rendered as often as one likes.

    Attributes:
        ledgers: their directories, as they were given.
        by: the fields of the groups' keys.
        absorption: `none`, or `full`: idle energy is spread over the spans.
        period: first and last instant (UTC, ISO 8601); None where nothing was recorded.
        boundary: what the figures cover and what they do not.
        conservation: each device's books.
        totals: all that the meters saw: the sum of `lines`.
        lines: calls, own time, idle, unattributed.
        groups: by energy, the runs' own time last.
        factors, assumptions, gaps: what the figures rest on, and what is missing.
    """

    ledgers: tuple[str, ...]
    by: tuple[str, ...]
    absorption: str
    period: tuple[str | None, str | None]
    boundary: tuple[str, ...]
    conservation: tuple[Balance, ...]
    totals: Amounts
    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]

    def render(self, format: str = "text") -> str:  # noqa: A002 - the option's name
        """The report as `text`, `json`, `csv`, `md` or `html`. UsageError for another format."""
        from footprint.reports.formats import rendered

        return rendered(self, format)

    def to_json(self) -> str:
        """JSON in the schema `footprint.report/1` (docs/reference/report.md)."""
        return self.render("json")

    def to_html(self) -> str:
        """A page of its own, without any request to elsewhere."""
        return self.render("html")

    def to_pandas(self) -> pd.DataFrame:
        """One row a group, with the columns of the CSV; NaN where not known."""
        from footprint.reports.rows import frame

        return frame(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from footprint.reports.as_html import fragment

        return fragment(self)

    def __str__(self) -> str:
        return self.render("text")
