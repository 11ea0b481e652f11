import pytest

from footprint.estimators.costs.extras_table import checked_extras, counted_as
from footprint.estimators.errors import EstimatorError


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"price": "1 USD"}, "extra 1 has no name"),
        ({"name": "x"}, "extra 1 has no price"),
        ({"name": "x", "price": 1}, "without a currency"),
        ({"name": "x", "price": "-1 USD"}, "price is '-1'"),
        ({"name": "Electricity", "price": "1 USD"}, "'Electricity' is that of another part"),
        ({"name": "x", "price": "1 USD", "per": "month", "quantity": 3}, "give count for how"),
        ({"name": "x", "price": "1 USD", "per": "3 months"}, "give one month"),
        ({"name": "x", "price": "1 USD", "per": "month", "count": 0}, "count is 0: leave"),
        ({"name": "x", "price": "1 USD", "per": "month", "count": -1}, "count is -1"),
        ({"name": "x", "price": "1 USD", "per": "GB", "count": 1}, "goes with time: give quant"),
        ({"name": "x", "price": "1 USD", "quantity": 1}, "quantity but no per"),
        ({"name": "x", "price": "1 USD", "per": "0 items"}, "per is '0 items': give what"),
        ({"name": "x", "price": "1 USD", "per": "1000"}, "per is '1000': give what"),
        ({"name": "x", "price": "1 USD", "per": "GB", "quantity": -1}, "quantity is -1"),
        ({"name": "x", "price": "1 USD", "per": "GB", "quantity": float("nan")}, "is nan"),
        ({"name": "x", "price": "1 USD", "from": "2026-01-01"}, "from alone: give from and until"),
        (
            {"name": "x", "price": "1 USD", "from": "2026-02-01", "until": "2026-02-01"},
            "until is not after from",
        ),
        (
            {"name": "x", "price": "1 USD", "from": "2026-02-01T00:00", "until": "2026-02-01"},
            "has no offset",
        ),
        ({"name": "x", "price": "1 USD", "form": 1}, "Did you mean from"),
    ],
)
def test_what_is_wrong_is_named(table, message):
    with pytest.raises(EstimatorError, match=message):
        checked_extras([table])


@pytest.mark.parametrize(
    ("one", "other"), [("tokens", "token"), ("Items", "item"), ("tokens_in", "token in")]
)
def test_one_and_many_are_counted_alike(one, other):
    assert counted_as(one) == counted_as(other)
