"""What a comparison says: immutable values, made once, rendered often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from footprint.estimators.costs.break_even import BreakEven
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity

SCHEMA = "footprint.compare/1"

#: Kinds of comparisons.
GROUPS, TOKENS, PLAN = "groups", "tokens", "plan"


class Ratio(NamedTuple):
    """One figure over another; `high` is None where the lower one may be zero."""

    low: float
    mid: float
    high: float | None

    @property
    def beyond(self) -> bool:
        """Whether it leaves out 1."""
        return self.low > 1.0 or (self.high is not None and self.high < 1.0)

    def scaled(self, factor: float) -> Ratio:
        """All of it times an exact number."""
        return Ratio(
            self.low * factor, self.mid * factor, None if self.high is None else self.high * factor
        )

    def to_json(self) -> dict[str, float | None]:
        """`{"low", "mid", "high"}`."""
        return self._asdict()


class Change(NamedTuple):
    """A figure of one side over the same of the first.

    Attributes:
        ratio: with all that is left open: noise and systematic bounds in quadrature where both are
            known, else the bounds of both figures as if they had nothing in common.
        noise: what noise alone leaves open, at 99 %; None where it was not tested.
        systematic: what meters and sensors leave open.
        p_value: of there being no difference but noise.
        verdict: what may be said of it; empty where there was nothing to test.
        inside: of a plan, whether the outcome lies in the predicted interval.
    """

    ratio: Ratio
    noise: Ratio | None = None
    systematic: Ratio | None = None
    p_value: float | None = None
    verdict: str = ""
    inside: bool | None = None


class Row(NamedTuple):
    """One figure of all sides.

    Attributes:
        figure: its name in JSON, with its unit: `energy_j_per_item`.
        label: for people.
        unit: of the values.
        values: one a side; None where not known (`gaps` says why).
        changes: one a side, against the first: None for the first, and where one is not known.
    """

    figure: str
    label: str
    unit: str
    values: tuple[Quantity | None, ...]
    changes: tuple[Change | None, ...]


class Side(NamedTuple):
    """One of the things compared: its label as it was written, and what it is."""

    label: str
    about: Mapping[str, Any]


class Volume(NamedTuple):
    """The cost of so many tokens a month, by side; machines that own hardware takes, low to high.

    `costs` and `machines` have one entry a side; None where a side has none.
    """

    tokens_per_month: float
    costs: tuple[MoneyRange | None, ...]
    machines: tuple[tuple[int, int, int] | None, ...]


class Crossing(NamedTuple):
    """From what volume one side, own hardware, is cheaper than another, an API."""

    own: str
    api: str
    found: BreakEven


class Comparison(NamedTuple):
    """A comparison, in the schema `footprint.compare/1`.

    Attributes:
        kind: groups, tokens or plan.
        per: what the figures are for one of: `item`, `call`, `1,000 tokens`, ...
        sides: the first is what the others are held against.
        rows: the figures.
        findings: what follows, one sentence each.
        crossings, volumes: of own hardware and an API.
        factors, assumptions, gaps: what the figures rest on, and what is missing.
    """

    kind: str
    per: str
    sides: tuple[Side, ...]
    rows: tuple[Row, ...]
    findings: tuple[str, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    volumes: tuple[Volume, ...] = ()
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def row(self, figure: str) -> Row:
        """The row of a figure. Raises KeyError where there is none."""
        return {row.figure: row for row in self.rows}[figure]


def changed(base: Quantity | None, other: Quantity | None) -> Change | None:
    """A plain change: bounds as if the two figures had nothing in common; None where there is none.

    A ratio to zero has no value.
    """
    if base is None or other is None or base.mid <= 0:
        return None
    ratio = other.mid / base.mid
    low = min(ratio, other.low / base.high)
    return Change(Ratio(low, ratio, max(ratio, other.high / base.low) if base.low > 0 else None))
