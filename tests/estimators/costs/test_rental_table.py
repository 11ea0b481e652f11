import pytest

from footprint.estimators.costs.rental_table import TERMS, checked_rentals, shipped_rentals
from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.money import Money


def test_every_shipped_row_is_sourced_and_dated_and_of_a_known_device():
    for row in shipped_rentals():
        assert row.date[:3] == "202"
        assert row.date[:7] in row.source
        assert row.terms in TERMS
        assert accelerator(row.device).name == row.device
        assert row.version == "rental_prices.csv"


def test_a_price_per_device_hour_of_an_instance():
    (row,) = checked_rentals(
        [{"instance": "box", "count": 4, "unit": "device-hour", "price": 2, "currency": "EUR"}]
    )
    assert row.per_instance_hour() == Money("8", "EUR")
    assert row.per_device_hour() == Money("2", "EUR")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"price": "1 USD"}, "rental 1 has neither instance nor device"),
        ({"instance": "box"}, "rental 1 has no price"),
        ({"instance": "box", "price": 1}, "without a currency"),
        ({"instance": "box", "price": "-1 USD"}, "rental 1: price is '-1': give an amount"),
        ({"instance": "box", "price": "nan USD"}, "price is 'nan'"),
        ({"instance": "box", "price": "1 ZZZ"}, "'ZZZ', which is not a currency"),
        ({"instance": "box", "price": "1 USD", "count": 0}, "count is 0: give a number of dev"),
        ({"instance": "box", "price": "1 USD", "count": 1.5}, "count is 1.5: give a whole"),
        ({"instance": "box", "price": "1 USD", "unit": "month"}, "unit is 'month': give instance-"),
        ({"instance": "box", "price": "1 USD", "terms": "cheap"}, "terms is 'cheap': give list"),
        ({"device": "L4", "price": "1 USD", "unit": "instance-hour"}, "give instance, or count"),
        ({"instance": "box", "prise": "1 USD"}, "'prise' that is not known: Did you mean price"),
        (
            {"instance": "box", "price": "1 USD", "includes_electricity": "no"},
            "includes_electricity is 'no': give true or false",
        ),
    ],
)
def test_what_is_wrong_is_named(table, message):
    with pytest.raises(EstimatorError, match=message):
        checked_rentals([table])
