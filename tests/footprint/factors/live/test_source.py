"""The source as a whole: what it answers, when it does not, and how a registry goes on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, TARIFF, Factor
from footprint.estimators.quantity import exact
from footprint.estimators.sources import Query, Registry, Source, SourceUnavailable, covering
from footprint.estimators.zones import resolve_zone
from footprint.factors.live import PROVIDERS, Limits, make
from footprint.factors.live.days import DAY_NS, day_of, days, runs
from live_api import Api, Asked, Clock, Live, Reply, at, query, steps, utc

FRANCE = resolve_zone("FRA")
NOON = at("2026-06-01T12:00:00Z")


def hourly(asked: Asked) -> Reply:
    first, last = at(asked.params["start"]), at(asked.params["end"])
    rows = [
        {"zone": "FR", "carbonIntensity": 40, "datetime": utc(hour).isoformat()}
        for hour in range(first, last, 3600 * 10**9)
    ]
    return Reply({"data": rows})


class Yearly:
    """A source with one annual figure."""

    name = "yearly"

    def candidates(self, query: Query) -> list[Factor]:
        return [Factor(GRID_INTENSITY, exact(56.0, "g/kWh"), "g/kWh", "FRA", "a table")]


@pytest.mark.parametrize(
    "asked",
    [
        Query(TARIFF, FRANCE, "", NOON, NOON),
        Query(GRID_INTENSITY, None, "", NOON, NOON),
        Query(GRID_INTENSITY, FRANCE),
        Query(GRID_INTENSITY, FRANCE, "", NOON + 1, NOON + 2),
    ],
    ids=["another factor", "no zone", "no period", "not yet"],
)
def test_what_it_has_nothing_for(api: Api, live: Live, asked: Query) -> None:
    assert live.source("electricity-maps").candidates(asked) == ()
    assert api.asked == []


def test_a_period_that_ends_before_it_starts(live: Live) -> None:
    with pytest.raises(EstimatorError, match="it ends before it starts"):
        live.source("electricity-maps").candidates(
            query("FRA", "2026-05-02T00:00:00Z", "2026-05-01T00:00:00Z")
        )


def test_a_moment_and_an_open_end(api: Api, live: Live) -> None:
    api.on_each("/v3", hourly)
    source = live.source("electricity-maps")
    (moment,) = source.candidates(Query(GRID_INTENSITY, FRANCE, "", NOON - 10, NOON - 10))
    assert steps(moment).starts == (at("2026-06-01T11:00:00Z"),)
    hour = at("2026-06-01T11:00:00Z")
    (on_the_hour,) = source.candidates(Query(GRID_INTENSITY, FRANCE, "", hour, hour))
    assert steps(on_the_hour).starts == (hour,)
    (until_now,) = source.candidates(Query(GRID_INTENSITY, FRANCE, "", NOON - DAY_NS, None))
    assert len(steps(until_now)) == 24


def test_the_registry_goes_on_with_the_next_and_notes_why(api: Api, live: Live) -> None:
    api.on("/v3", Reply("<html>", 200, {"Content-Type": "text/html"}))
    registry = Registry([live.source("electricity-maps"), Yearly()])
    found = registry.find(query("FRA", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"))
    assert [factor.source for factor in found.candidates] == ["a table"]
    assert found.notes == (
        "grid intensity from electricity-maps: answered what is no JSON (text/html): <html>; "
        "the next source is asked",
    )


def test_the_next_source_stands_in_for_holes(api: Api, live: Live) -> None:
    def holed(asked: Asked) -> Reply:
        return Reply({"data": hourly(asked).body["data"][3:]})

    api.on_each("/v3", holed)
    day = query("FRA", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z")
    found = Registry([live.source("electricity-maps"), Yearly()]).find(day)
    assert day.since_ns is not None
    assert day.until_ns is not None
    assert len(covering(found.candidates, day.since_ns, day.until_ns)) == 2


def test_a_query_has_a_budget_and_goes_on_where_it_stopped(api: Api, live: Live) -> None:
    passed_s = [0.0]

    def slowly(asked: Asked) -> Reply:
        passed_s[0] += 15.0
        return hourly(asked)

    api.on_each("/v3", slowly)
    period = query("FRA", "2026-01-01T00:00:00Z", "2026-02-10T00:00:00Z")
    limits = Limits(request_s=18.0, query_s=20.0)
    slow = live.source("electricity-maps", limits=limits, monotonic=lambda: passed_s[0])
    with pytest.raises(SourceUnavailable, match=r"took longer than 20 s for 20 of 40 days, which"):
        slow.candidates(period)
    asked = len(api.asked)
    (factor,) = live.source("electricity-maps").candidates(period)
    assert len(api.asked) == 4
    assert asked == 2
    assert len(steps(factor)) == 40 * 24


def test_a_failure_in_the_middle_keeps_what_came_before(api: Api, live: Live) -> None:
    period = query("FRA", "2026-05-01T00:00:00Z", "2026-05-21T00:00:00Z")
    api.on_each("/v3", lambda asked: hourly(asked) if len(api.asked) == 1 else Reply("", 400))
    with pytest.raises(SourceUnavailable, match=r"HTTP 400; the cache lacks 2026-05-11"):
        live.source("electricity-maps").candidates(period)
    api.on_each("/v3", hourly)
    live.source("electricity-maps").candidates(period)
    assert [asked.params["start"][8:10] for asked in api.asked] == ["01", "11", "11"]


def test_values_of_the_future_are_not_kept(api: Api, clock: Clock, live: Live) -> None:
    def ahead(asked: Asked) -> Reply:
        asked.params["end"] = "2026-06-01T20:00:00Z"
        return hourly(asked)

    api.on_each("/v3", ahead)
    day = ("FRA", "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z")
    live.factor(live.source("electricity-maps"), *day)
    api.stop()
    clock.ns += 6 * 3600 * 10**9
    offline = live.factor(live.source("electricity-maps"), *day)
    assert steps(offline).starts[-1] == NOON


def test_every_provider_is_a_source_of_its_name(live: Live) -> None:
    for name in PROVIDERS:
        source: Source = live.source(name)
        assert source.name == name
        assert make(name).name == name


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("electricitymaps", "electricity-maps"), ("eco2mx", "eco2mix"), ("WattTime", "watttime")],
)
def test_names_that_are_not_known(name: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=f"not known: Did you mean {nearest}"):
        make(name)


def test_wrong_common_options() -> None:
    with pytest.raises(UsageError, match="eco2mix has no option 'cahe': Did you mean cache"):
        make("eco2mix", {"cahe": "x"})
    with pytest.raises(UsageError, match="eco2mix: cache is 3: give text"):
        make("eco2mix", {"cache": 3})
    with pytest.raises(UsageError, match="give https"):
        make("eco2mix", {"base_url": "http://odre.example.org"})


instants = st.integers(0, 10**18)


@given(since=instants, length=st.integers(0, 100 * DAY_NS), most=st.integers(1, 40))
def test_runs_are_the_days_once_each(since: int, length: int, most: int) -> None:
    wanted = days(since, since + length)
    assert wanted[0] <= since
    assert since + length <= wanted[-1] + DAY_NS
    found = runs(wanted, most)
    assert all(0 < end - start <= most * DAY_NS for start, end in found)
    assert [day for start, end in found for day in range(start, end, DAY_NS)] == wanted
    assert len(found) == -(-len(wanted) // most)


@given(st.sets(st.integers(0, 200)), st.integers(1, 40))
def test_days_that_are_not_wanted_are_in_no_run(numbers: set[int], most: int) -> None:
    wanted = sorted(number * DAY_NS for number in numbers)
    found = runs(wanted, most)
    assert [day for start, end in found for day in range(start, end, DAY_NS)] == wanted


@given(instants)
def test_a_day_holds_its_instants(t_ns: int) -> None:
    assert day_of(t_ns) <= t_ns < day_of(t_ns) + DAY_NS
