"""Carbon intensity of a zone's electricity, from the tables that codecarbon ships.

Annual, location-based means, each with its own year. What a row counts differs by table, and
the factor's `source` says it: countries are life cycle (Our World in Data, from Ember and the
Energy Institute); US states are stack emissions of CO2e (EPA eGRID); Chinese provinces are CO2
only (MEE/NBS); Nordic bidding zones and Canadian provinces are a generation mix times
codecarbon's life-cycle factors per fuel. Compare zones of one table only.

No row states its uncertainty, so none is made up: low = mid = high, and `ANNUAL_MEAN` belongs
into the report's assumptions.
"""

from __future__ import annotations

from footprint.estimators import _codecarbon
from footprint.estimators._grid_rows import COUNTRIES, UNIT, Row
from footprint.estimators._grid_rows import regions as _regions
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import exact
from footprint.estimators.units import shown
from footprint.estimators.zones import Zone, folded, nearest

NAME = "grid intensity"
ANNUAL_MEAN = (
    "grid intensity is an annual mean of the zone; hourly values differ, and the source states "
    "no uncertainty"
)


def regions(country: str) -> list[str]:
    """Codes of the zones inside a country (alpha-3) that have a row: `USA-CA`, ..., sorted."""
    return sorted({f"{country}-{row.code}" for row in _regions(country).values()})


def intensity(zone: Zone) -> Factor | None:
    """The grid intensity of a zone in g CO2e per kWh; None where the tables have no figure.

    A row that says 0 has no figure (the Central African Republic's): no grid is free of carbon
    over its life cycle.

    Raises:
        EstimatorError: a region that its country's table does not know; names the nearest ones.
            Or codecarbon's tables are missing.
    """
    if zone.region:
        known = _regions(zone.country)
        row = known.get(folded(zone.region))
        if row is None:
            spelled = {key: f"{zone.country}-{r.code}" for key, r in known.items()}
            raise EstimatorError(
                f"zone {shown(zone.code)} has no grid intensity of its own:"
                f"{nearest(folded(zone.region), spelled)} "
                f"Give {zone.country} for the whole country, or --carbon-intensity"
            )
        code, why = f"{zone.country}-{row.code}", f"the row of {row.name}, as declared"
    else:
        entry = _codecarbon.table(COUNTRIES).get(zone.country)
        if entry is None or not entry.get("carbon_intensity"):
            return None
        source = f"codecarbon {COUNTRIES}: Our World in Data (Ember, Energy Institute)"
        row = Row("", zone.name, entry["carbon_intensity"], entry["year"], source)
        code, why = zone.country, f"the row of {zone.name}, as declared"
    return Factor(
        name=NAME,
        value=exact(float(row.g_per_kwh), UNIT),
        unit=UNIT,
        zone=code,
        source=row.source,
        version=_codecarbon.version(),
        vintage=int(row.year),
        license=_codecarbon.LICENSE,
        used_for="carbon_location_g",
        why=why,
    )
