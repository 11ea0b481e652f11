"""A table with some wrong values is taken or refused in one line; nothing else is raised."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.costs import exchange, extras, purchase, rental, tariffs, timeline
from footprint.estimators.errors import EstimatorError

DAY = 86_400 * 10**9
TEXTS = (
    *("", " ", "1 EUR", "0.1", "EUR", "ZZZ", "mon-fri", "holiday", "jan", "06:00-22:00", "kWh"),
    *("Europe/Paris", "../etc/passwd", "Europe", "Mars", "month", "GB", "2 items", "EUR/USD", "/"),
    *("list", "device-hour", "p5.48xlarge", "2026-01-01", "2026-01-01T00:00Z", "a\nb", "\0", "³"),
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 30)
    | st.floats(-1, 10)
    | st.sampled_from(TEXTS)
    | st.sampled_from([float("nan"), float("inf"), -0.0, 10**400, 1e-320, b"x", "1e400", "1e-400"])
    | st.sampled_from([date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXTS), inner),
    max_leaves=4,
)


def spoiled(row: Mapping[str, Any], *more: str) -> st.SearchStrategy[dict[str, Any]]:
    """A valid row with one or two values changed, added or taken away."""
    keys = (*row, *more)
    changes = st.dictionaries(st.sampled_from(keys), values, min_size=1, max_size=2)
    return changes.map(lambda change: {k: v for k, v in {**row, **change}.items() if v is not None})


def tariff(table: object) -> object:
    return timeline.tariff_series(table, 0, DAY)


def rented(tables: object) -> object:
    return [
        rental.rental_price(row.instance or row.device, [row])
        for row in rental.checked_rentals(tables)
    ]


def bought(tables: object) -> object:
    return [(row.per_hour(), row.factors()) for row in purchase.checked_purchases(tables)]


def extra(tables: object) -> object:
    return extras.extra_costs(extras.checked_extras(tables), (0, DAY))


BAND = {"name": "all", "price": "1", "hours": "00:00-24:00", "days": "mon-sun", "months": "jan-dec"}
STEP = {"start": "1970-01-01T00:00Z", "end": "1970-01-02T00:00Z", "price": 1}
ZONED = {"currency": "EUR", "timezone": "UTC", "per": "kWh"}
PURCHASE = {"device": "x", "price": "9 EUR", "lifetime_years": 4, "utilisation": 0.5}

#: What checks and uses a table, and wrong tables of its form.
FORMS: dict[str, tuple[Callable[[object], object], st.SearchStrategy[object]]] = {
    "flat": (tariff, spoiled({"price": "1 EUR"}, *tariffs.KEYS)),
    "use": (tariff, spoiled({**ZONED, "band": [BAND]}, *tariffs.KEYS)),
    "band": (tariff, spoiled(BAND).map(lambda band: {**ZONED, "band": [band]})),
    "step": (tariff, spoiled(STEP).map(lambda step: {**ZONED, "step": [step]})),
    "rental": (
        rented,
        st.lists(
            spoiled(
                {"instance": "box", "price": "1 EUR"},
                *("device", "count", "vcpus", "currency", "unit", "terms", "region", "date"),
            ),
            max_size=2,
        ),
    ),
    "purchase": (
        bought,
        st.lists(spoiled(PURCHASE, "residual", "maintenance_per_year", "currency"), max_size=2),
    ),
    "extra": (
        extra,
        st.lists(
            spoiled({"name": "x", "price": "1 EUR", "per": "month"}, "count", "quantity", "from")
            | spoiled({"name": "x", "price": "1 EUR", "per": "GB", "quantity": 2}, "until", "date"),
            max_size=2,
        ),
    ),
    "exchange": (
        exchange.checked_rates,
        st.lists(
            spoiled({"pair": "EUR/USD", "rate": "1.08", "date": "2026-09-30"}, "source"), max_size=2
        ),
    ),
}


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_a_table_is_taken_or_refused_in_one_line(form, data):
    use, tables = FORMS[form]
    table = data.draw(tables)
    message = "taken"
    try:
        use(table)
    except EstimatorError as error:
        message = str(error)
    assert message
    assert "\n" not in message


@pytest.mark.parametrize(
    "check",
    [
        rental.checked_rentals,
        purchase.checked_purchases,
        extras.checked_extras,
        exchange.checked_rates,
    ],
)
def test_a_file_may_have_none_of_them(check):
    assert check([]) == ()
    for wrong in ("x", {"name": "x"}, None, 3):
        with pytest.raises(EstimatorError, match="give an array of tables"):
            check(wrong)
