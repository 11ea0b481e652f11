from decimal import Decimal

import pytest

from footprint.estimators.costs.tariffs import checked_tariff
from footprint.estimators.errors import EstimatorError

PEAK = {"name": "peak", "price": "0.27", "hours": "06:00-22:00"}
OFF = {"name": "off-peak", "price": "0.15", "hours": "22:00-06:00"}


def by_use(*bands, zone="Europe/Paris", **more):
    return {"timezone": zone, "currency": "EUR", "band": list(bands), **more}


def test_a_price_per_mwh_is_converted_exactly():
    assert checked_tariff({"price": "84.1 EUR", "per": "MWh"}).flat == Decimal("0.0841")


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ([PEAK], r"tariff has no price at 00:00 \(until 06:00\) on mon in jan: add a band"),
        ([PEAK, {**OFF, "days": "mon-sat"}], r"00:00 \(until 06:00\) on sun in jan"),
        ([PEAK, {**OFF, "months": "jan-nov"}], r"00:00 \(until 06:00\) on mon in dec"),
        ([{"price": 1, "hours": "00:00-23:59"}], r"23:59 \(until 24:00\) on mon in jan"),
        (
            [PEAK, {**OFF, "hours": "21:30-06:00"}],
            "two prices at 21:30 on mon in jan, of peak and off-peak: cut one",
        ),
        ([PEAK, OFF, {"price": 1, "days": "sun"}], r"two prices at .* on sun in jan"),
    ],
)
def test_holes_and_overlaps_name_the_first_local_time(bands, message):
    with pytest.raises(EstimatorError, match=message):
        checked_tariff(by_use(*bands))


def test_a_holiday_that_no_band_prices_is_a_hole():
    bands = {"price": 1, "days": "mon-sun"}
    with pytest.raises(EstimatorError, match=r"no price at 00:00 .* on holiday in jan"):
        checked_tariff(by_use(bands, holidays=["2026-12-25"]))
    with pytest.raises(EstimatorError, match=r"tariff.band 1 is for holidays, and tariff lists"):
        checked_tariff(by_use({"price": 1, "days": ["mon-sun", "holiday"]}))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("0.18", "tariff is '0.18': give a table"),
        ({}, "tariff has no price: give one of price"),
        ({"price": "0.18 EUR", "band": [PEAK]}, "tariff has price and band: give one of"),
        ({"price": 0.18}, "without a currency"),
        ({"price": "0.18 ZZZ"}, "'ZZZ', which is not a currency of ISO 4217"),
        ({"price": "0.18 EUR", "currency": "USD"}, "price is in EUR, its table in USD"),
        ({"price": "-0.18 EUR"}, "tariff: price is '-0.18': give an amount"),
        ({"price": float("nan"), "currency": "EUR"}, "tariff: price is nan: give an amount"),
        ({"price": "0.18 EUR", "per": "GWh"}, "per is 'GWh': give kWh or MWh"),
        ({"price": "0.18 EUR", "curency": "EUR"}, "'curency' that is not known: Did you mean cur"),
        ({"price": "0.18 EUR", "standing_charge": 9}, r"not paid by the kWh: give it as \[\[extra"),
        ({"price": "0.18 EUR", "holidays": ["2026-12-25"]}, "holidays but no band"),
        ({"band": [PEAK, OFF], "currency": "EUR"}, "bands but no timezone"),
        (by_use(PEAK, OFF, zone="Europe/Pariss"), r"'Europe/Pariss', which is not known: Did you"),
        (by_use(PEAK, {**OFF, "price": "0.1 USD"}), "band 2: price is in USD, its table in EUR"),
        (by_use({**PEAK, "hours": "6-22"}), "band 1: hours is '6-22': give hours such as"),
        (by_use({**PEAK, "hours": "06:00-25:00"}), "hours is '06:00-25:00'"),
        (by_use({**PEAK, "hours": "06:00-06:00"}), "hours is '06:00-06:00'"),
        (by_use({**PEAK, "days": "mon-fry"}), "days is 'mon-fry': give one of mon"),
        (by_use({**PEAK, "months": "winter"}), "months is 'winter': give one of jan"),
        (by_use({"hours": "06:00-22:00"}), "band 1 has no price"),
        (by_use(PEAK, OFF, holidays=["25.12.2026"]), "give a date such as"),
        (by_use(PEAK, OFF, holidays="2026-12-25"), "give an array of dates"),
        ({"currency": "EUR", "step": {"price": 1}}, "give an array of tables"),
        (
            {"currency": "EUR", "band": [], "timezone": "UTC"},
            r"tariff.band is \[\]: give an array",
        ),
        (
            {"currency": "EUR", "step": [{"start": "2026-01-01T00:00", "price": 1}]},
            "has no offset: write it as 2026-01-01T00:00:00Z",
        ),
        (
            {
                "currency": "EUR",
                "step": [
                    {"start": "2026-01-01T00:00Z", "price": 1, "end": "2026-01-01T02:00Z"},
                    {"start": "2026-01-01T01:00Z", "price": 1, "end": "2026-01-01T02:00Z"},
                ],
            },
            "overlaps the one from 2026-01-01T01:00:00Z",
        ),
        (
            {"price": "1 EUR", "valid_from": "2026-02-01", "valid_until": "2026-02-01"},
            "valid until 2026-02-01, not after",
        ),
    ],
)
def test_what_is_wrong_is_named(table, message):
    with pytest.raises(EstimatorError, match=message):
        checked_tariff(table)
