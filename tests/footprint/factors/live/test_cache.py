"""Days on disk: what is kept, for how long, and what is not believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.sources import SourceUnavailable
from footprint.factors.live.cache import CachedDay, DayCache, default_root
from footprint.factors.live.days import DAY_NS, HOUR_NS
from footprint.factors.live.provider import Reading
from live_api import ENVIRON, Api, Asked, Clock, Live, Reply, at, query, steps, utc

MINUTE_NS = 60 * 10**9
PERIOD = ("FRA", "2026-05-10T08:00:00Z", "2026-05-12T08:00:00Z")
TODAY = ("FRA", "2026-06-01T00:00:00Z", "2026-06-01T12:00:00Z")


def hourly(asked: Asked) -> Reply:
    first, last = at(asked.params["start"]), at(asked.params["end"])
    rows = [
        {
            "zone": asked.params["zone"],
            "carbonIntensity": 40 + utc(hour).hour,
            "datetime": utc(hour).isoformat(),
            "isEstimated": False,
        }
        for hour in range(first, last, HOUR_NS)
    ]
    return Reply({"data": rows})


@pytest.fixture
def warm(api: Api, live: Live) -> Live:
    """Three settled days in the cache, and no request on the server's list."""
    api.on_each("/v3", hourly)
    live.factor(live.source("electricity-maps"), *PERIOD)
    api.asked.clear()
    return live


def files(live: Live) -> list[Path]:
    return sorted(path for path in live.cache.rglob("*") if path.is_file())


def test_settled_days_are_asked_for_once(api: Api, clock: Clock, warm: Live) -> None:
    first = warm.factor(warm.source("electricity-maps"), *PERIOD)
    clock.ns += 3650 * DAY_NS
    assert warm.factor(warm.source("electricity-maps"), *PERIOD) == first
    assert api.asked == []
    assert first.why == "3 of 3 days from the cache, the oldest of 2026-06-01T12:00:00Z"
    assert first.retrieved == "2026-06-01"


def test_only_missing_days_are_asked_for(api: Api, warm: Live) -> None:
    factor = warm.factor(
        warm.source("electricity-maps"), "FRA", "2026-05-09T00:00:00Z", "2026-05-14T00:00:00Z"
    )
    spans = [(asked.params["start"][8:10], asked.params["end"][8:10]) for asked in api.asked]
    assert spans == [("09", "10"), ("13", "14")]
    assert len(steps(factor)) == 5 * 24
    assert factor.why.startswith("3 of 5 days from the cache")


def test_the_current_day_is_asked_for_every_quarter_of_an_hour(
    api: Api, clock: Clock, live: Live
) -> None:
    api.on_each("/v3", hourly)
    for minutes in (0, 14, 1, 14):
        clock.ns += minutes * MINUTE_NS
        live.factor(live.source("electricity-maps"), *TODAY)
    assert len(api.asked) == 2


def test_a_past_day_with_a_hole_is_asked_for_daily(api: Api, clock: Clock, live: Live) -> None:
    def holed(asked: Asked) -> Reply:
        rows = hourly(asked).body["data"]
        return Reply({"data": rows[:3] + rows[4:]})

    api.on_each("/v3", holed)
    day = ("FRA", "2026-05-10T00:00:00Z", "2026-05-11T00:00:00Z")
    for hours in (0, 23, 2, 23):
        clock.ns += hours * HOUR_NS
        factor = live.factor(live.source("electricity-maps"), *day)
        assert len(steps(factor)) == 23
    assert len(api.asked) == 2


def test_a_day_settles_two_days_after_its_end() -> None:
    whole = [Reading(h * HOUR_NS, (h + 1) * HOUR_NS, 40.0, "measured", True) for h in range(24)]
    early, late = CachedDay(3 * DAY_NS - 1, whole), CachedDay(3 * DAY_NS, whole)
    assert (early.settled(0), late.settled(0)) == (False, True)
    assert early.fresh(0, 4 * DAY_NS - 2)
    assert not early.fresh(0, 4 * DAY_NS)
    assert late.fresh(0, 4000 * DAY_NS)
    assert not late.fresh(0, 2 * DAY_NS)  # read in the future: the clock was set back
    assert not CachedDay(3 * DAY_NS, whole[1:]).settled(0)
    assert not CachedDay(3 * DAY_NS, whole[:-1]).settled(0)
    assert not CachedDay(3 * DAY_NS, [*whole[1:], whole[0]._replace(final=False)]).settled(0)


def test_a_warm_cache_serves_without_a_network_and_says_so(
    api: Api, clock: Clock, live: Live
) -> None:
    api.on_each("/v3", hourly)
    live.factor(live.source("electricity-maps"), *TODAY)
    api.stop()
    clock.ns += 2 * HOUR_NS
    later = ("FRA", "2026-06-01T00:00:00Z", "2026-06-01T14:00:00Z")
    factor = live.factor(live.source("electricity-maps"), *later)
    hole = (at("2026-06-01T12:00:00Z"), at("2026-06-01T14:00:00Z"))
    assert steps(factor).holes(at(later[1]), at(later[2])) == [hole]
    assert "1 of 1 days from the cache, the oldest of 2026-06-01T12:00:00Z" in factor.why
    assert "the provider could not be asked: cannot be reached" in factor.why


def test_a_warm_cache_serves_without_a_key(warm: Live) -> None:
    factor = warm.factor(warm.source("electricity-maps", environ={}), *PERIOD)
    assert not steps(factor).holes(at(PERIOD[1]), at(PERIOD[2]))


def test_a_day_that_is_missing_makes_the_source_unavailable(warm: Live) -> None:
    source = warm.source("electricity-maps", environ={})
    with pytest.raises(SourceUnavailable, match=r"needs a key.*the cache lacks 2026-05-13"):
        source.candidates(query("FRA", "2026-05-12T00:00:00Z", "2026-05-14T00:00:00Z"))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _other_value(path: Path) -> None:
    path.write_text(path.read_text().replace(",40.0,", ",4.0,"))


def _other_digest(path: Path) -> None:
    stored = json.loads(path.read_text())
    path.write_text(json.dumps(stored | {"digest": "0" * 64}))


def _other_shape(path: Path) -> None:
    path.write_text("[1, 2]")


def _binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage", [_cut, _nothing, _other_value, _other_digest, _other_shape, _binary, _directory]
)
def test_damaged_days_are_asked_for_again(api: Api, warm: Live, damage: object) -> None:
    assert callable(damage)
    damage(files(warm)[1])
    factor = warm.factor(warm.source("electricity-maps"), *PERIOD)
    assert [asked.params["start"] for asked in api.asked] == ["2026-05-11T00:00:00Z"]
    assert steps(factor).at(at("2026-05-11T00:30:00Z")) == 40.0


def test_a_day_under_another_name_is_not_believed(api: Api, warm: Live) -> None:
    one, two, _ = files(warm)
    two.write_bytes(one.read_bytes())
    warm.factor(warm.source("electricity-maps"), *PERIOD)
    assert [asked.params["start"] for asked in api.asked] == ["2026-05-11T00:00:00Z"]


def test_data_sets_and_zones_are_kept_apart(api: Api, warm: Live) -> None:
    warm.factor(warm.source("electricity-maps", emission_factor_type="direct"), *PERIOD)
    warm.factor(warm.source("electricity-maps"), "DEU", *PERIOD[1:])
    assert len(api.asked) == 2
    assert len(files(warm)) == 9


def test_no_key_and_no_leftover_is_on_disk(warm: Live) -> None:
    text = "".join(f"{path} {path.read_text()}" for path in files(warm))
    assert not [key for key in ENVIRON.values() if key in text]
    assert [path.name for path in files(warm)] == [f"2026-05-{day}.json" for day in (10, 11, 12)]


def test_a_cache_that_cannot_be_written_is_said(api: Api, live: Live) -> None:
    api.on_each("/v3", hourly)
    live.cache.write_text("a file where the directory should be")
    factor = live.factor(live.source("electricity-maps"), *PERIOD)
    assert not steps(factor).holes(at(PERIOD[1]), at(PERIOD[2]))
    assert f"the cache {live.cache} cannot be written (" in factor.why


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_root({"XDG_CACHE_HOME": "/x"}) == Path("/x/footprint/live")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for ignored in ({}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "relative"}):
        assert default_root(ignored) == tmp_path / ".cache" / "footprint" / "live"

    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", homeless)
    assert default_root({}) is None
    nothing = DayCache(None, "p", "d")
    assert nothing.put("FR", 0, CachedDay(0, [])) == ""
    assert nothing.get("FR", 0) is None


def test_no_name_leads_out_of_the_cache(tmp_path: Path) -> None:
    cache = DayCache(tmp_path / "cache", "..", "../..")
    assert cache.put("../../x", 0, CachedDay(5, [])) == ""
    assert cache.get("../../x", 0) == CachedDay(5, [])
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert (tmp_path / "cache") in path.parents


readings = st.lists(
    st.tuples(st.integers(0, 95), st.floats(0, 5000), st.sampled_from("ab"), st.booleans()),
    max_size=96,
)


@given(rows=readings, read_ns=st.integers(0, 2**62), day=st.integers(0, 40_000))
def test_what_is_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, float, str, bool]],
    read_ns: int,
    day: int,
) -> None:
    quarter_ns = 15 * MINUTE_NS
    day_ns = day * DAY_NS
    made = [
        Reading(day_ns + step * quarter_ns, day_ns + (step + 1) * quarter_ns, value, kind, final)
        for step, value, kind, final in rows
    ]
    cache = DayCache(tmp_path_factory.mktemp("cache"), "p", "d")
    assert cache.put("Z", day_ns, CachedDay(read_ns, made)) == ""
    assert cache.get("Z", day_ns) == CachedDay(read_ns, made)
    assert cache.get("Z", day_ns + DAY_NS) is None
    assert cache.get("Y", day_ns) is None


@pytest.mark.parametrize(
    "row",
    [
        (-1, HOUR_NS, 40.0),
        (DAY_NS, DAY_NS + 1, 40.0),
        (0, 0, 40.0),
        (0, HOUR_NS + 1, 40.0),
        (0, HOUR_NS, -1.0),
        (0, HOUR_NS, float("nan")),
    ],
)
def test_readings_that_cannot_be_are_not_believed(
    tmp_path: Path, row: tuple[int, int, float]
) -> None:
    cache = DayCache(tmp_path, "p", "d")
    assert cache.put("Z", 0, CachedDay(5, [Reading(*row, "a", True)])) == ""
    assert cache.get("Z", 0) is None
