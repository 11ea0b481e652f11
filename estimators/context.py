"""From what was declared to a priced energy: `declare` -> `resolve` -> `apply`.

`declare` checks settings where they enter. `resolve` asks the registry's sources for factors, once
a report. `apply` multiplies, once a group, after the group's energy is summed: the factors are
shared by all its parts. Nothing is assumed in place of what was not declared: the figure is None,
with a gap that says how to get it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from footprint.estimators import carbon, cost, grid
from footprint.estimators.applied import Rate, Use
from footprint.estimators.asked import Asked, Notes, why
from footprint.estimators.contracts import NONE, Contracts
from footprint.estimators.costs.exchange import converted
from footprint.estimators.costs.total import RENTAL as RENTED
from footprint.estimators.declared import Declared, declare
from footprint.estimators.errors import Gap
from footprint.estimators.factors import (
    GRID_INTENSITY,
    PUE,
    TARIFF,
    WATER_INTENSITY,
    WUE,
    Factor,
)
from footprint.estimators.holding import (
    Hardware,
    bought,
    embodied,
    includes_electricity,
    rented,
)
from footprint.estimators.money import MoneyRange
from footprint.estimators.packaged import stale
from footprint.estimators.pricing import FactorSet, Priced, apply
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series
from footprint.estimators.sources import Registry
from footprint.estimators.water import water_l
from footprint.estimators.zones import resolve_zone

if TYPE_CHECKING:
    from footprint.estimators.costs.tariffs import Tariff

__all__ = [
    "Declared",
    "FactorSet",
    "Hardware",
    "Priced",
    "Use",
    "apply",
    "declare",
    "price",
    "resolve",
]

NO_ZONE = Gap(
    "carbon_location_g",
    "neither a zone nor a carbon intensity was declared",
    "declare the zone (--zone FRA, FOOTPRINT_ZONE=FRA or zone='FRA'), or the intensity "
    "(--carbon-intensity in g CO2e per kWh)",
)
NO_TARIFF = Gap(
    "cost_usd",
    "neither an electricity tariff nor a rental price was declared",
    "declare it in USD per kWh (--tariff 0.18, FOOTPRINT_TARIFF=0.18 or "
    "tariff_usd_per_kwh='0.18'), or what a device costs an hour (--rental 2.10)",
)
NO_WHEN = Gap(
    "cost_usd",
    "the tariff changes with time, and nothing is known of when the work runs",
    "give one price (--tariff)",
)
NO_DEVICE = Gap(
    "cost_usd",
    "hardware was declared as rented, and no GPU or CPU that it is paid for is known of the work",
    "measure the work with its devices, or declare a tariff in place of the rent",
)
NO_MARKET = Gap(
    "carbon_market_g",
    "no contracts or certificates were declared, nor that there are none",
    "list them as [[instrument]] in a factors file (--factors FILE), or say `none = true` there",
)


#: The figures that facility energy goes into.
OF_PUE = "carbon_location_g, carbon_market_g, water_l, cost"


def resolve(
    declared: Declared,
    registry: Registry | None = None,
    hardware: Sequence[Hardware] = (),
    since_ns: int | None = None,
    until_ns: int | None = None,
    contracts: Contracts = NONE,
) -> FactorSet:
    """The factors that `declared` leads to, with assumptions and gaps; call once a report.

    Args:
        registry: where factors come from; None: the tables that packages ship.
        hardware: the devices whose manufacture and rental count.
        since_ns, until_ns: the period, UTC ns, for factors that change with time.
        contracts: what was agreed and bought: a tariff's hours, hardware that was bought.

    Raises:
        EstimatorError: a region without a row, an unknown instance, or tables are missing.
    """
    if registry is None:
        from footprint.estimators.standard import standard

        registry = standard()
    zone = None if declared.zone is None else resolve_zone(declared.zone)
    notes = Notes()
    asked = Asked(declared, registry, zone, since_ns, until_ns, notes, contracts)
    intensity = _intensity(asked)
    pue = _one(asked, PUE, declared.pue, "pue")
    rates = rented(asked, hardware)
    if rates and contracts.purchases:
        notes.assume("the hardware is rented: purchases in the factors file are not counted")
    rates = rates or bought(asked, hardware)
    tariff = _tariff(asked, rates)
    wue = _one(asked, WUE, declared.wue_l_per_kwh, "wue")
    generation = next(iter(asked.candidates(WATER_INTENSITY)), None)
    made = embodied(asked, hardware)
    # In the order in which a reader meets them: place, facility, money, water, hardware.
    intensity = tuple(each._replace(used_for="carbon_location_g") for each in intensity)
    tariff = tuple(each._replace(used_for="cost") for each in tariff)
    pue, wue, generation = (
        each and each._replace(used_for=use)
        for each, use in ((pue, OF_PUE), (wue, "water_l"), (generation, "water_l"))
    )
    notes.use(*intensity, *(each for each in (pue, *tariff, wue, generation) if each))
    notes.use(*(factor for pair in made.values() for factor in pair))
    if pue is None and (intensity or tariff):
        notes.assume(carbon.IT_ONLY)
    if contracts.instruments is None:
        notes.gaps.append(NO_MARKET)
    notes.gaps.extend(_water(pue, wue, generation))
    return FactorSet(
        zone,
        intensity,
        pue,
        tariff,
        wue,
        generation,
        None,
        made,
        rates,
        contracts.rates,
        asked.until,
        tuple(dict.fromkeys(notes.factors)),
        tuple(dict.fromkeys(notes.assumptions)),
        tuple(dict.fromkeys(notes.gaps)),
    )


def _water(pue: Factor | None, wue: Factor | None, generation: Factor | None) -> list[Gap]:
    """What is missing of the water of any energy."""
    known = (None if each is None else each.quantity for each in (wue, pue, generation))
    on_site, overhead, of_generation = known
    _, gaps = water_l(exact(1.0, "kWh"), wue=on_site, pue=overhead, generation=of_generation)
    return gaps


def _intensity(asked: Asked) -> tuple[Factor, ...]:
    """Candidates for the grid's intensity; the value that the user gave wins over all sources."""
    declared, notes = asked.declared, asked.notes
    value = declared.carbon_intensity_g_per_kwh
    if value is not None:
        reason = why("given", declared.origin("carbon_intensity"))
        if 0 < value < 1:
            notes.assume(
                f"carbon intensity of {value:g} g/kWh is below that of any grid: "
                "was kg/kWh meant? It is taken as given"
            )
        return (carbon.intensity_factor(value, declared.zone or "", reason),)
    found = asked.candidates(GRID_INTENSITY)
    if not found and asked.zone is None:
        notes.gaps.append(NO_ZONE)
        return ()
    if not found and asked.zone is not None:
        reason = f"no source has a grid intensity for {asked.zone.name} ({asked.zone.code})"
        notes.gaps.append(Gap(NO_ZONE.what, reason, "give --carbon-intensity in g CO2e per kWh"))
        return ()
    if any(not isinstance(factor.value, Series) for factor in found):
        notes.assume(grid.ANNUAL_MEAN)
    if asked.until is not None and (note := stale(found[0], asked.until)):
        notes.assume(note)
    if len(found) > 1:
        names = " and, where it has no value, ".join(factor.source for factor in found)
        notes.assume(f"grid intensity is taken from {names}")
    origin = declared.origin("zone")
    return tuple(factor._replace(why=why(factor.why, origin)) for factor in found)


def _one(asked: Asked, name: str, value: float | None, setting: str) -> Factor | None:
    """A factor of the facility: what the user gave, else what a source knows of the place."""
    if value is None:
        return next(iter(asked.candidates(name)), None)
    reason = why("given", asked.declared.origin(setting))
    if name == PUE:
        return carbon.pue_factor(value, reason)
    return Factor(WUE, exact(value, "L/kWh"), "L/kWh", used_for="water_l", why=reason)


def _tariff(asked: Asked, rates: Sequence[Rate]) -> tuple[Factor, ...]:
    declared, notes = asked.declared, asked.notes
    _currencies(asked, [rate.per_hour.currency for rate in rates])
    if declared.is_rented and not rates:
        notes.gaps.append(NO_DEVICE)
        return ()
    if any(rate.part == RENTED for rate in rates):
        from footprint.estimators.costs.rental import with_electricity

        electricity = with_electricity(includes_electricity(asked))
        notes.assume(electricity.assumption)
        if not electricity.is_added:
            return ()
    agreed = asked.contracts.tariff
    given = declared.tariff_per_kwh
    if given is not None:
        reason = why("given", declared.origin("tariff"))
        found: tuple[Factor, ...] = (cost.tariff_factor(given, reason),)
    elif agreed is not None:
        found = _agreed(asked, agreed)
    else:
        found = asked.candidates(TARIFF)
    if not found:
        notes.gaps.append(NO_TARIFF if agreed is None else NO_WHEN)
        return ()
    alike = tuple(factor for factor in found if factor.unit == found[0].unit)
    if alike != found:
        notes.assume(
            f"{TARIFF} from {found[0].source} has no value for some of the time, and what stands in"
            " is of another currency: it is left out"
        )
    _currencies(asked, [alike[0].unit.partition("/")[0]])
    return alike


def _agreed(asked: Asked, tariff: Tariff) -> tuple[Factor, ...]:
    """The own file's tariff: its one price, or its prices over the period; else none."""
    from footprint.estimators.costs.timeline import tariff_over

    why_ = "the tariff of the factors file"
    if asked.since_ns is not None and asked.until_ns is not None:
        return (tariff_over(tariff, asked.since_ns, asked.until_ns, why_),)
    if tariff.flat is None:
        return ()
    made = Factor(TARIFF, tariff.flat, tariff.unit, source=tariff.source, used_for="cost", why=why_)
    return (made,)


def _currencies(asked: Asked, currencies: Iterable[str]) -> None:
    """What is to be said of costs that are not in dollars."""
    one = Decimal(1)
    ones = {each: MoneyRange(one, one, one, each) for each in currencies}
    found = converted(ones, "USD", asked.contracts.rates, asked.until)
    asked.notes.use(*found.factors)
    asked.notes.assume(*found.notes)
    asked.notes.gaps.extend(found.gaps)


def price(energy: Quantity | float, declared: Declared) -> Priced:
    """`apply(resolve(declared), energy)`: for one figure; keep the FactorSet for many."""
    return apply(resolve(declared), energy)
