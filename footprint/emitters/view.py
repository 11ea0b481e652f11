"""The view that every emitter renders: one version of a model, with the figures of its activities.

Figures are taken over from a report as they are; the only arithmetic is a sum over a model's
activities of one kind and a division by how many there were. Energy is in J, carbon in g CO2e,
water in L: an emitter whose format wants another unit converts with `Quantity.to`, which is
`footprint.estimators.units`, the one home of conversions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from footprint._version import __version__
from footprint.estimators.quantity import Quantity, total

#: Kinds in the order of a model's life; others follow.
ORDER = ("data", "training", "fine-tuning", "evaluation", "inference", "api", "other")

#: Tiers whose figures come from a model or an assumption, not from a sensor.
NOT_MEASURED = ("utilisation", "nameplate", "predicted", "api")

#: The physical figures, with their unit.
UNITS = {
    "energy_j": "J",
    "carbon_location_g": "g",
    "carbon_market_g": "g",
    "embodied_g": "g",
    "water_l": "L",
}


class Figures(NamedTuple):
    """Energy and what follows from it; None or absent where it is not known.

    Attributes:
        energy_j: J.
        carbon_location_g, carbon_market_g: g CO2e of that energy.
        embodied_g: g CO2e of the manufacture of what was held for it.
        water_l: L.
        cost: by currency.
    """

    energy_j: Quantity | None = None
    carbon_location_g: Quantity | None = None
    carbon_market_g: Quantity | None = None
    embodied_g: Quantity | None = None
    water_l: Quantity | None = None
    cost: Mapping[str, Quantity] = {}

    def per(self, count: float) -> Figures:
        """The same for one of `count`, which is not zero."""

        def share(quantity: Quantity | None) -> Quantity | None:
            return None if quantity is None else quantity / count

        return Figures(
            **{name: share(getattr(self, name)) for name in UNITS},
            cost={currency: amount / count for currency, amount in self.cost.items()},
        )


def summed(parts: Iterable[Figures]) -> Figures:
    """The sum, bound by bound; a figure that is not known of one part is not known of the sum.

    A cost is an amount in each of its currencies. A part that has none in a currency adds nothing
    to it; one that has no cost at all makes the whole cost unknown.
    """
    those = list(parts)
    found: dict[str, Quantity | None] = {}
    for name, unit in UNITS.items():
        values = [getattr(each, name) for each in those]
        is_known = bool(values) and all(value is not None for value in values)
        found[name] = total(values, unit) if is_known else None
    cost: dict[str, Quantity] = {}
    if those and all(each.cost for each in those):
        for currency in dict.fromkeys(currency for each in those for currency in each.cost):
            amounts = [each.cost[currency] for each in those if currency in each.cost]
            cost[currency] = total(amounts, currency)
    return Figures(**found, cost=cost)


class Hardware(NamedTuple):
    """One device that was metered.

    Attributes:
        host: its host; empty where left out.
        kind: gpu, cpu, dram or host.
        name: as it calls itself.
        tier: how its energy became known.
        device: its id.
    """

    host: str
    kind: str
    name: str
    tier: str
    device: str = ""


class Activity(NamedTuple):
    """What a model was used for, and what that took.

    Attributes:
        kind: training, inference, ...
        calls: how often: training runs, inference calls.
        errors: how many of those failed.
        items: what they worked through (images, texts, ...); 0 where nothing was counted.
        own_time: these are whole runs, and the figures are what their tracked calls left.
        complete: every call was metered; where not, nothing can be said of one call or item.
        total: over the period.
        latency_ms: percentile (`p50`) -> ms of a call; empty where not known.
        tiers: method tier -> share of the energy, best tier first.
        tokens_in, tokens_out: None where none were counted.
        units: other amounts that calls counted, by name (`images`, `correct`, ...).
        start, end: when the first began and the last ended, ISO 8601 UTC; empty where not known.
        busy_s: how long calls took in all; active_s: time in which at least one was running.
        peak_host_memory_bytes, peak_gpu_memory_bytes: the most that was held meanwhile.
        hardware: the devices whose energy this is.
        zones: where the electricity was used; empty where not declared.
        floor: why its energy is below what the meter can tell, None where it is not. Such a figure
            must not be printed as if it were measured.
    """

    kind: str
    calls: int
    errors: int
    items: float
    own_time: bool
    complete: bool
    total: Figures
    latency_ms: Mapping[str, float]
    tiers: Mapping[str, float]
    tokens_in: float | None = None
    tokens_out: float | None = None
    units: Mapping[str, float] = {}
    start: str = ""
    end: str = ""
    busy_s: float | None = None
    active_s: float | None = None
    peak_host_memory_bytes: float | None = None
    peak_gpu_memory_bytes: float | None = None
    hardware: tuple[Hardware, ...] = ()
    zones: tuple[str, ...] = ()
    floor: str | None = None

    @property
    def per_call(self) -> Figures | None:
        """For one call; None where there was none, or not all were metered."""
        return self.total.per(self.calls) if self.calls and self.complete else None

    @property
    def per_item(self) -> Figures | None:
        """For one item; None where none were counted, or not all calls were metered."""
        return self.total.per(self.items) if self.items and self.complete else None

    @property
    def tokens(self) -> float:
        """Tokens in and out; 0 where none were counted."""
        return (self.tokens_in or 0.0) + (self.tokens_out or 0.0)

    @property
    def per_1000_tokens(self) -> Figures | None:
        """For 1,000 tokens in and out; None where none were counted, or not all was metered."""
        return self.total.per(self.tokens / 1000) if self.tokens and self.complete else None

    @property
    def items_per_s(self) -> float | None:
        """Items (calls where none were counted) in a second in which at least one call ran."""
        return (self.items or self.calls) / self.active_s if self.active_s else None

    @property
    def measured(self) -> bool:
        """Whether all of the energy comes from a sensor."""
        return bool(self.tiers) and not any(self.tiers.get(tier) for tier in NOT_MEASURED)

    @property
    def indicative(self) -> bool:
        """Whether the interval of the energy is wider than the energy: an order of magnitude."""
        energy = self.total.energy_j
        return energy is not None and energy.is_rough

    @property
    def method(self) -> str:
        """`measured`, `partly measured`, `estimated`; empty where no energy is known."""
        if self.total.energy_j is None or not self.tiers:
            return ""
        if self.measured:
            return "measured"
        some = any(share for tier, share in self.tiers.items() if tier not in NOT_MEASURED)
        return "partly measured" if some else "estimated"

    @property
    def stated(self) -> Figures:
        """What a document may print: the total, without what is below the measuring floor."""
        return self.total if self.floor is None else Figures()


class Metric(NamedTuple):
    """How well a model does its task: given, not measured here.

    Attributes:
        name: `accuracy`, `f1`, `bleu`, ...
        value: in the metric's own unit.
        data: what it was found on: the name of the dataset.
        task: the task's identifier (`text-classification`).
        config, split, revision: of the dataset.
        subgroup: (attribute, value), as ("sex", "female"), where it is of a part of the data.
        low, high: its confidence interval.
        samples: of how many examples.
        higher_is_better: None where nobody said and the name does not tell.
    """

    name: str
    value: float
    data: str = ""
    task: str = ""
    config: str = ""
    split: str = ""
    revision: str = ""
    subgroup: tuple[str, str] | None = None
    low: float | None = None
    high: float | None = None
    samples: float | None = None
    higher_is_better: bool | None = None


class Drift(NamedTuple):
    """A figure against its baseline.

    Attributes:
        name: `accuracy`, `latency p95`.
        unit: empty for a metric.
        baseline, current: None where not known.
        limit: the value beyond which it has drifted.
        rule: `accuracy below baseline - 2 %`.
        state: `ok`, `drifted` or `unknown`.
        why: of the state, where it is unknown.
    """

    name: str
    unit: str
    baseline: float | None
    current: float | None
    limit: float | None
    rule: str
    state: str
    why: str = ""


class Base(NamedTuple):
    """The model that this one was fine-tuned from, and what its training took.

    Stated beside this model's own figures, never added to them.

    Attributes:
        model: its name.
        figures: of its training.
        source: where they come from.
        method: `measured`, `estimated`, ...
        period: as its source says, or ISO 8601 (`2026-11-22/2026-11-24`); empty where not known.
    """

    model: str
    figures: Figures
    source: str
    method: str
    period: str = ""


class Missing(NamedTuple):
    """A figure that is absent: which, why, and what to do."""

    what: str
    why: str
    remedy: str


class View(NamedTuple):
    """One version of a model.

    Attributes:
        model, version: None for the version where none was declared.
        activities: by kind, in the order of a model's life.
        metrics: as they were given.
        start, end: the report's period, ISO 8601; empty where nothing was recorded.
        boundary: what is inside the figures and what is not.
        hardware: what was metered.
        zone: places of the electricity, comma between; empty where not declared.
        factors: the report's entries.
        assumptions: one line each.
        missing: what is not known.
        given: what its owner wrote in a sheet file, by table (`model`, `training`, `data`, `card`,
            ...), then by key; empty where nobody did (docs/reference/datasheet.md).
        drift: figures against their baseline.
        base: of a fine-tuned model, what it was made from.
        tool: what made it.
    """

    model: str
    version: str | None
    activities: tuple[Activity, ...]
    metrics: tuple[Metric, ...]
    start: str
    end: str
    boundary: tuple[str, ...]
    hardware: tuple[Hardware, ...]
    zone: str
    factors: tuple[Mapping[str, Any], ...]
    assumptions: tuple[str, ...]
    missing: tuple[Missing, ...]
    given: Mapping[str, Mapping[str, Any]] = {}
    drift: tuple[Drift, ...] = ()
    base: Base | None = None
    tool: str = f"footprint {__version__}"

    def of_kind(self, kind: str) -> Stage | None:
        """All that belongs to one kind of activity; None where there is none."""
        those = tuple(each for each in self.activities if each.kind == kind)
        return Stage(kind, those) if those else None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The activities by kind, in the order of a model's life."""
        kinds = dict.fromkeys(each.kind for each in self.activities)
        return tuple(stage for kind in kinds if (stage := self.of_kind(kind)) is not None)

    def period_of(self, stage: Stage) -> tuple[str, str]:
        """A stage's own period, else the report's; empty where neither is known."""
        start, end = stage.period
        return (start, end) if start and end else (self.start, self.end)


class Stage(NamedTuple):
    """A model's activities of one kind: runs' own time, and the calls within and beside them."""

    kind: str
    activities: tuple[Activity, ...]

    @property
    def total(self) -> Figures:
        """The sum of what is known and above the measuring floor (see `left_out`)."""
        return summed(each.total for each in self.activities if each.floor is None)

    @property
    def left_out(self) -> tuple[Activity, ...]:
        """Activities whose energy is below the measuring floor: not in `total`."""
        return tuple(each for each in self.activities if each.floor is not None)

    @property
    def calls(self) -> Activity | None:
        """The calls alone; None where only whole runs were tracked."""
        return next((each for each in self.activities if not each.own_time), None)

    @property
    def runs(self) -> Activity | None:
        """The whole runs alone, without what was tracked within them."""
        return next((each for each in self.activities if each.own_time), None)

    @property
    def tiers(self) -> dict[str, float]:
        """Method tier -> share of `total`'s energy."""
        found: dict[str, float] = {}
        for each in self.activities:
            if each.floor is None and each.total.energy_j is not None:
                for tier, share in each.tiers.items():
                    found[tier] = found.get(tier, 0.0) + share * each.total.energy_j.mid
        whole = sum(found.values())
        return {tier: amount / whole for tier, amount in found.items()} if whole else {}

    @property
    def method(self) -> str:
        """As `Activity.method`, of the whole."""
        methods = {each.method for each in self.activities if each.floor is None} - {""}
        return methods.pop() if len(methods) == 1 else "partly measured" if methods else ""

    @property
    def hardware(self) -> tuple[Hardware, ...]:
        """The devices whose energy this is, each once."""
        return tuple(dict.fromkeys(one for each in self.activities for one in each.hardware))

    @property
    def zones(self) -> tuple[str, ...]:
        """Where the electricity was used, each once."""
        return tuple(dict.fromkeys(zone for each in self.activities for zone in each.zones))

    @property
    def period(self) -> tuple[str, str]:
        """When the first began and the last ended; empty where not known."""
        starts = [each.start for each in self.activities if each.start]
        ends = [each.end for each in self.activities if each.end]
        return min(starts, default=""), max(ends, default="")
