"""Electricity Maps: hourly carbon intensity of consumption, flow-traced, for about 350 zones.

Followed: its API reference, portal.electricitymaps.com/developer-hub/api/reference (v3), for
`GET /v3/carbon-intensity/past-range` (`zone`, `start`, `end`, `emissionFactorType` lifecycle or
direct, `temporalGranularity`; at most 10 days for hourly values; rows in `data` with `zone`,
`carbonIntensity` in gCO2eq/kWh, `datetime`, `isEstimated`), for `GET /v3/carbon-intensity/history`
(the last 24 hours, rows in `history`, the only past that the free plan has), and for the header
`auth-token`. v4 has the same paths; its history holds `data` [unverified: from reports of users,
2026-08]. Whether `end` is inclusive is not stated: rows are sorted by their own time.

A zone that is not known makes the API fall back on the caller's own location, as its reference
says, so an answer that does not name the zone asked for is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from footprint.estimators._countries import countries
from footprint.estimators.series import iso
from footprint.estimators.sources import SourceUnavailable
from footprint.estimators.zones import Zone
from footprint.factors.live.answers import fields, instant, intensity, items, nonsense, same
from footprint.factors.live.days import DAY_NS, HOUR_NS
from footprint.factors.live.http import Http, Refused
from footprint.factors.live.options import choice, known_options, secret, zone_ids, zone_key
from footprint.factors.live.provider import Answer, Reading

NAME = "electricity-maps"
BASE_URL = "https://api.electricitymaps.com"
TOKEN = "FOOTPRINT_ELECTRICITY_MAPS_TOKEN"
_REFUSALS = frozenset({401, 403})


class ElectricityMaps:
    """The provider. Countries go by their alpha-2 code; regions only where `zone_ids` names them.

    Options:
        zone_ids: `{"USA-CA": "US-CAL-CISO"}`; also replaces a country's code.
        emission_factor_type: `lifecycle` (the default, as the API's) or `direct`.
        api_version: `v3` (the default) or `v4`.
    """

    name = NAME
    base_url = BASE_URL
    max_days = 10
    license = "Electricity Maps terms of service; the free plan is not for commercial use"

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        known_options(NAME, options, ("zone_ids", "emission_factor_type", "api_version"))
        self.version = choice(NAME, options, "api_version", ("v3", "v4"))
        self.factors = choice(NAME, options, "emission_factor_type", ("lifecycle", "direct"))
        self._zone_ids = zone_ids(NAME, options)
        self._environ = environ
        self._no_past: Refused | None = None

    @property
    def dataset(self) -> str:
        """Version and emission factors."""
        return f"{self.version}-{self.factors}"

    @property
    def source(self) -> str:
        """What is counted."""
        counted = "life cycle" if self.factors == "lifecycle" else "direct"
        return f"Electricity Maps carbon-intensity, {counted} CO2e of consumption, hourly mean"

    def zone_id(self, zone: Zone) -> str | None:
        """The name in `zone_ids`, else a country's alpha-2 code; nothing is guessed."""
        given = self._zone_ids.get(zone_key(zone))
        if given or zone.region:
            return given
        return {code: short for code, short, _ in countries()}.get(zone.country)

    def read(self, http: Http, zone_id: str, since_ns: int, until_ns: int, now_ns: int) -> Answer:
        """Past range; where the token's plan has none, the last 24 hours."""
        if self._no_past is None:
            try:
                return Answer(self._past(http, zone_id, since_ns, until_ns))
            except Refused as error:
                if error.status not in _REFUSALS:
                    raise
                self._no_past = error
        note = f"this token has no past-range ({self._no_past}), only the last 24 hours"
        if until_ns <= now_ns - DAY_NS - HOUR_NS:
            raise SourceUnavailable(note)
        return Answer(self._history(http, zone_id, since_ns, until_ns), note, partial=True)

    def _past(self, http: Http, zone_id: str, since_ns: int, until_ns: int) -> list[Reading]:
        span = {"start": iso(since_ns), "end": iso(until_ns)}
        return self._rows(self._get(http, "past-range", zone_id, span), "data", zone_id)

    def _history(self, http: Http, zone_id: str, since_ns: int, until_ns: int) -> list[Reading]:
        answer = self._get(http, "history", zone_id, {})
        rows = self._rows(answer, "history" if self.version == "v3" else "data", zone_id)
        return [row for row in rows if since_ns <= row.start_ns < until_ns]

    def _get(self, http: Http, what: str, zone_id: str, span: Mapping[str, str]) -> object:
        return http.get_json(
            f"/{self.version}/carbon-intensity/{what}",
            {
                "zone": zone_id,
                **span,
                "emissionFactorType": self.factors,
                "temporalGranularity": "hourly",
            },
            headers={"auth-token": secret(self._environ, TOKEN)},
        )

    def _rows(self, answer: object, key: str, zone_id: str) -> list[Reading]:
        whole = fields(answer, "the answer")
        self._as_asked(whole, zone_id, "")
        found: list[Reading] = []
        for index, item in enumerate(items(whole.get(key), key)):
            where = f"{key}[{index}]"
            row = fields(item, where)
            self._as_asked(row, zone_id, f"{where}.")
            if "zone" not in row and "zone" not in whole:
                raise nonsense(f"{where}.zone", None, f"{zone_id!r} as asked for")
            value = intensity(row.get("carbonIntensity"), f"{where}.carbonIntensity")
            if value is None:
                continue
            start_ns = instant(row.get("datetime"), f"{where}.datetime")
            estimated = row.get("isEstimated")
            kind = "measured" if estimated is False else "estimated"
            found.append(Reading(start_ns, start_ns + HOUR_NS, value, kind, estimated is False))
        return found

    def _as_asked(self, part: Mapping[str, object], zone_id: str, where: str) -> None:
        asked = {
            "zone": zone_id,
            "emissionFactorType": self.factors,
            "temporalGranularity": "hourly",
        }
        for key, value in asked.items():
            if key in part:
                same(part[key], value, where + key)
