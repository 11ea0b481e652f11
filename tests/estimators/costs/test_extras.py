from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.costs.extras import checked_extras, extra_costs
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import NS_PER_S, parse_utc_ns

DAY = 86_400 * NS_PER_S


def at(text):
    return parse_utc_ns("time", text)


def period(since, until):
    return at(f"{since}T00:00:00Z"), at(f"{until}T00:00:00Z")


def cost(table, over=None, counts=None):
    found = extra_costs(checked_extras([{"name": "x", **table}]), over, counts)
    assert found.gaps == ()
    ((name, amount),) = found.parts
    assert name == "x"
    return amount


SEPTEMBER = period("2026-09-01", "2026-10-01")


@pytest.mark.parametrize(
    ("per", "over", "expected"),
    [
        ("hour", period("2026-09-01", "2026-09-02"), "240"),
        ("day", SEPTEMBER, "300"),
        ("week", period("2026-09-01", "2026-09-15"), "20"),
        ("month", SEPTEMBER, "10"),
        ("month", period("2026-02-01", "2026-02-15"), "5"),  # half of February
        ("months", period("2026-01-01", "2027-01-01"), "120"),
        ("month", period("2026-09-16", "2026-10-01"), "5"),
        ("year", period("2026-01-01", "2028-01-01"), "20"),
        ("year", period("2028-01-01", "2028-07-02"), "5"),  # 183 of 366 days
    ],
)
def test_by_time(per, over, expected):
    assert cost({"price": "10 USD", "per": per}, over).mid == Decimal(expected)
    three = cost({"price": "10 USD", "per": per, "count": 3}, over)
    assert three.mid == 3 * Decimal(expected)


def test_by_time_within_its_own_limits():
    table = {"price": "10 USD", "per": "day", "from": "2026-09-11", "until": "2026-09-21"}
    assert cost(table, SEPTEMBER).mid == 100
    assert cost(table, period("2026-10-01", "2026-11-01")).mid == 0
    assert cost({**table, "until": "2027-01-01"}, SEPTEMBER).mid == 200
    del table["until"]
    assert cost(table, SEPTEMBER).mid == 200
    noon = datetime.fromisoformat("2026-09-30T12:00:00+00:00")
    assert cost({**table, "from": noon}, SEPTEMBER).mid == 5
    assert cost({**table, "from": "2026-09-30T14:00+02:00"}, SEPTEMBER).mid == 5


def test_by_what_is_counted():
    egress = {"price": "0.09 USD", "per": "GB"}
    assert cost({**egress, "quantity": 120}).mid == Decimal("10.80")
    assert cost(egress, None, {"gb": exact(2, "GB")}).mid == Decimal("0.18")
    tokens = {"price": "3 USD", "per": "1000000 tokens"}
    assert cost(tokens, None, {"token": exact(2.5e6, "token")}).mid == Decimal("7.5")
    assert cost({**tokens, "per": "1e6 token"}, None, {"tokens": exact(1e6, "1")}).mid == 3
    ranged = cost({"price": "2 EUR", "per": "staff hour", "quantity": [1, 2, 4]})
    assert (ranged.low, ranged.mid, ranged.high, ranged.currency) == (2, 4, 8, "EUR")
    assert cost({**egress, "quantity": 1}, None, {"GB": exact(9, "GB")}).mid == Decimal("0.09")


def test_lump_sums():
    lump = {"price": "3650 EUR"}
    assert cost(lump).mid == 3650
    spread = {**lump, "from": "2026-01-01", "until": "2027-01-01"}
    assert cost(spread, SEPTEMBER).mid == 300
    assert cost(spread, period("2025-01-01", "2028-01-01")).mid == 3650
    counted = {**spread, "per": "GB", "quantity": 2}
    assert cost(counted, SEPTEMBER).mid == 600


def test_its_factor_says_where_the_price_is_from_and_how_it_came_about():
    table = {
        "name": "licences",
        "price": "19 USD",
        "per": "month",
        "count": 5,
        "source": "order form",
        "date": "2026-01-15",
    }
    (factor,) = extra_costs(checked_extras([table]), SEPTEMBER).factors
    assert (factor.name, factor.value, factor.unit) == ("licences", Decimal(19), "USD/month")
    assert (factor.source, factor.vintage, factor.why) == ("order form", 2026, "5 x 1 month")
    (factor,) = extra_costs(
        checked_extras([{"name": "x", "price": "3 USD", "per": "1000 items", "quantity": 5}])
    ).factors
    assert (factor.unit, factor.why) == ("USD/1000 items", "5 items")


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"price": "1 USD", "per": "month"}, "no period is given"),
        ({"price": "1 USD", "from": "2026-01-01", "until": "2026-02-01"}, "no period is given"),
        ({"price": "1 USD", "per": "GB"}, "paid per GB, which is not counted here"),
    ],
)
def test_what_is_missing_is_a_gap(table, why):
    found = extra_costs(checked_extras([{"name": "x", **table}]))
    assert (found.parts, found.factors) == ((), ())
    assert why in found.gaps[0].why
    assert found.gaps[0].what == "cost of x"


instants = st.integers(at("2019-12-01T00:00:00Z"), at("2029-02-01T00:00:00Z"))


@given(st.lists(instants, min_size=3, max_size=3).map(sorted))
def test_the_parts_of_a_spread_sum_add_up(ends):
    (extra,) = checked_extras(
        [{"name": "x", "price": "1000 USD", "from": "2020-01-01", "until": "2029-01-01"}]
    )
    a, b, c = ends

    def mid(since, until):
        ((_, amount),) = extra_costs([extra], (since, until)).parts
        return amount.mid

    assert abs(mid(a, b) + mid(b, c) - mid(a, c)) < Decimal("1e-25")
    assert mid(a, c) <= 1000


def test_a_count_may_have_an_interval():
    (extra,) = checked_extras([{"name": "x", "price": "2 USD", "per": "item"}])
    found = extra_costs([extra], None, {"items": Quantity(1, 2, 3, "1")})
    assert (found.parts[0][1].low, found.parts[0][1].high) == (2, 6)
