"""Where a provider's machines are assumed to stand, and what its power, water and hardware cost.

The grid's interval spans the provider's zones: low and high are the lowest and the highest of
them, mid is that of its home. Water of generation likewise, by country.
"""

from __future__ import annotations

import math

from footprint.estimators import grid
from footprint.estimators.factors import PUE, WUE, Factor
from footprint.estimators.quantity import Quantity, exact, independent_product
from footprint.estimators.systems import packages
from footprint.estimators.systems.providers import Provider, span, tables
from footprint.estimators.systems.rows import (
    API_GRID,
    API_PUE,
    API_WATER,
    API_WUE,
    CACHED_SHARE,
    EMBODIED_PER_J,
    IT_SHARE,
    LOAD_DENSE,
    LOAD_EXPERTS,
    SPECULATIVE,
)
from footprint.estimators.zones import Zone, resolve_zone

_YEAR_S = 365.25 * 86_400


def place_factor(name: str, provider: Provider) -> Factor | None:
    """PUE, WUE, grid or water of a provider; None where it is not known (own hardware).

    Raises:
        SourceUnavailable: water rests on EcoLogits' table, which is not installed.
    """
    if name == API_PUE:
        return _stated(name, provider, provider.pue, "1", "energy_j", PUE)
    if name == API_WUE and provider.wue is not None:
        return _stated(name, provider, provider.wue, "L/kWh", "water_l", WUE)
    if not provider.zones:
        return None
    if name == API_GRID:
        return _grid(provider)
    return _water(provider) if name == API_WATER else None


def shared_factor(name: str) -> Factor | None:
    """What holds for all providers alike: host and idle share, cached tokens, embodied carbon."""
    boundary, cached, server = tables()["boundary"], tables()["cached"], tables()["server"]
    if name == IT_SHARE:
        return Factor(
            name=name,
            value=span(boundary["it_per_accelerator"], "1"),
            unit="1",
            source=boundary["source"],
            version="providers.toml",
            vintage=boundary["vintage"],
            used_for="energy_j",
            why="accelerators -> IT equipment: host, memory, machines that wait",
        )
    if name == CACHED_SHARE:
        return Factor(
            name=name,
            value=span(cached["energy_per_input_token"], "1"),
            unit="1",
            source=cached["source"],
            version="providers.toml",
            used_for="energy_j",
            why="energy of a cached input token, of that of a fresh one",
        )
    if name in (LOAD_DENSE, LOAD_EXPERTS):
        return _load(name)
    if name == SPECULATIVE:
        row = tables()["speculative"]
        return Factor(
            name=name,
            value=span(row["energy_per_output_token"], "1"),
            unit="1",
            source=row["source"],
            version="providers.toml",
            used_for="energy_j",
            why="in the energy per output token at a provider; on own hardware it is 1",
        )
    if name != EMBODIED_PER_J:
        return None
    return Factor(
        name=name,
        value=_embodied_per_j(),
        unit="g/J",
        source=server["source"],
        version="providers.toml",
        vintage=server["vintage"],
        used_for="embodied_g",
        why="g of a server's manufacture per J of its accelerators, over its lifetime, always busy",
    )


def _load(name: str) -> Factor:
    """Requests at once: of a dense model on a copy, of experts the most on an accelerator."""
    table = tables()["batch"]
    dense = name == LOAD_DENSE
    most = table["moe_most_per_accelerator"]
    return Factor(
        name=name,
        value=span(table["dense"], "1") if dense else exact(most, "1"),
        unit="1",
        source=table["dense_source" if dense else "moe_source"],
        version="providers.toml",
        used_for="energy_j",
        why="in the energy per token: the more at once, the less for each",
    )


def _embodied_per_j() -> Quantity:
    """g CO2e per J of the accelerators: kg / accelerators / (lifetime x mean power)."""
    server = tables()["server"]
    count = server["accelerators"]
    grams = span([1000 * kg / count for kg in server["embodied_kg"]], "g")
    years, watts = server["lifetime_years"], server["mean_power_w"]
    per_second = span([1 / (y * _YEAR_S) for y in reversed(years)], "1/s")
    per_watt = span([1 / w for w in reversed(watts)], "1/W")
    return independent_product((grams, per_second, per_watt), "g/J")


def _stated(
    name: str, provider: Provider, value: Quantity, unit: str, used_for: str, what: str
) -> Factor:
    return Factor(
        name=name,
        value=value,
        unit=unit,
        source=provider.source,
        version="providers.toml",
        used_for=used_for,
        why=f"{what} assumed for {provider.name}",
        subject=provider.id,
    )


def _grid(provider: Provider) -> Factor | None:
    rows = [row for row in map(_intensity, provider.zones) if row is not None]
    home = _intensity(provider.home) if provider.home else None
    first = home or (rows[0] if rows else None)
    if first is None:
        return None
    values = [row.quantity.mid for row in rows] or [first.quantity.mid]
    middle = home.quantity.mid if home else _geometric_mean(values)
    named = ", ".join(provider.zones)
    # A country's row and a state's may count different things: both sources say what.
    sources = [row.source for row in (first, *rows)]
    return Factor(
        name=API_GRID,
        value=Quantity(min(*values, middle), middle, max(*values, middle), "g/kWh"),
        unit="g/kWh",
        source=f"{'; '.join(dict.fromkeys(sources))}; zones: {named} ({provider.place})",
        version=first.version,
        vintage=first.vintage,
        license=first.license,
        used_for="carbon_location_g",
        why=f"{provider.name}: {provider.home or 'geometric mean of its zones'}, all of {named}",
        subject=provider.id,
    )


def _intensity(zone: str) -> Factor | None:
    return grid.intensity(resolve_zone(zone))


def _geometric_mean(values: list[float]) -> float:
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def water_of(zone: Zone) -> float | None:
    """EcoLogits' water of generation of a zone's country, L/kWh; None where it has none.

    Raises:
        SourceUnavailable: EcoLogits is not installed, or its table is laid out otherwise.
    """
    table = packages.ecologits("electricity_mixes")
    try:
        rows = {row["name"]: row["wue"] for row in table["electricity_mixes"]}
    except (KeyError, TypeError) as error:
        raise packages.unknown_layout("ecologits", error) from error
    value = rows.get(zone.country)
    return None if value is None else float(value)


def zone_water(zone: Zone) -> Factor | None:
    """Water of generation in a zone that the user gave; None where EcoLogits has no row."""
    value = water_of(zone)
    if value is None:
        return None
    return _water_factor(exact(value, "L/kWh"), "")._replace(
        zone=zone.country, why=f"EcoLogits' row of {zone.country}"
    )


def _water(provider: Provider) -> Factor | None:
    values = [value for value in map(_water_at, provider.zones) if value is not None]
    home = _water_at(provider.home) if provider.home else None
    if not values:
        return None
    middle = _geometric_mean(values) if home is None else home
    value = Quantity(min(*values, middle), middle, max(*values, middle), "L/kWh")
    return _water_factor(value, provider.id)


def _water_at(zone: str) -> float | None:
    return water_of(resolve_zone(zone))


def _water_factor(value: Quantity, subject: str) -> Factor:
    return Factor(
        name=API_WATER,
        value=value,
        unit="L/kWh",
        source="EcoLogits, electricity_mixes.json (wue)",
        version=packages.version("ecologits"),
        license=packages.ECOLOGITS_LICENSE,
        used_for="water_l",
        why="water consumed in generating electricity, by country",
        subject=subject,
    )
