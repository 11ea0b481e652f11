"""From what was declared to a priced energy: `declare` -> `resolve` -> `apply`.

`declare` checks settings where they enter. `resolve` asks the registry's sources for factors, once
a report. `apply` multiplies, once a group, after the group's energy is summed: the factors are
shared by all its parts. Nothing is assumed in place of what was not declared: the figure is None,
with a gap that says how to get it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from footprint.estimators import carbon, cost, grid, sources
from footprint.estimators.applied import Rate, Use
from footprint.estimators.contracts import NONE, Contracts
from footprint.estimators.costs.exchange import converted
from footprint.estimators.costs.rental import rental, rentals, shipped_rentals, with_electricity
from footprint.estimators.costs.timeline import tariff_over
from footprint.estimators.declared import Declared, declare
from footprint.estimators.errors import Gap
from footprint.estimators.factors import (
    EMBODIED,
    GIVEN,
    GRID_INTENSITY,
    LIFETIME,
    PUE,
    RENTAL,
    TARIFF,
    WATER_INTENSITY,
    WUE,
    Factor,
)
from footprint.estimators.money import CONTEXT, Money, MoneyRange, exact_money
from footprint.estimators.pricing import FactorSet, Priced, apply
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import NS_PER_S, Series
from footprint.estimators.sources import Query, Registry
from footprint.estimators.water import water_l
from footprint.estimators.zones import Zone, resolve_zone

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
NO_MARKET = Gap(
    "carbon_market_g",
    "no contracts or certificates were declared, nor that there are none",
    "list them as [[instrument]] in a factors file (--factors FILE), or say `none = true` there",
)


class Hardware(NamedTuple):
    """A device of the ledger, as far as factors go.

    Attributes:
        name: as the device calls itself; what embodied carbon is looked up by.
        kind: gpu, cpu, dram or host.
        whole: it is there as a whole; False for the part of a CPU that a container or VM has.
        devices: how many of it one machine has.
    """

    name: str
    kind: str
    whole: bool = True
    devices: int = 1


class _Notes:
    """What is collected on the way: factors, assumptions and gaps, each once, in order."""

    def __init__(self) -> None:
        self.factors: list[Factor] = []
        self.assumptions: list[str] = []
        self.gaps: list[Gap] = []

    def use(self, *factors: Factor) -> None:
        self.factors.extend(factors)

    def assume(self, *texts: str) -> None:
        self.assumptions.extend(texts)


class _Asked(NamedTuple):
    """What all look-ups share."""

    declared: Declared
    registry: Registry
    zone: Zone | None
    since_ns: int | None
    until_ns: int | None
    notes: _Notes
    contracts: Contracts

    @property
    def until(self) -> date | None:
        """The last day of the period, UTC; None where there is none."""
        if self.until_ns is None:
            return None
        return datetime.fromtimestamp((self.until_ns - 1) // NS_PER_S, UTC).date()

    def candidates(self, name: str, subject: str = "") -> tuple[Factor, ...]:
        """The candidates that cover the period, in order; a failed source is noted."""
        if self.zone is None and not subject:
            return ()
        period = (None, None) if subject else (self.since_ns, self.until_ns)
        found = self.registry.find(Query(name, None if subject else self.zone, subject, *period))
        self.notes.assume(*found.notes)
        if not found.candidates:
            return ()
        if period[0] is None or period[1] is None:
            return found.candidates[:1]
        needed = sources.covering(found.candidates, period[0], period[1])
        return tuple(needed) or found.candidates[:1]


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
    notes = _Notes()
    asked = _Asked(declared, registry, zone, since_ns, until_ns, notes, contracts)
    intensity = _intensity(asked)
    pue = _one(asked, PUE, declared.pue, "pue")
    rates = _rental(asked, hardware) or _bought(asked, hardware)
    tariff = _tariff(asked, rates)
    wue = _one(asked, WUE, declared.wue_l_per_kwh, "wue")
    generation = next(iter(asked.candidates(WATER_INTENSITY)), None)
    embodied = _embodied(asked, hardware)
    # In the order in which a reader meets them: place, facility, money, water, hardware.
    notes.use(*intensity, *(each for each in (pue, *tariff, wue, generation) if each))
    notes.use(*(factor for pair in embodied.values() for factor in pair))
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
        embodied,
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


def _why(reason: str, origin: str) -> str:
    return f"{reason}: {origin}" if origin else reason


def _intensity(asked: _Asked) -> tuple[Factor, ...]:
    """Candidates for the grid's intensity; the value that the user gave wins over all sources."""
    declared, notes = asked.declared, asked.notes
    value = declared.carbon_intensity_g_per_kwh
    if value is not None:
        why = _why("given", declared.origin("carbon_intensity"))
        if 0 < value < 1:
            notes.assume(
                f"carbon intensity of {value:g} g/kWh is below that of any grid: "
                "was kg/kWh meant? It is taken as given"
            )
        return (carbon.intensity_factor(value, declared.zone or "", why),)
    if asked.zone is None:
        notes.gaps.append(NO_ZONE)
        return ()
    found = asked.candidates(GRID_INTENSITY)
    if not found:
        why = f"no source has a grid intensity for {asked.zone.name} ({asked.zone.code})"
        notes.gaps.append(Gap(NO_ZONE.what, why, "give --carbon-intensity in g CO2e per kWh"))
        return ()
    if any(not isinstance(factor.value, Series) for factor in found):
        notes.assume(grid.ANNUAL_MEAN)
    if len(found) > 1:
        names = " and, where it has no value, ".join(factor.source for factor in found)
        notes.assume(f"grid intensity is taken from {names}")
    origin = declared.origin("zone")
    return tuple(factor._replace(why=_why(factor.why, origin)) for factor in found)


def _one(asked: _Asked, name: str, value: float | None, setting: str) -> Factor | None:
    """A factor of the facility: what the user gave, else what a source knows of the place."""
    if value is None:
        return next(iter(asked.candidates(name)), None)
    why = _why("given", asked.declared.origin(setting))
    if name == PUE:
        return carbon.pue_factor(value, why)
    return Factor(WUE, exact(value, "L/kWh"), "L/kWh", GIVEN_PLACE, used_for="water_l", why=why)


#: Zone of a factor that the user gave for whatever place the work is at.
GIVEN_PLACE = ""


def _tariff(asked: _Asked, rates: Sequence[Rate]) -> tuple[Factor, ...]:
    declared, notes = asked.declared, asked.notes
    _currencies(asked, [rate.per_hour.currency for rate in rates])
    if any(rate.part == "rental" for rate in rates):
        notes.assume(with_electricity(None).assumption)
        return ()
    agreed, since, until = asked.contracts.tariff, asked.since_ns, asked.until_ns
    if declared.tariff_per_kwh is not None:
        why = _why("given", declared.origin("tariff"))
        found: tuple[Factor, ...] = (cost.tariff_factor(declared.tariff_per_kwh, why),)
    elif agreed is not None and since is not None and until is not None:
        found = (tariff_over(agreed, since, until, "the tariff of the factors file"),)
    else:
        found = asked.candidates(TARIFF)
    if not found:
        notes.gaps.append(NO_TARIFF)
        return ()
    _currencies(asked, [factor.unit.partition("/")[0] for factor in found])
    return found


def _currencies(asked: _Asked, currencies: Iterable[str]) -> None:
    """What is to be said of costs that are not in dollars."""
    one = Decimal(1)
    ones = {each: MoneyRange(one, one, one, each) for each in currencies}
    found = converted(ones, "USD", asked.contracts.rates, asked.until)
    asked.notes.use(*found.factors)
    asked.notes.assume(*found.notes)
    asked.notes.gaps.extend(found.gaps)


def _rental(asked: _Asked, hardware: Sequence[Hardware]) -> tuple[Rate, ...]:
    """Rates of the devices that a rental is paid for: the GPUs, or the CPUs where there are none.

    An instance's price is divided among its devices.
    """
    declared = asked.declared
    if declared.rental_per_device_hour is None and declared.instance is None:
        return ()
    kind = "gpu" if any(each.kind == "gpu" for each in hardware) else "cpu"
    rented = [each for each in hardware if each.kind == kind]
    if declared.rental_per_device_hour is not None:
        why = _why("given", declared.origin("rental"))
        money = declared.rental_per_device_hour
        unit = f"{money.currency}/device-hour"
        asked.notes.use(Factor(RENTAL, money.amount, unit, used_for="cost", why=why))
        return tuple(Rate("rental", each.name, exact_money(money)) for each in rented)
    instance = declared.instance or ""
    agreed = rentals(instance, asked.contracts.rentals)
    found = (
        agreed[0].factor if agreed else asked.registry.find(Query(RENTAL, None, instance)).chosen
    )
    if found is None:  # says which instances there are
        found = rental(instance, (*asked.contracts.rentals, *shipped_rentals())).factor
    asked.notes.use(
        found._replace(used_for="cost", why=_why(found.why, declared.origin("instance")))
    )
    devices = Decimal(sum(each.devices for each in rented) or 1)
    price = found.value if isinstance(found.value, Decimal) else Decimal(repr(found.quantity.mid))
    each_hour = Money(CONTEXT.divide(price, devices), found.unit.partition("/")[0])
    return tuple(Rate("rental", each.name, exact_money(each_hour)) for each in rented)


def _bought(asked: _Asked, hardware: Sequence[Hardware]) -> tuple[Rate, ...]:
    """Rates of devices that were bought: the price by hours of use, electricity apart."""
    names = {each.name.casefold(): each.name for each in hardware}
    rates: list[Rate] = []
    for bought in asked.contracts.purchases:
        name = names.get(bought.device.casefold())
        if name is not None:
            asked.notes.use(*bought.factors())
            rates.append(Rate("purchase", name, bought.per_hour()))
    return tuple(rates)


def _embodied(asked: _Asked, hardware: Sequence[Hardware]) -> dict[str, tuple[Factor, Factor]]:
    """What is known of the manufacture of GPUs and CPUs; a gap for each device that lacks it."""
    found: dict[str, tuple[Factor, Factor]] = {}
    for each in hardware:
        if each.kind not in ("gpu", "cpu"):
            continue
        made = asked.registry.find(Query(EMBODIED, None, each.name)).chosen
        kept = _lifetime(asked, each.name)
        if made is None or kept is None or not each.whole:
            why = (
                f"{each.name} is a part of a machine, and how large a part is not known"
                if not each.whole
                else f"no source has the carbon of the manufacture of {each.name}"
            )
            remedy = "give it as `embodied carbon` with this subject in a factors file (--factors)"
            asked.notes.gaps.append(Gap("embodied_g", why, remedy))
            continue
        found[each.name] = (made, kept)
    if not hardware:
        asked.notes.gaps.append(
            Gap("embodied_g", "no device is known of the work", "measure it, or name the hardware")
        )
    if found:
        asked.notes.assume(
            "embodied carbon is that of the GPUs and CPUs named, by the time for which they were "
            "held; memory, mainboards, chassis, network and buildings are not in it"
        )
    return found


def _lifetime(asked: _Asked, name: str) -> Factor | None:
    years = asked.declared.lifetime_years
    if years is None:
        return asked.registry.find(Query(LIFETIME, None, name)).chosen
    why = _why("given", asked.declared.origin("lifetime"))
    hours = exact(years * HOURS_PER_YEAR, "h")
    return Factor(LIFETIME, hours, "h", source=GIVEN, used_for="embodied_g", why=why)


#: Of a mean year of the Gregorian calendar, 365.2425 days.
HOURS_PER_YEAR = 8_765.82


def price(energy: Quantity | float, declared: Declared) -> Priced:
    """`apply(resolve(declared), energy)`: for one figure; keep the FactorSet for many."""
    return apply(resolve(declared), energy)
