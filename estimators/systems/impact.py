"""Energy, carbon, water and hardware of tokens: from accelerators to the facility and its grid.

    accelerator  =  sum over models of tokens x J per token
    it           =  accelerator x IT energy per accelerator energy
    facility     =  it x PUE
    carbon       =  facility x grid intensity                (location-based)
    water        =  it x (WUE + PUE x water of generation)
    embodied     =  accelerator x g per J

By provider: its factors are shared by all its models, so energy is summed first. The errors of
host share, PUE and hardware have nothing to do with those of the energy: quadrature in log space.
Where a provider stands is a range of places: bounds multiply. Between models and providers bounds
add, since all rest on one model of inference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from footprint.estimators import grid
from footprint.estimators.errors import Gap
from footprint.estimators.factors import GRID_INTENSITY, WATER_INTENSITY, Factor
from footprint.estimators.quantity import Quantity, exact, independent_product, total
from footprint.estimators.sources import Query, Registry, SourceUnavailable
from footprint.estimators.systems.gaps import reason
from footprint.estimators.systems.place import zone_water
from footprint.estimators.systems.providers import OWN, Provider
from footprint.estimators.systems.rows import (
    ACTIVE,
    API_GRID,
    API_PUE,
    API_WATER,
    API_WUE,
    CACHED_SHARE,
    EMBODIED_PER_J,
    ENERGY_IN,
    ENERGY_OUT,
    IT_SHARE,
    LOAD_DENSE,
    LOAD_EXPERTS,
    PARAMS,
    SPECULATIVE,
)
from footprint.estimators.units import J_PER_KWH
from footprint.estimators.zones import Zone

FIGURES = ("energy_j", "carbon_location_g", "embodied_g", "water_l")


class Tokens(NamedTuple):
    """Tokens of one model: read afresh, read from a cache, written."""

    fresh: float
    cached: float
    out: float


class Impact(NamedTuple):
    """Figures of all tokens; None where a gap says why."""

    accelerator_energy_j: Quantity | None
    it_energy_j: Quantity | None
    energy_j: Quantity | None
    carbon_location_g: Quantity | None
    embodied_g: Quantity | None
    water_l: Quantity | None


class Asked:
    """A registry that remembers which factors were taken, and why sources could not answer."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.taken: dict[tuple[str, str, str], Factor] = {}
        self.reasons: dict[str, None] = {}

    def find(self, name: str, subject: str = "", zone: Zone | None = None) -> Factor | None:
        """The factor that is used; None where no source has one."""
        found = self._registry.find(Query(name, zone, subject))
        for note in found.notes:
            self.reasons[reason(note)] = None
        if found.chosen is not None:
            self.take(found.chosen)
        return found.chosen

    def take(self, factor: Factor) -> None:
        """Notes a factor as used."""
        self.taken.setdefault((factor.name, factor.subject, factor.zone), factor)


def accelerator_energy(asked: Asked, subject: str, tokens: Tokens) -> Quantity | None:
    """J of the accelerators for the tokens of a model; None where its energy is not known."""
    out, read = asked.find(ENERGY_OUT, subject), asked.find(ENERGY_IN, subject)
    if out is None or read is None:
        return None
    _inside(asked, subject)
    per_in = read.quantity
    parts = [_scaled(out.quantity, tokens.out), _scaled(per_in, tokens.fresh)]
    share = asked.find(CACHED_SHARE) if tokens.cached else None
    if tokens.cached:
        of = share.quantity if share is not None else exact(1.0, "1")
        parts.append(_scaled(per_in.times(of, per_in.unit), tokens.cached))
    return total(parts, "J")


def _inside(asked: Asked, subject: str) -> None:
    """What the energy per token rests on: not applied again, but listed with its sources."""
    asked.find(PARAMS, subject)
    asked.find(LOAD_DENSE if asked.find(ACTIVE, subject) is None else LOAD_EXPERTS)
    if not subject.startswith(f"{OWN}/"):
        asked.find(SPECULATIVE)


def _scaled(per_token: Quantity, tokens: float) -> Quantity:
    return Quantity(per_token.low * tokens, per_token.mid * tokens, per_token.high * tokens, "J")


def impact(
    asked: Asked, energies: Sequence[tuple[Provider, Quantity]], zone: Zone | None
) -> tuple[Impact, tuple[Gap, ...]]:
    """All figures of accelerators' energies by provider.

    Args:
        zone: where all of it is used, if the user says so; else each provider's assumption.
    """
    by_provider: dict[str, tuple[Provider, list[Quantity]]] = {}
    for provider, energy in energies:
        by_provider.setdefault(provider.id, (provider, []))[1].append(energy)
    columns: dict[str, list[Quantity]] = {}
    missing: dict[tuple[str, str], Gap] = {}
    for provider, parts in by_provider.values():
        figures, gaps = _of_provider(asked, provider, total(parts, "J"), zone)
        for name, figure in figures.items():
            columns.setdefault(name, []).append(figure)
        missing |= {(gap.what, gap.why): gap for gap in gaps}

    def whole(name: str, unit: str) -> Quantity | None:
        return total(columns[name], unit) if name in columns else None

    made = Impact(
        accelerator_energy_j=whole("accelerator", "J"),
        it_energy_j=whole("it", "J"),
        energy_j=whole("facility", "J"),
        carbon_location_g=whole("carbon", "g"),
        embodied_g=whole("embodied", "g"),
        water_l=whole("water", "L"),
    )
    return made, tuple(missing.values())


def _of_provider(
    asked: Asked, provider: Provider, energy: Quantity, zone: Zone | None
) -> tuple[dict[str, Quantity], list[Gap]]:
    gaps: list[Gap] = []
    figures = {"accelerator": energy}
    share, pue = asked.find(IT_SHARE), asked.find(API_PUE, provider.id)
    if share is None or pue is None:
        return figures, [_no_place(what, provider) for what in FIGURES]
    to_it = (energy, share.quantity)
    to_facility = (*to_it, pue.quantity)
    figures |= {"it": _product(to_it, "J"), "facility": _product(to_facility, "J")}
    per_j = asked.find(EMBODIED_PER_J)
    if per_j is not None:
        figures["embodied"] = _product((energy, per_j.quantity), "g")
    else:
        gaps.append(_no_place("embodied_g", provider))
    intensity = _intensity(asked, provider, zone)
    if intensity is not None:
        # Where a provider stands is a range of places, not an error: bounds multiply.
        facility_kwh = figures["facility"] / J_PER_KWH
        figures["carbon"] = facility_kwh.times(intensity.quantity, "g")
    else:
        gaps.append(_no_place("carbon_location_g", provider))
    per_kwh = _water(asked, provider, zone, pue.quantity)
    if per_kwh is not None:
        figures["water"] = (figures["it"] / J_PER_KWH).times(per_kwh, "L")
    else:
        gaps.append(_no_place("water_l", provider))
    return figures, gaps


def _product(factors: Sequence[Quantity], unit: str) -> Quantity:
    """The product of independent factors; bounds multiply where one of them reaches zero."""
    if all(factor.low > 0 for factor in factors):
        return independent_product(factors, unit)
    product = exact(1.0, "1")
    for factor in factors:
        product = product.times(factor, unit)
    return product


def _intensity(asked: Asked, provider: Provider, zone: Zone | None) -> Factor | None:
    if zone is None:
        return asked.find(API_GRID, provider.id) if provider.zones else None
    found = asked.find(GRID_INTENSITY, zone=zone)
    if found is None:
        found = grid.intensity(zone)
        if found is not None:
            asked.take(found)
    return found


def _water(asked: Asked, provider: Provider, zone: Zone | None, pue: Quantity) -> Quantity | None:
    """L per kWh of IT energy: on site, and from generation for the whole facility."""
    site = asked.find(API_WUE, provider.id)
    if zone is None:
        drawn = asked.find(API_WATER, provider.id) if provider.zones else None
    else:
        drawn = asked.find(WATER_INTENSITY, zone=zone)
        if drawn is None:
            try:
                drawn = zone_water(zone)
            except SourceUnavailable as error:
                asked.reasons[str(error)] = None
            if drawn is not None:
                asked.take(drawn)
    if site is None or drawn is None:
        return None
    return site.quantity + drawn.quantity.times(pue, "L/kWh")


def _no_place(what: str, provider: Provider) -> Gap:
    if what in ("carbon_location_g", "water_l") and not provider.zones:
        where = (
            "give the zone (--zone FRA), or measure the run"
            if what != "water_l"
            else ("measure the run, and give the water of its site")
        )
        return Gap(what, f"where {provider.name} stands is not known", where)
    remedy = "give the figure in a file of your own (--factors)"
    return Gap(what, f"a factor of {provider.name} is missing", remedy)
