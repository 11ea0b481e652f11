"""RTE's éCO2mix through ODRÉ: France, quarter-hours or half-hours, without a key.

Followed: Opendatasoft's Explore API reference v2.1 (help.opendatasoft.com/apis/ods-explore-v2),
`GET /catalog/datasets/{id}/exports/json` with `select`, `where` (ODSQL, `date'...'`), `order_by`,
`timezone`; exports have no limit of rows, and answer a list of objects. Data sets
`eco2mix-national-tr` (real time, every 15 minutes) and `eco2mix-national-cons-def` (consolidated,
then definitive), of odre.opendatasoft.com, fields `date_heure`, `taux_co2` (g/kWh) and `nature`
(whose values are [unverified]: only the word for definitive is looked for).

What is counted (rte-france.com/eco2mix, "Les émissions de CO2 par kWh produit en France"): CO2
from burning fuel alone, per kWh produced in metropolitan France without Corsica; imports are not
in it. RTE consolidates in the course of the following month and finalises in the first half of the
following year (rte-france.com/en/eco2mix/download-indicators), so only definitive values are
kept for good. License: Licence Ouverte 2.0, the portal's [unverified for these data sets].

Times come with their offset and are turned into UTC one by one, so that a change of clocks
neither doubles nor drops an hour.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping

from footprint.estimators.series import NS_PER_S, iso
from footprint.estimators.zones import Zone, folded
from footprint.factors.live.answers import fields, instant, intensity, items
from footprint.factors.live.days import DAY_NS, day_of
from footprint.factors.live.http import Http
from footprint.factors.live.options import known_options
from footprint.factors.live.provider import Answer, Reading

NAME = "eco2mix"
BASE_URL = "https://odre.opendatasoft.com/api/explore/v2.1"
REAL_TIME = "eco2mix-national-tr"
CONSOLIDATED = "eco2mix-national-cons-def"
_QUARTER_NS = 900 * NS_PER_S
# Nothing is consolidated so soon: within these days only real time is asked.
_REAL_TIME_NS = 2 * DAY_NS


class Eco2mix:
    """The provider of `FRA`. It has no options of its own."""

    name = NAME
    base_url = BASE_URL
    max_days = 31
    version = "Explore API v2.1"
    dataset = "national"
    license = "Licence Ouverte 2.0 (Etalab) [unverified for these data sets]"
    source = "RTE éCO2mix by ODRÉ, direct CO2 per kWh produced, metropolitan France without Corsica"

    def __init__(self, options: Mapping[str, object], _environ: Mapping[str, str]) -> None:
        known_options(NAME, options)

    def zone_id(self, zone: Zone) -> str | None:
        """France as a whole; its regions have no such field."""
        return "FR" if zone.country == "FRA" and not zone.region else None

    def read(self, http: Http, zone_id: str, since_ns: int, until_ns: int, now_ns: int) -> Answer:
        """Consolidated values as far as there are any, then real time."""
        del zone_id
        found: list[Reading] = []
        if since_ns < now_ns - _REAL_TIME_NS:
            found = self._export(http, CONSOLIDATED, since_ns, until_ns)
        from_ns = max((reading.end_ns for reading in found), default=since_ns)
        if from_ns < until_ns:
            found += self._export(http, REAL_TIME, from_ns, until_ns)
        return Answer(found)

    def _export(self, http: Http, dataset: str, since_ns: int, until_ns: int) -> list[Reading]:
        answer = http.get_json(
            f"/catalog/datasets/{dataset}/exports/json",
            {
                "select": "date_heure,taux_co2,nature",
                "where": f"date_heure >= date'{_time(since_ns)}' "
                f"and date_heure < date'{_time(until_ns)}'",
                "order_by": "date_heure",
                "timezone": "UTC",
            },
        )
        values: list[tuple[int, float, str]] = []
        for index, item in enumerate(items(answer, "the answer")):
            row = fields(item, f"[{index}]")
            start_ns = instant(row.get("date_heure"), f"[{index}].date_heure")
            value = intensity(row.get("taux_co2"), f"[{index}].taux_co2")
            if value is not None:  # the hours to come are there, with null
                values.append((start_ns, value, _kind(dataset, row.get("nature"))))
        return _readings(values)


def _time(t_ns: int) -> str:
    return iso(t_ns).replace("Z", "+00:00")


def _kind(dataset: str, nature: object) -> str:
    if dataset == REAL_TIME:
        return "real-time"
    return "definitive" if "definitive" in folded(str(nature)) else "consolidated"


def _readings(values: list[tuple[int, float, str]]) -> list[Reading]:
    """Readings with their ends: the day's step after the start, at most until the next start."""
    starts = sorted({start_ns for start_ns, _, _ in values})
    after = dict(itertools.pairwise(starts))
    distances: dict[int, Counter[int]] = {}
    for start_ns, next_ns in after.items():
        distances.setdefault(day_of(start_ns), Counter())[next_ns - start_ns] += 1
    steps = {
        day: 2 * _QUARTER_NS if found[2 * _QUARTER_NS] > found[_QUARTER_NS] else _QUARTER_NS
        for day, found in distances.items()
    }
    return [
        Reading(
            start_ns,
            min(
                start_ns + steps.get(day_of(start_ns), _QUARTER_NS),
                after.get(start_ns, start_ns + DAY_NS),
            ),
            value,
            kind,
            final=kind == "definitive",
        )
        for start_ns, value, kind in values
    ]
