"""Cloud regions: where they are, and what is published about each of them.

Three tables of our own under `data/`, since no light package ships them: `cloud_regions.csv` (the
providers' lists of regions, with the place of each), `cloud_factors.csv` (grid intensity, PUE and
WUE where they are published by region, with their year) and `cloud_sources.csv` (publisher,
version, licence and day of retrieval of each row's source).

What is left out on purpose: means over a provider's whole fleet and design values of sites that
did not run yet. A region without a row has no figure. WUE is the water that a site uses for cooling
and humidification per kWh of its IT energy; Google's is not in the table. The rows' own source is
the publisher's, and `[unverified at ...]` marks those that were read in a collection of them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, PUE, WUE, Factor
from footprint.estimators.quantity import exact
from footprint.estimators.sources import Query
from footprint.estimators.units import shown
from footprint.estimators.zones import Zone, nearest

PROVIDERS = {"aws": "Amazon Web Services", "azure": "Microsoft Azure", "gcp": "Google Cloud"}
_USED_FOR = {GRID_INTENSITY: "carbon_location_g", PUE: "carbon_location_g, cost", WUE: "water_l"}


class CloudRegion(NamedTuple):
    """A region of a cloud provider.

    Attributes:
        provider: a key of `PROVIDERS`.
        region: the provider's own name (`eu-west-3`).
        place: the city, state or country that the provider states.
        country: ISO 3166-1 alpha-3.
        subdivision: the code of the state, province or bidding zone where the packages' tables
            have a row for it and the place tells it; else empty.
        source: where the region and its place are stated, with its version and day of retrieval.
    """

    provider: str
    region: str
    place: str
    country: str
    subdivision: str
    source: str

    @property
    def code(self) -> str:
        """`aws:eu-west-3`."""
        return f"{self.provider}:{self.region}"


class _Source(NamedTuple):
    source: str
    version: str
    license: str
    retrieved: str


def _rows(name: str) -> list[dict[str, str]]:
    file = Path(__file__).parent / "data" / name
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _sources() -> dict[str, _Source]:
    return {
        row["key"]: _Source(*(row[field] for field in _Source._fields))
        for row in _rows("cloud_sources.csv")
    }


@cache
def regions() -> dict[str, CloudRegion]:
    """Code (`aws:eu-west-3`) -> region, in the order of the table."""
    found: dict[str, CloudRegion] = {}
    for row in _rows("cloud_regions.csv"):
        said = _sources()[row["source"]]
        row["source"] = f"{said.source}, {said.version}, retrieved {said.retrieved}"
        region = CloudRegion(**row)
        found[region.code] = region
    return found


def named(region: str) -> list[str]:
    """Codes of the regions that one provider or another calls so: `us-east-1` is aws's."""
    key = region.strip().casefold()
    return [code for code in (f"{provider}:{key}" for provider in PROVIDERS) if code in regions()]


def near(region: str, provider: str = "") -> str:
    """` Did you mean aws:eu-west-3?` for a region's name in lower case, or an empty string."""
    names: dict[str, list[str]] = {}
    for found in regions().values():
        if provider in ("", found.provider):
            names.setdefault(found.region, []).append(found.code)
    return nearest(region, {name: " or ".join(codes) for name, codes in names.items()})


def locate(text: str) -> CloudRegion:
    """The region that `provider:region` stands for, case aside.

    Raises:
        EstimatorError: another provider, or a region that it does not have; names the nearest.
    """
    provider, _, region = (part.strip().casefold() for part in text.partition(":"))
    if provider not in PROVIDERS:
        meant = nearest(provider, {key: f"{key}:" for key in PROVIDERS})
        raise EstimatorError(
            f"zone {shown(text)} is of a cloud provider that is not known:{meant} "
            f"Give one of {', '.join(f'{key}:REGION' for key in PROVIDERS)}, or the country"
        )
    found = regions().get(f"{provider}:{region}")
    if found is None:
        raise EstimatorError(
            f"zone {shown(text)} is no region of {PROVIDERS[provider]} that is known here:"
            f"{near(region, provider)} Give the region's name, or the country or state "
            "that it is in"
        )
    return found


@cache
def _published() -> dict[tuple[str, str], dict[str, str]]:
    rows = _rows("cloud_factors.csv")
    return {(f"{row['provider']}:{row['region']}", row["name"]): row for row in rows}


class CloudRegions:
    """The source `cloud-regions`: grid intensity, PUE and WUE of regions, as they are published."""

    name = "cloud-regions"

    def candidates(self, query: Query) -> Iterator[Factor]:
        """The region's own figure; none for a zone that is not a cloud region."""
        if query.zone is None or not query.zone.cloud:
            return
        row = _published().get((query.zone.cloud, query.name))
        if row is not None:
            yield _factor(row, query.zone)


def _factor(row: dict[str, str], zone: Zone) -> Factor:
    said = _sources()[row["source"]]
    return Factor(
        name=row["name"],
        value=exact(float(row["value"]), row["unit"]),
        unit=row["unit"],
        zone=zone.cloud,
        source=said.source,
        version=said.version,
        vintage=int(row["year"]),
        license=said.license,
        used_for=_USED_FOR[row["name"]],
        why=f"published for {zone.cloud} itself",
        retrieved=said.retrieved,
    )
