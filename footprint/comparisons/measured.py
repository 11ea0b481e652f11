"""One side of a comparison: the spans of a selector in a ledger, with what they used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from footprint.accounts.opened import Instant
from footprint.comparisons.counting import ITEM
from footprint.comparisons.samples import Sample
from footprint.comparisons.selection import Selector
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity
from footprint.model import Device
from footprint.reports.view import Amounts

#: Tiers whose energy a model says: its error may differ between loads and does not cancel.
MODELLED = ("utilisation", "nameplate")


class Ask(NamedTuple):
    """What is asked of ledgers: the period, what figures are for one of, and the place."""

    per: str = ITEM
    since: Instant = None
    until: Instant = None
    place: Mapping[str, Any] = {}


class OnDevice(NamedTuple):
    """What a group used of one device, J, without the gain."""

    device: Device
    low_j: float
    mid_j: float
    high_j: float


class Measured(NamedTuple):
    """A group's figures, for one of `per`.

    Attributes:
        label, where: as it was written, and the ledger or file.
        selector: its spans.
        spans, runs: calls, and runs they were in (0: not known).
        kinds: kinds of spans in it.
        per: `item`, `call`, `run` or a unit's name.
        counted: what `per` counts: `items`, `calls`, ...
        amount: how many of what is counted.
        units: all that was added, by name.
        whole: of the group. each: for one.
        latency_ms: p50, p95, p99.
        active_s: seconds in which any of it ran; None where not known.
        elapsed_s: seconds of its runs, each from its first span to the end of its last.
        throughput_per_s: amount by those.
        peak_host_bytes, peak_gpu_bytes: the most memory that its process trees were seen to hold.
        samples: single calls; None where there are none (a report, compacted dates).
        devices: what it used of each; None where not known.
        estimated: part of its energy is an API provider's.
        factors, assumptions, gaps: of its report.
    """

    label: str
    where: str
    selector: Selector
    spans: int
    runs: int
    kinds: tuple[str, ...]
    per: str
    counted: str
    amount: float
    units: Mapping[str, float]
    whole: Amounts
    each: Amounts
    latency_ms: tuple[float, float, float] | None
    active_s: float | None
    elapsed_s: float | None
    throughput_per_s: float | None
    peak_host_bytes: float | None
    peak_gpu_bytes: float | None
    samples: tuple[Sample, ...] | None
    devices: tuple[OnDevice, ...] | None
    estimated: bool
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def factors_used(self) -> tuple[Factor, ...]:
        """The report's factors, without those of API calls in other groups of the ledger."""
        if self.estimated:
            return self.factors
        return tuple(each for each in self.factors if not each.name.startswith("API "))


def for_one(whole: Amounts, count: float) -> Amounts:
    """Amounts by a count, money in all its currencies."""
    each = whole.per(count)
    return each._replace(cost=dict(whole.cost))


def money_each(one: Measured, currency: str) -> Quantity | None:
    """What one costs in a currency; None where nothing is known in it."""
    cost = one.each.cost.get(currency)
    return None if cost is None else cost.to_quantity() / one.amount
