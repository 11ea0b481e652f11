"""Great Britain's API against its documented answers."""

from __future__ import annotations

import pytest

from footprint.estimators.sources import SourceUnavailable
from live_api import Api, Asked, Live, Reply, at, documented, query, steps, utc

NOON = ("2018-01-20T12:00:00Z", "2018-01-20T13:30:00Z")
HALF_NS = 1800 * 10**9


def half_hours(asked: Asked) -> Reply:
    """As the API does: also the half-hour before `from`, whose end is `from`."""
    _, _, since, until = asked.path.split("/")
    rows = [
        {
            "from": f"{utc(start):%Y-%m-%dT%H:%MZ}",
            "to": f"{utc(start + HALF_NS):%Y-%m-%dT%H:%MZ}",
            "intensity": {"forecast": 1, "actual": utc(start).hour, "index": "low"},
        }
        for start in range(at(since) - HALF_NS, at(until), HALF_NS)
    ]
    return Reply({"data": rows})


def test_the_documented_answer(api: Api, live: Live) -> None:
    api.on("/intensity", Reply(documented("carbon_intensity_uk_national")))
    factor = live.factor(live.source("carbon-intensity-uk"), "GBR", *NOON)
    value = steps(factor)
    assert value.to_json() == [
        [at("2018-01-20T12:00:00Z"), at("2018-01-20T12:30:00Z"), 263.0],
        [at("2018-01-20T13:00:00Z"), at("2018-01-20T13:30:00Z"), 251.0],
    ]
    # Where the operator has no actual value there is a hole, not its forecast.
    assert value.holes(at(NOON[0]), at(NOON[1])) == [
        (at("2018-01-20T12:30:00Z"), at("2018-01-20T13:00:00Z"))
    ]
    assert (factor.zone, factor.license, factor.version) == ("GBR", "CC BY 4.0", "v2.0.0")
    assert "without Northern Ireland" in factor.source
    assert factor.vintage == 2018
    assert [asked.path for asked in api.asked] == ["/intensity/2018-01-20T00:00Z/2018-01-21T00:00Z"]


@pytest.mark.parametrize("zone", ["GB-London", "GBR-LONDON", "United Kingdom-london"])
def test_a_region_has_forecasts_and_says_so(api: Api, live: Live, zone: str) -> None:
    api.on("/regional", Reply(documented("carbon_intensity_uk_regional")))
    factor = live.factor(live.source("carbon-intensity-uk"), zone, *NOON)
    assert steps(factor).values == (160.0, 165.0)
    assert factor.source.endswith("(values: 2 forecast)")
    assert factor.zone == "GBR-LONDON"
    assert [asked.path for asked in api.asked] == [
        "/regional/intensity/2018-01-20T00:00Z/2018-01-21T00:00Z/regionid/13"
    ]


def test_another_region_than_asked_for_is_refused(api: Api, live: Live) -> None:
    api.on("/regional", Reply(documented("carbon_intensity_uk_regional")))
    with pytest.raises(SourceUnavailable, match=r"data\.regionid is 13, not 16 as asked for"):
        live.source("carbon-intensity-uk").candidates(query("GBR-Scotland", *NOON))


def test_long_periods_are_asked_in_stretches_of_fourteen_days(api: Api, live: Live) -> None:
    api.on_each("/intensity", half_hours)
    factor = live.factor(
        live.source("carbon-intensity-uk"), "GBR", "2026-03-20T00:00:00Z", "2026-04-10T00:00:00Z"
    )
    assert [asked.path for asked in api.asked] == [
        "/intensity/2026-03-20T00:00Z/2026-04-03T00:00Z",
        "/intensity/2026-04-03T00:00Z/2026-04-10T00:00Z",
    ]
    assert len(steps(factor)) == 21 * 48


@pytest.mark.parametrize("zone", ["FRA", "IRL", "GBR-Atlantis"])
def test_other_places_are_not_covered(api: Api, live: Live, zone: str) -> None:
    with pytest.raises(SourceUnavailable, match="does not cover"):
        live.source("carbon-intensity-uk").candidates(query(zone, *NOON))
    assert api.asked == []


def test_two_values_for_one_half_hour_leave_a_hole(api: Api, live: Live) -> None:
    """As the API answers for 2021-04-19T19:00Z (its issue 17)."""
    answer = documented("carbon_intensity_uk_national")
    twice, other = answer["data"][1], dict(answer["data"][3])
    answer["data"] += [twice, {**other, "intensity": {"actual": 99}}]
    api.on("/intensity", Reply(answer))
    factor = live.factor(live.source("carbon-intensity-uk"), "GBR", *NOON)
    assert steps(factor).values == (263.0,)  # the same twice is one; 251 or 99 is none
    assert "1 instants with two different values left out" in factor.why
    assert "2018-01-20T13:00:00Z" in factor.why


def test_a_step_must_be_half_an_hour(api: Api, live: Live) -> None:
    answer = documented("carbon_intensity_uk_national")
    answer["data"][1]["to"] = "2018-01-20T13:00Z"
    api.on("/intensity", Reply(answer))
    with pytest.raises(SourceUnavailable, match="half an hour after"):
        live.source("carbon-intensity-uk").candidates(query("GBR", *NOON))


def test_a_day_without_any_value_is_said(api: Api, live: Live) -> None:
    api.on("/intensity", Reply({"data": []}))
    with pytest.raises(SourceUnavailable, match="has no values from 2018-01-20T12:00:00Z to"):
        live.source("carbon-intensity-uk").candidates(query("GBR", *NOON))
