"""Rows of codecarbon's tables for the regions of a country, in one shape."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from footprint.estimators import _codecarbon
from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import checked, convert
from footprint.estimators.zones import folded

UNIT = "g/kWh"
COUNTRIES = "private_infra/global_energy_mix.json"
_STATES = "private_infra/2023/usa_emissions.json"
_PROVINCES = "private_infra/2023/canada_energy_mix.json"
_CHINA = "private_infra/2023/china_provincial_emissions.json"
_NORDIC = "private_infra/nordic_emissions.json"
_PER_SOURCE = "private_infra/carbon_intensity_per_source.json"

_NORDIC_COUNTRY = {"SE": "SWE", "NO": "NOR", "FI": "FIN"}
_CANADA = {
    "alberta": "AB",
    "british columbia": "BC",
    "manitoba": "MB",
    "new brunswick": "NB",
    "newfoundland and labrador": "NL",
    "northwest territories": "NT",
    "nova scotia": "NS",
    "nunavut": "NU",
    "ontario": "ON",
    "prince edward island": "PE",
    "quebec": "QC",
    "saskatchewan": "SK",
    "yukon": "YT",
}
# Fuel in the table of factors: the same fuel in Canada's table.
_FUELS = {
    "coal": "coal",
    "petroleum": "petroleum",
    "natural_gas": "naturalGas",
    "nuclear": "nuclear",
    "biomass": "biomass",
    "hydroelectricity": "hydro",
    "solar": "solar",
    "wind": "wind",
}


class Row(NamedTuple):
    code: str  # of the region within its country, in capitals
    name: str
    g_per_kwh: float
    year: int | None  # None: the table states none
    source: str


# A key of codecarbon's cloud table that is misspelt there (3.3): the region that it means.
_MISSPELT = {"me-central1": "me-cenrtal1"}
_CLOUD = "cloud/impact.csv"


def _states() -> Iterator[Row]:
    data = _codecarbon.table(_STATES, optional=True)
    origin = data.get("_source", {})
    for name, row in data.items():
        if name.startswith("_") or name == "usa":
            continue
        grams = convert(row["emissions"], "lb/MWh", UNIT)
        source = f"codecarbon {_STATES}: {origin['name']} (direct emissions, not life cycle)"
        yield Row(row["regionCode"], name.title(), grams, origin["year"], source)


def _published(table: str, note: str) -> Iterator[Row]:
    for code, row in _codecarbon.table(table, optional=True).get("data", {}).items():
        source = f"codecarbon {table}: {note}"
        yield Row(code, row["description"], row["emission_factor"], row["year"], source)


def _provinces() -> Iterator[Row]:
    per_fuel = _codecarbon.table(_PER_SOURCE)
    source = (
        f"derived from codecarbon {_PROVINCES} (generation mix) times {_PER_SOURCE} "
        "(life cycle, per fuel); the table states no year, 2023 is its folder's"
    )
    for name, mix in _codecarbon.table(_PROVINCES, optional=True).items():
        shares = {
            fuel: share for fuel in _FUELS if fuel in per_fuel and (share := mix[_FUELS[fuel]])
        }
        if name not in _CANADA or mix["total"] - sum(shares.values()) > 0.5:
            continue  # a fuel without a factor: no row is better than one that is too low
        grams = sum(share * per_fuel[fuel] for fuel, share in shares.items())
        yield Row(_CANADA[name], name.title(), grams / sum(shares.values()), 2023, source)


@cache
def regions(country: str) -> dict[str, Row]:
    """Folded code or name -> row, for the regions of one country (alpha-3); may be empty.

    Raises:
        EstimatorError: a table of a layout that is not known here.
    """
    rows: list[Row] = []
    try:
        if country == "USA":
            rows = list(_states())
        elif country == "CAN":
            rows = list(_provinces())
        elif country == "CHN":
            note = "MEE/NBS announcement 2025 No. 47, Table 3 (CO2 only)"
            rows = [row._replace(code=row.code[3:]) for row in _published(_CHINA, note)]
        elif country in _NORDIC_COUNTRY.values():
            note = "ENTSO-E generation mix of the bidding zone (life cycle, per fuel)"
            rows = [r for r in _published(_NORDIC, note) if _NORDIC_COUNTRY[r.code[:2]] == country]
    except (KeyError, TypeError, AttributeError) as error:
        raise EstimatorError(
            f"codecarbon {_codecarbon.version()}: the regions of {country} are in a layout that is "
            f"not known ({error!r}): give {country} for the whole country, or --carbon-intensity"
        ) from error
    return {key: row for row in rows for key in (folded(row.code), folded(row.name))}


def cloud_row(cloud: str) -> Row | None:
    """codecarbon's own row of a cloud region (`gcp:europe-west9`); None where it has none.

    Its rows are Google's, without their year (those of codecarbon 3.3 equal Google's of 2023).

    Raises:
        EstimatorError: a table of a layout that is not known here, or a row that is no number.
    """
    provider, _, region = cloud.partition(":")
    rows = _codecarbon.cloud_regions()
    row = rows.get((provider, region)) or rows.get((provider, _MISSPELT.get(region, region)))
    if row is None or not row.get("impact"):
        return None
    note = "Google Cloud (operational emissions, not life cycle); the table states no year"
    if provider != "gcp":
        note = "what it counts and its year are not stated"
    g_per_kwh = checked(f"the row of {cloud} in codecarbon {_CLOUD}", row["impact"], UNIT)
    return Row("", cloud, g_per_kwh, None, f"codecarbon {_CLOUD}: {note}")
