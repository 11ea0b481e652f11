from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.costs.timeline import tariff_over, tariff_series
from footprint.estimators.errors import EstimatorError
from footprint.estimators.series import NS_PER_S, parse_utc_ns

HOUR = 3600 * NS_PER_S
PEAK = {"name": "peak", "price": "0.27", "hours": "06:00-22:00"}
OFF = {"name": "off-peak", "price": "0.15", "hours": "22:00-06:00"}


def by_use(*bands, zone="Europe/Paris", **more):
    return {"timezone": zone, "currency": "EUR", "band": list(bands), **more}


def at(text):
    return parse_utc_ns("time", text)


def prices(table, since, until):
    """[(hours since the start, price)]"""
    found = tariff_series(table, at(since), at(until))
    assert found.holes(at(since), at(until)) == []
    return [
        ((start - at(since)) / HOUR, str(value))
        for start, value in zip(found.starts, found.values, strict=True)
    ]


def test_one_price():
    found = tariff_series({"price": "0.18 EUR"}, 0, HOUR)
    assert (found.starts, found.ends, found.values) == ((0,), (HOUR,), (Decimal("0.18"),))
    assert found.unit == "EUR/kWh"
    factor = tariff_over({"price": 0.18, "currency": "usd", "source": "bill"}, 0, HOUR, "given")
    assert (factor.value, factor.unit, factor.source) == (Decimal("0.18"), "USD/kWh", "bill")


def test_a_plain_day_in_the_local_clock():
    day = prices(by_use(PEAK, OFF), "2026-01-14T00:00:00+01:00", "2026-01-15T00:00:00+01:00")
    assert day == [(0, "0.15"), (6, "0.27"), (22, "0.15")]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [  # Paris: 02:00 becomes 03:00; and 03:00 becomes 02:00
        ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", [(0, 5), (5, 21), (21, 23)]),
        ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", [(0, 7), (7, 23), (23, 25)]),
    ],
)
def test_days_of_23_and_25_hours(since, until, expected):
    found = prices(by_use(PEAK, OFF), since, until)
    assert [start for start, _ in found] == [start for start, _ in expected]
    length = (at(until) - at(since)) / HOUR
    assert length == expected[-1][1]


def test_bands_that_change_in_the_hour_that_is_skipped_or_repeated():
    early = {"price": 1, "hours": "00:00-02:30"}
    late = {"price": 2, "hours": "02:30-24:00"}
    table = by_use(early, late)
    spring = prices(table, "2026-03-29T00:00:00+01:00", "2026-03-29T12:00:00+02:00")
    assert spring == [(0, "1"), (2, "2")]  # from 02:00, the clock shows 03:00
    autumn = prices(table, "2026-10-25T00:00:00+02:00", "2026-10-25T12:00:00+01:00")
    assert autumn == [(0, "1"), (2.5, "2"), (3, "1"), (3.5, "2")]  # 02:00-03:00 happens twice


def test_weekends_seasons_and_holidays():
    table = by_use(
        {"price": 1, "days": ["sat-sun", "holiday"]},
        {"price": 2, "days": "mon-fri", "months": "nov-mar"},
        {"price": 3, "days": "mon-fri", "months": ["apr-oct"]},
        holidays=["2026-12-25"],
        zone="UTC",
    )
    assert prices(table, "2026-12-24T00:00:00Z", "2026-12-29T00:00:00Z") == [
        (0, "2"),
        (24, "1"),  # Friday 25th, then the weekend
        (96, "2"),
    ]
    assert prices(table, "2026-10-30T00:00:00Z", "2026-11-03T00:00:00Z") == [
        (0, "3"),
        (24, "1"),
        (72, "2"),
    ]


def test_rows_by_the_hour():
    table = {
        "currency": "EUR",
        "per": "MWh",
        "timezone": "Europe/Paris",
        "step": [
            {"start": "2026-01-01T00:00", "price": "84.10"},
            {"start": "2026-01-01T01:00", "price": 90},
            {"start": "2026-01-01T02:00:00+01:00", "price": "70", "end": "2026-01-01T04:00"},
        ],
    }
    found = prices(table, "2026-01-01T00:30:00+01:00", "2026-01-01T04:00:00+01:00")
    assert [(start, Decimal(price)) for start, price in found] == [
        (0, Decimal("0.0841")),
        (0.5, Decimal("0.09")),
        (1.5, Decimal("0.07")),
    ]
    with pytest.raises(EstimatorError, match=r"no price at 2026-01-01T04:00:00\+01:00 \(Europe"):
        tariff_series(table, at("2026-01-01T00:00:00+01:00"), at("2026-01-01T05:00:00+01:00"))


def test_a_tariff_holds_from_and_until_local_days():
    table = by_use(PEAK, OFF, valid_from="2026-02-01", valid_until="2026-03-01")
    assert prices(table, "2026-02-01T00:00:00+01:00", "2026-02-01T12:00:00+01:00")
    with pytest.raises(EstimatorError, match=r"no price at 2026-01-31T23:59:00\+01:00 \(Europe"):
        tariff_series(table, at("2026-01-31T23:59:00+01:00"), at("2026-02-02T00:00:00+01:00"))
    with pytest.raises(EstimatorError, match=r"no price at 2026-03-01T00:00:00\+01:00"):
        tariff_series(table, at("2026-02-01T00:00:00+01:00"), at("2026-03-02T00:00:00+01:00"))


def test_a_period_has_a_length():
    with pytest.raises(EstimatorError, match="give a longer one"):
        tariff_series({"price": "1 EUR"}, 5, 5)


zones = st.sampled_from(
    ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
)
START = at("2025-12-01T00:00:00Z")


@given(
    zones,
    st.integers(0, 400 * 24 * 3600),
    st.integers(1, 10 * 24 * 3600),
    st.floats(0, 1, exclude_max=True),
)
def test_every_instant_has_the_price_of_its_local_clock(zone, start_s, length_s, where):
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    since = START + start_s * NS_PER_S
    until = since + length_s * NS_PER_S
    weekend = {"price": "0.1", "days": "sat-sun"}
    week = [{**band, "days": "mon-fri"} for band in (PEAK, OFF)]
    found = tariff_series(by_use(*week, weekend, zone=zone), since, until)
    assert (found.starts[0], found.ends[-1]) == (since, until)
    assert found.holes(since, until) == []
    instant = since + int(where * (until - since))
    local = datetime.fromtimestamp(instant // NS_PER_S, UTC).astimezone(ZoneInfo(zone))
    price = "0.1" if local.weekday() > 4 else "0.27" if 6 <= local.hour < 22 else "0.15"
    assert found.at(instant) == Decimal(price)
