from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.instants import NS_PER_S, checked_instant, iso, parse_utc_ns, utc_ns

# Without the folders of links ("posix/...") and the build's own ("localtime").
ZONES = sorted(zone for zone in available_timezones() if zone[0].isupper() and zone != "Factory")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - a wall clock's
    datetime(2100, 1, 1),  # noqa: DTZ001
)


@given(st.sampled_from(ZONES), moments)
def test_a_local_time_is_one_instant_or_is_refused(zone, moment):
    """What UTC shows in a zone leads back to it, unless the clocks show it twice."""
    instant = moment.replace(microsecond=0, tzinfo=UTC)
    t_ns = utc_ns(instant)
    assert t_ns == (instant - EPOCH) // timedelta(seconds=1) * NS_PER_S
    local = instant.astimezone(ZoneInfo(zone))
    assert parse_utc_ns("start", local.isoformat()) == t_ns  # an offset leaves no doubt
    assert parse_utc_ns("start", local.isoformat(), zone) == t_ns
    bare = local.replace(tzinfo=None)
    other = bare.replace(tzinfo=ZoneInfo(zone), fold=1 - local.fold).astimezone(UTC)
    shown = other.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if other != instant and shown == bare:
        with pytest.raises(EstimatorError, match="happens twice"):
            parse_utc_ns("start", bare.isoformat(), zone)
    else:
        assert parse_utc_ns("start", bare.isoformat(), zone) == t_ns


@given(st.sampled_from(ZONES), moments)
def test_every_wall_clock_time_is_found_skipped_or_doubled(zone, wall):
    """A time that no instant shows is refused as such; one that is shown comes back from UTC."""
    place = ZoneInfo(zone)
    back = {
        wall.replace(tzinfo=place, fold=fold).astimezone(UTC)
        for fold in (0, 1)
        if wall.replace(tzinfo=place, fold=fold)
        .astimezone(UTC)
        .astimezone(place)
        .replace(tzinfo=None, fold=0)
        == wall
    }
    if len(back) == 1:
        assert parse_utc_ns("start", wall, zone) == utc_ns(back.pop())
    else:
        with pytest.raises(EstimatorError, match="twice" if back else "does not exist"):
            parse_utc_ns("start", wall, zone)


def test_the_days_on_which_clocks_change():
    paris = "Europe/Paris"
    assert parse_utc_ns("start", "2026-03-29T03:00", paris) == parse_utc_ns(
        "start", "2026-03-29T01:00Z"
    )
    with pytest.raises(EstimatorError, match="02:30:00, which does not exist in Europe/Paris"):
        parse_utc_ns("start", "2026-03-29T02:30", paris)
    with pytest.raises(EstimatorError, match="02:30:00, which happens twice in Europe/Paris"):
        parse_utc_ns("start", "2026-10-25T02:30", paris)
    hour = parse_utc_ns("b", "2026-10-25T02:30+01:00") - parse_utc_ns("a", "2026-10-25T02:30+02:00")
    assert hour == 3600 * NS_PER_S
    day = parse_utc_ns("b", "2026-10-26", paris) - parse_utc_ns("a", "2026-10-25", paris)
    assert day == 25 * 3600 * NS_PER_S


@pytest.mark.parametrize(
    ("text", "zone", "message"),
    [
        ("yesterday", None, "start is 'yesterday': give a time such as"),
        (None, None, "start is None: give a time"),
        ("2026-03-29T01:00", None, "start 2026-03-29T01:00:00 has no offset"),
        ("2026-03-29T01:00", "Europe/Pari", "time zone 'Europe/Pari' is not known"),
        ("2026-03-29T01:00", "../etc/passwd", "is not known: give an IANA name"),
        ("2026-03-29T01:00", "Europe", "is not known: give an IANA name"),
        ("0001-01-01T00:00", "Europe/Paris", "give a time from 1679 to 2261"),
        ("9999-12-31T23:59+00:00", None, "is no instant"),
    ],
)
def test_what_is_refused(text, zone, message):
    with pytest.raises(EstimatorError) as error:
        parse_utc_ns("start", text, zone)
    assert message in str(error.value)


@given(st.integers(-(2**62), 2**62))
def test_iso_is_whole_seconds(t_ns):
    assert parse_utc_ns("t", iso(t_ns)) == t_ns // NS_PER_S * NS_PER_S


@pytest.mark.parametrize("bad", [True, 1.0, None, "0", 2**63, -(2**63)])
def test_no_instants(bad):
    with pytest.raises(EstimatorError, match=r"start: .* is no instant"):
        checked_instant("start", bad)
