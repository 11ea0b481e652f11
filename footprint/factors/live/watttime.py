"""WattTime: average or marginal emission rates by grid region, with an account.

Followed: docs.watttime.org (API v3): `GET /login` with HTTP Basic answers `token`, valid for 30
minutes; `GET /v3/historical` with `region`, `signal_type`, `start`, `end` and the header
`Authorization: Bearer` answers `data` (`point_time`, `value`, `imputed_data_used`) and `meta`
(`data_point_period_seconds`, `region`, `signal_type`, `units`, `model.date`). At most 32 days a
request; `end` is inclusive. Regions are WattTime's own (`CAISO_NORTH`): which one a place lies
in is theirs to say (`/v3/region-from-loc`), so a zone is covered where `zone_ids` names one.

- `co2_aoer`, the default: average operating emission rate of the region's generators, direct,
  hourly, within 72 hours, without imports; the one meant for accounting
  (watttime.org/data-science/data-signals/average-co2). A plan must include it.
- `co2_moer`: marginal operating emission rate: what one more kWh causes, not a share of what is
  emitted. Wrong for an inventory (GHG Protocol Scope 2 asks for averages); the source says
  marginal.

Both are stated in lb/MWh (`lbs_co2_per_mwh`; for `co2_aoer` [unverified]) and turned into g/kWh.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from footprint.errors import shown
from footprint.estimators.series import NS_PER_S, iso
from footprint.estimators.units import convert, ratio
from footprint.estimators.zones import Zone
from footprint.factors.live.answers import (
    MAX_G_PER_KWH,
    fields,
    instant,
    intensity,
    items,
    nonsense,
    same,
)
from footprint.factors.live.http import Http, Refused
from footprint.factors.live.options import choice, known_options, secret, zone_ids, zone_key
from footprint.factors.live.provider import Answer, Reading

NAME = "watttime"
BASE_URL = "https://api.watttime.org"
USER = "FOOTPRINT_WATTTIME_USER"
PASSWORD = "FOOTPRINT_WATTTIME_PASSWORD"
_UNITS = {"lbs_co2_per_mwh": "lb/MWh"}
_SIGNALS = {
    "co2_aoer": "average operating CO2 (co2_aoer), direct, without imports",
    "co2_moer": "MARGINAL operating CO2 (co2_moer), not for inventories",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LB_TO_G = ratio("lb/MWh", "g/kWh")


class WattTime:
    """The provider of the zones that `zone_ids` names.

    Options:
        zone_ids: `{"USA-CA": "CAISO_NORTH"}`.
        signal: `co2_aoer` (the default) or `co2_moer`.
    """

    name = NAME
    base_url = BASE_URL
    max_days = 30
    version = "v3"
    license = "WattTime terms of service, by plan; not open data"

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        known_options(NAME, options, ("zone_ids", "signal"))
        self.signal = choice(NAME, options, "signal", tuple(_SIGNALS))
        self._zone_ids = zone_ids(NAME, options)
        self._environ = environ
        self._token = ""

    @property
    def dataset(self) -> str:
        """The signal."""
        return f"v3-{self.signal}"

    @property
    def source(self) -> str:
        """What is counted."""
        return f"WattTime, {_SIGNALS[self.signal]}"

    def zone_id(self, zone: Zone) -> str | None:
        """The name in `zone_ids`."""
        return self._zone_ids.get(zone_key(zone))

    def read(self, http: Http, zone_id: str, since_ns: int, until_ns: int, now_ns: int) -> Answer:
        """The signal's history."""
        del now_ns
        params = {
            "region": zone_id,
            "signal_type": self.signal,
            "start": iso(since_ns).replace("Z", "+00:00"),
            "end": iso(until_ns).replace("Z", "+00:00"),
        }
        try:
            answer = self._historical(http, params)
        except Refused as error:
            if error.status != 401 or not self._token:
                raise
            self._token = ""  # it lives for half an hour: log in again, once
            answer = self._historical(http, params)
        whole = fields(answer, "the answer")
        return Answer(self._rows(whole, zone_id), _warnings(whole))

    def _historical(self, http: Http, params: Mapping[str, str]) -> object:
        if not self._token:
            self._token = self._login(http)
        bearer = {"authorization": f"Bearer {self._token}"}
        return http.get_json("/v3/historical", params, headers=bearer)

    def _login(self, http: Http) -> str:
        user, password = (
            secret(self._environ, variable, ascii_only=False) for variable in (USER, PASSWORD)
        )
        token = fields(http.get_json("/login", auth=(user, password)), "the login").get("token")
        if (
            not isinstance(token, str)
            or not token.isascii()
            or not token.isprintable()
            or not token
        ):
            raise nonsense("the login's token", type(token).__name__, "text")
        return token

    def _rows(self, answer: Mapping[str, object], zone_id: str) -> list[Reading]:
        meta = fields(answer.get("meta"), "meta")
        same(meta.get("region"), zone_id, "meta.region")
        same(meta.get("signal_type"), self.signal, "meta.signal_type")
        unit = _UNITS.get(str(meta.get("units")))
        if unit is None:
            raise nonsense("meta.units", meta.get("units"), f"one of {', '.join(_UNITS)}")
        period_s = meta.get("data_point_period_seconds")
        if type(period_s) is not int or not 1 <= period_s <= 3600:
            raise nonsense("meta.data_point_period_seconds", period_s, "from 1 to 3600")
        model = _model(meta)
        found: list[Reading] = []
        for index, item in enumerate(items(answer.get("data"), "data")):
            where = f"data[{index}]"
            row = fields(item, where)
            high = MAX_G_PER_KWH * _LB_TO_G[1] / _LB_TO_G[0]
            value = intensity(row.get("value"), f"{where}.value", high=high)
            if value is None:
                continue
            start_ns = instant(row.get("point_time"), f"{where}.point_time")
            imputed = row.get("imputed_data_used") is True
            found.append(
                Reading(
                    start_ns,
                    start_ns + period_s * NS_PER_S,
                    convert(value, unit, "g/kWh"),
                    f"{'imputed' if imputed else 'modelled'}{model}",
                    final=not imputed,
                )
            )
        return found


def _model(meta: Mapping[str, object]) -> str:
    """` by model 2023-03-01`: the values of two models differ."""
    model = meta.get("model")
    date = model.get("date") if isinstance(model, dict) else None
    return f" by model {date}" if isinstance(date, str) and _DATE.fullmatch(date) else ""


def _warnings(answer: Mapping[str, object]) -> str:
    """What WattTime warns of, for the reader; an empty string where it does not."""
    warnings = fields(answer.get("meta"), "meta").get("warnings") or []
    return f"WattTime warns: {shown(warnings)}" if warnings else ""
