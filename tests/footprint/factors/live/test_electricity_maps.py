"""Electricity Maps against its documented answers."""

from __future__ import annotations

from typing import Any

import pytest

from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.sources import SourceUnavailable
from live_api import Api, Asked, Clock, Live, Reply, at, documented, query, steps, utc

PAST = "/v3/carbon-intensity/past-range"
HISTORY = "/v3/carbon-intensity/history"
EVENING = ("DEU", "2026-05-21T21:00:00Z", "2026-05-22T00:00:00Z")


def row(hour: int, value: float = 100.0, zone: str = "FR", **other: object) -> dict[str, Any]:
    return {
        "zone": zone,
        "carbonIntensity": value,
        "datetime": f"{utc(hour):%Y-%m-%dT%H:%M:%S.000Z}",
        "isEstimated": False,
        **other,
    }


def hourly(asked: Asked) -> Reply:
    """Hours from start to end, `end` included; each one's value is its hour of the day."""
    first, last = at(asked.params["start"]), at(asked.params["end"])
    hours = range(first, last + 1, 3600 * 10**9)
    rows = [row(hour, float(utc(hour).hour), asked.params["zone"]) for hour in hours]
    return Reply({"data": rows})


def test_the_documented_answer(api: Api, live: Live) -> None:
    api.on(PAST, Reply(documented("electricity_maps_past_range")))
    factor = live.factor(live.source("electricity-maps"), *EVENING)
    assert steps(factor).to_json() == [
        [at("2026-05-21T21:00:00Z"), at("2026-05-21T22:00:00Z"), 302.0],
        [at("2026-05-21T22:00:00Z"), at("2026-05-21T23:00:00Z"), 322.5],
        [at("2026-05-21T23:00:00Z"), at("2026-05-22T00:00:00Z"), 318.0],
    ]
    assert (factor.zone, factor.unit, factor.version) == ("DEU", "g/kWh", "v3")
    assert (factor.vintage, factor.retrieved) == (2026, "2026-06-01")
    assert factor.source == (
        "Electricity Maps carbon-intensity, life cycle CO2e of consumption, hourly mean "
        "(values: 1 estimated, 2 measured)"
    )
    assert "not for commercial use" in factor.license
    (asked,) = api.asked
    assert asked.headers["auth-token"] == "em-token-0123456789"
    assert asked.params == {
        "zone": "DE",
        "start": "2026-05-21T00:00:00Z",
        "end": "2026-05-22T00:00:00Z",
        "emissionFactorType": "lifecycle",
        "temporalGranularity": "hourly",
    }


def test_long_periods_are_asked_in_stretches_of_ten_days(api: Api, live: Live) -> None:
    api.on_each(PAST, hourly)
    factor = live.factor(
        live.source("electricity-maps"), "FRA", "2026-05-01T05:00:00Z", "2026-05-25T07:00:00Z"
    )
    spans = [(asked.params["start"], asked.params["end"]) for asked in api.asked]
    assert spans == [
        ("2026-05-01T00:00:00Z", "2026-05-11T00:00:00Z"),
        ("2026-05-11T00:00:00Z", "2026-05-21T00:00:00Z"),
        ("2026-05-21T00:00:00Z", "2026-05-26T00:00:00Z"),
    ]
    value = steps(factor)
    assert not value.holes(at("2026-05-01T05:00:00Z"), at("2026-05-25T07:00:00Z"))
    assert len(value) == 24 * 24 + 2
    assert value.mean(at("2026-05-02T00:00:00Z"), at("2026-05-03T00:00:00Z")) == 11.5


def test_today_is_asked_until_now(api: Api, live: Live) -> None:
    api.on_each(PAST, hourly)
    factor = live.factor(
        live.source("electricity-maps"), "FRA", "2026-06-01T09:30:00Z", "2026-06-02T00:00:00Z"
    )
    assert api.asked[0].params["end"] == "2026-06-01T12:00:00Z"
    assert steps(factor).starts[0] == at("2026-06-01T09:00:00Z")
    assert steps(factor).at(at("2026-06-01T11:59:00Z")) == 11.0


def test_zones_are_named_by_alpha_2_or_by_the_user_and_not_guessed(api: Api, live: Live) -> None:
    api.on_each(PAST, hourly)
    source = live.source("electricity-maps", zone_ids={"US-CA": "US-CAL-CISO", "Denmark": "DK-DK1"})
    period = ("2026-05-01T05:00:00Z", "2026-05-01T06:00:00Z")
    zones = ["USA-CA", "DNK", "GBR"]
    found = [source.candidates(query(zone, *period)) for zone in zones]
    assert [asked.params["zone"] for asked in api.asked] == ["US-CAL-CISO", "DK-DK1", "GB"]
    assert [factor.zone for factors in found for factor in factors] == ["USA-CA", "DNK", "GBR"]
    with pytest.raises(SourceUnavailable, match="does not cover USA-NY"):
        source.candidates(query("USA-NY", *period))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"zone": "DK"}, "data[0].zone is 'DK', not 'DE' as asked for"),
        ({"zone": None}, "data[0].zone is None, not 'DE'"),
        ({"carbonIntensity": -4}, "data[0].carbonIntensity is -4, not from 0 to 5000"),
        ({"carbonIntensity": 5000.5}, "data[0].carbonIntensity is 5000.5"),
        ({"carbonIntensity": 10**400}, "data[0].carbonIntensity is 1000"),
        ({"carbonIntensity": True}, "data[0].carbonIntensity is True, not a number"),
        ({"carbonIntensity": "302"}, "data[0].carbonIntensity is '302', not a number"),
        ({"datetime": "2026-05-21T21:00:00"}, "data[0].datetime is '2026-05-21T21:00:00', not an"),
        ({"datetime": 1747861200}, "data[0].datetime is 1747861200, not an ISO 8601 time"),
        ({"datetime": "2016-05-21T21:00:00Z"}, "a value of 2016-05-21T21:00:00Z, asked from 2026"),
        ({"emissionFactorType": "direct"}, "data[0].emissionFactorType is 'direct', not 'life"),
        ({"temporalGranularity": "daily"}, "data[0].temporalGranularity is 'daily', not 'hourly'"),
        ({"datetime": "2026-05-21T22:30:00Z"}, "overlaps the one from"),
    ],
)
def test_nonsense_is_named(api: Api, live: Live, change: dict[str, object], said: str) -> None:
    answer = documented("electricity_maps_past_range")
    answer["data"][0] |= change
    api.on(PAST, Reply(answer))
    with pytest.raises(SourceUnavailable, match="answered nonsense") as caught:
        live.source("electricity-maps").candidates(query(*EVENING))
    assert said in str(caught.value)
    api.on(PAST, Reply(documented("electricity_maps_past_range")))
    factor = live.factor(live.source("electricity-maps"), *EVENING)  # nothing of it was kept
    assert len(steps(factor)) == 3


def test_a_key_that_an_answer_repeats_is_not_shown(api: Api, live: Live) -> None:
    api.on(PAST, Reply({"data": [{"zone": "em-token-0123456789"}]}))
    with pytest.raises(SourceUnavailable, match=r"data\[0\]\.zone is '\*\*\*'"):
        live.source("electricity-maps").candidates(query(*EVENING))


@pytest.mark.parametrize("answer", [[], {"data": None}, {"data": {}}, {"data": [3]}, "x", None])
def test_other_shapes_are_refused(api: Api, live: Live, answer: object) -> None:
    import json

    api.on(PAST, Reply(json.dumps(answer)))
    with pytest.raises(SourceUnavailable, match="answered nonsense"):
        live.source("electricity-maps").candidates(query(*EVENING))


def test_an_answer_must_say_which_zone_it_is_of(api: Api, live: Live) -> None:
    answer = documented("electricity_maps_past_range")
    for item in answer["data"]:
        del item["zone"]
    api.on(PAST, Reply(answer))
    with pytest.raises(SourceUnavailable, match="zone is None, not 'DE' as asked for"):
        live.source("electricity-maps").candidates(query(*EVENING))


def test_null_is_a_hole_and_not_zero(api: Api, live: Live) -> None:
    answer = documented("electricity_maps_past_range")
    answer["data"][1]["carbonIntensity"] = None
    api.on(PAST, Reply(answer))
    factor = live.factor(live.source("electricity-maps"), *EVENING)
    hole = (at("2026-05-21T22:00:00Z"), at("2026-05-21T23:00:00Z"))
    assert steps(factor).holes(at(EVENING[1]), at(EVENING[2])) == [hole]


def test_the_free_plan_gets_the_last_day(api: Api, clock: Clock, live: Live) -> None:
    clock.ns = at("2026-05-21T12:10:00Z")
    api.on(PAST, Reply({"error": "Request unauthorized"}, 401))
    api.on(HISTORY, Reply(documented("electricity_maps_history")))
    source = live.source("electricity-maps")
    factor = live.factor(source, "DEU", "2026-05-21T10:00:00Z", "2026-05-21T12:00:00Z")
    assert list(steps(factor).values) == [250.0, 260.0]
    assert "this token has no past-range (HTTP 401 (the key is not accepted)" in factor.why
    with pytest.raises(SourceUnavailable, match="only the last 24 hours"):
        source.candidates(query("DEU", "2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z"))
    assert [asked.path for asked in api.asked] == [PAST, HISTORY]  # a refusal is remembered


def test_hours_that_history_no_longer_has_are_kept(api: Api, clock: Clock, live: Live) -> None:
    api.on(PAST, Reply({}, 403))
    early, late = at("2026-05-21T01:00:00Z"), at("2026-05-21T20:00:00Z")
    api.on(
        HISTORY,
        Reply({"zone": "FR", "history": [row(early, 50.0)]}),
        Reply({"zone": "FR", "history": [row(late, 60.0)]}),
    )
    day = ("FRA", "2026-05-21T00:00:00Z", "2026-05-22T00:00:00Z")
    clock.ns = at("2026-05-21T03:00:00Z")
    assert list(steps(live.factor(live.source("electricity-maps"), *day)).values) == [50.0]
    clock.ns = at("2026-05-22T04:00:00Z")
    assert list(steps(live.factor(live.source("electricity-maps"), *day)).values) == [50.0, 60.0]


def test_a_refused_token_is_not_a_free_plan(api: Api, live: Live) -> None:
    api.on("/v3", Reply({"error": "bad em-token-0123456789"}, 401))
    with pytest.raises(SourceUnavailable) as caught:
        live.source("electricity-maps").candidates(
            query("DEU", "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z")
        )
    assert 'HTTP 401 (the key is not accepted): {"error": "bad ***"}' in str(caught.value)
    assert "em-token" not in repr(caught.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "set FOOTPRINT_ELECTRICITY_MAPS_TOKEN in the environment"),
        ("a\nb", "FOOTPRINT_ELECTRICITY_MAPS_TOKEN holds letters that no key has"),
        ("clé", "FOOTPRINT_ELECTRICITY_MAPS_TOKEN holds letters that no key has"),
    ],
)
def test_a_key_that_is_missing_or_broken(api: Api, live: Live, token: str, said: str) -> None:
    environ = {"FOOTPRINT_ELECTRICITY_MAPS_TOKEN": token}
    with pytest.raises(SourceUnavailable, match=said):
        live.source("electricity-maps", environ=environ).candidates(query(*EVENING))
    assert api.asked == []


def test_direct_emissions_and_version_4(api: Api, clock: Clock, live: Live) -> None:
    clock.ns = at("2026-05-21T12:10:00Z")
    now = row(at("2026-05-21T11:00:00Z"), 20.0)
    api.on("/v4/carbon-intensity/past-range", Reply({}, 401))
    api.on("/v4/carbon-intensity/history", Reply({"zone": "FR", "data": [now]}))
    source = live.source("electricity-maps", api_version="v4", emission_factor_type="direct")
    factor = live.factor(source, "FRA", "2026-05-21T11:00:00Z", "2026-05-21T12:00:00Z")
    assert steps(factor).values == (20.0,)
    assert factor.version == "v4"
    assert "direct CO2e" in factor.source
    assert api.asked[0].params["emissionFactorType"] == "direct"


def test_wrong_options_are_named(live: Live) -> None:
    with pytest.raises(UsageError, match="no option 'zone_id': Did you mean zone_ids"):
        live.source("electricity-maps", zone_id={})
    with pytest.raises(UsageError, match="'livecycle': Did you mean lifecycle"):
        live.source("electricity-maps", emission_factor_type="livecycle")
    with pytest.raises(UsageError, match="zone_ids is 'DE'"):
        live.source("electricity-maps", zone_ids="DE")
    with pytest.raises(UsageError, match=r"zone_ids\['DEU'\] is '../x'"):
        live.source("electricity-maps", zone_ids={"DEU": "../x"})
    with pytest.raises(EstimatorError, match="Did you mean Germany"):
        live.source("electricity-maps", zone_ids={"Germny": "DE"})
