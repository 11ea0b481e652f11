"""WattTime against its documented answers."""

from __future__ import annotations

from base64 import b64encode

import pytest

from footprint.errors import UsageError
from footprint.estimators.sources import SourceUnavailable
from live_api import ENVIRON, Api, Asked, Live, Reply, at, documented, query, steps

LOGIN, HISTORICAL = "/login", "/v3/historical"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.token"
CALIFORNIA = {"USA-CA": "CAISO_NORTH"}
PERIOD = ("USA-CA", "2022-07-15T00:00:00Z", "2022-07-15T00:10:00Z")


def test_the_documented_answer(api: Api, live: Live) -> None:
    api.on(LOGIN, Reply({"token": TOKEN}))
    api.on(HISTORICAL, Reply(documented("watttime_historical")))
    source = live.source("watttime", zone_ids=CALIFORNIA, signal="co2_moer")
    factor = live.factor(source, *PERIOD)
    assert steps(factor).starts == (at(PERIOD[1]), at("2022-07-15T00:05:00Z"))
    assert steps(factor).ends[-1] == at("2022-07-15T00:10:00Z")
    # 870 lb/MWh: an international pound is 453.59237 g, and 1 MWh is 1000 kWh.
    assert steps(factor).values == (394.6253619, 390.0894382)
    assert factor.source == (
        "WattTime, MARGINAL operating CO2 (co2_moer), not for inventories "
        "(values: 1 imputed by model 2023-03-01, 1 modelled by model 2023-03-01)"
    )
    assert (factor.zone, factor.version, factor.vintage) == ("USA-CA", "v3", 2022)
    login, asked = api.asked
    expected = b64encode(b"ada-of-watttime:correct horse battery").decode()
    assert login.headers["authorization"] == f"Basic {expected}"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.params == {
        "region": "CAISO_NORTH",
        "signal_type": "co2_moer",
        "start": "2022-07-15T00:00:00+00:00",
        "end": "2022-07-16T00:00:00+00:00",
    }


def test_what_it_warns_of_is_said_and_null_is_a_hole(api: Api, live: Live) -> None:
    answer = documented("watttime_historical")
    answer["meta"] |= {"warnings": [{"type": "EXAMPLE_WARNING", "message": "x"}], "model": "?"}
    answer["data"][0]["value"] = None
    api.on(LOGIN, Reply({"token": TOKEN}))
    api.on(HISTORICAL, Reply(answer))
    source = live.source("watttime", zone_ids=CALIFORNIA, signal="co2_moer")
    factor = live.factor(source, *PERIOD)
    assert "WattTime warns: [{'type': 'EXAMPLE_WARNING'" in factor.why
    assert steps(factor).values == (390.0894382,)
    assert factor.source.endswith("(values: 1 modelled)")


def test_the_average_is_the_default(api: Api, live: Live) -> None:
    answer = documented("watttime_historical")
    answer["meta"] |= {"signal_type": "co2_aoer", "data_point_period_seconds": 3600}
    answer["data"] = answer["data"][:1]
    api.on(LOGIN, Reply({"token": TOKEN}))
    api.on(HISTORICAL, Reply(answer))
    factor = live.factor(live.source("watttime", zone_ids=CALIFORNIA), *PERIOD)
    assert "average operating CO2 (co2_aoer), direct" in factor.source
    assert "MARGINAL" not in factor.source
    assert api.asked[-1].params["signal_type"] == "co2_aoer"
    assert steps(factor).ends == (at("2022-07-15T01:00:00Z"),)


def test_a_token_that_has_run_out_is_renewed_once(api: Api, live: Live) -> None:
    api.on(LOGIN, Reply({"token": "first-token"}), Reply({"token": "second-token"}))
    good = documented("watttime_historical")

    def historical(asked: Asked) -> Reply:
        current = asked.headers["authorization"] == "Bearer second-token"
        return Reply(good) if current or len(api.asked) == 2 else Reply({"error": "expired"}, 401)

    api.on_each(HISTORICAL, historical)
    source = live.source("watttime", zone_ids=CALIFORNIA, signal="co2_moer")
    live.factor(source, *PERIOD)
    later = good["data"][0] | {"point_time": "2022-07-16T00:00:00Z"}
    good["data"] = [later]
    live.factor(source, "USA-CA", "2022-07-16T00:00:00Z", "2022-07-16T00:05:00Z")
    paths = [asked.path for asked in api.asked]
    assert paths == [LOGIN, HISTORICAL, HISTORICAL, LOGIN, HISTORICAL]


def test_a_plan_without_the_signal(api: Api, live: Live) -> None:
    api.on(LOGIN, Reply({"token": TOKEN}))
    api.on(HISTORICAL, Reply({"error": "INVALID_SCOPE", "seen": TOKEN}, 403))
    with pytest.raises(SourceUnavailable, match="HTTP 403") as caught:
        live.source("watttime", zone_ids=CALIFORNIA).candidates(query(*PERIOD))
    assert "INVALID_SCOPE" in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert [asked.path for asked in api.asked] == [LOGIN, HISTORICAL]


def test_a_login_that_is_refused_shows_no_password(api: Api, live: Live) -> None:
    echoed = b64encode(b"ada-of-watttime:correct horse battery").decode()
    api.on(LOGIN, Reply(f"no: ada-of-watttime correct horse battery {echoed}", 401))
    with pytest.raises(SourceUnavailable, match="HTTP 401") as caught:
        live.source("watttime", zone_ids=CALIFORNIA).candidates(query(*PERIOD))
    assert "horse" not in str(caught.value)
    assert echoed not in str(caught.value)
    assert len(api.asked) == 1


@pytest.mark.parametrize("missing", ["FOOTPRINT_WATTTIME_USER", "FOOTPRINT_WATTTIME_PASSWORD"])
def test_an_account_that_is_missing_is_named(api: Api, live: Live, missing: str) -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != missing}
    with pytest.raises(SourceUnavailable, match=f"set {missing}"):
        live.source("watttime", environ=environ, zone_ids=CALIFORNIA).candidates(query(*PERIOD))
    assert api.asked == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"units": "percentile"}, "meta.units is 'percentile', not one of lbs_co2_per_mwh"),
        ({"units": "lbs_co2_per_kwh"}, "meta.units is 'lbs_co2_per_kwh'"),
        ({"region": "PJM"}, "meta.region is 'PJM', not 'CAISO_NORTH' as asked for"),
        ({"signal_type": "health_damage"}, "meta.signal_type is 'health_damage'"),
        ({"data_point_period_seconds": 0}, "data_point_period_seconds is 0"),
        ({"data_point_period_seconds": True}, "data_point_period_seconds is True"),
    ],
)
def test_nonsense_is_named(api: Api, live: Live, change: dict[str, object], said: str) -> None:
    answer = documented("watttime_historical")
    answer["meta"] |= change
    api.on(LOGIN, Reply({"token": TOKEN}))
    api.on(HISTORICAL, Reply(answer))
    source = live.source("watttime", zone_ids=CALIFORNIA, signal="co2_moer")
    with pytest.raises(SourceUnavailable, match="answered nonsense") as caught:
        source.candidates(query(*PERIOD))
    assert said in str(caught.value)


@pytest.mark.parametrize("token", [None, 7, "", "a\r\nb", "clé"])
def test_a_token_that_is_none(api: Api, live: Live, token: object) -> None:
    api.on(LOGIN, Reply({"token": token}))
    with pytest.raises(SourceUnavailable, match="the login's token"):
        live.source("watttime", zone_ids=CALIFORNIA).candidates(query(*PERIOD))


def test_zones_that_the_user_did_not_name_are_not_covered(api: Api, live: Live) -> None:
    with pytest.raises(SourceUnavailable, match="does not cover"):
        live.source("watttime").candidates(query(*PERIOD))
    assert api.asked == []
    with pytest.raises(UsageError, match="'co2_mor': Did you mean co2_moer"):
        live.source("watttime", signal="co2_mor")
