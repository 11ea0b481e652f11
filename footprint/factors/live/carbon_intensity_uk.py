"""The Carbon Intensity API of Great Britain's system operator (NESO): half-hours, without a key.

Followed: its definitions, carbon-intensity.github.io/api-definitions (v2.0.0), for
`GET /intensity/{from}/{to}` (rows in `data` with `from`, `to` in UTC as 2018-01-20T12:00Z and
`intensity` with `forecast`, `actual`, `index`, in gCO2/kWh) and for
`GET /regional/intensity/{from}/{to}/regionid/{regionid}` (`data` is one object with `regionid`
and its own `data`, whose intensities hold a forecast only). A request may span 14 days
[unverified at the source: as users of the API report it]. License: CC BY 4.0.

National values are the `actual` ones, which the operator calls estimates; where it has none yet
there is a hole, not a forecast. For regions the operator publishes forecasts alone, and the
source says so. Northern Ireland is on another grid and not in any of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from footprint.estimators.series import iso
from footprint.estimators.zones import Zone, folded
from footprint.factors.live.answers import fields, instant, intensity, items, nonsense, same
from footprint.factors.live.days import HOUR_NS
from footprint.factors.live.http import Http
from footprint.factors.live.options import known_options
from footprint.factors.live.provider import Answer, Reading

NAME = "carbon-intensity-uk"
BASE_URL = "https://api.carbonintensity.org.uk"
_NATIONAL = "GB"

# Region: identifier. The definitions' table of regions; a second name is the answers' own.
_REGIONS = {
    "North Scotland": 1,
    "South Scotland": 2,
    "North West England": 3,
    "North East England": 4,
    "South Yorkshire": 5,
    "Yorkshire": 5,
    "North Wales, Merseyside and Cheshire": 6,
    "North Wales & Merseyside": 6,
    "South Wales": 7,
    "West Midlands": 8,
    "East Midlands": 9,
    "East England": 10,
    "South West England": 11,
    "South England": 12,
    "London": 13,
    "South East England": 14,
    "England": 15,
    "Scotland": 16,
    "Wales": 17,
}
_BY_NAME = {folded(name): str(number) for name, number in _REGIONS.items()}


class CarbonIntensityUk:
    """The provider of `GBR` and of its regions (`GBR-London`). It has no options of its own."""

    name = NAME
    base_url = BASE_URL
    max_days = 14
    version = "v2.0.0"
    dataset = "v2"
    license = "CC BY 4.0"
    source = (
        "NESO Carbon Intensity API, Great Britain without Northern Ireland, direct CO2 of "
        "generation, imports and losses"
    )

    def __init__(self, options: Mapping[str, object], _environ: Mapping[str, str]) -> None:
        known_options(NAME, options)

    def zone_id(self, zone: Zone) -> str | None:
        """`GB`, or a region's number."""
        if zone.country != "GBR":
            return None
        return _BY_NAME.get(folded(zone.region)) if zone.region else _NATIONAL

    def read(self, http: Http, zone_id: str, since_ns: int, until_ns: int, now_ns: int) -> Answer:
        """Actual values of the country, forecasts of a region."""
        del now_ns
        span = f"intensity/{_minute(since_ns)}/{_minute(until_ns)}"
        if zone_id == _NATIONAL:
            answer = fields(http.get_json(f"/{span}"), "the answer")
            return Answer(_rows(answer.get("data"), "data", "actual"))
        answer = fields(http.get_json(f"/regional/{span}/regionid/{zone_id}"), "the answer")
        region = fields(answer.get("data"), "data")
        same(region.get("regionid"), int(zone_id), "data.regionid")
        return Answer(_rows(region.get("data"), "data.data", "forecast"))


def _minute(t_ns: int) -> str:
    """2018-01-20T12:00Z, the form that the definitions ask for."""
    return iso(t_ns)[:16] + "Z"


def _rows(value: object, where: str, kind: str) -> list[Reading]:
    found: list[Reading] = []
    for index, item in enumerate(items(value, where)):
        at = f"{where}[{index}]"
        row = fields(item, at)
        number = intensity(
            fields(row.get("intensity"), f"{at}.intensity").get(kind), f"{at}.{kind}"
        )
        start_ns, end_ns = (
            instant(row.get("from"), f"{at}.from"),
            instant(row.get("to"), f"{at}.to"),
        )
        if end_ns - start_ns != HOUR_NS // 2:
            raise nonsense(f"{at}.to", row.get("to"), "half an hour after `from`")
        if number is not None:
            found.append(Reading(start_ns, end_ns, number, kind, final=True))
    return found
