"""What a report says: immutable values, made once by `build`, rendered often.

Energy is in joules (J), carbon in g CO2e, durations in ms; every figure is a Quantity (low, mid,
high) or None, and where it is None `gaps` says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange, by_currency
from footprint.estimators.quantity import Quantity, total

if TYPE_CHECKING:
    import pandas as pd

    from footprint.reports.audit.coverage import Coverage
    from footprint.reports.audit.cuts import Cut
    from footprint.reports.audit.esrs import Datapoint
    from footprint.reports.audit.hours import Hourly
    from footprint.reports.audit.made import Made
    from footprint.reports.audit.organisation import Exclusion, Organisation
    from footprint.reports.audit.prices import Price
    from footprint.reports.audit.restated import Restatement
    from footprint.reports.audit.runs import PerRun
    from footprint.reports.audit.scopes import Scopes
    from footprint.reports.audit.series import Series
    from footprint.reports.audit.tier_mix import TierMix
    from footprint.reports.audit.units import Sci

SCHEMA = "footprint.report/1"


class Amounts(NamedTuple):
    """What something used, and what follows from it.

    Attributes:
        energy_j: electricity, J: of the metered devices, and for API calls the provider's.
        carbon_location_g, carbon_market_g: g CO2e of it, location- and market-based.
        embodied_g: g CO2e of the manufacture of the devices that were held for it.
        water_l: litres, on site and from generation.
        cost: by currency, exact decimals; empty where not known.
        cost_usd: in US dollars; None unless all of the cost is in dollars.
        cost_parts: `cost` by part: electricity, rental, purchase, api, and named extras.
    """

    energy_j: Quantity | None = None
    carbon_location_g: Quantity | None = None
    carbon_market_g: Quantity | None = None
    embodied_g: Quantity | None = None
    water_l: Quantity | None = None
    cost: Mapping[str, MoneyRange] = {}
    cost_usd: Quantity | None = None
    cost_parts: Mapping[str, Mapping[str, MoneyRange]] = {}

    def per(self, count: float) -> Amounts:
        """The same for one of `count`, which is above zero; of money without its parts."""

        def each(quantity: Quantity | None) -> Quantity | None:
            return None if quantity is None else quantity / count

        return Amounts(
            energy_j=each(self.energy_j),
            carbon_location_g=each(self.carbon_location_g),
            carbon_market_g=each(self.carbon_market_g),
            embodied_g=each(self.embodied_g),
            water_l=each(self.water_l),
            cost={currency: amount / count for currency, amount in self.cost.items()},
            cost_usd=each(self.cost_usd),
        )


#: The physical figures of Amounts that are null where not known, with their unit.
QUANTITIES = {
    "energy_j": "J",
    "carbon_location_g": "g",
    "carbon_market_g": "g",
    "embodied_g": "g",
    "water_l": "L",
}


def added(parts: Iterable[Amounts]) -> Amounts:
    """The sum; a figure that is not known of one part is not known of the sum."""
    amounts = list(parts)
    if len(amounts) == 1:
        return amounts[0]
    found: dict[str, Quantity | None] = {}
    for name, unit in QUANTITIES.items():
        values = [getattr(each, name) for each in amounts]
        known = [value for value in values if value is not None]
        found[name] = total(known, unit) if values and len(known) == len(values) else None
    cost: dict[str, MoneyRange] = {}
    cost_parts: dict[str, dict[str, MoneyRange]] = {}
    if all(each.cost for each in amounts):
        cost = by_currency(money for each in amounts for money in each.cost.values())
        for part in dict.fromkeys(part for each in amounts for part in each.cost_parts):
            own = (each.cost_parts.get(part, {}) for each in amounts)
            cost_parts[part] = by_currency(money for one in own for money in one.values())
    dollars = [each.cost_usd for each in amounts if each.cost_usd is not None]
    usd = total(dollars, "USD") if amounts and len(dollars) == len(amounts) else None
    return Amounts(**found, cost=dict(sorted(cost.items())), cost_usd=usd, cost_parts=cost_parts)


class Balance(NamedTuple):
    """One device's books, J: metered = attributed + idle + unattributed.

    `covered_s` and `missing_s`: seconds in which its energy is known, and in which it is not,
    between the first and the last moment of each day at which it is; `coverage` has the others.
    `filled_j`: what of `metered_j` no reading shows: moments between two readings that are far
    apart, before the first or after the last, filled in at the power nearby.
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
    filled_j: float


class Line(NamedTuple):
    """A part of the totals: `calls`, `own time`, `idle`, `unattributed`, `api` or `extras`."""

    part: str
    amounts: Amounts


class OnDevice(NamedTuple):
    """What a group used of one device.

    Attributes:
        host, device, device_kind, name: which one; `device` is its id.
        tier: how its energy becomes known.
        energy_j: J, with the sensor's gain.
    """

    host: str
    device: str
    device_kind: str
    name: str
    tier: str
    energy_j: Quantity


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
        period: UTC of its first start and last end, within the report's; ISO 8601.
        busy_s: its calls' durations added up; None where none is known.
        active_s: seconds in which at least one of its calls ran; None where not known.
        peak_host_memory_bytes, peak_gpu_memory_bytes: the most that was seen; None: not sampled.
        devices: what its metered energy is made of, by host and device.
        zones: codes of the places where it ran; empty where none was declared.
        floor: why its energy is below what the meters can tell; None where it is not.
        rests_on: the factors that it was priced with, place by place, then those of providers.
        per_1000_tokens, per_1000_tokens_out: for 1,000 tokens in and out, and of output alone.
        per_1000_calls: for 1,000 calls.
        sci: Software Carbon Intensity; None where O or M is not known.
        per_run: for one whole run in which it has calls; None where some were not metered whole.
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
    period: tuple[str | None, str | None] = (None, None)
    busy_s: float | None = None
    active_s: float | None = None
    peak_host_memory_bytes: int | None = None
    peak_gpu_memory_bytes: int | None = None
    devices: tuple[OnDevice, ...] = ()
    zones: tuple[str, ...] = ()
    floor: str | None = None
    rests_on: tuple[tuple[Factor, ...], ...] = ()
    per_1000_tokens: Amounts | None = None
    per_1000_tokens_out: Amounts | None = None
    per_1000_calls: Amounts | None = None
    sci: Sci | None = None
    per_run: PerRun | None = None


class Corrected(NamedTuple):
    """A correction of what was recorded, and what it did.

    Attributes:
        id, action: which one; void, replace or annotate.
        what: what it is about, and what it says instead.
        who, why, utc: who said so, the reason, and when (ISO 8601).
        holds: False where another one voided it.
        spans, calls: entries that it is about (a fold of short calls is one), and calls.
        readings: that are void.
        writers: processes whose declarations were replaced, or that read the device.
        remarks: what became of it beyond that.
    """

    id: str
    action: str
    what: str
    who: str
    why: str
    utc: str
    holds: bool
    spans: int
    calls: int
    readings: int
    writers: int
    remarks: tuple[str, ...]


class Report(NamedTuple):
    """A report on ledgers. Made by `footprint.report`; rendered as often as one likes.

    Attributes:
        ledgers: their directories, as they were given.
        by: the fields of the groups' keys.
        absorption: `none`, or `full`: idle energy is spread over the spans.
        period: first and last instant (UTC, ISO 8601); None where nothing was recorded.
        boundary: what the figures cover and what they do not.
        conservation: each device's books.
        totals: the sum of `lines`.
        lines: of what the meters saw calls, own time, idle, unattributed; beside it `api` (what
            providers used, estimated) and `extras` (money alone).
        groups: by energy, the runs' own time last.
        factors, assumptions, gaps: what the figures rest on, and what is missing.
        corrections: what was said later of what was recorded, the earliest first.
        partial: whether some of the ledgers could not be read: `gaps` say what.
        heads: what each ledger was, in a few hashes: `footprint verify --head` takes the report.
        organisation: who it is of and what it covers; None where no file says so.
        exclusions: what the figures leave out, and why.
        restatement: the base year, as it was reported and as it is worked out today.
        made: version, options and inputs, with which it comes out the same again.
        scopes: emissions by scope, each part counted once.
        tier_mix: how the whole of its energy and carbon became known.
        esrs: datapoints of ESRS E1.
        prices: what its cost rests on.
        sci_notes: what the groups' SCI holds and what not.
        cuts: what was attributed by model, version, kind, host, project and tag, where it varies.
        series: energy, carbon and cost over time; None where nothing was recorded.
        hours: when energy was used; None where nothing was metered.
        coverage: how complete it is; None where no device was in service.
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
    corrections: tuple[Corrected, ...] = ()
    heads: tuple[Mapping[str, Any], ...] = ()
    partial: bool = False
    organisation: Organisation | None = None
    exclusions: tuple[Exclusion, ...] = ()
    restatement: Restatement | None = None
    made: Made | None = None
    scopes: Scopes | None = None
    tier_mix: TierMix | None = None
    esrs: tuple[Datapoint, ...] = ()
    prices: tuple[Price, ...] = ()
    sci_notes: tuple[str, ...] = ()
    cuts: tuple[Cut, ...] = ()
    series: Series | None = None
    hours: Hourly | None = None
    coverage: Coverage | None = None

    def render(self, format: str = "text", lang: str = "en") -> str:  # noqa: A002 - option's name
        """The report as `text`, `json`, `csv`, `md` or `html`, in English (`en`) or French (`fr`).

        `json` and `csv` are the same in every language. UsageError for another format or language.
        """
        from footprint.reports.formats import rendered

        return rendered(self, format, lang)

    def to_json(self) -> str:
        """JSON in the schema `footprint.report/1` (docs/reference/report.md)."""
        return self.render("json")

    def to_html(self, lang: str = "en") -> str:
        """A page of its own, without any request to elsewhere."""
        return self.render("html", lang)

    def to_pdf(self, lang: str = "en") -> bytes:
        """The page as PDF with the JSON attached; needs the extra `pdf` (WeasyPrint).

        Raises UsageError where that, or a library that it loads, is not there.
        """
        from footprint.reports.formats import data

        return data(self, "pdf", lang)

    def to_pandas(self) -> pd.DataFrame:
        """One row a group, with the columns of the CSV; NaN where not known."""
        from footprint.reports.rows import frame

        return frame(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from footprint.reports.html.page import fragment

        return fragment(self)

    def __str__(self) -> str:
        return self.render("text")
