"""Carbon intensity of a zone's electricity, from the tables that codecarbon ships.

Annual, location-based means, each with its own year. What a row counts differs by table, and
the factor's `source` says it: countries are life cycle (Our World in Data, from Ember and the
Energy Institute); US states are stack emissions of CO2e (EPA eGRID); Chinese provinces are CO2
only (MEE/NBS); Nordic bidding zones and Canadian provinces are a generation mix times
codecarbon's life-cycle factors per fuel; Google's cloud regions are operational emissions, as
Google publishes them. Compare zones of one table only.

No row states its uncertainty, so none is made up: low = mid = high, and `ANNUAL_MEAN` belongs
into the report's assumptions.
"""

from __future__ import annotations

from collections.abc import Iterator

from footprint.estimators import _codecarbon
from footprint.estimators._grid_rows import COUNTRIES, UNIT, Row, cloud_row
from footprint.estimators._grid_rows import regions as _regions
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, Factor
from footprint.estimators.quantity import exact
from footprint.estimators.sources import Query, SourceUnavailable
from footprint.estimators.units import shown
from footprint.estimators.zones import Zone, folded, nearest

NAME = GRID_INTENSITY
ANNUAL_MEAN = (
    "grid intensity is an annual mean of the zone; hourly values differ, and the source states "
    "no uncertainty"
)


class Codecarbon:
    """The source `codecarbon`: grid intensity of countries, their regions and Google's regions."""

    name = "codecarbon"

    def candidates(self, query: Query) -> Iterator[Factor]:
        """The zone's own row first, then the wider ones that can stand in for it.

        Raises:
            SourceUnavailable: codecarbon is not installed.
            EstimatorError: a region that its country's table does not know, or a broken table.
        """
        if query.name != GRID_INTENSITY or query.zone is None:
            return
        if why := _codecarbon.missing():
            raise SourceUnavailable(why)
        yield from candidates(query.zone)


def regions(country: str) -> list[str]:
    """Codes of the zones inside a country (alpha-3) that have a row: `USA-CA`, ..., sorted."""
    return sorted({f"{country}-{row.code}" for row in _regions(country).values()})


def intensity(zone: Zone) -> Factor | None:
    """The first of `candidates`; None where the tables have no figure."""
    return next(candidates(zone), None)


def candidates(zone: Zone) -> Iterator[Factor]:
    """Grid intensities of a zone in g CO2e per kWh, the narrowest first.

    A row that says 0 has no figure (the Central African Republic's): no grid is free of carbon
    over its life cycle.

    Raises:
        EstimatorError: a region that its country's table does not know; names the nearest ones.
            Or codecarbon's tables are missing.
    """
    if zone.cloud and (row := cloud_row(zone.cloud)):
        yield _factor(row, zone.cloud, f"codecarbon's row of {zone.cloud} itself")
    if zone.region and (row := _region(zone)):
        yield _factor(row, f"{zone.country}-{row.code}", _why(row.name, zone, of_region=True))
    if row := _country(zone):
        yield _factor(row, zone.country, _why(row.name, zone, of_region=False))


def _why(name: str, zone: Zone, *, of_region: bool) -> str:
    if zone.region and not of_region:
        return f"the row of {name} as a whole, which stands in for {zone.code}"
    if zone.cloud:
        stands = "" if of_region else " as a whole, which stands in for the region"
        return f"{zone.cloud} is in {name}: the row of {name}{stands}"
    return f"the row of {name}, as declared"


def _region(zone: Zone) -> Row | None:
    known = _regions(zone.country)
    row = known.get(folded(zone.region))
    if row is None and not zone.cloud:  # a cloud region's place is ours, not the user's mistake
        spelled = {key: f"{zone.country}-{r.code}" for key, r in known.items()}
        raise EstimatorError(
            f"zone {shown(zone.code)} has no grid intensity of its own:"
            f"{nearest(folded(zone.region), spelled)} "
            f"Give {zone.country} for the whole country, or --carbon-intensity"
        )
    return row


def _country(zone: Zone) -> Row | None:
    entry = _codecarbon.table(COUNTRIES).get(zone.country)
    if entry is None or not entry.get("carbon_intensity"):
        return None
    source = f"codecarbon {COUNTRIES}: Our World in Data (Ember, Energy Institute; life cycle)"
    return Row("", zone.name, entry["carbon_intensity"], int(entry["year"]), source)


def _factor(row: Row, zone: str, why: str) -> Factor:
    return Factor(
        name=NAME,
        value=exact(float(row.g_per_kwh), UNIT),
        unit=UNIT,
        zone=zone,
        source=row.source,
        version=_codecarbon.version(),
        vintage=row.year,
        license=_codecarbon.LICENSE,
        used_for="carbon_location_g",
        why=why,
    )
