"""Emissions by scope, as the GHG Protocol draws them, each counted once.

Scope 2: electricity of hardware that the reader runs. Scope 3: manufacture of that hardware, and
all of what is bought as a service: rented hardware and calls of APIs, whose electricity is the
provider's scope 2. Electricity has two figures, location- and market-based, which stand side by
side and are never added. Offsets are in neither: nothing here knows them.

The lines add up to the totals' carbon: nothing is in two of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from footprint.estimators.applied import Use, mean
from footprint.estimators.carbon import facility_kwh
from footprint.estimators.costs.total import RENTAL
from footprint.estimators.factors import GRID_INTENSITY, RESIDUAL_MIX
from footprint.estimators.market import Market
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import Quantity, total
from footprint.reports.audit.instruments import Claim, claims
from footprint.reports.places import Places
from footprint.reports.view import Amounts

ELECTRICITY, HARDWARE = "electricity", "hardware"
RENTED, RENTED_HARDWARE = "rented_electricity", "rented_hardware"
API, API_HARDWARE = "api_electricity", "api_hardware"

#: Source of a line -> (scope, category of scope 3).
SCOPES: dict[str, tuple[int, int | None]] = {
    ELECTRICITY: (2, None),
    RENTED: (3, 1),
    RENTED_HARDWARE: (3, 1),
    API: (3, 1),
    API_HARDWARE: (3, 1),
    HARDWARE: (3, 2),
}


class Line(NamedTuple):
    """A line of the inventory.

    Attributes:
        source: one of `SCOPES`.
        energy_kwh: electricity drawn by the facility; None for manufacture, and where not known.
        carbon_location_g, carbon_market_g: g CO2e; of manufacture both are the same.
    """

    source: str
    energy_kwh: Quantity | None
    carbon_location_g: Quantity | None
    carbon_market_g: Quantity | None

    @property
    def scope(self) -> int:
        """2 or 3."""
        return SCOPES[self.source][0]

    @property
    def category(self) -> int | None:
        """Of scope 3; None for scope 2."""
        return SCOPES[self.source][1]


class Supply(NamedTuple):
    """Electricity that the same factors hold for.

    Attributes:
        zone: its code; None where none was declared.
        rented: the hardware is rented.
        energy_kwh: of the IT equipment.
        pue: facility energy per IT energy; None where not known, and then not in `facility_kwh`.
        facility_kwh: what was bought for it.
        location_g_per_kwh, market_g_per_kwh: of facility energy, as applied.
        carbon_location_g, carbon_market_g: g CO2e.
        market_basis: what the market-based factor is made of: `instruments`, `residual_mix`,
            `grid_mean`; several with ` + `; empty where it is not known or nothing was used.
    """

    zone: str | None
    rented: bool
    energy_kwh: Quantity
    pue: Quantity | None
    facility_kwh: Quantity
    location_g_per_kwh: Quantity | None
    market_g_per_kwh: Quantity | None
    carbon_location_g: Quantity | None
    carbon_market_g: Quantity | None
    market_basis: str

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {name: _json(value) for name, value in self._asdict().items()} | {
            "market_basis": self.market_basis or None
        }


class Scopes(NamedTuple):
    """The inventory.

    Attributes:
        lines: in the order of `SCOPES`; what there is nothing of is left out.
        supplies: the electricity, by factors.
        instruments: contracts and certificates: what each covers, and how it meets the criteria.
        notes: where the lines are drawn, one sentence each.
    """

    lines: tuple[Line, ...]
    supplies: tuple[Supply, ...] = ()
    instruments: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()

    def sum_g(
        self, method: str, scope: int | None = None, category: int | None = None
    ) -> Quantity | None:
        """g CO2e of a scope or category, or of all; None: no line, or one that is not known.

        Args:
            method: `location` or `market`.
        """
        those = [
            each
            for each in self.lines
            if scope in (None, each.scope) and category in (None, each.category)
        ]
        return known_sum((getattr(each, f"carbon_{method}_g") for each in those), "g")

    def energy_kwh(self, scope: int) -> Quantity | None:
        """Electricity of a scope in kWh; None where there is none or some is not known."""
        own = (each for each in self.lines if each.scope == scope and "electricity" in each.source)
        return known_sum((each.energy_kwh for each in own), "kWh")

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""

        def sums(scope: int | None) -> dict[str, Any]:
            return {
                f"carbon_{method}_g": _json(self.sum_g(method, scope))
                for method in ("location", "market")
            }

        return {
            "lines": [
                {
                    "scope": each.scope,
                    "category": each.category,
                    **{name: _json(value) for name, value in each._asdict().items()},
                }
                for each in self.lines
            ],
            "scope_2": sums(2),
            "scope_3": sums(3),
            "total": sums(None),
            "supplies": [each.to_json() for each in self.supplies],
            "instruments": [each.to_json() for each in self.instruments],
            "notes": list(self.notes),
        }


def known_sum(parts: Iterable[Quantity | None], unit: str) -> Quantity | None:
    """The sum; None where there are no parts, or one is not known."""
    those = list(parts)
    known = [each for each in those if each is not None]
    return total(known, unit) if known and len(known) == len(those) else None


def is_rented(factors: FactorSet) -> bool:
    """Whether hardware is paid for by the hour: its provider runs it and buys its electricity."""
    return any(rate.part == RENTAL for rate in factors.rates)


def scopes(places: Places, whole: Mapping[int, Use], api: Amounts | None) -> Scopes:
    """The inventory of a ledger.

    Args:
        places: the factors, settled (market-based ones are known).
        whole: all that was metered, by place.
        api: what providers of APIs used; None: none was called.
    """
    rented = {number: use for number, use in whole.items() if is_rented(places.sets[number])}
    own = {number: use for number, use in whole.items() if number not in rented}
    lines = [
        *_metered(places, own, (ELECTRICITY, HARDWARE)),
        *_metered(places, rented, (RENTED, RENTED_HARDWARE)),
    ]
    if api is not None:
        energy = None if api.energy_j is None else api.energy_j.to("kWh")
        lines += [
            Line(API, energy, api.carbon_location_g, api.carbon_market_g),
            Line(API_HARDWARE, None, api.embodied_g, api.embodied_g),
        ]
    order = list(SCOPES)
    lines.sort(key=lambda each: order.index(each.source))
    supplies = tuple(_supply(places, number, use) for number, use in sorted(whole.items()))
    declared = places.sources.contracts.instruments
    return Scopes(
        tuple(lines),
        supplies,
        claims(declared or (), [(_zone(places, at), one) for at, one in places.markets.items()]),
        tuple(_notes(lines, supplies, declared=declared is not None)),
    )


def _metered(places: Places, uses: Mapping[int, Use], sources: tuple[str, str]) -> Iterator[Line]:
    if not uses:
        return
    priced = places.price(uses)
    bought = [_facility(places.sets[number], use) for number, use in uses.items()]
    electricity, hardware = sources
    yield Line(electricity, total(bought, "kWh"), priced.carbon_location_g, priced.carbon_market_g)
    yield Line(hardware, None, priced.embodied_g, priced.embodied_g)


def _facility(factors: FactorSet, use: Use) -> Quantity:
    return facility_kwh(use.energy, factors.pue.quantity if factors.pue else None)


def _zone(places: Places, number: int) -> str | None:
    zone = places.sets[number].zone
    return None if zone is None else zone.code


def _supply(places: Places, number: int, use: Use) -> Supply:
    factors = places.sets[number]
    priced = places.price({number: use})
    location = mean(factors.intensity, use.weights).value if factors.intensity else None
    market = places.markets.get(number)
    return Supply(
        _zone(places, number),
        is_rented(factors),
        use.energy.to("kWh"),
        factors.pue.quantity if factors.pue else None,
        _facility(factors, use),
        location,
        None if factors.market is None else factors.market.quantity,
        priced.carbon_location_g,
        priced.carbon_market_g,
        "" if market is None else _basis(market),
    )


def _basis(market: Market) -> str:
    """What a market-based factor is made of."""
    names = {factor.name for factor in market.factors}
    found = ["instruments"] if any(part.kwh.high for part in market.parts) else []
    if market.carbon_g is not None and market.uncovered_kwh.high:
        found += ["residual_mix"] if RESIDUAL_MIX in names else []
        found += ["grid_mean"] if GRID_INTENSITY in names else []
    return " + ".join(found)


def _notes(lines: Sequence[Line], supplies: Sequence[Supply], *, declared: bool) -> Iterator[str]:
    sources = {each.source for each in lines}
    if ELECTRICITY in sources:
        yield (
            "Hardware that was not declared as rented is taken to be run by the organisation: its"
            " electricity is scope 2, its manufacture category 2 of scope 3."
        )
        yield (
            "Manufacture counts by the time for which hardware was held; category 2 of scope 3"
            " asks for all of it in the year of purchase."
        )
    if RENTED in sources:
        yield (
            "Rented hardware is taken to be run by its provider: its electricity and manufacture"
            " are category 1 of scope 3 (purchased services), and in no scope 2."
        )
    if API in sources:
        yield (
            "What providers of APIs use is category 1 of scope 3 (purchased services), estimated;"
            " an API's market-based figure is its location-based one."
        )
    if any(each.pue is None for each in supplies):
        yield "Where no PUE is known, electricity is that of the IT equipment alone."
    if supplies and not declared:
        yield (
            "Market-based figures are not known: it was not declared which contracts and"
            " certificates cover the use, or that there are none."
        )
    yield "Offsets and removals are in no figure: nothing is netted."
    yield (
        "Not covered: scope 1 (fuel burned on site), and of scope 3 category 3 (extraction of fuels"
        " and losses of the grid) beyond what a factor's source has in it."
    )


def _json(value: Any) -> Any:
    return value.to_json() if isinstance(value, Quantity) else value
