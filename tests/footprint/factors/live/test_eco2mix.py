"""éCO2mix against documented answers, and over changes of clocks."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from footprint.estimators.sources import SourceUnavailable
from live_api import Api, Asked, Clock, Live, Reply, at, documented, query, steps, utc

TR = "/catalog/datasets/eco2mix-national-tr/exports/json"
CONS = "/catalog/datasets/eco2mix-national-cons-def/exports/json"
QUARTER_NS = 900 * 10**9
PARIS = ZoneInfo("Europe/Paris")


def span(asked: Asked) -> tuple[int, int]:
    first, last = re.findall(r"date'([^']+)'", asked.params["where"])
    return at(first), at(last)


def rows(
    since_ns: int, until_ns: int, step_ns: int = QUARTER_NS, nature: str = "Données temps réel"
) -> list[dict[str, Any]]:
    """In Paris time with its offset; each value is the local hour."""
    found = []
    for start in range(since_ns, until_ns, step_ns):
        local = utc(start).astimezone(PARIS)
        found.append({"date_heure": local.isoformat(), "taux_co2": local.hour, "nature": nature})
    return found


def test_the_documented_answer(api: Api, clock: Clock, live: Live) -> None:
    clock.ns = at("2026-05-20T23:00:00Z")
    api.on(TR, Reply(documented("eco2mix_tr")))
    factor = live.factor(
        live.source("eco2mix"), "FRA", "2026-05-20T22:00:00Z", "2026-05-20T23:00:00Z"
    )
    assert steps(factor).to_json() == [
        [at("2026-05-20T22:00:00Z"), at("2026-05-20T22:15:00Z"), 21.0],
        [at("2026-05-20T22:15:00Z"), at("2026-05-20T22:30:00Z"), 22.0],
        [at("2026-05-20T22:30:00Z"), at("2026-05-20T22:45:00Z"), 24.0],
    ]
    assert factor.source.startswith("RTE éCO2mix by ODRÉ, direct CO2 per kWh produced")
    assert factor.source.endswith("(values: 3 real-time)")
    assert (factor.zone, factor.version) == ("FRA", "Explore API v2.1")
    assert factor.license.startswith("Licence Ouverte 2.0")
    (asked,) = api.asked
    assert asked.params == {
        "select": "date_heure,taux_co2,nature",
        "where": "date_heure >= date'2026-05-20T00:00:00+00:00' "
        "and date_heure < date'2026-05-20T23:00:00+00:00'",
        "order_by": "date_heure",
        "timezone": "UTC",
    }


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-05-20", 24)]
)
def test_a_day_has_the_hours_that_its_clocks_show(
    api: Api, clock: Clock, live: Live, day: str, hours: int
) -> None:
    """Answers in local time with offsets, over the days on which the clocks change."""
    clock.ns = at("2026-10-27T00:00:00Z")
    api.on_each(TR, lambda asked: Reply(rows(*span(asked))))
    api.on(CONS, Reply([]))
    midnight = utc(at(f"{day}T12:00:00Z")).astimezone(PARIS).replace(hour=0)
    next_midnight = midnight + timedelta(days=1)  # of the same zone: the next local midnight
    since, until = midnight.isoformat(), next_midnight.isoformat()
    value = steps(live.factor(live.source("eco2mix"), "FRA", since, until))
    assert (at(until) - at(since)) // (3600 * 10**9) == hours
    assert len(value) == 4 * hours
    assert not value.holes(at(since), at(until))
    shown = {  # each quarter of an hour has the value of its local hour
        utc(start).astimezone(PARIS).hour == value.at(start)
        for start in range(at(since), at(until), QUARTER_NS)
    }
    assert shown == {True}
    local_hours = [h for h in range(24) if not (hours == 23 and h == 2)]
    local_hours += [2] if hours == 25 else []
    mean = value.mean(at(since), at(until))
    assert mean == pytest.approx(sum(local_hours) / hours, rel=1e-12)


def test_consolidated_values_come_first_and_real_time_fills_the_rest(api: Api, live: Live) -> None:
    border = at("2026-05-15T00:00:00Z")

    def consolidated(asked: Asked) -> Reply:
        since, until = span(asked)
        return Reply(rows(since, min(until, border), 2 * QUARTER_NS, "Données consolidées"))

    api.on_each(CONS, consolidated)
    api.on_each(TR, lambda asked: Reply(rows(*span(asked))))
    factor = live.factor(
        live.source("eco2mix"), "FRA", "2026-05-14T00:00:00Z", "2026-05-16T00:00:00Z"
    )
    value = steps(factor)
    assert not value.holes(at("2026-05-14T00:00:00Z"), at("2026-05-16T00:00:00Z"))
    assert len(value) == 48 + 96
    assert factor.source.endswith("(values: 48 consolidated, 96 real-time)")
    assert [span(asked)[0] for asked in api.asked] == [at("2026-05-14T00:00:00Z"), border]


def test_only_definitive_values_are_kept_for_good(api: Api, clock: Clock, live: Live) -> None:
    period = ("2025-03-10T00:00:00Z", "2025-03-11T00:00:00Z")
    for day, nature in (("2026-05-01", "Données consolidées"), ("2026-06-20", "définitives")):
        clock.ns = at(f"{day}T00:00:00Z")
        api.on(CONS, Reply(rows(at(period[0]), at(period[1]), nature=nature)))
        live.factor(live.source("eco2mix"), "FRA", *period)
    assert len(api.asked) == 2
    clock.ns = at("2030-01-01T00:00:00Z")
    factor = live.factor(live.source("eco2mix"), "FRA", *period)
    assert len(api.asked) == 2
    assert factor.source.endswith("(values: 96 definitive)")


def test_two_values_for_one_instant_leave_a_hole(api: Api, live: Live) -> None:
    """As where an hour of the change of clocks is written twice without its second offset."""
    since, until = at("2026-05-31T12:00:00Z"), at("2026-05-31T13:00:00Z")
    answer = rows(since, until)
    answer += [{**answer[1], "taux_co2": 77}, answer[2]]
    api.on(TR, Reply(answer))
    api.on(CONS, Reply([]))
    factor = live.factor(
        live.source("eco2mix"), "FRA", "2026-05-31T12:00:00Z", "2026-05-31T13:00:00Z"
    )
    hole = (since + QUARTER_NS, since + 2 * QUARTER_NS)
    assert steps(factor).holes(since, until) == [hole]
    assert "two different values" in factor.why


@pytest.mark.parametrize("zone", ["DEU", "FRA-BRE", "REU"])
def test_other_places_are_not_covered(api: Api, live: Live, zone: str) -> None:
    asked = query(zone, "2026-05-20T22:00:00Z", "2026-05-20T23:00:00Z")
    with pytest.raises(SourceUnavailable, match=f"does not cover {zone}"):
        live.source("eco2mix").candidates(asked)
    assert api.asked == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error_code": "InvalidRESTParameterError"}, "the answer is {'error_code'"),
        ([{"date_heure": "2026-06-01T02:00:00", "taux_co2": 2}], "date_heure is '2026-06-01T02"),
        ([{"date_heure": None, "taux_co2": 2}], "date_heure is None"),
        ([{"date_heure": "2026-06-01T02:00:00+02:00", "taux_co2": "2"}], "taux_co2 is '2'"),
    ],
)
def test_nonsense_is_named(api: Api, live: Live, answer: object, said: str) -> None:
    api.on(TR, Reply(answer))
    with pytest.raises(SourceUnavailable, match="answered nonsense") as caught:
        live.source("eco2mix").candidates(
            query("FRA", "2026-06-01T00:00:00Z", "2026-06-01T01:00:00Z")
        )
    assert said in str(caught.value)
